"""The command line: parses, calls a workflow, prints. A command imports its workflow when it runs."""

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


def _project() -> "Project":
    from evaltool.project import find_project
    from evaltool.workflows.working import cloud_warning

    project = find_project(_state["project"])
    warning = cloud_warning(project)
    if warning:
        _warn(warning)
    return project


def _warn(message: str) -> None:
    typer.secho(f"Warning: {message}", fg=typer.colors.YELLOW, err=True)


@contextmanager
def _progress() -> "Generator[Progress]":
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


def _table(header: list[str], rows: list[list[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@app.command(epilog="Example: evaltool init my-programme")
def init(folder: Annotated[Path, typer.Argument(help="The new project's folder.")]) -> None:
    """Make a project for another programme, with a small survey, a plan and a report to start from."""
    from evaltool.workflows.starting import init_project

    init_project(folder)
    typer.echo(f"Made {folder}. Next: evaltool --project {folder} check")


@app.command(epilog="Example: evaltool check")
def check() -> None:
    """Check all definitions, the plan and the report; every fault with file, line and how to mend it."""
    from evaltool.workflows.checking import check_project

    checked, lines = check_project(_project())
    for item in checked:
        count = len(list(item.survey.questions))
        typer.echo(f"{item.survey.key}: {count} questions on {len(item.survey.pages)} pages, no faults")
        for note in item.notes:
            _warn(note)
    for line in lines:
        typer.echo(line)


@app.command(epilog="Example: evaltool release participant-end --version 2")
def release(survey: Survey, version: Version) -> None:
    """Release a version: store its snapshot with hashes. A released version never changes."""
    from evaltool.workflows.definitions import release as release_version

    made, is_new = release_version(_project(), survey, version)
    done = "released" if is_new else "is released already"
    typer.echo(f"{made.survey.key} {done}, structure {made.structure_hash[:12]}")


@app.command(epilog="Example: evaltool deploy participant-end --version 2")
def deploy(
    survey: Survey,
    version: Version,
    platform: Annotated[str, typer.Option(help="Where to deploy.")] = "embedded",
    pretest: Pretest = False,
) -> None:
    """Put a released version on a survey platform."""
    from evaltool.workflows.fieldwork import deploy as deploy_version

    done = deploy_version(_project(), survey, version, platform=platform, pretest=pretest)
    for note in done.notes:
        _warn(note)
    deployed = "deployed" if done.is_new else "is deployed already"
    typer.echo(f"{done.deployment.id} {deployed} on {done.deployment.platform}")


@app.command(epilog="Example: evaltool roster roster-2022.xlsx")
def roster(file: Annotated[Path, typer.Argument(help="CSV or XLSX; a row is a course.")]) -> None:
    """Take a roster in: contact data into the vault, attributes under pseudonyms. All rows or none."""
    from evaltool.workflows.fieldwork import import_roster

    report = import_roster(_project(), file)
    typer.echo(f"{report.added} courses added, {report.changed} changed, {report.unchanged} as they were")


@app.command(epilog="Example: evaltool invite participant-end --version 2 --where '${site} = \"north\"'")
def invite(
    survey: Survey,
    version: Version,
    where: Annotated[str, typer.Option(help="Only courses for which this holds, e.g. ${cohort} = 2022.")] = "",
    out: Annotated[Path | None, typer.Option(help="XLSX or CSV for the links (default: in the data folder).")] = None,
    pretest: Pretest = False,
) -> None:
    """Make personal links and write them with contact data as XLSX or CSV. A second run adds who is new."""
    from evaltool.workflows.fieldwork import deployment_of
    from evaltool.workflows.fieldwork import invite as invite_courses

    project = _project()
    done = invite_courses(project, deployment_of(project, survey, version, pretest=pretest), where=where, out=out)
    typer.echo(f"{done.new} new of {done.total} invited; links in {done.file}")


@app.command(epilog="Example: evaltool serve --port 8021")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on (default: evaltool.toml).", show_default=False)] = "",
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port, 0 for any (default: evaltool.toml).")
    ] = None,
) -> None:
    """Run the embedded survey server until Ctrl+C."""
    from evaltool.workflows.serving import serve as run_server

    run_server(_project(), host=host, port=port, say=typer.echo)


@app.command(epilog="Example: evaltool preview participant-end --version 2")
def preview(
    survey: Survey,
    version: Version,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port, 0 for any (default: evaltool.toml).")
    ] = None,
) -> None:
    """Show a definition as respondents will see it, before its release; nothing is kept."""
    from evaltool.workflows.serving import preview as run_preview

    run_preview(_project(), survey, version, port=port, say=typer.echo)


