"""The demo: the whole chain of a project on made-up data, in a folder of its own that is a project itself."""

import csv
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from evaltool.contacts.vault import Link, Vault
from evaltool.errors import PlatformError, ProjectError
from evaltool.plan import Plan
from evaltool.project import FILE, Project, read_project
from evaltool.records import Course, Deployment
from evaltool.survey.load import load_roster
from evaltool.survey.release import read_release
from evaltool.workflows.aiming import aim
from evaltool.workflows.cleaning import clean
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.estimating import analyse
from evaltool.workflows.fieldwork import import_roster, invite, pull, status
from evaltool.workflows.made_up import Cast, Demo, Fieldwork, Respondent, load_demo, make_respondents, make_roster
from evaltool.workflows.made_up_coding import code_made_up
from evaltool.workflows.planned import read_plan
from evaltool.workflows.pooling import panel, pool
from evaltool.workflows.reporting import WantedReport, report
from evaltool.workflows.respondents import answer_all
from evaltool.workflows.working import Progress

_MARKER = "MADE-UP-DATA.txt"
_MARKER_TEXT = "Everything in this folder was made up by `evaltool demo`. A new demo replaces the folder.\n"
_START_SECONDS = 20.0


def demo(project: Project, out: Path, progress: Progress) -> Iterator[str]:
    """Run the whole chain into `out`; yields a line after each step.

    Raises:
        ProjectError: if `out` holds something else than an earlier demo.
    """
    made = _copy_project(project, out)
    settings = load_demo(made.analysis / "demo.yaml")
    versions = {(name, work.version) for item in settings.populations.values() for name, work in item.surveys.items()}
    for survey, version in sorted(versions):
        release(made, survey, version)
    deployed = {key: deploy(made, *key).deployment for key in sorted(versions)}
    yield f"released and deployed {', '.join(item.id for item in deployed.values())}"

    count = _import_made_up_roster(made, settings)
    yield f"made up a roster of {count} courses"
    pulled = 0
    with _running_server(made):
        for surveys in _rounds(made, deployed):
            if pulled:  # who may be asked again stands in the answers
                clean(made, progress=progress)
            asked = {key: deployed[key] for key in surveys}
            _invite_all(made, settings, asked)
            work = _links_and_respondents(made, settings, asked)
            answer_all(work, progress, label=f"answer {', '.join(item.id for item in asked.values())}")
            pulled += sum(item.records for item in pull(made, progress))
    counts = {item.deployment.id: item.counts for item in status(made)}
    # They answer on the day of the demo: their days to the answer are as many as lie between.
    yield "answered over HTTP, today: " + ", ".join(
        f"{name} {found['complete']} complete" for name, found in counts.items()
    )

    yield f"pulled {pulled} responses into the archive"
    for dataset in clean(made, progress=progress):
        yield dataset.summary
    yield from code_made_up(made, settings)
    rows, path = analyse(made)
    yield f"{len(rows)} estimates in {path}"
    plan = read_plan(made)
    yield pool(made, plan.population.survey).summary
    if plan.panel:
        yield panel(made).summary
    first, *others = settings.populations
    yield from report(made, WantedReport(populations=[first]), progress=progress)
    for name in others:
        yield f"the report of {name}: evaltool --project {out} report --population {name}"
    if (made.reports / "local").is_dir() and plan.breakdowns:
        yield f"a page for each group: evaltool --project {out} report --each {plan.breakdowns[0]}"
    for notebook in sorted(made.analysis.glob("*.ipynb")):
        yield f"the same from Python, as a notebook: {notebook}"


_Key: TypeAlias = tuple[str, int]  # survey and version


def _rounds(project: Project, deployed: Mapping[_Key, Deployment]) -> list[list[_Key]]:
    """The surveys in the order of fieldwork: one that follows another is asked after it."""
    follows = {key[0]: read_release(project.surveys, *key).survey.follows for key in deployed}

    def depth(survey: str) -> int:
        earlier = follows.get(survey)
        return 1 + depth(earlier.survey) if earlier else 0

    depths = {key: depth(key[0]) for key in deployed}
    return [[key for key in deployed if depths[key] == at] for at in sorted(set(depths.values()))]


def _invite_all(project: Project, settings: Demo, asked: Mapping[_Key, Deployment]) -> None:
    plan = read_plan(project)
    for name, population in settings.populations.items():
        for survey, work in population.surveys.items():
            if (survey, work.version) in asked:
                invite(project, asked[survey, work.version], where=_where(plan, name))


