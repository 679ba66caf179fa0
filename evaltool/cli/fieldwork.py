"""Fieldwork: from a release to answers in the archive."""

from pathlib import Path
from typing import Annotated

import typer

from evaltool.cli.shared import Pretest, Survey, Version, app, open_project, print_table, progress_bars, warn


@app.command(epilog="Example: evaltool deploy participant-end --version 2")
def deploy(
    survey: Survey,
    version: Version,
    platform: Annotated[str, typer.Option(help="Where to deploy.")] = "embedded",
    pretest: Pretest = False,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (default: all).")] = None,
) -> None:
    """Put a released version on a survey platform, or the corrected texts of its latest revision."""
    from evaltool.workflows.fieldwork import deploy as deploy_version

    done = deploy_version(open_project(), survey, version, platform=platform, pretest=pretest, languages=language)
    for note in done.notes:
        warn(note)
    deployed = "deployed" if done.is_new else "is deployed already"
    typer.echo(f"{done.deployment.id} {deployed} on {done.deployment.platform}")


@app.command(epilog="Example: evaltool roster roster-2022.xlsx")
def roster(file: Annotated[Path, typer.Argument(help="CSV or XLSX; a row is a course.")]) -> None:
    """Take a roster in: contact data into the vault, attributes under pseudonyms. All rows or none."""
    from evaltool.workflows.fieldwork import import_roster

    report = import_roster(open_project(), file)
    typer.echo(f"{report.added} courses added, {report.changed} changed, {report.unchanged} as they were")


@app.command(epilog="Example: evaltool invite participant-end --version 2 --where '${site} = \"north\"'")
def invite(
    survey: Survey,
    version: Version,
    where: Annotated[str, typer.Option(help="Only courses for which this holds, e.g. ${cohort} = 2022.")] = "",
    out: Annotated[Path | None, typer.Option(help="XLSX or CSV for the links (default: in the data folder).")] = None,
    pretest: Pretest = False,
) -> None:
    """Make personal links and write them with contact data as XLSX or CSV. A second run adds who is new."""
    from evaltool.workflows.fieldwork import deployment_of
    from evaltool.workflows.fieldwork import invite as invite_courses

    project = open_project()
    done = invite_courses(project, deployment_of(project, survey, version, pretest=pretest), where=where, out=out)
    for note in done.notes:
        warn(note)
    typer.echo(f"{done.new} new of {done.total} invited; links in {done.file}")


@app.command(epilog="Example: evaltool serve --port 8021")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on (default: evaltool.toml).", show_default=False)] = "",
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port, 0 for any (default: evaltool.toml).")
    ] = None,
) -> None:
    """Run the embedded survey server until Ctrl+C."""
    from evaltool.workflows.serving import serve as run_server

    run_server(open_project(), host=host, port=port, say=typer.echo)


@app.command(epilog="Example: evaltool status")
def status() -> None:
    """Where each deployment stands: invited, opened, answered."""
    from evaltool.workflows.fieldwork import status as statuses

    header = ["deployment", "invited", "opened", "partial", "complete", "refused"]
    rows = [[item.deployment.id, *(str(item.counts[name]) for name in header[1:])] for item in statuses(open_project())]
    print_table(header, rows)


@app.command(epilog="Example: evaltool close participant-end --version 1")
def close(survey: Survey, version: Version, pretest: Pretest = False) -> None:
    """End a survey: its links take no more answers. What was answered stays, and can still be pulled."""
    from evaltool.workflows.fieldwork import close as close_deployment
    from evaltool.workflows.fieldwork import deployment_of

    project = open_project()
    deployment = deployment_of(project, survey, version, pretest=pretest)
    close_deployment(project, deployment)
    typer.echo(f"{deployment.id} is closed")


@app.command(epilog="Example: evaltool pull")
def pull() -> None:
    """Pull new and changed responses into the archive; can be cut off and repeated."""
    from evaltool.workflows.fieldwork import pull as pull_all

    with progress_bars() as progress:
        for deployment, count in pull_all(open_project(), progress).items():
            typer.echo(f"{deployment}: {count} records pulled")
