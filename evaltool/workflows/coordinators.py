"""Coordinators' sheets: for each a workbook of her courses, with status and personal links. Never an answer."""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from evaltool.contacts.vault import Link
from evaltool.errors import PlatformError, ProjectError, RosterError
from evaltool.project import Project
from evaltool.records import Course, Deployment
from evaltool.responses.dispositions import SILENT, Finding, read_findings, standing_findings
from evaltool.survey.load import load_roster
from evaltool.survey.model import Attribute, Roster, Survey
from evaltool.text import long_date, pick, say
from evaltool.workflows.connecting import connected, open_vault
from evaltool.workflows.coordinator_sheet import (
    COURSE,
    FOUND,
    FOUND_ON,
    NAME,
    PERSON,
    REMARK,
    Workbook,
    write_workbook,
)
from evaltool.workflows.fieldwork import DONE, opens_in, statuses
from evaltool.workflows.monitoring import last_pull
from evaltool.workflows.working import now, read_json, standing_survey, working

_STATUSES = {
    "": "not opened",
    "opened": "opened",
    "partial": "begun",
    "complete": "answered",
    "refused": "no thanks",
}
_REASONS = {
    "refused": "no thanks",
    "wrong_number": "wrong number",
    "moved": "moved",
    "broken_off": "course broken off",
}
_STATUS, _LINK = "status", "link"
_OPEN = {FOUND: "What was found out", FOUND_ON: "When (day-month-year)", REMARK: "Remark"}
_GUIDE = (
    "Write in the yellow columns only. Leave a row blank if there is nothing to tell.",
    "«What was found out»: choose from the list. What you told before stands there; clear the cell to take it back.",
    "Who says no thanks to you gets no more reminders. Send the sheet back soon, then.",
    "A new number or another name belongs on the roster: write it as a remark.",
    "A link is personal: send it to nobody else, and do not open it yourself. It goes once it was answered or refused.",
    "The status says how far somebody has come, never what was answered.",
    "Send the file back as .xlsx, and delete your own: it holds names and phone numbers.",
)


@dataclass(frozen=True)
class Made:
    """The sheets that were written: how many courses each has, by file. `notes` tell what should be known of them."""

    folder: Path
    courses: Mapping[str, int]
    notes: tuple[str, ...]


def make_sheets(project: Project, deployment: Deployment, *, out: Path | None = None) -> Made:
    """Write a workbook for each coordinator, with those of her courses that were invited; all of them or none.

    The status is that of the last pull. Without `out` the folder is a new one in the data folder.

    Raises:
        RosterError: if no column of the roster is the coordinator's, or nobody was invited.
        ProjectError: if `out` holds something, or cannot be written.
        PlatformError: if the platform does not tell whose answers it has.
    """
    if deployment.anonymised:
        mend = "Nobody can tell who has answered: write to all of them, or to none."
        raise PlatformError("the answers are anonymised there", where=deployment.id, mend=mend)
    roster = load_roster(project.surveys / "roster.yaml")
    name, column = _coordinator_column(roster, project)
    language = project.settings.language
    with working(project):
        facts = _facts(project, deployment, roster)
        rows: dict[str, list[_Row]] = {}
        for unit, row in _rows(project, facts):
            rows.setdefault(facts.courses[unit].attributes.get(name, ""), []).append(row)
        titles = {code: _title(code, column, language) for code in sorted(rows)}
        files = {code: f"{stem}.xlsx" for code, stem in file_names(titles).items()}
        made_at = now()
        folder = out or project.data / "sheets" / deployment.id / re.sub(r"[^0-9T]", "", made_at[:19])
        _write_folder(folder, {files[code]: _workbook(facts, found, made_at) for code, found in rows.items()})
    notes = [_NOT_PULLED.format(id=deployment.id)] if not facts.pulled_at else []
    if "" in rows:
        notes.append(f"{len(rows[''])} courses have no coordinator on the roster: they stand in {files['']}")
    return Made(folder, {files[code]: len(rows[code]) for code in files}, tuple(notes))


_NOT_PULLED = "no answers to {id} were pulled yet, so no status is told: evaltool pull, then make the sheets again"


def _coordinator_column(roster: Roster, project: Project) -> tuple[str, Attribute]:
    name = roster.column("coordinator")
    if name not in roster.attributes:
        mend = "Give that column «role: coordinator», and leave out «sensitivity»: it is no contact data of hers."
        where = (project.surveys / "roster.yaml").as_posix()
        raise RosterError("no column of the roster says who a course's coordinator is", where=where, mend=mend)
    return name, roster.attributes[name]


def _title(code: str, column: Attribute, language: str) -> str:
    if not code:
        return say("No coordinator", language)
    return pick(column.choices[code].label, language) if code in column.choices else code


# What Windows takes in no file name, and names that mean a device there whatever follows the dot.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_LONGEST = 80


