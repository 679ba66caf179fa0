"""Routing re-checked for all interviews at once: `survey.path.walk_path`, a column at a time.

Every distinct written answer is read once, by the function that the server uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaltool.errors import CleaningError
from evaltool.responses.raw import RawAnswer, Responses
from evaltool.responses.tables import Coded, Mask, calculate, columns_hold
from evaltool.survey.answers import OTHER_SUFFIX, Reading, read_attributes, reread
from evaltool.survey.expressions import Value, names, parse
from evaltool.survey.model import Attribute, Page, Question, Survey

REASONS = ("not_applicable", "not_reached", "not_answered", "dont_know", "refused")
_CODE = {reason: place for place, reason in enumerate(REASONS)}
_LARGEST = 2**63
_Columns: TypeAlias = Mapping[str, Coded[Value]]


@dataclass(frozen=True, eq=False)
class Answered:
    """One question for all interviews. `reasons` are places in `REASONS`, -1 where there is a value.

    `off_path`, `impossible` and `constraint` mark the interviews in which a written answer was set aside, and why;
    `other` is the text beside the open choice, `other_alone` marks such a text without its choice.
    """

    question: Question
    value: Coded[Value]
    reasons: NDArray[np.int8]
    off_path: Mask
    impossible: Mask
    constraint: Mask
    other: Coded[Value] | None = None
    other_alone: Mask | None = None


@dataclass(frozen=True, eq=False)
class Walked:
    """All questions that have a column, in order; `refused` marks interviews that the answers end."""

    answers: Mapping[str, Answered]
    refused: Mask


def walk_table(survey: Survey, responses: Responses) -> Walked:
    """Walk all interviews with their recorded attributes; an answer off the path counts as no answer.

    A question is not_reached if it was on the path and never shown, or if its routing hangs on such a question.
    """
    walker = _Walker(survey, responses)
    for page in survey.pages:
        walker.walk(page)
    return Walked(walker.found, walker.refused)


class _Walker:
    """What is known so far while the pages are walked: values, questions not reached, interviews refused."""

    def __init__(self, survey: Survey, responses: Responses):
        self.survey = survey
        self.answers = responses.answers
        self.size = len(responses.interviews)
        self.known = attribute_columns(survey, responses)
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
        written = self.answers[question.name]
        readings = {answer: _read(question, answer) for answer in written.values}
        value = written.map(lambda answer: readings[answer].value)
        faults = written.look_up(lambda answer: answer in readings and readings[answer].fault)
        missing = written.map(lambda answer: readings[answer].missing)
        reasons = np.array([*(_CODE[reason] for reason in missing.values), -1], dtype=np.int8)[missing.codes]
        off_path = ~asked & written.look_up(_is_filled)
        constraint = np.zeros(self.size, dtype=bool)
        if question.constraint:
            known = {**self.known, ".": value}
            constraint = asked & value.answered & ~columns_hold(question.constraint, known, self.size)
        reasons = np.where(constraint, _CODE["not_answered"], reasons)
        reasons = np.where(written.answered, reasons, _CODE["not_reached"])
        off = np.where(undecided, _CODE["not_reached"], _CODE["not_applicable"])
        reasons = np.where(asked, reasons, off).astype(np.int8)
        value = value.where(reasons < 0)
        other, alone = self._other(question, value)
        return Answered(question, value, reasons, off_path, asked & faults, constraint, other, alone)

    def _other(self, question: Question, value: Coded[Value]) -> tuple[Coded[Value] | None, Mask | None]:
        code = question.other_choice
        if code is None:
            return None, None
        texts = self.answers[question.name + OTHER_SUFFIX].map(_text)
        chosen = value.look_up(lambda answer: code in answer if isinstance(answer, tuple) else answer == code)
        return texts.where(chosen), texts.answered & ~chosen

    def _calculate(
        self, question: Question, asked: Mask, undecided: Mask, known: Mapping[str, Coded[Value]]
    ) -> Answered:
        value = calculate(question.calculation, known, self.size).where(asked)
        waits = undecided | (asked & self._undecided(question.calculation))
        off = np.where(asked, _CODE["not_answered"], _CODE["not_applicable"])
        reasons = np.where(value.answered, -1, np.where(waits, _CODE["not_reached"], off)).astype(np.int8)
        nothing = np.zeros(self.size, dtype=bool)
        return Answered(question, value, reasons, nothing, nothing, nothing)


def attribute_columns(survey: Survey, responses: Responses) -> dict[str, Coded[Value]]:
    """The recorded attributes by name, as values of the type that the survey gives them."""
    return {name: _attribute(name, column, responses.attributes[name]) for name, column in survey.attributes.items()}


def _attribute(name: str, column: Attribute, texts: Coded[str]) -> Coded[Value]:
    try:
        return texts.map(lambda text: read_attributes({name: column}, {name: text})[name])
    except ValueError:  # only an archive that was altered holds one; its text is nobody's business
        mend = "Restore the archive from the backup."
        raise CleaningError(f"«{name}» of an interview is no {column.type}", mend=mend) from None


def _read(question: Question, answer: RawAnswer) -> Reading:
    """What a question takes without a look at other answers."""
    reading = reread(question, list(answer) if isinstance(answer, tuple) else answer)
    # Digits without end are read by the server, but no column of numbers holds them.
    if isinstance(reading.value, int) and abs(reading.value) >= _LARGEST:
        return Reading(missing="not_answered", fault="too large")
    return reading


def _is_filled(answer: RawAnswer) -> bool:
    if isinstance(answer, tuple):
        return any(part.strip() for part in answer)
    return bool(answer and answer.strip())


def _text(answer: RawAnswer) -> Value | None:
    return answer.strip() or None if isinstance(answer, str) else None
