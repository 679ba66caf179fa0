"""One function reads an answer: used by the server on a form and by cleaning on the archive."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from evaltool.records import Answer
from evaltool.survey.expressions import Value
from evaltool.survey.model import Attribute, Question
from evaltool.survey.path import meets_constraint
from evaltool.survey.types import QUESTION_TYPES, AnswerFault, plain_digits, read_date

MissingReason = Literal["not_applicable", "not_reached", "not_answered", "dont_know", "refused"]
OTHER_SUFFIX = "_other"


@dataclass(frozen=True)
class Reading:
    """What was read: a value, or the reason for having none, or a fault (an interface text with its values)."""

    value: Value | None = None
    missing: MissingReason | None = None
    fault: str = ""
    fault_values: Mapping[str, object] = field(default_factory=dict[str, object])


def read(question: Question, written: Sequence[str], known: Mapping[str, Value | None] | None = None) -> Reading:
    """Read the written strings of one question; blank is "not answered".

    `known` are the values before it, for its constraint. A required question left blank is a fault only
    for who asks (`check_required`): in an archive it is merely not answered.
    """
    reading = _read_alone(question, written)
    if meets_constraint(question, reading.value, known or {}):
        return reading
    return Reading(missing="not_answered", fault="constraint")


def reread(question: Question, answer: Answer) -> Reading:
    """Read a stored answer: what it takes without a look at others, so whether it meets its constraint is not asked.

    It met it when it was given; whether it still does, the path tells, which knows the answers before it.
    """
    return _read_alone(question, written(answer))


def _read_alone(question: Question, written: Sequence[str]) -> Reading:
    filled = [text for text in written if text.strip()]
    if not filled:
        return Reading(missing="not_answered")
    try:
        value = QUESTION_TYPES[question.type].read(question, filled)
    except AnswerFault as fault:
        return Reading(missing="not_answered", fault=fault.message, fault_values=fault.values)
    missing = _missing_choice(question, filled)
    return Reading(missing=missing) if missing else Reading(value=value)


def _missing_choice(question: Question, written: Sequence[str]) -> MissingReason | None:
    for code in written:
        if code in question.choices and question.choices[code].missing:
            return question.choices[code].missing
    return None


def required_but_blank(question: Question, reading: Reading) -> bool:
    """Whether a form must come back because a required question has no answer at all."""
    return question.required and reading.missing == "not_answered" and not reading.fault


def stored(question: Question, written: Sequence[str]) -> Answer:
    """The form in which an answer that was read without fault is kept: codes, ISO dates, plain digits."""
    filled = [text for text in written if text.strip()]
    if not filled:
        return None
    value = QUESTION_TYPES[question.type].read(question, filled)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float):
        return plain_digits(filled[0])
    return value.isoformat() if isinstance(value, date) else str(value)


def read_attributes(attributes: Mapping[str, Attribute], raw: Mapping[str, str]) -> dict[str, Value | None]:
    """Roster attributes as values for expressions: numbers as numbers, dates as dates, blank as no answer."""
    return {name: _ATTRIBUTES[column.type](raw[name]) if raw.get(name) else None for name, column in attributes.items()}


_ATTRIBUTES: Mapping[str, Callable[[str], Value]] = {"text": str, "choice": str, "integer": int, "date": read_date}


def written(answer: Answer) -> list[str]:
    """A stored answer as the strings that `read` takes."""
    if answer is None:
        return []
    return list(answer) if isinstance(answer, list) else [answer]
