"""From the archive to figures and documents, and back."""

from pathlib import Path
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
    name: Annotated[
        str, typer.Argument(help="The report: its folder below reports/. [default: status, or local]")
    ] = "",
    population: Annotated[list[str] | None, typer.Option(help="Only this population (default: all).")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (default: all of the report).")] = None,
    each: Annotated[str, typer.Option(help="A page for each level of it, e.g. site; site=north: one page.")] = "",
    reference_doc: Annotated[Path | None, typer.Option(help="A Word file that the report is to look like.")] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Only show the report's sections, and all it can use.")
    ] = False,
) -> None:
    """Write the report as Word, PDF, HTML and a workbook of its key figures."""
    from evaltool.workflows.reporting import WantedReport
    from evaltool.workflows.reporting import report as write_report

    name = name or ("local" if each else "status")
    if listed:
        from evaltool.workflows.listing import list_report

        for line in list_report(open_project(), name):
            typer.echo(line)
        return
    wanted = WantedReport(
        name=name, each=each, populations=population or (), languages=language or (), reference=reference_doc
    )
    with progress_bars() as progress:
        for path in write_report(open_project(), wanted, progress=progress):
            typer.echo(str(path))


@app.command(epilog="Example: evaltool run")
def run(accept_altered: Altered = False) -> None:
    """The chain from pull to report."""
    pull()
    clean(accept_altered=accept_altered)
    analyse()
    report()


@app.command(epilog="Example: evaltool trace ev_abcdefghijklmnopqrst")
def trace(
    figure: Annotated[str, typer.Argument(help="A figure's id (ev_…), or an indicator's name.")],
    population: Annotated[str, typer.Option(help="With an indicator's name: the population, e.g. 2021.")] = "",
) -> None:
    """Walk from a figure back to its row, plan, dataset, release and archive segments."""
    from evaltool.workflows.tracing import trace as walk

    for line in walk(open_project(), figure, population=population):
        typer.echo(line)
