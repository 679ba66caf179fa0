"""From a roster to answers in the archive: import it, invite, follow, pull."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from evaltool.contacts.vault import ImportReport, Link
from evaltool.errors import ExpressionError, Fault, PlatformError, ProjectError, RosterError
from evaltool.platforms.base import GoneError, Invitation, Letter, Mailed, Platform
from evaltool.project import Project
from evaltool.records import Course, Deployment
from evaltool.responses.archive import Archive
from evaltool.responses.roster import read_roster, write_roster_table
from evaltool.responses.steps import drop_duplicates, keep_latest
from evaltool.survey.answers import read_attributes
from evaltool.survey.check import selection_faults
from evaltool.survey.expressions import holds
from evaltool.survey.load import load_definition, load_roster
from evaltool.survey.model import Roster, Survey
from evaltool.survey.release import read_release
from evaltool.workflows.connecting import connected, open_vault
from evaltool.workflows.deploying import deployments, in_languages
from evaltool.workflows.erased import erased
from evaltool.workflows.findings import silenced
from evaltool.workflows.reaching import answering, reachable
from evaltool.workflows.working import Progress, now, pull_path, silent, working, write_json

BATCH = 500


def import_roster(project: Project, path: Path) -> ImportReport:
    """Take the rows of a roster file into the vault, and renew the pseudonymous roster table."""
    roster = load_roster(project.surveys / "roster.yaml")
    with working(project):
        rows = read_roster(path, roster)
        with open_vault(project) as vault:
            report = vault.import_rows(rows)
            write_roster_table(vault.courses(), project.roster, columns=roster.attributes)
        return report


@dataclass(frozen=True)
class Invited:
    """Who was invited, and the file with the personal links. `notes` tell who got none, and why.

    `mailed` says what became of each mail, where the platform was to write.
    """

    new: int
    total: int
    file: Path
    notes: tuple[str, ...] = ()
    mailed: tuple[Mailed, ...] = ()


def invite(
    project: Project, deployment: Deployment, *, where: str = "", out: Path | None = None, mail: bool = False
) -> Invited:
    """Give every course that the survey invites (and `where` selects) its personal link, once.

    It is the link of the course's own person, or of the survey's respondent. After an earlier survey only those get one
    who agreed to it there. The file holds their links and contact data; without `out` it lies in the data folder. With
    `mail` the platform writes to those who have an address.

    Raises:
        ProjectError: if `out` is neither .csv nor .xlsx.
        ExpressionError: if `where` names something that is no usable column or code of the roster.
        RosterError: if nobody is selected.
        CleaningError: if the survey follows another one that has no dataset yet.
        PlatformError: if the survey was adopted or has ended, or the platform is to write mail, and writes none.
    """
    if deployment.adopted:  # before the vault makes links that lead nowhere
        mend = "Its people were invited there. Link them to the roster: evaltool adopt … --participants FILE"
        raise PlatformError(f"{deployment.id} was adopted: evaltool only reads its answers", mend=mend)
    survey = _survey_of(project, deployment)
    roster = load_roster(project.surveys / "roster.yaml")
    _refuse_selection(where, roster, out)
    with working(project), _collecting(project, deployment) as platform, open_vault(project) as vault:
        selected = _selected(survey, roster, vault.courses(), where)
        kept, notes = reachable(project, survey, roster, selected)
        if not kept:
            mend = "Import the roster first (evaltool roster FILE), or mend --where."
            message = "; ".join(["nobody on the roster is to be invited", *notes])
            raise RosterError(message, where=where or survey.invite, mend=mend)
        courses = {course.unit: course for course in kept}
        vault.invite(deployment.id, courses, respondent=survey.respondent or "")
        every = [link for link in vault.links(deployment.id) if link.unit in courses]
        links = [link for link in every if link.person == answering(courses[link.unit], survey)]
        if len(links) < len(every):
            notes.append(f"{len(every) - len(links)} links were made for a former {survey.respondent}: left out")
        silent_ones = silenced(project, deployment)
        if left := sum(link.unit in silent_ones for link in links):
            notes.append(f"{left} said no to their coordinator: left out")
        links = [link for link in links if link.unit not in silent_ones]
        spoken = in_languages(survey, list(deployment.texts_now))
        notes += _unspoken(links, spoken)
        new = platform.invite(deployment.id, [_invitation(spoken, courses[link.unit], link) for link in links])
        file = out or project.data / "invitations" / f"{deployment.id}.xlsx"
        addresses = _addresses(platform, deployment.id, links, spoken)
        mailed = _hand_out(addresses, file, partial(platform.mail, deployment.id) if mail else None)
        return Invited(new, len(links), file, tuple(notes), mailed)


def remind(
    project: Project, deployment: Deployment, *, where: str = "", out: Path | None = None, mail: bool = False
) -> Invited:
    """The links of those who were invited and, by the last pull, have neither sent their answers nor refused.

    Raises:
        ProjectError: if `out` is neither .csv nor .xlsx.
        ExpressionError: if `where` names something that is no usable column or code of the roster.
        RosterError: if there is nobody to remind.
        PlatformError: if the survey has ended, or the platform is to write mail, and writes none.
    """
    survey = _survey_of(project, deployment)
    roster = load_roster(project.surveys / "roster.yaml")
    _refuse_selection(where, roster, out)
    with working(project), open_vault(project) as vault:
        asked = {course.unit: answering(course, survey) for course in _selected(survey, roster, vault.courses(), where)}
        done = {unit for unit, status in statuses(project, deployment).items() if status in DONE}
        invited = [link for link in vault.links(deployment.id) if asked.get(link.unit) == link.person]
        links = [link for link in invited if link.unit not in done | silenced(project, deployment)]
        if not links:
            mend = "Invite first (evaltool invite), or mend --where. Who has answered is told by the last pull."
            raise RosterError(f"nobody is to be reminded of {deployment.id}", where=where, mend=mend)
        spoken = in_languages(survey, list(deployment.texts_now))
        with _collecting(project, deployment) as platform:
            file = out or project.data / "invitations" / f"{deployment.id}-reminder.xlsx"
            addresses = _addresses(platform, deployment.id, links, spoken)
            mailed = _hand_out(addresses, file, partial(platform.mail, deployment.id, remind=True) if mail else None)
        return Invited(0, len(links), file, (), mailed)


@contextmanager
def _collecting(project: Project, deployment: Deployment) -> Generator[Platform]:
    """The platform, if whoever opens her link there can answer."""
    with connected(deployment.platform, project) as platform:
        if ended := platform.ended(deployment.id):
            mend = "Open it again in LimeSurvey if that was not meant; the embedded server needs a new version."
            raise PlatformError(f"nobody could answer: {ended}", where=deployment.id, mend=mend)
        yield platform


def _hand_out(
    addresses: Sequence[tuple[Link, str]], file: Path, send: Callable[[list[Letter]], list[Mailed]] | None
) -> tuple[Mailed, ...]:
    """Write the links, and if they are sent too, what became of each letter. The file is there before any mail goes."""
    _write_links(addresses, file)
    if send is None:
        return ()
    mailed = send([Letter(link.unit, link.token, link.name, link.email) for link, _ in addresses])
    if mailed:
        _write_links(addresses, file, mailed)
    return tuple(mailed)


DONE = ("complete", "refused")
"""How an interview ends."""
_STATE = ("deployment", "interview", "unit", "status", "revision", "saved_at")


def statuses(project: Project, deployment: Deployment) -> dict[str, str]:
    """How far each unit's interview had come by the last pull; of several that which its dataset keeps."""
    lines = (line for lines in Archive(project.archive / deployment.id).segments() for line in lines.to_pylist())
    rows = [[record[name] for name in _STATE] for record in map(json.loads, lines)]
    latest, _ = keep_latest(pd.DataFrame(rows, columns=_STATE))
    best, _ = drop_duplicates(latest)
    return dict(zip(best["unit"], best["status"], strict=True))