@app.command(epilog="Example: evaltool status")
def status() -> None:
    """Where each deployment stands: invited, opened, answered."""
    from evaltool.workflows.fieldwork import status as statuses

    header = ["deployment", "invited", "opened", "partial", "complete", "refused"]
    rows = [[item.deployment.id, *(str(item.counts[name]) for name in header[1:])] for item in statuses(_project())]
    _table(header, rows)


@app.command(epilog="Example: evaltool close participant-end --version 1")
def close(survey: Survey, version: Version, pretest: Pretest = False) -> None:
    """End a survey: its links take no more answers. What was answered stays, and can still be pulled."""
    from evaltool.workflows.fieldwork import close as close_deployment
    from evaltool.workflows.fieldwork import deployment_of

    project = _project()
    deployment = deployment_of(project, survey, version, pretest=pretest)
    close_deployment(project, deployment)
    typer.echo(f"{deployment.id} is closed")


@app.command(epilog="Example: evaltool pull")
def pull() -> None:
    """Pull new and changed responses into the archive; can be cut off and repeated."""
    from evaltool.workflows.fieldwork import pull as pull_all

    with _progress() as progress:
        for deployment, count in pull_all(_project(), progress).items():
            typer.echo(f"{deployment}: {count} records pulled")


@app.command(epilog="Example: evaltool clean")
def clean(accept_altered: Altered = False) -> None:
    """Clean the archive into datasets, with a log that names every changed or dropped record and why."""
    from evaltool.workflows.cleaning import clean as clean_all

    with _progress() as progress:
        for made in clean_all(_project(), accept_altered=accept_altered, progress=progress):
            typer.echo(made.summary)


@app.command(epilog="Example: evaltool analyse")
def analyse() -> None:
    """Compute what the analysis plan declares; results as rows in estimates.csv."""
    from evaltool.workflows.estimating import analyse as compute

    rows, path = compute(_project())
    typer.echo(f"{len(rows)} rows in {path}")


@app.command(epilog="Example: evaltool report --population 2021 --language da")
def report(
    population: Annotated[list[str] | None, typer.Option(help="Only this population (default: all).")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (default: all of the report).")] = None,
) -> None:
    """Write the report as Word, PDF and HTML."""
    from evaltool.workflows.reporting import report as write_report

    with _progress() as progress:
        for path in write_report(_project(), populations=population, languages=language, progress=progress):
            typer.echo(str(path))


@app.command(epilog="Example: evaltool run")
def run(accept_altered: Altered = False) -> None:
    """The chain from pull to report."""
    pull()
    clean(accept_altered=accept_altered)
    analyse()
    report(population=None, language=None)


@app.command(epilog="Example: evaltool trace ev_abcdefghijklmnopqrst")
def trace(
    figure: Annotated[str, typer.Argument(help="A figure's id (ev_…), or an indicator's name.")],
    population: Annotated[str, typer.Option(help="With an indicator's name: the population, e.g. 2021.")] = "",
) -> None:
    """Walk from a figure back to its row, plan, dataset, release and archive segments."""
    from evaltool.workflows.tracing import trace as walk

    for line in walk(_project(), figure, population=population):
        typer.echo(line)


@app.command(epilog="Example: evaltool doctor")
def doctor() -> None:
    """Look whether this machine and project are ready; says what is missing and how to mend it."""
    from evaltool.workflows.doctor import examine

    findings = examine(_project())
    for finding in findings:
        typer.echo(f"{'ok   ' if finding.ok else 'FAULT'}  {finding.message}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command(epilog="Example: evaltool demo --out build/demo")
def demo(
    out: Annotated[Path, typer.Option(help="Its folder; an earlier demo there is replaced.")] = Path("build/demo"),
) -> None:
    """The whole chain on made-up data: roster, server, simulated answers over HTTP, statistics, report."""
    from evaltool.workflows.demo import demo as run_demo

    with _progress() as progress:
        for line in run_demo(_project(), out, progress):
            typer.echo(line)
