"""A row of LimeSurvey's export as a raw response: our names and codes, UTC times, and why an answer is missing."""

import re
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property, lru_cache, partial
from typing import TypeAlias

from evaltool.errors import Fault, PlatformError
from evaltool.platforms.limesurvey.names import MARKER, Names
from evaltool.platforms.limesurvey.pull import Row
from evaltool.platforms.limesurvey.structure import PageRecord, read_record
from evaltool.records import Answer, PageVisit, RawResponse, Status
from evaltool.survey.answers import OTHER_SUFFIX, read_attributes, reread, stored
from evaltool.survey.expressions import names as rule_names
from evaltool.survey.expressions import parse
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


@dataclass(frozen=True)
class _Asked:
    """A question that is answered, and the columns it is read from.

    `codes` are our codes by LimeSurvey's where one is chosen, the columns by our codes where several are. `text` is the
    column with the text of «other», `own_other` that of LimeSurvey's own «other» ("" if there is none).
    """

    question: Question
    column: str
    codes: Mapping[str, str]
    other: str | None
    text: str
    own_other: str


_Decided: TypeAlias = tuple[tuple[str, str | tuple[str, ...]], ...]
"""Answers by question, or attributes: what can be remembered by."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a row is read with. `zone` is that of the server's clock.

    `people` are by access code, where the row itself does not say whose it is.
    """

    deployment: str
    structure_hash: str
    sid: int
    survey: Survey
    names: Names
    zone: tzinfo
    people: Mapping[str, Answering] = field(default_factory=dict[str, Answering], repr=False)

    @cached_property
    def asked(self) -> tuple[_Asked, ...]:
        """All questions that are answered, in order."""
        return tuple(_columns_of(self.names, question) for question in _asking(self.survey.questions))

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """The questions that any rule reads: only their answers decide on the path."""
        pages, questions = self.survey.pages, tuple(self.survey.questions)
        rules = [self.survey.refusal, *(page.relevant for page in pages)]
        rules += [rule for item in questions for rule in (item.relevant, item.constraint, item.calculation)]
        read = {name for rule in rules if rule for name in rule_names(parse(rule))}
        return tuple(item.name for item in questions if item.name in read)

    @cached_property
    def walk(self) -> Callable[[_Decided, _Decided], Path]:
        """The path by deciding answers and attributes. Few of them occur, each in many rows."""
        return lru_cache(maxsize=4096)(partial(_walk, self.survey))


def _columns_of(names: Names, question: Question) -> _Asked:
    title, codes = names.questions[question.name], names.choices.get(question.name, {})
    several = question.type == "select_multiple"
    own = not (several and "other" in codes.values())  # else a choice has the column of that name
    return _Asked(
        question=question,
        column=title,
        codes={ours: f"{title}[{code}]" for ours, code in codes.items()}
        if several
        else {code: ours for ours, code in codes.items()},
        other=question.other_choice,
        text=names.others.get(question.name, ""),
        own_other=f"{title}[other]" if own else "",
    )


def _walk(survey: Survey, decided: _Decided, attributes: _Decided) -> Path:
    written: dict[str, Answer] = {name: list(item) if isinstance(item, tuple) else item for name, item in decided}
    values = {name: reread(survey.by_name[name], answer).value for name, answer in written.items()}
    told = {name: str(value) for name, value in attributes}
    return walk_path(survey, values, read_attributes(survey.attributes, told))


def check_columns(source: Source, columns: Iterable[str]) -> None:
    """Refuse an export whose columns are not those of the survey.

    Raises:
        PlatformError: with every column that we do not know, and every one that is missing.
    """
    there, known = set(columns), {*_columns(source), *source.names.participant}
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
    who = _who(source, row, interview)
    given = _given(source, row)
    path = _path(source, given, who.attributes)
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


def _who(source: Source, row: Row, interview: str) -> Answering:
    """As LimeSurvey was told; who is not on its list any more has no unit there."""
    names = source.names
    if row.get(names.unit):
        told = {ours: str(row.get(theirs) or "") for ours, theirs in names.attributes.items()}
        return Answering(str(row[names.unit]), str(row[names.person]), told)
    return source.people.get(str(row.get("token") or ""), Answering(interview, interview))


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


def _path(source: Source, given: Mapping[str, Answer], attributes: Mapping[str, str]) -> Path:
    decided = ((name, given[name]) for name in source.deciding if name in given)
    kept = tuple((name, tuple(answer) if isinstance(answer, list) else str(answer)) for name, answer in decided)
    return source.walk(kept, tuple(attributes.items()))


def _is_visible(step: Step) -> bool:
    return any(question.type != "calculate" for question in step.questions)


def _visits(records: Records) -> list[PageVisit]:
    found = [PageVisit(page=page, language=item.language, saved_at=_utc(item)) for page, item in records.items()]
    return sorted(found, key=lambda visit: visit.saved_at)


def _utc(record: PageRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(record.time))


def _times(row: Row, zone: tzinfo) -> tuple[str, str]:
    """When it was begun and last saved."""
    begun, saved, sent = (_zoned(row.get(name), zone) for name in ("startdate", "datestamp", "submitdate"))
    last = saved or sent or begun or UNDATED
    return begun or last, last


@lru_cache(maxsize=16)  # the same time stands in a row twice
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
    for item in source.asked:
        name = item.question.name
        if name not in shown and name not in given:
            continue
        answers[name] = given.get(name)
        if item.other:
            answers[name + OTHER_SUFFIX] = _other_text(item, row)
    return answers


def _asking(questions: Iterable[Question]) -> Iterator[Question]:
    return (question for question in questions if QUESTION_TYPES[question.type].asks)


def _given(source: Source, row: Row) -> dict[str, Answer]:
    """What was answered. Most questions take one choice, of a code that is known: that goes without a call."""
    given: dict[str, Answer] = {}
    for item in source.asked:
        theirs = row.get(item.column)
        if item.column not in row or theirs:
            answer = item.codes.get(theirs or "") or _written(item, row)
            if answer is not None:
                given[item.question.name] = answer
    return given


def _written(item: _Asked, row: Row) -> Answer:
    """The answer in the form in which the embedded server would keep it."""
    kind = item.question.type
    if kind == "select_multiple":
        return _chosen(item, row) or None
    text = str(row.get(item.column) or "")
    if kind == "select_one":
        return _code(item, text) or None
    if kind == "date":
        text = text.partition(" ")[0]
    if kind == "decimal" and _THREE_DECIMALS.search(text):
        text += "0"  # a point and three digits could part thousands where a person writes; here it cannot
    return _stored(item.question, text)


def _chosen(item: _Asked, row: Row) -> list[str]:
    chosen = [ours for ours, column in item.codes.items() if row.get(column) == "Y"]
    if item.other and item.other not in chosen and row.get(item.own_other):
        chosen.append(item.other)
    return chosen


def _code(item: _Asked, theirs: str) -> str:
    if theirs == OWN_OTHER and item.other:
        return item.other
    return item.codes.get(theirs, theirs)  # cleaning tells of a code that nobody knows


def _stored(question: Question, text: str) -> Answer:
    try:
        return stored(question, [text])
    except AnswerFault:  # cleaning tells of it, with the answer as it was written
        return text


def _other_text(item: _Asked, row: Row) -> str | None:
    return str(row.get(item.text) or row.get(item.own_other) or "").strip() or None


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
