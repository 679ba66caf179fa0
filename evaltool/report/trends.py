"""Populations side by side, as the trend rows allow: where a verdict says not_comparable, the line breaks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaltool.report.rows import FEW, NONE, Rows, Where
from evaltool.results import Estimate

TREND = "trend"
BREAK = "‖"
_ITEM = re.compile(r"^«[^»]+»: version \d+: ")


@dataclass(frozen=True)
class Break:
    """Two populations whose figures cannot be compared, and why (in the evaluator's own words)."""

    former: str
    later: str
    reason: str


def series(rows: Rows, indicator: str, populations: Sequence[str]) -> list[Estimate]:
    """The indicator's trend; a single population has none, and stands with its share."""
    statistic = TREND if len(populations) > 1 else "share"
    found = [rows.find(indicator, statistic, Where(population)) for population in populations]
    return [row for row in found if row is not None]


def is_break(row: Estimate | None) -> bool:
    return row is not None and row.verdict == "not_comparable"


def breaks(points: Sequence[Estimate]) -> Iterator[Break]:
    """Every break of a trend. The population before it is the last one that has answers."""
    former = ""
    for row in points:
        if is_break(row):
            yield Break(former, row.population, _reason(row))
        former = row.population if row.n or not former else former


def runs(points: Sequence[Estimate]) -> list[list[Estimate]]:
    """The trend cut at its breaks: only points of one run may be joined or compared."""
    found: list[list[Estimate]] = []
    for row in points:
        if is_break(row) or not found:
            found.append([])
        found[-1].append(row)
    return found


def break_between(points: Sequence[Estimate], one: str, other: str) -> Break | None:
    """What stands between two populations of a trend; nothing if their figures may be compared."""
    order = [row.population for row in points]
    if one not in order or other not in order:
        return None
    first, last = sorted((order.index(one), order.index(other)))
    later = set(order[first + 1 : last + 1])
    return next((found for found in breaks(points) if found.later in later), None)


def _reason(row: Estimate) -> str:
    """The warning without what statistics say of few answers, and without the item's name before a person's words."""
    found = (part for part in row.warning.split("; ") if part not in {FEW, NONE})
    return "; ".join(_ITEM.sub("", part) for part in found).rstrip(".")
