"""Routing re-checked for all interviews at once: `survey.path.walk_path`, a column at a time.

Every distinct written answer is read once, by the function that the server uses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from evaltool.records import Answer, RawResponse
from evaltool.responses.tables import Coded, Codes, Mask, calculate, columns_hold, number_values
from evaltool.survey.answers import OTHER_SUFFIX, Reading, read_attributes, reread
from evaltool.survey.expressions import names, parse
from evaltool.survey.model import Attribute, Page, Question, Survey

REASONS = ("not_applicable", "not_reached", "not_answered", "dont_know", "refused")
_CODE = {reason: place for place, reason in enumerate(REASONS)}
_LARGEST = 2**63


@dataclass(frozen=True, eq=False)
class Answered:
    """One question for all interviews. `reasons` are places in `REASONS`, -1 where there is a value.

    `off_path`, `impossible` and `constraint` mark the interviews in which a written answer was set aside, and why;
    `other` is the text beside the open choice, `other_alone` marks such a text without its choice.
    """

    question: Question
    value: Coded
    reasons: NDArray[np.int8]
    off_path: Mask
    impossible: Mask
    constraint: Mask
    other: Coded | None = None
    other_alone: Mask | None = None


@dataclass(frozen=True, eq=False)
class Walked:
    """All questions that have a column, in order; `refused` marks interviews that the answers end."""

    answers: Mapping[str, Answered]
    refused: Mask


@dataclass(frozen=True, eq=False)
class _Written:
    """The written answers of one question: each row's place in `readings`; `shown` and `filled` by row."""

    places: Codes
    readings: Sequence[Reading]
    shown: Mask
    filled: Mask


def walk_table(survey: Survey, records: Sequence[RawResponse]) -> Walked:
    """Walk all interviews with their recorded attributes; an answer off the path counts as no answer.

    A question is not_reached if it was on the path and never shown, or if its routing hangs on such a question.
    """
    walker = _Walker(survey, records)
    for page in survey.pages:
        walker.walk(page)
    return Walked(walker.found, walker.refused)


class _Walker:
    """What is known so far while the pages are walked: values, questions not reached, interviews refused."""

    def __init__(self, survey: Survey, records: Sequence[RawResponse]):
        self.survey = survey
        self.answers = [record.answers for record in records]
        self.size = len(records)
        self.known = attribute_columns(survey, records)
        self.unreached: dict[str, Mask] = {}
        self.refused = np.zeros(self.size, dtype=bool)
        self.found: dict[str, Answered] = {}

    def walk(self, page: Page) -> None:
        on_page = columns_hold(page.relevant, self.known, self.size) & ~self.refused
        asked = [on_page & columns_hold(question.relevant, self.known, self.size) for question in page.questions]
        before = dict(self.known)
        for question, mask in zip(page.questions, asked, strict=True):
            if question.type == "note":
                continue
            undecided = self._undecided(page.relevant, question.relevant) & ~mask
            if question.type == "calculate":
                answered = self._calculate(question, mask, undecided, before)
            else:
                answered = self._answer(question, mask, undecided)
            self.found[question.name] = answered
            self.known[question.name] = answered.value
            self.unreached[question.name] = answered.reasons == _CODE["not_reached"]
        if self.survey.refusal:
            ends = columns_hold(self.survey.refusal, self.known, self.size)
            self.refused = self.refused | (np.logical_or.reduce(asked) & ends)

    def _undecided(self, *expressions: str) -> Mask:
        """Interviews in which routing hangs on a question that was not reached."""
        found = np.zeros(self.size, dtype=bool)
        for text in expressions:
            for name in names(parse(text)) if text else ():
                found = found | self.unreached.get(name, False)
        return found

    def _answer(self, question: Question, asked: Mask, undecided: Mask) -> Answered:
        written = _read_written(question, self.answers)
        value, reasons, faults = _spread(written)
        off_path = ~asked & written.filled
        constraint = np.zeros(self.size, dtype=bool)
        if question.constraint:
            known = {**self.known, ".": value}
            constraint = asked & value.answered & ~columns_hold(question.constraint, known, self.size)
        reasons = np.where(constraint, _CODE["not_answered"], reasons)
        reasons = np.where(written.shown, reasons, _CODE["not_reached"])
        off = np.where(undecided, _CODE["not_reached"], _CODE["not_applicable"])
        reasons = np.where(asked, reasons, off).astype(np.int8)
        value = value.where(reasons < 0)
        other, alone = self._other(question, value)
        return Answered(question, value, reasons, off_path, asked & faults, constraint, other, alone)

    def _other(self, question: Question, value: Coded) -> tuple[Coded | None, Mask | None]:
        code = question.other_choice
        if code is None:
            return None, None
        name = question.name + OTHER_SUFFIX
        texts = Coded.of(_text(row.get(name)) for row in self.answers)
        chosen = value.look_up(lambda answer: code in answer if isinstance(answer, tuple) else answer == code)
        return texts.where(chosen), texts.answered & ~chosen

    def _calculate(self, question: Question, asked: Mask, undecided: Mask, known: Mapping[str, Coded]) -> Answered:
        value = calculate(question.calculation, known, self.size).where(asked)
        waits = undecided | (asked & self._undecided(question.calculation))
        off = np.where(asked, _CODE["not_answered"], _CODE["not_applicable"])
        reasons = np.where(value.answered, -1, np.where(waits, _CODE["not_reached"], off)).astype(np.int8)
        nothing = np.zeros(self.size, dtype=bool)
        return Answered(question, value, reasons, nothing, nothing, nothing)