def _refuse_selection(where: str, roster: Roster, out: Path | None) -> None:
    if out and out.suffix.lower() not in {".csv", ".xlsx"}:
        raise ProjectError("links are written as .csv or .xlsx", where=out.as_posix(), mend="Name such a file.")
    faults = selection_faults(where, roster, where="--where")
    if faults:
        raise ExpressionError("--where cannot be used", faults=faults)


def _addresses(platform: Platform, deployment_id: str, links: Sequence[Link], survey: Survey) -> list[tuple[Link, str]]:
    """Each link with its address; who has no language, or another one, is shown the survey's own."""
    return [
        (
            replace(link, language=link.language or survey.language),
            platform.link(deployment_id, link.token, opens_in(link, survey)),
        )
        for link in links
    ]


def opens_in(link: Link, survey: Survey) -> str:
    """The language in which the link opens: hers, if the survey speaks it."""
    return link.language if link.language in survey.languages else survey.language


def _unspoken(links: Sequence[Link], survey: Survey) -> list[str]:
    """How many are invited whose language this deployment does not speak."""
    counts = Counter(link.language for link in links if link.language and link.language not in survey.languages)
    if not counts:
        return []
    told = ", ".join(f"{code} {count}" for code, count in sorted(counts.items()))
    return [
        f"{counts.total()} of {len(links)} have a language that is not deployed ({told}): they see «{survey.language}»"
    ]


def _invitation(survey: Survey, course: Course, link: Link) -> Invitation:
    return Invitation(
        unit=link.unit,
        person=link.person,
        token=link.token,
        language=opens_in(link, survey),
        attributes={name: course.attributes.get(name, "") for name in survey.attributes},
    )


def _survey_of(project: Project, deployment: Deployment) -> Survey:
    if deployment.pretest:
        return load_definition(project.surveys, deployment.survey, deployment.version)
    return read_release(project.surveys, deployment.survey, deployment.version).survey


def _selected(survey: Survey, roster: Roster, courses: Sequence[Course], where: str) -> list[Course]:
    conditions = [text for text in (survey.invite, where) if text]
    values = {course.unit: read_attributes(roster.attributes, course.attributes) for course in courses}
    return [course for course in courses if all(holds(text, values[course.unit]) for text in conditions)]


