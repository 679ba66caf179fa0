"""Expressions told in words: who is asked, what is accepted, who is invited. The fourth reader of an expression.

The words say what `expressions.evaluate` does. A comparison with no answer is false, so «is not A» is told as «is known
and is not A», and the negation of «is A» as «is not known, or is not A».
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from babel.numbers import format_decimal

from evaltool.survey.expressions import (
    MIRRORED,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Expression,
    Negation,
    Operator,
    Ref,
    Selected,
    evaluate,
    parse,
)
from evaltool.survey.model import Attribute, Question, Survey
from evaltool.text import Text, long_date, pick, say

Kind = Literal["number", "date", "text", "choice", "choices"]
Joiner = Literal["", "and", "or"]
_KINDS: Mapping[str, Kind] = {
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "select_one": "choice",
    "choice": "choice",
    "select_multiple": "choices",
}


@dataclass(frozen=True)
class Subject:
    """What a name stands for in words, with the labels of its codes; `kind` decides what «less» means."""

    words: str
    kind: Kind = "text"
    labels: Mapping[str, str] = field(default_factory=dict[str, str])


Subjects: TypeAlias = Mapping[str, Subject]


def told_in(language: str) -> str:
    """The language of the words: English where the interface has no words of this module."""
    return language if say("the answer", language) != "the answer" else "en"


def subjects(
    survey: Survey, columns: Mapping[str, Attribute], *, numbers: Mapping[str, str], language: str
) -> dict[str, Subject]:
    """What the names of a survey stand for: its questions by their printed numbers, the roster's columns by label."""
    found = {name: _column(name, column, language) for name, column in columns.items()}
    for question in survey.questions:
        found[question.name] = _question(question, numbers.get(question.name, question.name), language)
        if question.type == "calculate":
            calculated = parse(question.calculation)
            if isinstance(calculated, Ref):
                found[question.name] = found.get(calculated.name, found[question.name])
    return found


def _column(name: str, column: Attribute, language: str) -> Subject:
    words = say("the course's “{column}”", language, column=_words(column.label, language) or name)
    return Subject(words, _KINDS.get(column.type, "text"), _labels(column, language))


def _question(question: Question, number: str, language: str) -> Subject:
    worked_out = question.type == "calculate"
    message = "the value of “{number}”" if worked_out else "the answer to question {number}"
    words = say(message, language, number=number)
    return Subject(words, _KINDS.get(question.type, "text"), _labels(question, language))


def _labels(thing: Question | Attribute, language: str) -> dict[str, str]:
    return {code: _words(choice.label, language) for code, choice in thing.choices.items()}


def _words(text: Text, language: str) -> str:
    """The text in `language`; else in that of the words round it."""
    return pick(text, language if language in text else told_in(language))


def answer_itself(question: Question, language: str) -> Subject:
    """What `.` stands for in the constraint of this question."""
    return Subject(say("the answer", language), _KINDS.get(question.type, "text"), _labels(question, language))


def tell(expression: str | Expression, language: str, known: Subjects) -> str:
    """The expression as a clause that can stand after «only if»."""
    parsed = parse(expression) if isinstance(expression, str) else expression
    return _Teller(language, known).clause(parsed).text


def tell_value(text: str, language: str, known: Subjects) -> str:
    """A calculation as what it gives: another answer, a constant, or whether something holds."""
    teller = _Teller(language, known)
    expression = parse(text)
    if isinstance(expression, Ref):
        return teller.subject(expression.name).words
    if isinstance(expression, Constant):
        return teller.constant(expression.value, Subject(""))
    return say("“yes” if {condition}, otherwise “no”", language, condition=teller.clause(expression).text)


@dataclass(frozen=True)
class _Clause:
    """Words, and by what they are joined at their top: brackets are needed where two joiners meet."""

    text: str
    joiner: Joiner = ""


@dataclass(frozen=True)
class _Atom:
    """Comparisons of one name with constants (or other names), told together. `sign` "has" is `selected`."""

    name: str
    sign: Literal["=", "!=", "order", "has"]
    values: tuple[tuple[Operator, Constant | Ref], ...]
    joiner: Joiner = ""