def attribute_columns(survey: Survey, records: Sequence[RawResponse]) -> dict[str, Coded]:
    """The recorded attributes by name, as values of the type that the survey gives them."""
    return {name: _attribute(name, column, records) for name, column in survey.attributes.items()}


def _attribute(name: str, column: Attribute, records: Sequence[RawResponse]) -> Coded:
    texts = Coded.of(record.attributes.get(name) for record in records)
    values = Coded.of(read_attributes({name: column}, {name: str(text)})[name] for text in texts.values)
    return Coded(np.append(values.codes, -1)[texts.codes], values.values)


_ABSENT = object()


def _read_written(question: Question, answers: Sequence[Mapping[str, object]]) -> _Written:
    """Read each distinct written answer once; what a question takes without a look at other answers."""
    column = [row.get(question.name, _ABSENT) for row in answers]
    try:
        places, keys = number_values(column)
    except TypeError:  # lists, and whatever an altered archive may hold
        places, keys = number_values([_key(answer) for answer in column])
    filled = np.array([_filled(key) for key in keys], dtype=bool)
    shown = np.array([key is not _ABSENT for key in keys], dtype=bool)
    return _Written(places, [_read_key(question, key) for key in keys], shown[places], filled[places])


def _key(answer: object) -> object:
    if isinstance(answer, list):
        return tuple(map(str, cast("list[object]", answer)))
    return answer if answer is None or answer is _ABSENT else str(answer)


def _filled(key: object) -> bool:
    return any(part.strip() for part in _parts(key))


def _parts(key: object) -> list[str]:
    if key is None or key is _ABSENT:
        return []
    return [str(part) for part in cast("tuple[object, ...]", key)] if isinstance(key, tuple) else [str(key)]


def _read_key(question: Question, key: object) -> Reading:
    reading = reread(question, _parts(key))
    # Digits without end are read by the server, but no column of numbers holds them.
    if isinstance(reading.value, int) and abs(reading.value) >= _LARGEST:
        return Reading(missing="not_answered", fault="too large")
    return reading


def _spread(written: _Written) -> tuple[Coded, NDArray[np.int8], Mask]:
    """Value, reason and fault of every row from the readings of the distinct answers."""
    readings = written.readings
    values = Coded.of(reading.value for reading in readings)
    reasons = np.array([_CODE[reading.missing] if reading.missing else -1 for reading in readings], dtype=np.int8)
    faults = np.array([bool(reading.fault) for reading in readings], dtype=bool)
    return Coded(values.codes[written.places], values.values), reasons[written.places], faults[written.places]


def _text(answer: Answer) -> str | None:
    return answer.strip() or None if isinstance(answer, str) else None