_HEADER = ("name", "phone", "email", "language", "link")


def _write_links(links: Sequence[tuple[Link, str]], path: Path, mailed: Sequence[Mailed] = ()) -> None:
    """The links with contact data; if mail was sent, with what became of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fates = [(item.fate.replace("_", " "), item.reason) for item in mailed] or [()] * len(links)
    header = (*_HEADER, "mail", "reason") if mailed else _HEADER
    rows = [
        (link.name, link.phone, link.email, link.language, address, *fate)
        for (link, address), fate in zip(links, fates, strict=True)
    ]
    part = path.with_name(path.name + ".part")
    if path.suffix.lower() == ".csv":
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *(map(_plain_cell, row) for row in rows)])
    else:
        _write_sheet([header, *rows], part)
    part.replace(path)


def _plain_cell(text: str) -> str:
    """A spreadsheet takes a text that begins like this for a formula."""
    return f"'{text}" if text.startswith(("=", "@", "-", "\t", "\r")) else text


def _write_sheet(rows: Sequence[Sequence[str]], path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("links")
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=text) for text in row]
        for cell in cells:
            cell.data_type = "s"  # a text that begins with = is no formula
        sheet.append(cells)
    book.save(path)


@dataclass(frozen=True)
class DeploymentStatus:
    """Counts of one deployment on its platform; the note says if it collects no more."""

    deployment: Deployment
    counts: Mapping[str, int]
    note: str = ""


def status(project: Project) -> list[DeploymentStatus]:
    """Where each deployment stands; of one that is deleted on its platform there are no counts."""
    return [_status(project, item) for item in deployments(project)]


def _status(project: Project, deployment: Deployment) -> DeploymentStatus:
    with connected(deployment.platform, project) as platform:
        try:
            return DeploymentStatus(deployment, platform.status(deployment.id), platform.ended(deployment.id))
        except GoneError as gone:
            return DeploymentStatus(deployment, {}, gone.message)


def close(project: Project, deployment: Deployment) -> None:
    """Take no more answers: whoever opens a link is told that the survey has ended. What was answered stays."""
    with working(project), connected(deployment.platform, project) as platform:
        platform.close(deployment.id)


@dataclass(frozen=True)
class Pulled:
    """How many records of a deployment a pull has added; `gone` are interviews that its platform has no longer.

    `note` tells of a pretest that is deleted there.
    """

    deployment: str
    records: int
    gone: tuple[str, ...] = ()
    note: str = ""


def pull(project: Project, progress: Progress = silent) -> list[Pulled]:
    """Append what is new or changed on the platforms to the archive.

    It can be cut off anywhere: what was appended stays, and the next pull goes on from there. A deployment that cannot
    be pulled keeps no other one from it.

    Raises:
        PlatformError: at the end, with everything that could not be pulled.
    """
    pulled: list[Pulled] = []
    failed: list[PlatformError] = []
    with working(project):
        every = deployments(project)
        for name in dict.fromkeys(item.platform for item in every):
            try:
                with connected(name, project) as platform:  # once: a refused login is not tried again
                    for item in (item for item in every if item.platform == name):
                        try:
                            pulled.append(_pull_one(project, platform, item, progress))
                        except PlatformError as error:
                            if isinstance(error, GoneError) and item.pretest:
                                pulled.append(Pulled(item.id, 0, note=error.message))
                            else:
                                failed.append(error)
            except PlatformError as error:
                failed.append(error)
    _refuse_failed(failed, pulled)
    return pulled


def _refuse_failed(failed: Sequence[PlatformError], pulled: Sequence[Pulled]) -> None:
    if len(failed) == 1 and not pulled:
        raise failed[0]
    if failed:
        told = ", ".join(f"{item.deployment} ({item.records} records)" for item in pulled) or "nothing"
        faults = [fault for error in failed for fault in (_as_fault(error), *error.faults)]
        raise PlatformError(f"not all could be pulled; pulled was {told}", faults=faults)


def _as_fault(error: PlatformError) -> Fault:
    return Fault(error.code, error.message, error.where, error.mend)


def _pull_one(project: Project, platform: Platform, deployment: Deployment, progress: Progress) -> Pulled:
    archive = Archive(project.archive / deployment.id)
    # An older copy of archive or platform may have been put back: who was erased since stays erased.
    if not (forgotten := erased(project)) <= archive.erased():
        archive.erase(forgotten, erased_at=now())
    count, gone = 0, list[str]()
    if hers := erased(project, deployment.id):
        platform.erase(deployment.id, sorted(hers))
    for batch in platform.pull(deployment.id, archive, limit=BATCH):
        archive.append(batch.responses, cursor=batch.cursor, pulled_at=now())
        count += len(batch.responses)
        gone += batch.gone
        progress(f"pull {deployment.id}", min(count, batch.total), batch.total)
    write_json(pull_path(project, deployment.id), {"pulled_at": now()})
    return Pulled(deployment.id, count, tuple(gone))


def drift(project: Project, deployment: Deployment) -> list[Fault]:
    """Everything that stands on the platform otherwise than it was deployed."""
    with connected(deployment.platform, project) as platform:
        return platform.drift(deployment.id)