def file_names(titles: Mapping[str, str]) -> dict[str, str]:
    """A file name without ending for each title: safe everywhere, and no two alike whatever the case."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for key, title in titles.items():
        plain = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", title))
        stem = " ".join(plain.split())[:_LONGEST].strip(". ") or "_"
        stem = f"_{stem}" if _DEVICE.fullmatch(stem) else stem
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem} ({number})"
        taken.add(name.casefold())
        names[key] = name
    return names


def _write_folder(folder: Path, books: Mapping[str, Workbook]) -> None:
    """Write beside the folder and move: a sheet that somebody is filling in is never overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        mend = "Name a new folder. Sheets that came back may lie there: read them first."
        raise ProjectError("there is something already", where=folder.as_posix(), mend=mend)
    part = folder.with_name(folder.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, book in books.items():
            write_workbook(part / name, book)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        mend = "Check that you may write there, and that it has room."
        message = f"the sheets cannot be written: {error.strerror}"
        raise ProjectError(message, where=folder.as_posix(), mend=mend) from None


_Row: TypeAlias = Mapping[str, str | date]


@dataclass(frozen=True, repr=False)
class _Facts:
    """All that the sheets of one deployment are made of. `pulled_at` is "" if nothing was pulled yet."""

    deployment: Deployment
    survey: Survey
    roster: Roster
    language: str
    courses: Mapping[str, Course]
    links: Sequence[Link]
    remarks: Mapping[str, str]
    findings: Mapping[str, Finding]
    statuses: Mapping[str, str]
    pulled_at: str

    def column(self, role: str) -> Attribute | None:
        """The roster's column of the person who answers."""
        return self.roster.columns.get(self.roster.column(role, self.survey.respondent))

    @cached_property
    def days(self) -> dict[str, str]:
        """The roster's dates that she may see: name by key."""
        columns = self.roster.attributes.items()
        days = [name for name, column in columns if column.type == "date" and column.sensitivity == "ordinary"]
        return {f"day {name}": name for name in days}


def _facts(project: Project, deployment: Deployment, roster: Roster) -> _Facts:
    with open_vault(project) as vault:
        courses = {course.unit: course for course in vault.courses()}
        links, remarks = vault.links(deployment.id), vault.remarks(deployment.id)
    if not links:
        raise RosterError(f"nobody was invited to {deployment.id}", mend="Run: evaltool invite")
    return _Facts(
        deployment=deployment,
        survey=Survey.model_validate(read_json(standing_survey(project, deployment.id))),
        roster=roster,
        language=project.settings.language,
        courses=courses,
        links=links,
        remarks=remarks,
        findings=standing_findings(read_findings(project.findings), deployment.id),
        statuses=statuses(project, deployment),
        pulled_at=last_pull(project, deployment.id) or "",
    )


def _rows(project: Project, facts: _Facts) -> Iterator[tuple[str, _Row]]:
    """By unit, in order of names, as she looks for them."""
    links = sorted(facts.links, key=lambda link: (link.name.casefold(), facts.courses[link.unit].course_id))
    with connected(facts.deployment.platform, project) as platform:
        for link in links:
            address = platform.link(facts.deployment.id, link.token, opens_in(link, facts.survey))
            yield link.unit, _row(facts, link, address)


def _row(facts: _Facts, link: Link, address: str) -> _Row:
    course, found = facts.courses[link.unit], facts.findings.get(link.unit)
    status = facts.statuses.get(link.unit, "")
    done = status in DONE or (found is not None and found.reason in SILENT)
    days = {key: course.attributes.get(name, "") for key, name in facts.days.items()}
    return {
        PERSON: course.person_id,
        COURSE: course.course_id,
        NAME: link.name,
        "phone": link.phone,
        "language": _spoken(facts, link),
        **{key: date.fromisoformat(day) for key, day in days.items() if day},
        _STATUS: say(_STATUSES[status], facts.language) if facts.pulled_at else "",
        _LINK: "" if done else address,
        FOUND: say(_REASONS[found.reason], facts.language) if found else "",
        FOUND_ON: date.fromisoformat(found.found_on) if found and found.found_on else "",
        REMARK: facts.remarks.get(link.unit, ""),
    }


def _spoken(facts: _Facts, link: Link) -> str:
    column = facts.column("language")
    choice = column.choices.get(link.language) if column else None
    return pick(choice.label, facts.language) if choice else link.language


def _workbook(facts: _Facts, rows: Sequence[_Row], made_at: str) -> Workbook:
    language = facts.language
    title = say("Your courses: «{survey}»", language, survey=pick(facts.survey.title, language))
    return Workbook(
        deployment=facts.deployment.id,
        made_at=made_at,
        title=say("Courses", language),
        columns=_columns(facts),
        rows=rows,
        reasons={reason: say(label, language) for reason, label in _REASONS.items()},
        guide_title=say("Read me", language),
        guide=[title, *(say(line, language) for line in _GUIDE)],
        bad_reason=say("Choose from the list.", language),
        bad_day=say("Write a day that has been, as day-month-year.", language),
    )


def _columns(facts: _Facts) -> dict[str, str]:
    roster, language = facts.roster, facts.language
    keys = {PERSON: roster.columns[roster.column("person")], COURSE: roster.columns[roster.column("course")]}
    reached = {role: found for role in (NAME, "phone", "language") if (found := facts.column(role))}
    days = {key: roster.columns[name] for key, name in facts.days.items()}
    columns = {key: pick(column.label, language) or key for key, column in {**reached, **keys, **days}.items()}
    told = {key: say(label, language) for key, label in {**_OPEN, _LINK: "Personal link"}.items()}
    return {**columns, _STATUS: _as_of(facts), **told}


def _as_of(facts: _Facts) -> str:
    if not facts.pulled_at:
        return say("Status (no answers fetched yet)", facts.language)
    moment = datetime.fromisoformat(facts.pulled_at).astimezone()
    day = long_date(moment.date(), facts.language)
    return say("Status, {day} at {time}", facts.language, day=day, time=f"{moment:%H:%M}")
