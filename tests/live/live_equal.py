"""What two datasets of the same interviews differ in."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

EXCEPTED = ("unit", "person", "opened_at", "completed_at")
"""Pseudonyms, which each project draws anew, and times."""

Cells = Mapping[tuple[str, str], tuple[object, object]]


def differences(one: pd.DataFrame, other: pd.DataFrame) -> Cells:
    """Both cells by row and column, of two datasets with the same rows and columns; `None` is an empty cell."""
    assert list(one.index) == list(other.index)
    assert {name: str(kind) for name, kind in one.dtypes.items()} == {n: str(kind) for n, kind in other.dtypes.items()}
    pairs = {
        (str(row), column): (_cell(left), _cell(right))
        for column in one.columns.difference(list(EXCEPTED))
        for row, left, right in zip(one.index, one[column], other[column], strict=True)
    }
    return {place: cells for place, cells in pairs.items() if cells[0] != cells[1]}


def _cell(value: Any) -> object:
    return None if pd.isna(value) else value
