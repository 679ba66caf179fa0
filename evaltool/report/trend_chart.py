"""A trend: a small picture an indicator, populations from left to right; the line breaks where they do not compare."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import Chart, Mark, alt_text, begin, finish, interval_words, share_text
from evaltool.report.letters import wrap
from evaltool.report.prose import Prose
from evaltool.report.sheet import FIGURE, GRID, INK, NOTE, SOFT, WIDTH, Point, Sheet, Words
from evaltool.report.trends import BREAK, breaks, is_break, runs
from evaltool.results import Estimate
from evaltool.text import say

_FEW_POPULATIONS, _SOME_POPULATIONS = 3, 7  # more of them need a wider picture
_LEFT, _GAP = 24.0, 20.0  # the scale's numbers; what parts two pictures
_PICTURE, _AIR, _BELOW = 72.0, 12.0, 34.0  # 0 to 100 per cent, a figure above that, the populations
_SIGN, _SMALL_SIGN = 15.0, 8.2  # the heights of a break's sign: in a picture, and below where it is told
_INDENT = 7.5  # what the small sign takes of its line
_NARROWED = "*"


@dataclass(frozen=True)
class _Panel:
    """One indicator as drawn."""

    name: str
    title: Sequence[str]
    points: Sequence[Estimate]


@dataclass(frozen=True)
class _Frame:
    """Where the picture of an indicator stands; places count from 0."""

    left: float
    top: float
    step: float

    def point(self, place: float, share: float) -> Point:
        return self.left + (place + 0.5) * self.step, self.top + _PICTURE * (1 - share)


def trend(prose: Prose, spec: ChartSpec) -> Chart:
    """Draw the indicators' trends side by side."""
    count = len(prose.populations)
    columns = 3 if count <= _FEW_POPULATIONS else 2 if count <= _SOME_POPULATIONS else 1
    width = (WIDTH - _LEFT - _GAP * (columns - 1)) / columns
    panels = [_panel(prose, spec, name, width) for name in spec.indicators]
    told = _told(prose)
    sheet, top = begin(told)
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        top += max(FIGURE.height(panel.title) for panel in row) + _AIR + 2
        for column, panel in enumerate(row):
            frame = _Frame(_LEFT + column * (width + _GAP), top, width / count)
            _draw(prose, sheet, frame, panel, with_axis=not column)
        top += _PICTURE + _BELOW
    top = _write_notes(prose, spec, sheet, panels, top)
    lines = [_words(prose, prose.item_name(panel.name, spec.names), panel) for panel in panels]
    marks = [mark for panel in panels for mark in _marks(prose, spec, panel)]
    return finish(prose, spec, sheet, top + 2, alt=alt_text(prose, spec, told, lines), marks=marks)


def _panel(prose: Prose, spec: ChartSpec, name: str, width: float) -> _Panel:
    mark = f" {_NARROWED}" if prose.within(name) else ""
    return _Panel(name, wrap(prose.item_name(name, spec.names) + mark, width, FIGURE.size), prose.trend(name))


def _marks(prose: Prose, spec: ChartSpec, panel: _Panel) -> Iterator[Mark]:
    for row in panel.points:
        if not prose.silence(row):
            yield Mark(row, f"{prose.item_name(panel.name, spec.names)}: {row.population}", share_text(prose, row))


def _told(prose: Prose) -> str:
    populations, what = prose.populations, ["Per cent of those who answered.", "Upright line: 95 per cent interval."]
    shown = ", ".join(populations)
    if len(populations) > _FEW_POPULATIONS:
        shown = f"{populations[0]} – {populations[-1]}"
        what.append("Below: the base (n).")
    return " ".join([f"{shown}.", *(say(message, prose.language) for message in what)])


def _write_notes(prose: Prose, spec: ChartSpec, sheet: Sheet, panels: Sequence[_Panel], top: float) -> float:
    """What the signs in the pictures mean; only those that there are. Returns where they end."""
    if any(is_break(row) for panel in panels for row in panel.points):
        told = say("Here the figures cannot be compared, and the line breaks.", prose.language)
        lines = wrap(told, WIDTH - _INDENT, NOTE.size)
        _draw_break(sheet, (2.5, top + NOTE.height("x") / 2), _SMALL_SIGN)
        top = _write_note(sheet, (_INDENT, top), lines)
    for note in _narrowed(prose, spec, panels):
        top = _write_note(sheet, (0, top), wrap(note, WIDTH, NOTE.size))
    return top


def _write_note(sheet: Sheet, corner: Point, lines: Sequence[str]) -> float:
    x, top = corner
    sheet.write((x, top + NOTE.height(lines) / 2), lines, NOTE)
    return top + NOTE.height(lines)


