"""A share between its outer bounds: the share with its interval, and a band round it for those who are silent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evaltool.report.bar_chart import share_row
from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import Chart, Mark, base_words
from evaltool.report.prose import BOUNDS, Prose
from evaltool.report.row_chart import Row, Scale, draw_interval, row_chart
from evaltool.report.sheet import INK, SOFT, Sheet
from evaltool.results import Estimate
from evaltool.text import say

_BAND = "#c9dff0"


def bounds(prose: Prose, spec: ChartSpec) -> Chart:
    rows = [_row(prose, spec, name) for name in spec.indicators]
    told = [*base_words(prose, spec), *_how(prose, rows)]
    return row_chart(prose, spec, rows, " ".join(told), _draw)


def _how(prose: Prose, rows: list[Row]) -> Iterator[str]:
    """How to read what is drawn; no word of a band where there is none."""
    yield say("Line: 95 per cent interval.", prose.language)
    if any(_limits(row) for row in rows):
        yield say("Band: outer bounds; thin line: their interval.", prose.language)


def _row(prose: Prose, spec: ChartSpec, name: str) -> Row:
    label = prose.item_name(name, spec.names)
    row = share_row(prose, label, name, prose.where())
    ends = [prose.rows.find(name, end, prose.where()) for end in BOUNDS]
    found = [end for end in ends if end is not None and end.estimate is not None]
    if row.row is None or len(found) < len(ends):
        return row
    low, high = (prose.whole(prose.rounded(end)) for end in found)
    more = say("outer bounds {low}–{high} per cent", prose.language, low=low, high=high)
    marks = [*row.marks, *(Mark(end, label, prose.percent_text(end)) for end in found)]
    outer = _Limits(*found).outer
    limits = prose.interval_text(outer) if outer else ""
    told = say("their interval {limits}", prose.language, limits=limits) if limits else ""
    return replace(row, more=more, told=told, marks=marks)


@dataclass(frozen=True)
class _Limits:
    """The bounds, and the interval that holds the share whatever the silent would say (Imbens and Manski)."""

    low: Estimate
    high: Estimate

    @property
    def outer(self) -> Estimate | None:
        """A row with that interval; nothing where it is not known at both ends."""
        known = self.low.conf_low is not None and self.high.conf_high is not None
        return replace(self.low, conf_high=self.high.conf_high) if known else None


def _limits(row: Row) -> _Limits | None:
    return _Limits(*(mark.row for mark in row.marks[1:])) if len(row.marks) > 1 else None


def _draw(sheet: Sheet, scale: Scale, row: Row, place: tuple[float, float]) -> None:
    middle, thickness = place
    limits = _limits(row)
    if limits:
        _draw_limits(sheet, scale, limits, (middle, thickness))
    if row.row is not None and row.row.estimate is not None:
        draw_interval(sheet, scale, row.row, middle)
        sheet.dot("dot", (scale.x(row.row.estimate), middle), 4, INK)


def _draw_limits(sheet: Sheet, scale: Scale, limits: _Limits, place: tuple[float, float]) -> None:
    middle, thickness = place
    low, high = limits.low.estimate or 0, limits.high.estimate or 0
    start, length = scale.x(low), scale.x(high) - scale.x(low)
    outer = limits.outer
    for end, limit in [(low, outer.conf_low or 0), (high, outer.conf_high or 0)] if outer else []:
        sheet.line("limit", (scale.x(end), middle), (scale.x(limit), middle), SOFT, 0.8)
        sheet.line("limit-end", (scale.x(limit), middle - 4), (scale.x(limit), middle + 4), SOFT, 0.8)
    sheet.box("band", (start, middle - thickness / 2), (length, thickness), _BAND, SOFT)
