"""For people beside the definitions: schemas for their editors, and the questionnaire on paper for who reviews it."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import Survey, Version, app, open_project, warn


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


@app.command(epilog="Example: evaltool document participant-end --version 2 --lang en")
def document(
    survey: Survey,
    version: Version,
    lang: Annotated[str, typer.Option(help="One of the survey's languages (default: that of the survey).")] = "",
    out: Annotated[Path | None, typer.Option(help="The Word file (default: in build/questionnaires/).")] = None,
) -> None:
    """Write the questionnaire as Word for people who review it: texts, choices, routes in words, room for comments."""
    from evaltool.workflows.documenting import document as write_document

    typer.echo(str(write_document(open_project(), survey, version, language=lang, out=out)))
