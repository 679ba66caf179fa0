"""Versions: what changed from one to the next, and what of it can be compared."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from evaltool.cli.shared import Survey, app, open_project


def _version(text: str) -> int:
    number = text.removeprefix("v")
    if not number.isdecimal() or int(number) < 1:
        raise typer.BadParameter("a version is a number, for instance 2")
    return int(number)


@app.command(epilog="Example: evaltool diff participant-end 1 2")
def diff(
    survey: Survey,
    old: Annotated[int, typer.Argument(parser=_version, metavar="OLD", help="The older version, for instance 1.")],
    new: Annotated[
        int | None,
        typer.Argument(parser=_version, metavar="[NEW]", help="The newer version (default: OLD as it is now)."),
    ] = None,
    form: Annotated[Literal["text", "html", "json"], typer.Option("--format", help="How to show it.")] = "text",
    out: Annotated[Path | None, typer.Option(help="Write into this file.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the explanations: da, en.")] = "en",
    propose: Annotated[
        bool, typer.Option("--propose", help="Write the items without a verdict into the file of verdicts.")
    ] = False,
) -> None:
    """Compare two versions item by item, or a released version with its definition as it is now."""
    from evaltool.workflows.comparing import Shown
    from evaltool.workflows.comparing import diff as compare

    versions = [old] if new is None else [old, new]
    typer.echo(compare(open_project(), survey, versions, Shown(form, lang, out), propose=propose))
