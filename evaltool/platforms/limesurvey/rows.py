"""A row of LimeSurvey's export as a raw response: our names and codes, UTC times, and why an answer is missing."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeAlias

from evaltool.errors import Fault, PlatformError
from evaltool.platforms.limesurvey.names import MARKER, Names
from evaltool.platforms.limesurvey.pull import Row
from evaltool.platforms.limesurvey.structure import PageRecord, read_record
from evaltool.records import Answer, PageVisit, RawResponse, Status
from evaltool.survey.answers import OTHER_SUFFIX, read_attributes, reread, stored
from evaltool.survey.model import Question, Survey
from evaltool.survey.path import Path, Step, walk_path
from evaltool.survey.types import QUESTION_TYPES, AnswerFault

OWN_OTHER = "-oth-"
"""LimeSurvey's own code for «other»; its text stands in the column `question[other]`, with several answers alone."""

UNDATED = "1980-01-01T00:00:00+00:00"
"""What LimeSurvey writes in place of a time where a survey keeps no dates."""

_THREE_DECIMALS = re.compile(r"\.\d{3}$")
SYSTEM_COLUMNS = frozenset(
    {"id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp"}
    | {"ipaddr", "refurl", "interviewtime"}
)


Records: TypeAlias = dict[str, PageRecord]


@dataclass(frozen=True)
class Answering:
    """Who answers with an access code: pseudonyms, and the attributes that routing went by."""

    unit: str
    person: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a row is read with. `zone` is that of the server's clock; `people` are by access code."""

    deployment: str
    structure_hash: str
    sid: int
    survey: Survey
    names: Names
    zone: tzinfo
    people: Mapping[str, Answering] = field(default_factory=dict[str, Answering], repr=False)


def check_columns(source: Source, columns: Iterable[str]) -> None:
    """Refuse an export whose columns are not those of the survey.

    Raises:
        PlatformError: with every column that we do not know, and every one that is missing.
    """
    there, known = set(columns), set(_columns(source))
    titles = set(source.names.questions.values())  # also what LimeSurvey works out itself
    own_others = {f"{title}[other]" for title in titles}
    strange = there - known - titles - own_others - SYSTEM_COLUMNS - {MARKER, *source.names.records.values()}
    strange = {name for name in strange if not _is_left_out(source, name)}
    faults = [
        *(Fault("unknown-column", f"a column «{name}» that the survey has not") for name in sorted(strange)),
        *(Fault("missing-column", f"no column «{name}»") for name in sorted(known - there)),
    ]
    if faults:
        mend = "Somebody has changed the survey in LimeSurvey: evaltool drift tells what. Nothing was pulled."
        message = f"survey {source.sid} on LimeSurvey is not the one that was deployed"
        raise PlatformError(message, where=source.deployment, mend=mend, faults=faults)


def _is_left_out(source: Source, column: str) -> bool:
    return not source.names.left_out.keys().isdisjoint((column, column.partition("[")[0]))


def _columns(source: Source) -> Iterator[str]:
    for question in _asking(source.survey.questions):
        title = source.names.questions[question.name]
        if question.type == "select_multiple":
            yield from _parts(source, question)
        else:
            yield title
    yield from source.names.others.values()


def _parts(source: Source, question: Question) -> list[str]:
    """The columns of a question with several answers."""
    title, codes = source.names.questions[question.name], source.names.choices[question.name].values()
    return [f"{title}[{'other' if code == OWN_OTHER else code}]" for code in codes]


