"""The layout of charts of rows: a label, what is drawn on a scale from 0 to 100 per cent, and the figure beside it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import Chart, Mark, alt_text, begin, finish, interval_words
from evaltool.report.letters import wrap
from evaltool.report.prose import Prose
from evaltool.report.sheet import GRID, INK, NOTE, PLAIN, SILENT, SOFT, WIDTH, Pen, Sheet
from evaltool.results import Estimate
from evaltool.text import say

BAR = "#5b93c5"  # light enough for an interval to be seen upon it in print
GOAL = Pen(8.2, "#a04000")
_GAP = 8.0  # between label, scale and figure
_LABEL, _FIGURE = 150.0, 140.0  # the most that labels and figures may take
_ABOVE = 10.5  # a line of small letters over a row
_AXIS, _BETWEEN = 14.0, 7.0  # what the scale's numbers take; what parts the labels of two rows
_FEW_ROWS, _SOME_ROWS = 3, 6  # more of them stand closer


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: `shown` stands beside the scale, or on it where there is nothing to draw (`row` is None then).

    `more` stands below it, `note` above the row; `told` are words for what is drawn and written nowhere. `marks` are
    its figures, and `apart` parts it from the rows before.
    """

    label: str
    shown: str
    more: str = ""
    row: Estimate | None = None
    goal: float | None = None
    note: str = ""
    told: str = ""
    apart: bool = False
    marks: Sequence[Mark] = field(default_factory=tuple[Mark, ...])


@dataclass(frozen=True)
class Scale:
    """Where a share stands between `left` and `right`."""

    left: float
    right: float

    def x(self, share: float) -> float:
        return self.left + share * (self.right - self.left)


Draw = Callable[[Sheet, Scale, Row, tuple[float, float]], None]
"""Draws a row that has something to draw: at which height, and how thick a bar may be."""


@dataclass(frozen=True)
class _Placed:
    """A row with its texts in lines and the room that it takes."""

    row: Row
    label: list[str]
    shown: list[str]
    more: list[str]
    names_goal: bool
    height: float

    @property
    def above(self) -> float:
        """Room for what is said over the row."""
        return _ABOVE if self.names_goal or self.row.note else 0.0


def row_chart(prose: Prose, spec: ChartSpec, rows: Sequence[Row], told: str, draw: Draw) -> Chart:
    """Draw rows from above in their order. `told` names the base and how to read the drawing."""
    sheet, top = begin(told)
    thickness = 30 if len(rows) <= _FEW_ROWS else 22 if len(rows) <= _SOME_ROWS else 16
    placed = [_placed(row, thickness, named=named) for row, named in zip(rows, _naming(rows), strict=True)]
    sides = PLAIN.width([line for each in placed for line in each.label]), _beside(placed)
    scale = Scale(sides[0] + _GAP, WIDTH - sides[1] - _GAP - 2)
    tops = list(accumulate((each.above + each.height for each in placed), initial=top))
    _grid(prose, sheet, scale, (top, tops[-1]))
    for each, start in zip(placed, tops, strict=False):
        _draw_row(prose, sheet, scale, each, start)
        if each.row.row is not None:
            draw(sheet, scale, each.row, (start + each.above + each.height / 2, thickness * 0.62))
    for each, start in zip(placed, tops, strict=False):
        _draw_goal(prose, sheet, scale, each, start)
    marks = [mark for row in rows for mark in row.marks]
    alt = alt_text(prose, spec, told, list(_lines(prose, spec, rows)))
    return finish(prose, spec, sheet, tops[-1] + _AXIS, alt=alt, marks=marks)


def _placed(row: Row, thickness: float, *, named: bool) -> _Placed:
    label = wrap(row.label, _LABEL, PLAIN.size)
    shown, more = wrap(row.shown, _FIGURE, PLAIN.size), wrap(row.more, _FIGURE, NOTE.size) if row.more else []
    figure = PLAIN.height(shown) + NOTE.height(more) + 1  # its lines are told apart by their letters
    return _Placed(row, label, shown, more, named, max(thickness, PLAIN.height(label) + _BETWEEN, figure))


