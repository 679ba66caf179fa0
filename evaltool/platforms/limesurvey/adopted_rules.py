"""LimeSurvey's rules for showing a question, said in our expressions where both surely mean the same.

Most rules of surveys built by hand come from LimeSurvey's condition designer: `((Q1.NAOK == "A1"))`. What goes beyond
comparisons with a constant, put together by and, or and not, is left to a person: a guess would tell of people that
they were never asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evaltool.survey.model import Question

_TOKENS = re.compile(
    r"\s*(?:(?P<text>\"[^\"\\]*\"|'[^'\\]*')|(?P<number>\d+(?:\.\d+)?(?![\w.]))"
    r"|(?P<name>(?:\d+X\d+X)?[A-Za-z0-9_]+(?:\.[A-Za-z]+)?)|(?P<sign>==|!=|<=|>=|&&|\|\||[!<>()]))"
)
_WORDS = {"and": "&&", "or": "||", "eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<=", "not": "!"}
_ORDERS = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True)
class Known:
    """What a name in a rule stands for: our question, and of one with several answers also the choice."""

    question: Question
    codes: Mapping[str, str]
    """Our codes by LimeSurvey's."""
    choice: str = ""


class _Unsaid(Exception):  # noqa: N818  # it never leaves this module
    """The rule cannot be said in our expressions."""


def translate_rule(rule: str, known: Mapping[str, Known]) -> str | None:
    """Our expression for the rule, "" if it holds for everybody; None if it cannot be said for sure.

    `known` are the questions that were asked before, by each name that LimeSurvey gives them.
    """
    if rule.strip() == "1":
        return ""
    try:
        return _Translator(list(_tokens(rule)), known).whole()
    except _Unsaid:
        return None


def _tokens(rule: str) -> Iterator[tuple[str, str]]:
    place, end = 0, len(rule.rstrip())
    while place < end:
        found = _TOKENS.match(rule, place)
        if found is None:
            raise _Unsaid
        kind, word = str(found.lastgroup), found[str(found.lastgroup)]
        if kind == "name" and word.lower() in _WORDS:
            kind, word = "sign", _WORDS[word.lower()]
        yield kind, word
        place = found.end()


class _Translator:
    """Reads the tokens from left to right, as LimeSurvey does: `or` binds least."""

    def __init__(self, tokens: list[tuple[str, str]], known: Mapping[str, Known]):
        self.tokens = tokens
        self.known = known

    def whole(self) -> str:
        found = self._any()
        if self.tokens:
            raise _Unsaid
        return found

    def _next(self) -> tuple[str, str]:
        if not self.tokens:
            raise _Unsaid
        return self.tokens.pop(0)

    def _comes(self, sign: str) -> bool:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return True
        return False

    def _any(self) -> str:
        found = [self._all()]
        while self._comes("||"):
            found.append(self._all())
        return found[0] if len(found) == 1 else f"({' or '.join(found)})"

    def _all(self) -> str:
        found = [self._one()]
        while self._comes("&&"):
            found.append(self._one())
        return " and ".join(found)

    def _one(self) -> str:
        if self._comes("!"):
            if not self._comes("("):
                raise _Unsaid
            return f"not({self._closed()})"
        return self._closed() if self._comes("(") else self._comparison()

    def _closed(self) -> str:
        found = self._any()
        if not self._comes(")"):
            raise _Unsaid
        return found

    def _comparison(self) -> str:
        (kind, name), (_, sign), (constant, value) = self._next(), self._next(), self._next()
        name, dot, suffix = name.partition(".")
        thing = self.known.get(re.sub(r"^\d+X\d+X", "#", name))
        if kind != "name" or constant not in {"text", "number"} or thing is None or suffix not in {"", "NAOK"}:
            raise _Unsaid
        value = value[1:-1] if constant == "text" else value
        # In quotes it would be an order of texts for LimeSurvey: 9 is above "17", and 100 is not.
        if sign in _ORDERS and thing.question.type in {"integer", "decimal"} and constant == "number":
            return f"${{{thing.question.name}}} {sign} {value}"
        if sign == "!=" and dot:  # without .NAOK it is false where the question was not shown
            return f"not({_equals(thing, value)})"
        if sign != "==":
            raise _Unsaid
        return _equals(thing, value)


def _equals(thing: Known, value: str) -> str:
    name, kind = thing.question.name, thing.question.type
    if kind == "select_multiple" and value == "Y":
        return f"selected(${{{name}}}, '{thing.choice}')"
    if kind == "select_one" and value in thing.codes:
        return f"${{{name}}} = '{thing.codes[value]}'"
    if kind in {"integer", "decimal"} and re.fullmatch(r"\d+(\.\d+)?", value):
        return f"${{{name}}} = {value}"
    if kind == "text" and value and "'" not in value:
        return f"${{{name}}} = '{value}'"
    raise _Unsaid
