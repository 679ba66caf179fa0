"""For people beside the definitions: schemas for their editors, and the questionnaire on paper for who reviews it."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import app, open_project, warn


@app.command(epilog="Example: evaltool schema")
def schema(
    out: Annotated[Path | None, typer.Option(help="Folder to write into (default: schemas/ in the project).")] = None,
) -> None:
    """Write JSON Schemas of the YAML files, so that an editor completes words and marks faults."""
    from evaltool.workflows.schemas import write_schemas

    done = write_schemas(open_project(), out)
    for note in done.notes:
        warn(note)
    for path in done.files:
        typer.echo(str(path))
