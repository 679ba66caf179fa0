"""From coded answers to the typed columns of a dataset."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

import pandas as pd

from evaltool.responses.routing import REASONS, Answered
from evaltool.responses.tables import Coded
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.expressions import Value
from evaltool.survey.model import Question
from evaltool.survey.types import QUESTION_TYPES

REASON_TYPE = pd.CategoricalDtype(list(REASONS))
MISSING_SUFFIX = "__missing"


def question_columns(answered: Answered) -> dict[str, Any]:
    """The columns of one question: its values, the reason where there is none, the text of an open choice."""
    question = answered.question
    columns = _COLUMNS[QUESTION_TYPES[question.type].kind](question, answered.value)
    columns[question.name + MISSING_SUFFIX] = pd.Categorical.from_codes(answered.reasons, dtype=REASON_TYPE)
    if answered.other is not None:
        columns[question.name + OTHER_SUFFIX] = _take(answered.other, "str")
    return columns


def _take(column: Coded[Value], dtype: Any, change: Callable[[Value], object] = lambda value: value) -> Any:
    array = cast("Any", pd.array)([change(value) for value in column.values], dtype=dtype)
    return array.take(column.codes, allow_fill=True)


def _category(question: Question, value: Coded[Value]) -> dict[str, Any]:
    categories = pd.CategoricalDtype(pd.Index(question.substantive, dtype="str"), ordered=question.scale is not None)
    return {question.name: _take(value, categories)}


def _ticks(question: Question, value: Coded[Value]) -> dict[str, Any]:
    def ticked(code: str) -> Callable[[Value], object]:
        return lambda answer: isinstance(answer, tuple) and code in answer

    return {f"{question.name}__{code}": _take(value, "boolean", ticked(code)) for code in question.substantive}


def _plain(
    dtype: str, change: Callable[[Value], object] = lambda value: value
) -> Callable[[Question, Coded[Value]], dict[str, Any]]:
    return lambda question, value: {question.name: _take(value, dtype, change)}


def _stored(value: Value) -> str:
    """A calculated value as text, in the form in which answers are stored."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


_COLUMNS: Mapping[str, Callable[[Question, Coded[Value]], dict[str, Any]]] = {
    "category": _category,
    "set": _ticks,
    "integer": _plain("Int64"),
    "decimal": _plain("Float64"),
    "date": _plain("datetime64[us]"),
    "text": _plain("str", _stored),
}
