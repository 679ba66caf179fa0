"""How the waves in the field go."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaltool.cli.shared import app, open_project, print_table, warn

if TYPE_CHECKING:
    from evaltool.workflows.monitor_tables import Table

_MOST = 8


@app.command(epilog="Example: evaltool monitor participant-end --html status.html")
def monitor(
    survey: Annotated[str, typer.Argument(help="Only this survey (default: all).", metavar="SURVEY")] = "",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="The page (default: build/monitor.html).")] = None,
    lang: Annotated[str, typer.Option(help="Language of the page: da, en (default: the project's).")] = "",
) -> None:
    """Tell how the fieldwork goes: answers, break-off, durations, gaps, and what to look at. First: evaltool pull."""
    from evaltool.workflows.monitor_page import write_page
    from evaltool.workflows.monitor_tables import overview, tables
    from evaltool.workflows.monitoring import monitor as follow

    project = open_project()
    found = follow(project, survey)
    page = write_page(found, html or project.build / "monitor.html", lang or project.settings.language)
    _print(overview(found, "en"))
    for note in found.notes:
        typer.echo(note.told("en"))
    for wave in found.waves:
        typer.echo(f"\n{wave.deployment.id}")
        for note in wave.notes:
            typer.echo(note.told("en"))
        for table in tables(wave, "en", with_labels=False):
            _print(table)
    for name, alert in found.alerts:
        warn(f"{name}: {alert.told('en')}" if name else alert.told("en"))
    typer.echo(f"\npage: {page}")


def _print(table: "Table") -> None:
    typer.echo(f"\n{table.title}")
    print_table(list(table.header), [list(row) for row in table.rows[:_MOST]])
    if len(table.rows) > _MOST:
        typer.echo(f"… {len(table.rows) - _MOST} more on the page")
