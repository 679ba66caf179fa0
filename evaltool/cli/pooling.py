"""Data for researchers: versions pooled, waves linked."""

from typing import TYPE_CHECKING, Annotated

import typer

from evaltool.cli.shared import Survey, app, open_project, warn

if TYPE_CHECKING:
    from evaltool.workflows.pooling import Made

Research = Annotated[bool, typer.Option("--research", help="Only interviews of those who agreed to research.")]


def _tell(made: "Made") -> None:
    typer.echo(made.summary)
    for note in made.notes:
        warn(note)
    typer.echo(f"Written to {made.folder}")


@app.command(epilog="Example: evaltool pool participant-end --only satisfied")
def pool(
    survey: Survey,
    only: Annotated[list[str] | None, typer.Option(help="Only this question (default: all comparable ones).")] = None,
    research: Research = False,
) -> None:
    """Put all versions of a survey into one dataset of what is comparable, and name what is not."""
    from evaltool.workflows.pooling import pool as run_pool

    _tell(run_pool(open_project(), survey, only=only or (), research=research))


@app.command(epilog="Example: evaltool panel --research")
def panel(research: Research = False) -> None:
    """Link the plan's waves by course, for those who agreed to it, with a table of who was lost and why."""
    from evaltool.workflows.pooling import panel as run_panel

    _tell(run_panel(open_project(), research=research))
