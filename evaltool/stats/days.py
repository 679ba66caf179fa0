"""Days from the end of a course to the answer: what is asked soon after the end is not what is asked late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

import pandas as pd

from evaltool.errors import StatisticsError

Days: TypeAlias = Sequence[str | date | datetime | None]

NO_DAYS = "no answer with both dates"


@dataclass(frozen=True)
class DaysBetween:
    """Quartiles of whole days over `n` pairs of dates; `negative` of them answered before the end.

    `days` has one value for each pair, `None` where a date is missing; `left_out` counts these by which one.
    """

    n: int
    median: float | None
    q1: float | None
    q3: float | None
    negative: int
    days: tuple[int | None, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    warning: str = ""


def days_between(ended: Days, answered: Days) -> DaysBetween:
    """Whole days of the calendar (UTC) from one date to another, with median and quartiles.

    Formula: day(answered) − day(ended); quartiles by linear interpolation between the ordered values (R's type 7).
    Assumes: that the dates are right: answers before the end stay in, and are told in the warning.
    Missing: a pair without one of the dates is left out, and counted. No pair: no median, with a warning.
    Source: Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566.
    Reference: R `quantile`, from the definition.

    >>> found = days_between(["2024-06-30", "2024-06-30", "2024-07-01"], ["2024-07-10", "2024-06-28", None])
    >>> found.median, found.negative, found.left_out, found.warning
    (4.0, 1, {'no_answer': 1}, '1 answered before the end')
    """
    first, second = _calendar(ended, "ended"), _calendar(answered, "answered")
    if len(first) != len(second):
        raise StatisticsError(f"{len(first)} ends and {len(second)} answers cannot be paired")
    between = (second - first).dt.days
    known = between.dropna()
    gaps = {"no_end": int(first.isna().sum()), "no_answer": int((first.notna() & second.isna()).sum())}
    left_out = {name: count for name, count in gaps.items() if count}
    days = tuple(None if pd.isna(value) else int(value) for value in between)
    if known.empty:
        return DaysBetween(0, None, None, None, 0, days, left_out, NO_DAYS)
    negative = int((known < 0).sum())
    q1, median, q3 = (float(value) for value in known.quantile([0.25, 0.5, 0.75]))
    warning = f"{negative} answered before the end" if negative else ""
    return DaysBetween(len(known), median, q1, q3, negative, days, left_out, warning)


def _calendar(moments: Days, name: str) -> "pd.Series[pd.Timestamp]":
    """The days, without their time; what is blank or missing is no day."""
    given = pd.Series(list(moments), dtype=object)
    blank = given.isna() | (given.astype("string").fillna("").str.strip() == "")
    try:
        found = pd.to_datetime(given.mask(blank), utc=True, format="ISO8601")
    except ValueError:
        message = f"a date of «{name}» is no date"
        raise StatisticsError(message, mend="Write year-month-day, for instance 2024-06-30.") from None
    return found.dt.tz_localize(None).dt.normalize()
