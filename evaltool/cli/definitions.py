"""Definitions: make, check, release, look at."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import Survey, Version, app, open_project, warn


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

    checked, lines = check_project(open_project())
    for item in checked:
        count = len(list(item.survey.questions))
        typer.echo(f"{item.survey.key}: {count} questions on {len(item.survey.pages)} pages, no faults")
        for note in item.notes:
            warn(note)
    for line in lines:
        typer.echo(line)


@app.command(epilog="Example: evaltool release participant-end --version 2")
def release(
    survey: Survey,
    version: Version,
    revision: Annotated[str, typer.Option(help="Why texts of a released version were corrected.", metavar="WHY")] = "",
) -> None:
    """Release a version: store its snapshot with hashes. It never changes; only its texts may be corrected."""
    from evaltool.workflows.checking import release as release_version

    made, is_new = release_version(open_project(), survey, version, revision=revision)
    done = "released" if is_new else "is released already"
    revised = f", revision {made.revision}" if made.revision > 1 else ""
    typer.echo(f"{made.survey.key}{revised} {done}, structure {made.structure_hash[:12]}")


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

    run_preview(open_project(), survey, version, port=port, say=typer.echo)