# What the values of two comparisons with one name may be told together, by what joins them.
_TOGETHER: Mapping[Joiner, frozenset[str]] = {"or": frozenset({"=", "has"}), "and": frozenset({"!=", "order", "has"})}


class _Teller:
    def __init__(self, language: str, known: Subjects):
        self._language = language
        self._known = known

    def subject(self, name: str) -> Subject:
        return self._known.get(name, Subject(f"“{name}”"))

    def _say(self, message: str, **values: object) -> str:
        return say(message, self._language, **values)

    def clause(self, expression: Expression) -> _Clause:  # noqa: PLR0911  # one return a kind of expression
        match expression:
            case Negation(item):
                return self._negated(item)
            case Conjunction(items):
                return self._compound(items, "and")
            case Disjunction(items):
                return self._compound(items, "or")
            case Comparison(sign, Ref(left), Ref(right)) if sign in {"=", "!="}:
                return self._same(sign, left, right)
            case Constant() | Comparison(_, Constant(), Constant()):
                return _Clause(
                    self._say("it is always so") if evaluate(expression, {}) else self._say("it is never so")
                )
            case Ref(name) if self.subject(name).kind != "number":
                return _Clause(self._say("{subject} is known", subject=self.subject(name).words))
            case _:
                return self._atom(self._as_atom(expression))

    def _as_atom(self, expression: Expression) -> _Atom | None:
        """One comparison with a constant, as it can be told together with others; None for anything else."""
        match expression:
            case Ref(name) if self.subject(name).kind == "number":
                return _Atom(name, "!=", (("!=", Constant(0)),))
            case Selected(name, code):
                sign = "has" if self.subject(name).kind == "choices" else "="
                return _Atom(name, sign, (("=", Constant(code)),))
            case Comparison(sign, Constant() as left, Ref(name)):
                return self._as_atom(Comparison(MIRRORED[sign], Ref(name), left))
            case Comparison(sign, Ref(name), Constant() as right) if sign in {"=", "!="}:
                return _Atom(name, "=" if sign == "=" else "!=", ((sign, right),))
            case Comparison(sign, Ref(name), right) if sign not in {"=", "!="}:
                return _Atom(name, "order", ((sign, right),))
            case _:
                return None

    def _merged(self, items: Sequence[Expression], joiner: Joiner) -> list[Expression | _Atom]:
        """The items, with those comparisons in one that can be told together; each stands where its first stood."""
        found: list[Expression | _Atom] = []
        places: dict[tuple[str, str], int] = {}
        for item in items:
            atom = self._as_atom(item)
            if atom is None or atom.sign not in _TOGETHER[joiner]:
                found.append(item)
                continue
            place = places.setdefault((atom.name, atom.sign), len(found))
            if place == len(found):
                found.append(atom)
            else:
                former = found[place]
                assert isinstance(former, _Atom)
                found[place] = _Atom(atom.name, atom.sign, former.values + atom.values, joiner)
        return found

    def _compound(self, items: Sequence[Expression], joiner: Joiner) -> _Clause:
        merged = self._merged(items, joiner)
        clauses = [self._atom(item) if isinstance(item, _Atom) else self.clause(item) for item in merged]
        if len(clauses) == 1:
            return clauses[0]
        texts = [item.text if item.joiner in {"", joiner} else f"({item.text})" for item in clauses]
        return _Clause(self._list(texts, joiner), joiner)

    def _list(self, texts: Sequence[str], joiner: Joiner) -> str:
        if len(texts) == 1:
            return texts[0]
        message = "{items} and {last}" if joiner == "and" else "{items} or {last}"
        return self._say(message, items=self._say(", ").join(texts[:-1]), last=texts[-1])

    def _same(self, sign: Operator, left: str, right: str) -> _Clause:
        words = {"left": self.subject(left).words, "right": self.subject(right).words}
        if sign == "=":
            return _Clause(self._say("{left} is the same as {right}", **words))
        return _Clause(self._say("{left} and {right} are both known and are not the same", **words), "and")

    def _atom(self, atom: _Atom | None, *, negated: bool = False) -> _Clause:
        assert atom is not None  # every other expression has been told before
        subject = self.subject(atom.name)
        message, joiner = _MESSAGES[atom.sign, negated]
        if atom.sign == "order":
            inner: Joiner = "and"
            values = [self._order(subject, sign, value) for sign, value in atom.values]
        else:
            inner = "and" if atom.sign == "has" and atom.joiner == "and" else "or"
            values = [self.constant(value.value, subject) for _, value in atom.values if isinstance(value, Constant)]
        text = self._say(message, subject=subject.words, values=self._list(values, inner))
        return _Clause(text, joiner or (inner if len(values) > 1 else ""))

    def _order(self, subject: Subject, sign: Operator, value: Constant | Ref) -> str:
        if isinstance(value, Ref):
            words = self.subject(value.name).words
        else:
            words = self.constant(value.value, Subject("", "date" if subject.kind == "date" else "text"))
        kind = subject.kind if subject.kind in {"number", "date"} else "text"
        return self._say(_ORDERS[kind][sign], value=words)

    def _negated(self, item: Expression) -> _Clause:
        match item:
            case Negation(inner):
                return self.clause(inner)
            case Constant() | Comparison(_, Constant(), Constant()):
                return _Clause(self._say("it is never so") if evaluate(item, {}) else self._say("it is always so"))
            case Ref(name) if self.subject(name).kind != "number":
                return _Clause(self._say("{subject} is not known", subject=self.subject(name).words))
            case Conjunction(items) | Disjunction(items):
                merged = self._merged(items, "and" if isinstance(item, Conjunction) else "or")
                atom = merged[0] if len(merged) == 1 and isinstance(merged[0], _Atom) else None
            case _:
                atom = self._as_atom(item)
        if atom and _can_be_negated(atom):
            return self._atom(atom, negated=True)
        return _Clause(self._say("it is not so that ({clause})", clause=self.clause(item).text))

    def constant(self, value: str | float, subject: Subject) -> str:
        if not isinstance(value, str):
            return format_decimal(value, format="0.######", locale=told_in(self._language))
        if subject.kind == "date":
            return long_date(date.fromisoformat(value), told_in(self._language))
        return self._say("“{text}”", text=subject.labels.get(value, value))


