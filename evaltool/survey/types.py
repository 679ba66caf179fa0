"""The question types: one record each, all that the package knows of a type in one place.

To add a type: its record here, its template in `server/templates/questions/`, its example in the all-types survey.
"""

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from evaltool.survey.expressions import Value
from evaltool.survey.model import Question

Kind = Literal["category", "set", "integer", "decimal", "date", "text", "none"]


class AnswerFault(ValueError):  # noqa: N818  # it becomes a fault on the page
    """An answer that the question does not take. `message` is an interface text, filled with `values`."""

    def __init__(self, message: str, **values: object):
        super().__init__(message)
        self.message = message
        self.values = values


@dataclass(frozen=True)
class QuestionType:
    """`read` turns written strings into a value, `draw` makes up an answer; `kind` is its form in a dataset."""

    kind: Kind
    read: Callable[[Question, Sequence[str]], Value]
    draw: Callable[[Question, random.Random], Sequence[str]]
    chosen: bool = False

    @property
    def asks(self) -> bool:
        """Whether the respondent answers it."""
        return self.draw is not _draw_nothing


def _read_one(question: Question, written: Sequence[str]) -> Value:
    if len(written) != 1 or written[0] not in question.choices:
        raise AnswerFault("Choose one of the answers.")
    return written[0]


def _read_multiple(question: Question, written: Sequence[str]) -> Value:
    if any(code not in question.choices for code in written):
        raise AnswerFault("Choose among the answers.")
    alone = [code for code in written if question.choices[code].exclusive or question.choices[code].missing]
    if alone and len(set(written)) > 1:
        label = question.choices[alone[0]].label
        raise AnswerFault("“{choice}” cannot be chosen together with another answer.", choice=label)
    return tuple(code for code in question.choices if code in written)


_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)")

# Signs as Arabic and Persian keyboards write them, by the plain one; marks of direction and joining, which are copied
# along unseen, by none. The Arabic thousands separator can mean nothing else, so it may stand where it belongs.
_PLAIN_SIGNS = str.maketrans(
    {"٫": ".", "،": ",", "؍": "/", "\u2212": "-"}  # decimal separator, comma, date separator; minus
    | dict.fromkeys(
        "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200c\u200d\u2060\ufeff"
    )
)
_ARABIC_THOUSANDS = re.compile(r"(?<!\d)(\d{1,3})((?:٬\d{3})+)(?!\d)")


def _plain(text: str) -> str:
    """A written number or date with digits 0 to 9 and plain signs: «٢٤/٠٤/٢٠٢٢» is «24/04/2022»."""
    signs = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text.translate(_PLAIN_SIGNS))
    return _ARABIC_THOUSANDS.sub(lambda match: match[1] + match[2].replace("٬", ""), signs).strip()


def _read_integer(question: Question, written: Sequence[str]) -> Value:
    text = _plain(_single(written))
    try:
        return int(text if _INTEGER.fullmatch(text) else "")
    except ValueError:
        raise AnswerFault("Write a whole number, for instance 12.") from None


def _read_decimal(question: Question, written: Sequence[str]) -> Value:
    text = _plain(_single(written))
    if not _DECIMAL.fullmatch(text) or not math.isfinite(value := float(text.replace(",", "."))):
        raise AnswerFault("Write a number, for instance 12.5.")
    if _could_be_thousands(text):
        raise AnswerFault(
            "Write it without a thousands separator, for instance 1234. Write at most two decimals, for instance 1.23."
        )
    return value


def _could_be_thousands(text: str) -> bool:
    """Whether the only separator may part thousands: «1.234» is much to one writer, a little to another.

    «0.234» and «1234.567» can be read in one way only.
    """
    whole, point, part = text.replace(",", ".").lstrip("+-").partition(".")
    return bool(point) and len(part) == 3 and 0 < float(whole or 0) < 1000


def plain_digits(text: str) -> str:
    """A decimal that was read, as it is kept: no exponent, a point, and the decimals that were written."""
    return format(Decimal(_plain(text).replace(",", ".")), "f")


_DATE_FORMS = ("%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d")
_YEARS = range(1900, 2101)
"""A year outside is slipped, or one of another calendar: 1401 in Iran is 2022."""


def read_date(text: str) -> date:
    """Read an ISO date, year/month/day or day-month-year.

    Raises:
        ValueError: it is anything else, there is no such day, or its year is not between 1900 and 2100.
    """
    day = _parse_date(text)
    if day is None or day.year not in _YEARS:
        raise ValueError(text)
    return day


def _parse_date(text: str) -> date | None:
    plain = _plain(text)
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None


def _read_date(question: Question, written: Sequence[str]) -> Value:
    text = _single(written)
    try:
        return read_date(text)
    except ValueError:
        if _parse_date(text):
            raise AnswerFault(
                "This year cannot be right. Write the year of the European calendar, for instance 24-04-2022."
            ) from None
        raise AnswerFault("This date does not exist. Write day, month and year, for instance 24-04-2022.") from None


DEFAULT_MAX_LENGTH = 2000


def _read_text(question: Question, written: Sequence[str]) -> Value:
    text = "\n".join(_single(written).splitlines())
    limit = question.max_length or DEFAULT_MAX_LENGTH
    if len(text) > limit:
        raise AnswerFault("Write at most {limit} characters. You wrote {length}.", limit=limit, length=len(text))
    return text


def _single(written: Sequence[str]) -> str:
    if len(written) != 1:
        raise AnswerFault("Write one answer.")
    return written[0].strip()


def _read_nothing(question: Question, written: Sequence[str]) -> Value:
    raise AnswerFault("This question takes no answer.")


def _draw_one(question: Question, chance: random.Random) -> Sequence[str]:
    return [chance.choice(question.substantive)]


def _draw_multiple(question: Question, chance: random.Random) -> Sequence[str]:
    alone = [code for code in question.substantive if question.choices[code].exclusive]
    together = [code for code in question.substantive if code not in alone]
    if alone and (not together or chance.random() < 0.15):
        return [chance.choice(alone)]
    return chance.sample(together, k=chance.randint(1, min(3, len(together))))


def _draw_integer(question: Question, chance: random.Random) -> Sequence[str]:
    return [str(chance.randint(0, 60))]


def _draw_decimal(question: Question, chance: random.Random) -> Sequence[str]:
    return [f"{chance.uniform(0, 60):.1f}"]


def _draw_date(question: Question, chance: random.Random) -> Sequence[str]:
    return [(date(2021, 1, 1) + timedelta(days=chance.randrange(365))).isoformat()]


def _draw_text(question: Question, chance: random.Random) -> Sequence[str]:
    return ["Made-up answer."[: question.max_length or None]]


def _draw_nothing(question: Question, chance: random.Random) -> Sequence[str]:
    return []


QUESTION_TYPES: Mapping[str, QuestionType] = {
    "select_one": QuestionType("category", _read_one, _draw_one, chosen=True),
    "select_multiple": QuestionType("set", _read_multiple, _draw_multiple, chosen=True),
    "integer": QuestionType("integer", _read_integer, _draw_integer),
    "decimal": QuestionType("decimal", _read_decimal, _draw_decimal),
    "date": QuestionType("date", _read_date, _draw_date),
    "text": QuestionType("text", _read_text, _draw_text),
    "note": QuestionType("none", _read_nothing, _draw_nothing),
    "calculate": QuestionType("text", _read_nothing, _draw_nothing),
}
