"""Fieldwork: from a release to answers in the archive."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaltool.cli.shared import Pretest, Survey, Version, app, open_project, print_table, progress_bars, warn

if TYPE_CHECKING:
    from evaltool.project import Project
    from evaltool.records import Deployment
    from evaltool.workflows.fieldwork import Invited


@app.command(epilog="Example: evaltool deploy participant-end --version 2 --platform limesurvey --dry-run")
def deploy(
    survey: Survey,
    version: Version,
    platform: Annotated[str, typer.Option(help="Where to deploy: embedded or limesurvey.")] = "embedded",
    pretest: Pretest = False,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (default: all).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")] = False,
) -> None:
    """Put a released version on a survey platform, or the corrected texts of its latest revision."""
    from evaltool.workflows.deploying import deploy as deploy_version

    done = deploy_version(
        open_project(),
        survey,
        version,
        platform=platform,
        pretest=pretest,
        languages=language,
        dry_run=dry_run,
        say=typer.echo,
    )
    for note in done.notes:
        warn(note)
    if not (dry_run and done.steps):
        already = "" if done.steps else " already: nothing to do"
        typer.echo(f"{done.deployment.id} is deployed on {done.deployment.platform}{already}")


@app.command(epilog="Example: evaltool roster roster-2022.xlsx")
def roster(file: Annotated[Path, typer.Argument(help="CSV or XLSX; a row is a course.")]) -> None:
    """Take a roster in: contact data into the vault, attributes under pseudonyms. All rows or none."""
    from evaltool.workflows.fieldwork import import_roster

    report = import_roster(open_project(), file)
    typer.echo(f"{report.added} courses added, {report.changed} changed, {report.unchanged} as they were")


def _deployed(survey: str, version: int, pretest: bool) -> "tuple[Project, Deployment]":
    from evaltool.workflows.deploying import deployment_of

    project = open_project()
    return project, deployment_of(project, survey, version, pretest=pretest)


_Where = Annotated[str, typer.Option(help="Only courses for which this holds, e.g. ${cohort} = 2022.")]
_Out = Annotated[Path | None, typer.Option(help="XLSX or CSV for the links (default: in the data folder).")]
_Mail = Annotated[bool, typer.Option("--mail", help="Let the platform write to those who have an address.")]


@app.command(epilog="Example: evaltool invite participant-end --version 2 --where '${site} = \"north\"'")
def invite(
    survey: Survey,
    version: Version,
    where: _Where = "",
    out: _Out = None,
    mail: _Mail = False,
    pretest: Pretest = False,
) -> None:
    """Make personal links and write them with contact data as XLSX or CSV. A second run adds who is new."""
    from evaltool.workflows.fieldwork import invite as invite_courses

    done = invite_courses(*_deployed(survey, version, pretest), where=where, out=out, mail=mail)
    _tell_invited(done, f"{done.new} new of {done.total} invited")


@app.command(epilog="Example: evaltool remind participant-end --version 2 --mail")
def remind(
    survey: Survey,
    version: Version,
    where: _Where = "",
    out: _Out = None,
    mail: _Mail = False,
    pretest: Pretest = False,
) -> None:
    """Write the links of those who have not answered by the last pull, or let the platform remind them by mail."""
    from evaltool.workflows.fieldwork import remind as remind_courses

    done = remind_courses(*_deployed(survey, version, pretest), where=where, out=out, mail=mail)
    _tell_invited(done, f"{done.total} to remind")


def _tell_invited(done: "Invited", told: str) -> None:
    for note in done.notes:
        warn(note)
    typer.echo(f"{told}; links in {done.file}")
    fates = Counter(item.fate for item in done.mailed)
    if fates:
        typer.echo("mail: " + ", ".join(f"{fate.replace('_', ' ')} {count}" for fate, count in sorted(fates.items())))
    reasons = Counter(item.reason for item in done.mailed if item.fate != "sent")
    for reason, count in reasons.most_common():
        typer.echo(f"  {count}: {reason}")


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
    found = statuses(open_project())
    rows = [[item.deployment.id, *(str(item.counts.get(name, "–")) for name in header[1:])] for item in found]
    print_table(header, rows)
    for item in found:
        if item.note:
            warn(f"{item.deployment.id}: {item.note}")


@app.command(epilog="Example: evaltool close participant-end --version 1")
def close(survey: Survey, version: Version, pretest: Pretest = False) -> None:
    """End a survey: its links take no more answers. What was answered stays, and can still be pulled."""
    from evaltool.workflows.fieldwork import close as close_deployment

    project, deployment = _deployed(survey, version, pretest)
    close_deployment(project, deployment)
    typer.echo(f"{deployment.id} is closed")


@app.command(epilog="Example: evaltool pull")
def pull() -> None:
    """Pull new and changed responses into the archive; can be cut off and repeated."""
    from evaltool.workflows.fieldwork import pull as pull_all

    with progress_bars() as progress:
        pulled = pull_all(open_project(), progress)
    for item in pulled:
        typer.echo(f"{item.deployment}: {item.records} records pulled")
        if item.note:
            warn(f"{item.deployment}: {item.note}")
        if item.gone:
            told = ", ".join(item.gone[:5]) + (" …" if len(item.gone) > 5 else "")
            warn(f"{len(item.gone)} archived interviews of {item.deployment} were deleted on the platform: {told}")


@app.command(epilog="Example: evaltool drift participant-end --version 2")
def drift(survey: Survey, version: Version, pretest: Pretest = False) -> None:
    """Compare what stands on the platform with what was deployed; exit with 1 if somebody has changed it."""
    from evaltool.workflows.fieldwork import drift as find_drift

    project, deployment = _deployed(survey, version, pretest)
    faults = find_drift(project, deployment)
    for fault in faults:
        typer.echo(str(fault))
    typer.echo(f"{deployment.id} on {deployment.platform}: {len(faults) or 'no'} differences")
    if faults:
        raise typer.Exit(1)
