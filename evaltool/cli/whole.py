"""The project as a whole."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import app, open_project, progress_bars


@app.command(epilog="Example: evaltool doctor")
def doctor() -> None:
    """Look whether this machine and project are ready; says what is missing and how to mend it."""
    from evaltool.workflows.doctor import examine

    findings = examine(open_project())
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

    with progress_bars() as progress:
        for line in run_demo(open_project(), out, progress):
            typer.echo(line)