def read_row(source: Source, row: Row, *, revision: int) -> RawResponse:
    """The response in this row. A question that was never shown has no entry, one left empty has `None`.

    One whose access code nobody has stands for itself: the interview is its own unit and person.
    """
    interview = interview_id(source, row)
    who = source.people.get(str(row.get("token") or ""), Answering(interview, interview))
    written = {question.name: _written(source, question, row) for question in _asking(source.survey.questions)}
    given = {name: answer for name, answer in written.items() if answer is not None}
    path = _path(source.survey, given, who.attributes)
    status = _status(row, given, path)
    records = _records(source, row, path)
    visits = _visits(records)
    shown = _recorded(source, records) if _keeps_records(source, row) else _derived(source, row, given, path=path)
    opened, saved = _times(row, source.zone)
    sent = _zoned(row.get("submitdate"), source.zone)
    return RawResponse(
        deployment=source.deployment,
        interview=interview,
        unit=who.unit,
        person=who.person,
        structure_hash=source.structure_hash,
        language=visits[-1].language if visits else str(row.get("startlanguage") or source.survey.language),
        mode="self",
        status=status,
        revision=revision,
        opened_at=opened,
        saved_at=saved,
        completed_at=sent if status == "complete" else None,
        attributes=dict(who.attributes),
        answers=_with_empty(source, row, given, shown),
        pages=tuple(visits),
    )


def interview_id(source: Source, row: Row) -> str:
    """Our name of the interview in this row."""
    return f"ls{source.sid}-{row['id']}"


def _records(source: Source, row: Row, path: Path) -> Records:
    """What the record of each page that was sent says, in order of the pages.

    LimeSurvey writes a record when it shows the page, too: of an interview that was not sent, the furthest page was
    shown only.
    """
    found: Records = {}
    for page, column in source.names.records.items():
        record = read_record(str(row.get(column) or ""))
        if record:
            found[page] = record
    if not row.get("submitdate"):
        visible = [step.page.name for step in path.steps if _is_visible(step)]
        found.pop(next((page for page in reversed(visible) if page in found), ""), None)
    return found


def _path(survey: Survey, given: Mapping[str, Answer], attributes: Mapping[str, str]) -> Path:
    values = {name: reread(survey.by_name[name], answer).value for name, answer in given.items()}
    return walk_path(survey, values, read_attributes(survey.attributes, attributes))


def _is_visible(step: Step) -> bool:
    return any(question.type != "calculate" for question in step.questions)


def _visits(records: Records) -> list[PageVisit]:
    found = [PageVisit(page=page, language=item.language, saved_at=_utc(item)) for page, item in records.items()]
    return sorted(found, key=lambda visit: visit.saved_at)


def _utc(record: PageRecord) -> str:
    return datetime.fromtimestamp(record.time, UTC).isoformat(timespec="seconds")


def _times(row: Row, zone: tzinfo) -> tuple[str, str]:
    """When it was begun and last saved."""
    begun, saved, sent = (_zoned(row.get(name), zone) for name in ("startdate", "datestamp", "submitdate"))
    last = saved or sent or begun or UNDATED
    return begun or last, last


def _zoned(clock: object, zone: tzinfo) -> str | None:
    """The server's wall clock in UTC; of an hour that the clock shows twice, the first."""
    if not clock:
        return None
    read = datetime.fromisoformat(str(clock))
    if read.year == 1980:
        return UNDATED
    return read.replace(tzinfo=zone).astimezone(UTC).isoformat(timespec="seconds")


def _with_empty(source: Source, row: Row, given: Mapping[str, Answer], shown: Container[str]) -> dict[str, Answer]:
    """The answers, and `None` for what was shown and left empty. An answer stays, whatever the record says."""
    answers: dict[str, Answer] = {}
    for question in _asking(source.survey.questions):
        if question.name not in shown and question.name not in given:
            continue
        answers[question.name] = given.get(question.name)
        if question.other_choice:
            answers[question.name + OTHER_SUFFIX] = _other_text(source, question, row)
    return answers


def _asking(questions: Iterable[Question]) -> Iterator[Question]:
    return (question for question in questions if QUESTION_TYPES[question.type].asks)


