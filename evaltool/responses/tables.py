"""Expressions read over a whole table: the same words and the same meaning as `expressions.holds`.

A column is held by its distinct values, so an expression is worked out once for each value instead of once for
each row, by the very function that reads one interview.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any, Generic, TypeAlias, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltool.errors import ExpressionError
from evaltool.survey.expressions import (
    Conjunction,
    Constant,
    Disjunction,
    Expression,
    Negation,
    Ref,
    Selected,
    Value,
    evaluate,
    parse,
    walk,
)

Mask: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.int32]
T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Coded(Generic[T]):
    """A column by its distinct values: `codes` holds each row's place in `values`, -1 for no answer."""

    codes: Codes
    values: tuple[T, ...]

    @staticmethod
    def of(values: Iterable[S | None]) -> "Coded[S]":
        """Code a plain sequence; `None` is no answer, equal values have one place, in order of appearance."""
        numbers: defaultdict[S, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        codes = [-1 if value is None else numbers[value] for value in values]
        return Coded(np.array(codes, dtype=np.int32), tuple(numbers))

    @staticmethod
    def nothing(size: int) -> "Coded[Any]":
        """A column without any answer."""
        return Coded(np.full(size, -1, dtype=np.int32), ())

    @property
    def answered(self) -> Mask:
        return self.codes >= 0

    def where(self, mask: Mask) -> "Coded[T]":
        """The column with no answer outside `mask`."""
        return Coded(np.where(mask, self.codes, -1), self.values)

    def take(self, rows: NDArray[np.intp]) -> "Coded[T]":
        """These rows of the column, with the values that occur in them."""
        codes = self.codes[rows]
        used = np.zeros(len(self.values) + 1, dtype=bool)
        used[codes] = True
        # The last place is the one that code -1 finds.
        places = np.append(np.cumsum(used[:-1], dtype=np.int32) - 1, np.int32(-1))
        return Coded(places[codes], tuple(compress(self.values, used)))

    def put(self, values: Mapping[int, T]) -> "Coded[T]":
        """These rows set anew, each to its value."""
        codes = self.codes.copy()
        codes[list(values)] = len(self.values) + np.arange(len(values), dtype=np.int32)
        return Coded(codes, (*self.values, *values.values()))

    def map(self, change: Callable[[T], S | None]) -> "Coded[S]":
        """Every value changed, where `None` is no answer; `change` is called once for each distinct value."""
        found = Coded.of(change(value) for value in self.values)
        # The last place is the one that code -1 finds.
        return Coded(np.append(found.codes, np.int32(-1))[self.codes], found.values)

    def look_up(self, test: Callable[[T | None], object]) -> Mask:
        """`test` of every row, called once for each distinct value and once for no answer."""
        # The last place is the one that code -1 finds.
        return np.array([bool(test(value)) for value in (*self.values, None)])[self.codes]


def table_holds(text: str, frame: pd.DataFrame) -> "pd.Series[bool]":
    """Read the expression for every row of a dataset or of the roster; an empty one holds.

    A column that is not there is "no answer" in every row, as a name without a value is in one interview.

    Raises:
        ExpressionError: if text is compared with a number by `<` and its like.
    """
    columns = {name: column for name in _refs(parse(text)) if (column := read_column(frame, name))} if text else {}
    return pd.Series(columns_hold(text, columns, len(frame)), index=frame.index)


def columns_hold(text: str, columns: Mapping[str, Coded[Value]], size: int) -> Mask:
    """`table_holds` over coded columns of `size` rows."""
    return _mask(parse(text), columns, size) if text else np.ones(size, dtype=bool)


def calculate(text: str, columns: Mapping[str, Coded[Value]], size: int) -> Coded[Value]:
    """The column that a `calculation` makes: another column, a constant, or whether something holds."""
    match parse(text):
        case Ref(name):
            return columns.get(name, Coded.nothing(size))
        case Constant(value):
            return Coded(np.zeros(size, dtype=np.int32), (value,))
        case expression:
            return Coded(_mask(expression, columns, size).astype(np.int32), (False, True))


def _refs(expression: Expression) -> list[str]:
    return list(dict.fromkeys(part.name for part in walk(expression) if isinstance(part, Ref | Selected)))


def _mask(expression: Expression, columns: Mapping[str, Coded[Value]], size: int) -> Mask:
    match expression:
        case Negation(item):
            return ~_mask(item, columns, size)
        case Conjunction(items):
            return np.logical_and.reduce([_mask(item, columns, size) for item in items])
        case Disjunction(items):
            return np.logical_or.reduce([_mask(item, columns, size) for item in items])
        case _:
            return _leaf(expression, columns, size)


def _leaf(expression: Expression, columns: Mapping[str, Coded[Value]], size: int) -> Mask:
    names = [name for name in _refs(expression) if name in columns]
    try:
        if not names:
            return np.full(size, bool(evaluate(expression, {})))
        first = columns[names[0]]
        if len(names) == 1:
            return first.look_up(lambda value: evaluate(expression, {names[0]: value}))
        return _pairs(expression, names, [first, columns[names[1]]])
    except TypeError:
        raise ExpressionError(
            "the expression compares text with a number",
            where=" and ".join(f"${{{name}}}" for name in names),
            mend="Compare text with a quoted 'text', and numbers with numbers.",
        ) from None


def _pairs(expression: Expression, names: Sequence[str], columns: Sequence[Coded[Value]]) -> Mask:
    """A comparison of two columns, worked out once for each pair of values that occurs."""
    left, right = columns
    width = len(right.values) + 1
    pairs, place = np.unique((left.codes.astype(np.int64) + 1) * width + right.codes + 1, return_inverse=True)
    # No answer is -1: it finds the last place.
    one, other = (*left.values, None), (*right.values, None)
    found = [
        bool(evaluate(expression, {names[0]: one[pair // width - 1], names[1]: other[pair % width - 1]}))
        for pair in cast("list[int]", pairs.tolist())
    ]
    return np.array(found, dtype=bool)[place]


def read_column(frame: pd.DataFrame, name: str) -> Coded[Value] | None:
    """A column of a dataset in coded form; the columns `name__code` of a select_multiple make one; `None` if absent."""
    if name not in frame:
        return _read_set(frame, name)
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Coded(column.cat.codes.to_numpy().astype(np.int32), tuple(column.cat.categories))
    if column.dtype == object:
        return Coded.of(_plain(value) for value in column)
    codes, distinct = pd.factorize(column)
    return Coded(codes.astype(np.int32), tuple(cast("Value", _plain(value)) for value in distinct.tolist()))


def _plain(value: Any) -> Value | None:
    """A cell as a value: lists become tuples, moments become days, a gap becomes `None`."""
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(cast("Iterable[str]", value))
    if value is None or pd.isna(value):
        return None
    return value.date() if isinstance(value, datetime) else value


def _read_set(frame: pd.DataFrame, name: str) -> Coded[Value] | None:
    start = f"{name}__"
    chosen = [label for label in frame if str(label).startswith(start) and label != f"{name}__missing"]
    if not chosen:
        return None
    ticks = frame[chosen].to_numpy(dtype=bool, na_value=False)
    answered = frame[chosen].notna().any(axis=1).to_numpy()
    rows, place = np.unique(ticks, axis=0, return_inverse=True)
    codes = [str(label).removeprefix(start) for label in chosen]
    values: list[Value] = [tuple(code for code, tick in zip(codes, row, strict=True) if tick) for row in rows.tolist()]
    return Coded(place.reshape(-1).astype(np.int32), tuple(values)).where(answered)