def _narrowed(prose: Prose, spec: ChartSpec, panels: Sequence[_Panel]) -> Iterator[str]:
    for panel in panels:
        if prose.within(panel.name):
            conditions = prose.within(panel.name)
            told = say("Compared only where {conditions}.", prose.language, conditions=conditions)
            yield f"{_NARROWED} {prose.item_name(panel.name, spec.names)}: {told}"


def _draw(prose: Prose, sheet: Sheet, frame: _Frame, panel: _Panel, *, with_axis: bool) -> None:
    order = {population: index for index, population in enumerate(prose.populations)}
    title = (frame.left, frame.top - _AIR - 2 - FIGURE.height(panel.title) / 2)
    sheet.write(title, panel.title, FIGURE)
    _draw_grid(prose, sheet, frame, order, panel, with_axis=with_axis)
    for run in runs(panel.points):
        known = [(order[row.population], row) for row in run if not prose.silence(row)]
        for (place, row), (after, later) in pairwise(known):
            ends = frame.point(place, row.estimate or 0), frame.point(after, later.estimate or 0)
            sheet.line("trend", *ends, INK, 1.4)
        for place, row in known:
            _draw_point(prose, sheet, frame, place, row)
    for row in panel.points:
        place = order[row.population]
        if is_break(row):
            _draw_break(sheet, frame.point(place - 0.5, 0.5), _SIGN)
        if prose.silence(row):
            sheet.write(frame.point(place, 0.08), ["–"], NOTE, align=0.5)


def _draw_grid(
    prose: Prose, sheet: Sheet, frame: _Frame, order: Collection[str], panel: _Panel, *, with_axis: bool
) -> None:
    end = frame.left + len(order) * frame.step
    for share in (0, 0.5, 1):
        y = frame.point(0, share)[1]
        sheet.line("grid", (frame.left, y), (end, y), GRID if share else SOFT, 0.7)
        if with_axis:
            sheet.write((frame.left - 4, y), [prose.whole(100 * share)], NOTE, align=1)
    counts = {row.population: row.n for row in panel.points}
    sign = "n\xa0=\xa0" if len(order) <= _FEW_POPULATIONS else ""
    for place, population in enumerate(order):
        x, y = frame.point(place, 0)
        sheet.write((x, y + 14), [population, f"{sign}{prose.whole(counts.get(population) or 0)}"], NOTE, align=0.5)


def _draw_point(prose: Prose, sheet: Sheet, frame: _Frame, place: int, row: Estimate) -> None:
    """A dot with its interval, and its figure above."""
    share = row.estimate or 0
    low, high = (share if limit is None else limit for limit in (row.conf_low, row.conf_high))
    sheet.line("interval", frame.point(place, low), frame.point(place, high), INK, 1.1)
    sheet.dot("point", frame.point(place, share), 2.3, INK)
    x, y = frame.point(place, high)
    sheet.write((x, y - 6.5), [prose.whole(prose.rounded(row))], FIGURE, align=0.5)


def _draw_break(sheet: Sheet, middle: Point, height: float) -> None:
    """The sign of a break as two lines: those of a font stand so near each other that small print closes them."""
    (x, y), apart, width = middle, 0.36 * height, 0.08 * height
    ends = y - height / 2, y + height / 2
    sheet.box("break-ground", (x - apart / 2, ends[0]), (apart, height), "white")  # no grid between them
    for line in (x - apart / 2, x + apart / 2):
        sheet.line("break", (line, ends[0]), (line, ends[1]), INK, round(width, 2))
    side = (apart + width) / 2
    sheet.words.append(Words(BREAK, x - side, ends[0], x + side, ends[1], height))


def _words(prose: Prose, name: str, panel: _Panel) -> str:
    """The indicator's points in words, with what may not be compared."""
    words = [f"{row.population}: {', '.join(_point_words(prose, row))}" for row in panel.points]
    told = f"{name}: {'; '.join(words) or say('no answers', prose.language)}"
    for apart in breaks(panel.points):
        message = "{former} and {later} cannot be compared: {reason}."
        told += f". {say(message, prose.language, **vars(apart)).rstrip('.')}"
    within = prose.within(panel.name)
    only = say("Compared only where {conditions}.", prose.language, conditions=within).rstrip(".") if within else ""
    return f"{told}. {only}" if only else told


def _point_words(prose: Prose, row: Estimate) -> Iterator[str]:
    """What a point shows, with its interval, or why there is none."""
    silence = prose.silence(row)
    yield silence or share_text(prose, row)
    if not silence:
        yield from interval_words(prose, row)
