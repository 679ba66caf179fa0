"""Answers as plain numbers: codes with the missing ones set apart."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaltool.errors import StatisticsError

Floats: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = Sequence[float | None] | Sequence[int | None] | npt.NDArray[np.generic] | pd.Series


def numbers(codes: Codes) -> Floats:
    """Codes as floats; whatever says "missing" (`None`, NaN, pandas NA) becomes NaN."""
    return pd.array(list(codes), dtype="Float64").to_numpy("float64", na_value=np.nan)


def answered(codes: Codes) -> Floats:
    """The codes that are there; missing ones are left out."""
    given = numbers(codes)
    return given[~np.isnan(given)]


def pairs(before: Codes, after: Codes) -> tuple[Floats, Floats, int]:
    """Both sides of the complete pairs, and how many pairs were left out.

    Raises: StatisticsError: if the lengths differ.
    """
    first, second = numbers(before), numbers(after)
    if len(first) != len(second):
        raise StatisticsError(f"{len(first)} answers before and {len(second)} after cannot be paired")
    complete = ~(np.isnan(first) | np.isnan(second))
    return first[complete], second[complete], int((~complete).sum())
