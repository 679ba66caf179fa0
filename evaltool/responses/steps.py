"""The first steps of cleaning: which interviews count. Each takes interviews and gives back fewer or mended ones."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from evaltool.records import Answer, RawResponse
from evaltool.responses.corrections import Correction
from evaltool.survey.model import Survey


class LogEntry(NamedTuple):
    """What cleaning changed or dropped, and why; never an answer. `variable` is "" for a whole interview."""

    step: str
    unit: str
    variable: str
    reason: str
    detail: str = ""


Interviews: TypeAlias = list[RawResponse]
Outcome: TypeAlias = tuple[Interviews, list[LogEntry]]


def keep_latest(records: Iterable[RawResponse]) -> Outcome:
    """Of the states of one interview that were pulled, the highest revision; of equal ones the last pulled."""
    latest: dict[tuple[str, str], RawResponse] = {}
    earlier: dict[tuple[str, str], int] = {}
    for record in records:
        key = (record.deployment, record.interview)
        before = latest.get(key)
        if before is not None:
            earlier[key] = earlier.get(key, 0) + 1
        if before is None or record.revision >= before.revision:
            latest[key] = record
    log = [
        LogEntry("latest", latest[key].unit, "", "superseded", f"earlier states of the interview: {count}")
        for key, count in earlier.items()
    ]
    return list(latest.values()), log


def drop_other_versions(records: Interviews, *, structure_hash: str) -> Outcome:
    """Answers to another version of the survey belong in that version's dataset."""
    log = [
        LogEntry("version", record.unit, "", "other_version", f"structure {record.structure_hash[:12]}")
        for record in records
        if record.structure_hash != structure_hash
    ]
    return [record for record in records if record.structure_hash == structure_hash], log


def apply_corrections(records: Interviews, *, corrections: Sequence[Correction], survey: Survey) -> Outcome:
    """Set anew what was looked into; a correction that finds no interview is told."""
    wanted: dict[str, list[Correction]] = {}
    for correction in corrections:
        if correction.concerns(survey):
            wanted.setdefault(correction.unit, []).append(correction)
    log: list[LogEntry] = []
    kept = [
        _corrected(record, wanted[record.unit], survey, log) if record.unit in wanted else record for record in records
    ]
    found = {record.unit for record in records}
    for unit, items in wanted.items():
        if unit not in found:
            log += [LogEntry("corrections", unit, item.variable, "not_applied", "no interview") for item in items]
    return kept, log


def _corrected(record: RawResponse, items: Sequence[Correction], survey: Survey, log: list[LogEntry]) -> RawResponse:
    answers: dict[str, Answer] = dict(record.answers)
    for item in items:
        answers[item.variable] = item.answer(survey.by_name.get(item.variable))
        log.append(
            LogEntry("corrections", record.unit, item.variable, "corrected", f"{item.who}, {item.when}: {item.why}")
        )
    return replace(record, answers=answers)


def drop_unknown_units(records: Interviews, *, units: Container[str]) -> Outcome:
    """Interviews of courses that are not on the roster (any longer)."""
    log = [LogEntry("roster", record.unit, "", "not_on_roster") for record in records if record.unit not in units]
    return [record for record in records if record.unit in units], log


_RANK: Mapping[str, int] = {"complete": 3, "partial": 2, "refused": 1, "opened": 0}


def drop_duplicates(records: Interviews) -> Outcome:
    """One interview a course: complete before partial before refused before merely opened, then the latest."""
    best: dict[str, RawResponse] = {}
    for record in records:
        before = best.get(record.unit)
        if before is None or _worth(record) > _worth(before):
            best[record.unit] = record
    log = [
        LogEntry("duplicates", record.unit, "", "duplicate", f"{record.status} interview of {record.deployment}")
        for record in records
        if best[record.unit] is not record
    ]
    return list(best.values()), log


def _worth(record: RawResponse) -> tuple[int, str, str]:
    return (_RANK[record.status], record.saved_at, record.interview)
