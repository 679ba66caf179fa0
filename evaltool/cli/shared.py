"""What all commands share: the project, warnings, progress, tables, and common arguments."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evaltool.project import Project
    from evaltool.workflows.working import Progress

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # plain help is three times as fast
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Surveys and evaluation, from the definition of a question to a figure in the report.",
)

Survey = Annotated[str, typer.Argument(help="Name of the survey: its folder below surveys/.", metavar="SURVEY")]
Version = Annotated[int, typer.Option("--version", "-v", min=1, help="Version of the survey.")]
Pretest = Annotated[bool, typer.Option("--pretest", help="A trial: the answers never enter a dataset.")]
Altered = Annotated[bool, typer.Option("--accept-altered", help="Go on with an altered archive; all output is marked.")]

_state: dict[str, Path | None] = {"project": None}


@app.callback()
def _main(
    project: Annotated[
        Path | None, typer.Option("--project", "-p", help="The project's folder (default: this one or above).")
    ] = None,
) -> None:
    _state["project"] = project


def open_project() -> "Project":
    from evaltool.project import find_project
    from evaltool.workflows.erased import unfinished
    from evaltool.workflows.working import cloud_warning

    project = find_project(_state["project"])
    for told in (cloud_warning(project), unfinished(project)):
        if told:
            warn(told)
    return project


def warn(message: str) -> None:
    typer.secho(f"Warning: {message}", fg=typer.colors.YELLOW, err=True)


@contextmanager
def progress_bars() -> "Generator[Progress]":
    """A progress bar for each label, on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    tasks: dict[str, TaskID] = {}
    with Bars(console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as bars:

        def show(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bars.add_task(label, total=total)
            bars.update(tasks[label], completed=done, total=total)

        yield show


def print_table(header: list[str], rows: list[list[str]]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    # an id is copied, so it stays whole
    columns = [Column(name, no_wrap=name == "id", overflow="fold") for name in header]
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
