"""From the archive to figures and documents, and back."""

from typing import Annotated

import typer

from evaltool.cli.fieldwork import pull
from evaltool.cli.shared import Altered, app, open_project, progress_bars


@app.command(epilog="Example: evaltool clean")
def clean(accept_altered: Altered = False) -> None:
    """Clean the archive into datasets, with a log that names every changed or dropped record and why."""
    from evaltool.workflows.cleaning import clean as clean_all

    with progress_bars() as progress:
        for made in clean_all(open_project(), accept_altered=accept_altered, progress=progress):
            typer.echo(made.summary)


@app.command(epilog="Example: evaltool analyse")
def analyse() -> None:
    """Compute what the analysis plan declares; results as rows in estimates.csv."""
    from evaltool.workflows.estimating import analyse as compute

    rows, path = compute(open_project())
    typer.echo(f"{len(rows)} rows in {path}")


@app.command(epilog="Example: evaltool report --population 2021 --language da")
def report(
    population: Annotated[list[str] | None, typer.Option(help="Only this population (default: all).")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (default: all of the report).")] = None,
) -> None:
    """Write the report as Word, PDF and HTML."""
    from evaltool.workflows.reporting import report as write_report

    with progress_bars() as progress:
        for path in write_report(open_project(), populations=population, languages=language, progress=progress):
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

    for line in walk(open_project(), figure, population=population):
        typer.echo(line)