def _naming(rows: Sequence[Row]) -> Iterator[bool]:
    """Whether a row names its target: the first of those that share it do."""
    named: float | None = None
    for row in rows:
        yield row.goal is not None and row.goal != named
        named = named if row.goal is None else row.goal


def _beside(placed: Sequence[_Placed]) -> float:
    """What the figures take, and never less than half of the last tick's words."""
    drawn = [each for each in placed if each.row.row is not None]
    return max([20.0, *(max(PLAIN.width(each.shown), NOTE.width(each.more)) for each in drawn)])


def _grid(prose: Prose, sheet: Sheet, scale: Scale, ends: tuple[float, float]) -> None:
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = scale.x(share)
        sheet.line("grid", (x, ends[0]), (x, ends[1]), GRID if share else SOFT, 0.7)
        words = prose.goal_text(1) if share == 1 else prose.whole(100 * share)
        sheet.write((x, ends[1] + 7.5), [words], NOTE, align=0.5)


def _draw_row(prose: Prose, sheet: Sheet, scale: Scale, placed: _Placed, top: float) -> None:
    row, middle = placed.row, top + placed.above + placed.height / 2
    if row.apart:
        sheet.line("rule", (0, top), (WIDTH, top), SOFT, 0.5)
    sheet.write((scale.left - _GAP, middle), placed.label, align=1)
    if row.row is None:
        sheet.write((scale.left + 4, middle), placed.shown, SILENT)
    else:
        _write_figure(sheet, scale, placed, middle)
    if row.note:
        sheet.write((scale.left + 4, top + _ABOVE / 2), [row.note], NOTE)


def _write_figure(sheet: Sheet, scale: Scale, placed: _Placed, middle: float) -> None:
    x, shown, more = scale.right + _GAP, PLAIN.height(placed.shown), NOTE.height(placed.more)
    sheet.write((x, middle - more / 2), placed.shown)
    sheet.write((x, middle + shown / 2), placed.more, NOTE)


def _draw_goal(prose: Prose, sheet: Sheet, scale: Scale, placed: _Placed, top: float) -> None:
    """The target as a line over the bar it is for. White beside it parts it from a dark bar."""
    goal = placed.row.goal
    if goal is None:
        return
    x, start, end = scale.x(goal), top + placed.above, top + placed.above + placed.height
    sheet.line("target-edge", (x, start), (x, end), "white", 3.6)
    sheet.line("target", (x, start), (x, end), GOAL.color, 1.8)
    if placed.names_goal:
        words = say("target {goal}", prose.language, goal=prose.goal_text(goal))
        half = GOAL.width([words]) / 2
        sheet.write((min(max(x, half), WIDTH - half), top + _ABOVE / 2), [words], GOAL, align=0.5)


def _lines(prose: Prose, spec: ChartSpec, rows: Sequence[Row]) -> Iterator[str]:
    """The rows in words. The target of a breakdown is that of all its rows, and is told once, before them."""
    goals = [row.goal for row in rows if row.goal is not None]
    if spec.by and goals:
        yield say("Target: {goal}", prose.language, goal=prose.goal_text(goals[0]))
    for row in rows:
        goal = None if spec.by else row.goal
        yield f"{row.label}: {', '.join(_words(prose, row, goal))}"


def _words(prose: Prose, row: Row, goal: float | None) -> Iterator[str]:
    """What the row shows, and what is drawn of it and not written in the picture."""
    yield row.shown
    if row.row is not None:
        yield from interval_words(prose, row.row)
    yield from filter(None, (row.more, row.told, row.note))
    if goal is not None:
        yield say("target {goal}", prose.language, goal=prose.goal_text(goal))


def draw_interval(sheet: Sheet, scale: Scale, row: Estimate, y: float) -> None:
    """The 95 per cent interval as a line with ends; nothing where the row has none."""
    if row.conf_low is None or row.conf_high is None:
        return
    ends = scale.x(row.conf_low), scale.x(row.conf_high)
    sheet.line("interval", (ends[0], y), (ends[1], y), INK, 1.3)
    for x in ends:
        sheet.line("interval-end", (x, y - 3), (x, y + 3), INK, 1.3)
