"""Old surveys: taken in from LimeSurvey."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import app, open_project, warn


@app.command(epilog="Example: evaltool adopt 770001 --as course-end@1")
def adopt(
    sid: Annotated[int, typer.Argument(help="The survey's number on LimeSurvey.", metavar="SID", min=1)],
    key: Annotated[str, typer.Option("--as", help="What it is called here.", metavar="NAME@VERSION")],
    lss: Annotated[Path | None, typer.Option(help="Read its structure from this export, not from the server.")] = None,
    participants: Annotated[
        Path | None, typer.Option(help="CSV or XLSX: access code (token), person and course of the roster.")
    ] = None,
    accept_anonymised: Annotated[
        bool, typer.Option("--accept-anonymised", help="Take in an anonymised survey; its data say so.")
    ] = False,
) -> None:
    """Take in a survey that was built in LimeSurvey: its definition first; once it is released, its answers."""
    from evaltool.workflows.adopting import Wanted, survey_key
    from evaltool.workflows.adopting import adopt as adopt_survey

    name, version = survey_key(key)
    step = adopt_survey(open_project(), Wanted(sid, name, version, lss, participants, accept_anonymised))
    for line in step.done:
        typer.echo(line)
    for note in step.notes:
        warn(note)
    typer.echo(step.following)