def _written(source: Source, question: Question, row: Row) -> Answer:
    """The answer in the form in which the embedded server would keep it."""
    if question.type == "select_multiple":
        return _chosen(source, question, row) or None
    text = str(row.get(source.names.questions[question.name]) or "")
    if question.type == "select_one":
        return _code(source, question, text) or None
    if question.type == "date":
        text = text.partition(" ")[0]
    if question.type == "decimal" and _THREE_DECIMALS.search(text):
        text += "0"  # a point and three digits could part thousands where a person writes; here it cannot
    return _stored(question, text)


def _chosen(source: Source, question: Question, row: Row) -> list[str]:
    title = source.names.questions[question.name]
    codes = source.names.choices[question.name]
    chosen = [ours for ours, theirs in codes.items() if row.get(f"{title}[{theirs}]") == "Y"]
    if question.other_choice and question.other_choice not in chosen and _own_other(source, question, row):
        chosen.append(question.other_choice)
    return chosen


def _own_other(source: Source, question: Question, row: Row) -> str:
    """The text of LimeSurvey's own «other», whose column is called as that of a choice `other` would be."""
    if question.type == "select_multiple" and "other" in source.names.choices[question.name].values():
        return ""
    return str(row.get(f"{source.names.questions[question.name]}[other]") or "")


def _code(source: Source, question: Question, theirs: str) -> str:
    if theirs == OWN_OTHER and question.other_choice:
        return question.other_choice
    return source.names.choice(question.name, theirs) or theirs  # cleaning tells of a code that nobody knows


def _stored(question: Question, text: str) -> Answer:
    try:
        return stored(question, [text])
    except AnswerFault:  # cleaning tells of it, with the answer as it was written
        return text


def _other_text(source: Source, question: Question, row: Row) -> str | None:
    text = str(row.get(source.names.others.get(question.name, "")) or "")
    return (text or _own_other(source, question, row)).strip() or None


def _keeps_records(source: Source, row: Row) -> bool:
    """An adopted survey has no hidden records."""
    return bool(source.names.records) and row.keys() >= set(source.names.records.values())


def _recorded(source: Source, records: Records) -> set[str]:
    titles = {title for record in records.values() for title, shown in record.shown.items() if shown}
    return {name for name, title in source.names.questions.items() if title in titles}


def _derived(source: Source, row: Row, given: Container[str], *, path: Path) -> set[str]:
    """On the path, and up to the last page with an answer if it was not sent.

    Where the server tells «not shown» (`None`) from «left empty», that goes first; but a number or a date left empty
    is `None` there, too.
    """
    steps = path.steps
    if not row.get("submitdate"):
        reached = [place for place, step in enumerate(steps) if any(item.name in given for item in step.questions)]
        steps = steps[: max(reached, default=-1) + 1]
    on_path = _asking(question for step in steps for question in step.questions)
    return {question.name for question in on_path if not _never_shown(source, question, row)}


def _never_shown(source: Source, question: Question, row: Row) -> bool:
    """Of what LimeSurvey showed by a rule that we do not know, only the server can tell that it was left empty.

    One that can tells «not shown» of another question in the same row.
    """
    told = question.type in _NULLABLE and any(_is_null(source, item, row) for item in source.survey.questions)
    return _is_null(source, question, row) or (question.name in source.names.unrouted and not told)


_NULLABLE = {"text", "select_one", "select_multiple"}


def _is_null(source: Source, question: Question, row: Row) -> bool:
    title = source.names.questions.get(question.name, "")
    if question.type == "select_multiple":
        return all(row.get(column, "") is None for column in _parts(source, question))
    return question.type in _NULLABLE and row.get(title, "") is None


def _status(row: Row, given: Mapping[str, Answer], path: Path) -> Status:
    """Refused is what the survey's own rule calls so, whether LimeSurvey counts it as sent or not."""
    if path.refused:
        return "refused"
    if row.get("submitdate"):
        return "complete"
    return "partial" if given else "opened"


def strangers(source: Source, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Ids of rows with an access code that nobody on the list has, or with none: they have no roster attributes."""
    return [int(row["id"]) for row in rows if str(row.get("token") or "") not in source.people]