def _can_be_negated(atom: _Atom) -> bool:
    """Whether the words of its negation say all: not of «at least 0 and at most 9», not of two unknown names."""
    alone = all(isinstance(value, Constant) for _, value in atom.values)
    return alone and (len(atom.values) == 1 or atom.sign in {"=", "!="} or atom.joiner == "or")


# By sign and whether it is negated: the words, and by what they are joined at their top.
_MESSAGES: Mapping[tuple[str, bool], tuple[str, Joiner]] = {
    ("=", False): ("{subject} is {values}", ""),
    ("=", True): ("{subject} is not known, or is not {values}", "or"),
    ("!=", False): ("{subject} is known and is not {values}", "and"),
    ("!=", True): ("{subject} is not known, or is {values}", "or"),
    ("order", False): ("{subject} is {values}", ""),
    ("order", True): ("{subject} is not known, or is not {values}", "or"),
    ("has", False): ("{subject} includes {values}", ""),
    ("has", True): ("{subject} is not known, or does not include {values}", "or"),
}
_ORDERS: Mapping[str, Mapping[Operator, str]] = {
    "number": {"<": "less than {value}", "<=": "at most {value}", ">": "more than {value}", ">=": "at least {value}"},
    "date": {"<": "before {value}", "<=": "{value} or earlier", ">": "after {value}", ">=": "{value} or later"},
    "text": {
        "<": "before {value} in the alphabet",
        "<=": "{value}, or before it in the alphabet",
        ">": "after {value} in the alphabet",
        ">=": "{value}, or after it in the alphabet",
    },
}
