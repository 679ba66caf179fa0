"""What coordinators found out: their sheets read back, all or none, and who is therefore left in peace."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from evaltool.contacts.vault import Vault
from evaltool.errors import Fault
from evaltool.project import Project
from evaltool.records import Deployment
from evaltool.responses.dispositions import (
    OUTCOMES,
    SILENT,
    Finding,
    append_findings,
    read_findings,
    standing_findings,
)
from evaltool.responses.sheets import SheetError
from evaltool.workflows.connecting import open_vault
from evaltool.workflows.coordinator_sheet import FOUND, REMARK, Returned, Said, read_returned
from evaltool.workflows.deploying import deployments
from evaltool.workflows.working import now, working


@dataclass(frozen=True)
class Read:
    """What the sheets say: courses by reason, and how many of these words are new; what was taken back; remarks.

    `kept` counts words that were read before and stand, though a sheet that never showed them leaves them blank.
    """

    reasons: Mapping[str, int]
    new: int
    taken_back: int
    kept: int
    remarks: int


_Place: TypeAlias = tuple[str, str]
"""A deployment and a unit."""


@dataclass(frozen=True)
class _Word:
    """What a sheet, made when it was, says of a course."""

    said: Said
    sheet: str

    @property
    def told(self) -> tuple[str, str]:
        return self.said.reason, self.said.found_on


def read_sheets(project: Project, files: Sequence[Path]) -> Read:
    """Take in what coordinators found out, of all files or none. The same files again change nothing.

    Remarks may name people: they go into the vault, all else into a file without names.

    Raises:
        SheetError: with every fault of the files by file, sheet and row.
    """
    today = datetime.fromisoformat(now()).astimezone().date()
    returned, faults = _read_all(files, today)
    with working(project), open_vault(project) as vault:
        last = {(item.deployment, item.unit): item for item in read_findings(project.findings)}
        places = _places(vault, {item.id for item in deployments(project)})
        words, more = _words(returned, places, last)
        faults += more
        if faults:
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            raise SheetError(f"the sheets have {count}; nothing was taken in", faults=faults)
        for deployment, remarks in _remarks(words).items():
            vault.remark(deployment, remarks)
        new = list(_findings(words, last))
        append_findings(project.findings, new)
    before = {place: (item.reason, item.found_on) for place, item in last.items()}
    blank = [place for place, word in words.items() if not word.said.reason and FOUND not in word.said.cleared]
    return Read(
        reasons=Counter(word.said.reason for word in words.values() if word.said.reason),
        new=sum(bool(word.said.reason) and word.told != before.get(place) for place, word in words.items()),
        taken_back=sum(not item.reason for item in new),
        kept=sum(bool(place in last and last[place].reason) for place in blank),
        remarks=sum(bool(word.said.remark) for word in words.values()),
    )


def _read_all(files: Sequence[Path], today: date) -> tuple[list[Returned], list[Fault]]:
    returned: list[Returned] = []
    faults: list[Fault] = []
    for path in files:
        try:
            found, more = read_returned(path, today=today)
        except SheetError as error:
            faults += [Fault(error.code, error.message, error.where, error.mend), *error.faults]
        else:
            returned.append(found)
            faults += more
    return returned, faults


def _places(vault: Vault, ids: Iterable[str]) -> dict[str, dict[tuple[str, str], str]]:
    """By deployment the units that were invited, by what a sheet calls them."""
    courses = {course.unit: (course.person_id, course.course_id) for course in vault.courses()}
    return {id_: {courses[link.unit]: link.unit for link in vault.links(id_)} for id_ in ids}


def _words(
    returned: Sequence[Returned], places: Mapping[str, Mapping[tuple[str, str], str]], last: Mapping[_Place, Finding]
) -> tuple[dict[_Place, _Word], list[Fault]]:
    words: dict[_Place, _Word] = {}
    faults: list[Fault] = []
    for item in returned:
        if item.deployment not in places:
            mend = "Was the sheet made in another project? Name that one: evaltool --project DIR sheet read …"
            faults.append(Fault("unknown-deployment", f"«{item.deployment}» is not deployed here", item.file, mend))
            continue
        units = places[item.deployment]
        faults += _age_faults(item, [last.get((item.deployment, unit)) for unit in map(units.get, item.keys) if unit])
        for said in item.said:
            if said.key not in units:
                message, mend = f"this course is not invited to {item.deployment} (any longer)", "Delete the row."
                faults.append(Fault("unknown-course", message, said.where, mend))
                continue
            word = _Word(said, item.made_at)
            first = words.setdefault((item.deployment, units[said.key]), word)
            if (first.told, first.said.remark) != (word.told, said.remark):
                message, mend = (
                    f"says something else of this course than {first.said.where}",
                    "Keep what holds in both.",
                )
                faults.append(Fault("contradiction", message, said.where, mend))
    return words, faults


def _age_faults(item: Returned, known: Iterable[Finding | None]) -> Iterator[Fault]:
    """An older sheet would undo what a newer one said, without anybody having meant it."""
    newest = max((found.sheet for found in known if found), default="")
    if newest and datetime.fromisoformat(newest) > datetime.fromisoformat(item.made_at):
        message = f"the sheet was made {item.made_at}, and one made {newest} was read already"
        yield Fault("older-sheet", message, item.file, "Write it into a new sheet: evaltool sheet make …")


def _findings(words: Mapping[_Place, _Word], last: Mapping[_Place, Finding]) -> Iterator[Finding]:
    """What is to be kept: every word, also one that is said again, so that no older sheet can undo it.

    A blank cell takes a word back only on a sheet that showed it: a copy that nobody filled in says nothing.
    """
    read_at = now()
    for (deployment, unit), word in words.items():
        before = last.get((deployment, unit))
        again = before is not None and (before.reason, before.found_on, before.sheet) == (*word.told, word.sheet)
        taken_back = FOUND in word.said.cleared and before is not None and bool(before.reason)
        if again or not (word.said.reason or taken_back):
            continue
        disposition, aapor = OUTCOMES[word.said.reason] if word.said.reason else ("", "")
        yield Finding(
            deployment=deployment,
            unit=unit,
            reason=word.said.reason,
            disposition=disposition,
            aapor=aapor,
            found_on=word.said.found_on,
            sheet=word.sheet,
            read_at=read_at,
        )


def _remarks(words: Mapping[_Place, _Word]) -> dict[str, dict[str, str]]:
    """By deployment and unit; a blank one takes away what was shown there."""
    found: dict[str, dict[str, str]] = {}
    for (deployment, unit), word in words.items():
        if word.said.remark or REMARK in word.said.cleared:
            found.setdefault(deployment, {})[unit] = word.said.remark
    return found


def silenced(project: Project, deployment: Deployment) -> set[str]:
    """The units that are not to be written to any more: they said no to their coordinator."""
    found = standing_findings(read_findings(project.findings), deployment.id)
    return {unit for unit, item in found.items() if item.reason in SILENT}
