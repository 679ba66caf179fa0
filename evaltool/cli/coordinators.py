"""Coordinators' sheets: make, read."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import Pretest, Survey, Version, app, open_project, warn

sheet = typer.Typer(no_args_is_help=True, help="Coordinators' sheets: make, read.")
app.add_typer(sheet, name="sheet")


@sheet.command(epilog="Example: evaltool sheet make participant-end --version 2")
def make(
    survey: Survey,
    version: Version,
    out: Annotated[Path | None, typer.Option(help="A new folder for them (default: in the data folder).")] = None,
    pretest: Pretest = False,
) -> None:
    """Write a workbook for each coordinator: her courses, how far each has come, their links. Never an answer."""
    from evaltool.workflows.coordinators import make_sheets
    from evaltool.workflows.deploying import deployment_of

    project = open_project()
    done = make_sheets(project, deployment_of(project, survey, version, pretest=pretest), out=out)
    for file, count in done.courses.items():
        typer.echo(f"{done.folder / file}: {count} courses")
    for note in done.notes:
        warn(note)
    warn("these files name people and hold their links: send each to its coordinator only, then delete it")


@sheet.command(epilog="Example: evaltool sheet read Anna.xlsx Bodil.xlsx")
def read(files: Annotated[list[Path], typer.Argument(help="Workbooks that came back.", metavar="FILE…")]) -> None:
    """Take in what coordinators found out: of all files, or none if there is a fault. Then: evaltool clean."""
    from evaltool.workflows.findings import read_sheets

    done = read_sheets(open_project(), files)
    told = ", ".join(f"{reason.replace('_', ' ')} {count}" for reason, count in sorted(done.reasons.items()))
    typer.echo(f"{told or 'nothing reported'}; {done.new} new or changed, {done.taken_back} taken back")
    if done.kept:
        mend = "to take one back, clear it on a new sheet (evaltool sheet make)"
        warn(f"{done.kept} words read before still hold, though a sheet leaves them blank; {mend}")
    if done.remarks:
        typer.echo(f"{done.remarks} remarks are kept in the vault, and shown again on the next sheets")