def _copy_project(project: Project, out: Path) -> Project:
    """Copy the definitions, so that the demo's folder is a project that can be taken elsewhere."""
    if out.exists() and any(out.iterdir()) and not (out / _MARKER).is_file():
        mend = "Name an empty folder with --out."
        raise ProjectError("the folder holds something else than a demo", where=out.as_posix(), mend=mend)
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / _MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
    for name in ("surveys", "analysis", "reports"):
        shutil.copytree(getattr(project, name), out / "definitions" / name, ignore=shutil.ignore_patterns("releases"))
    (out / FILE).write_text(_settings_text(project), encoding="utf-8", newline="\n")
    return read_project(out)


def _settings_text(project: Project) -> str:
    """The project's settings, with the demo's own places and marked synthetic."""
    settings = project.settings
    lines = [
        "# Made by `evaltool demo`.",
        "format = 1",
        f"name = {_quoted(settings.name)}",
        f"language = {_quoted(settings.language)}",
        "synthetic = true",
        "",
        "[paths]",
        *(f'{name} = "definitions/{name}"' for name in ("surveys", "analysis", "reports")),
        'data = "data"',
        'build = "."',
        "",
        "[server]",
        f"port = {_free_port()}",
        # a demo never touches the database of the real collection, wherever that lies
        'database = "data/server.sqlite"',
        "",
        "[privacy]",
        *(f"{key} = {{ {_inline(text)} }}" for key, text in settings.privacy.items()),
    ]
    return "\n".join(lines) + "\n"


def _inline(text: Mapping[str, str]) -> str:
    return ", ".join(f"{_quoted(language)} = {_quoted(words)}" for language, words in text.items())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _import_made_up_roster(project: Project, settings: Demo) -> int:
    roster = load_roster(project.surveys / "roster.yaml")
    rows = make_roster(roster, settings, read_plan(project).population.column)
    path = project.data / "roster-MADE-UP-DATA.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    import_roster(project, path)
    return len(rows)


def _where(plan: Plan, population: str) -> str:
    """The expression that selects a population's courses."""
    column = plan.population.column
    value = population if plan.attributes[column].type == "integer" else f"'{population}'"
    return f"${{{column}}} = {value}"


def _links_and_respondents(
    project: Project, settings: Demo, deployed: Mapping[_Key, Deployment]
) -> list[tuple[str, Respondent]]:
    """Everybody who was invited, population by population, with her link; answers aimed at the declared shares."""
    plan = read_plan(project)
    with closing(Vault.open(project.vault)) as vault:
        courses = vault.courses()
        links = {item.id: {link.unit: link for link in vault.links(item.id)} for item in deployed.values()}
    work: list[tuple[str, Respondent]] = []
    for name, population in settings.populations.items():
        members = [course for course in courses if course.attributes.get(plan.population.column) == name]
        for survey, fieldwork in population.surveys.items():
            if (survey, fieldwork.version) not in deployed:
                continue
            deployment = deployed[survey, fieldwork.version]
            asked = {
                course.course_id: (course, links[deployment.id][course.unit])
                for course in members
                if course.unit in links[deployment.id]
            }
            respondents = make_respondents(_cast(project, deployment, fieldwork, asked), settings, name)
            if survey == plan.population.survey:
                respondents = aim(plan, respondents, population.shares)
            work += [(f"{project.public_url}/s/{asked[item.course][1].token}", item) for item in respondents]
    return work


def _cast(
    project: Project, deployment: Deployment, fieldwork: Fieldwork, asked: Mapping[str, tuple[Course, Link]]
) -> Cast:
    """`asked` are courses by id, with the link of the person who answers: it is her language that counts."""
    survey = read_release(project.surveys, deployment.survey, deployment.version).survey
    return Cast(
        survey=survey,
        fieldwork=fieldwork,
        courses={name: course.attributes for name, (course, _) in asked.items()},
        languages={
            name: link.language if link.language in survey.languages else survey.language
            for name, (_, link) in asked.items()
        },
        columns=load_roster(project.surveys / "roster.yaml").attributes,
    )


@contextmanager
def _running_server(project: Project) -> Generator[None]:
    """The real server in a process of its own, ended when the work is done."""
    command = [sys.executable, "-m", "evaltool", "--project", str(project.root), "serve"]
    with (project.data / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONUTF8": "1"})  # noqa: S603  # our own command
        try:
            _wait_for(process, project)
            yield
        finally:
            process.terminate()
            process.wait(timeout=_START_SECONDS)


def _wait_for(process: "subprocess.Popen[bytes]", project: Project) -> None:
    address = (project.settings.server.host, project.settings.server.port)
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = (project.data / "server.log").read_text(encoding="utf-8", errors="replace").strip()
    raise PlatformError("the survey server did not start", where=str(project.data / "server.log"), mend=log[-500:])
