"""What units are grouped by: roster columns, bands of days, joined codes, answers; and what the roster recorded."""

from bisect import bisect_right
from typing import Any, cast

import numpy as np
import pandas as pd

from evaltool.plan import Grouping, Plan


def recorded_column(indicator: str) -> str:
    return f"recorded:{indicator}"


def columns_of_groupings(plan: Plan) -> list[str]:
    """The roster columns that the groupings are made of."""
    names: list[str] = []
    for name in plan.grouped:
        group = plan.groups.get(name)
        dates = (group.days.start, group.days.end) if group and group.days else ()
        names += [*dates, *([group.column] if group and group.column else [])] if group else [name]
    return names


def levels(plan: Plan, name: str, rows: pd.DataFrame) -> "pd.Series[str]":
    """The level of each course, "" where it is not recorded (or, of an answer, not answered)."""
    group = plan.groups.get(name)
    if group is None:
        return words(rows[name], "")
    if group.days:
        return _bands(_dates(rows[group.days.end]) - _dates(rows[group.days.start]), group)
    source = group.column or group.answer or ""
    codes = words(rows[source], "") if source in rows else pd.Series("", index=rows.index, dtype="object")
    into = {code: level for level, joined in group.levels.items() for code in joined.codes}
    return codes.map(into).astype("object").fillna("") if into else codes


def recorded(plan: Plan, name: str, courses: pd.DataFrame) -> "pd.Series[str] | None":
    """Whether the roster has the outcome of the indicator, as a check: "yes", "no", or "" where it is not recorded."""
    record = plan.indicators[name].recorded
    if record is None:
        return None
    codes = words(courses[record.column], "")
    return either(codes.isin(record.counted), "yes", "no").mask(codes == "", "")


def words(column: "pd.Series[Any]", blank: str) -> "pd.Series[str]":
    """The column as text: 2021 and 2021.0 are "2021", a gap is `blank`."""
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.astype("Int64")
    text = column.astype("string").fillna("")
    return text.mask(text == "", blank)


def _dates(column: "pd.Series[Any]") -> "pd.Series[pd.Timestamp]":
    return cast("pd.Series[pd.Timestamp]", pd.to_datetime(column.replace("", None)))


def _bands(lasted: Any, group: Grouping) -> "pd.Series[str]":
    """Days before the start are no length: the dates cannot be right."""
    limits = [level.below if level.below is not None else np.inf for level in group.levels.values()]
    days = cast("list[float]", lasted.dt.days.fillna(0).tolist())
    known = [*group.levels]
    names = [known[bisect_right(limits, number)] for number in days]
    return pd.Series(names, index=lasted.index, dtype="object").mask(lasted.isna() | (lasted.dt.days < 0), "")


def either(mask: "pd.Series[bool]", yes: str, no: str) -> "pd.Series[str]":
    return pd.Series(np.where(mask, yes, no), index=mask.index, dtype="object")
