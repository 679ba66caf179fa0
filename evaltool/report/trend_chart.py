"""A trend: a small picture an indicator, populations from left to right; the line breaks where they do not compare."""
# pyright: reportUnknownMemberType=false
# Cause: matplotlib leaves the keyword arguments of its drawing methods untyped.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import INK, SMALL, SOFT, WIDTH, Chart, alt_text, titled, wrapped
from evaltool.report.prose import Prose
from evaltool.report.trends import BREAK, breaks, is_break, runs
from evaltool.results import Estimate
from evaltool.text import say

_FEW_POPULATIONS = 3  # more of them need a wider picture
_LEFT, _GAP, _RIGHT = 0.36, 0.3, 0.06  # inches beside and between the pictures
_PANEL, _LINE = 1.15, 0.15  # inches: a picture's height, a line of small letters
_NARROWED = "*"


@dataclass(frozen=True)
class _Panel:
    """One indicator as drawn."""

    name: str
    title: str
    points: Sequence[Estimate]


def trend(prose: Prose, spec: ChartSpec) -> Chart:
    """Draw the indicators' trends side by side."""
    columns = 3 if len(prose.populations) <= _FEW_POPULATIONS else 2
    panels = [_panel(prose, spec, name, 27 if columns == 3 else 42) for name in spec.indicators]
    rows = [panels[start : start + columns] for start in range(0, len(panels), columns)]
    heads = [_LINE * max(panel.title.count("\n") + 1 for panel in row) + 0.12 for row in rows]
    notes = [wrapped(note, 105) for note in _notes(prose, spec, panels)]
    below = _LINE * sum(note.count("\n") + 1 for note in notes)
    told = _told(prose)
    figure = titled(prose, spec, sum(heads) + len(rows) * (_PANEL + 0.42) + below + 0.05, told)
    height = figure.get_figheight()
    width = (WIDTH - _LEFT - _RIGHT - _GAP * (columns - 1)) / columns
    top = height - (below + 0.05 + sum(heads) + len(rows) * (_PANEL + 0.42))
    for row, head in zip(rows, heads, strict=True):
        top += head
        for column, panel in enumerate(row):
            left, bottom = _LEFT + column * (width + _GAP), height - top - _PANEL
            axes = figure.add_axes((left / WIDTH, bottom / height, width / WIDTH, _PANEL / height))
            _draw(prose, axes, panel, with_axis=column == 0)
        top += _PANEL + 0.42
    figure.text(0.004, 0.03 / height, "\n".join(notes), ha="left", va="bottom", fontsize=SMALL, color=SOFT)
    shown = [(row, _shown(prose, row)) for panel in panels for row in panel.points if row.estimate is not None]
    lines = [_words(prose, prose.item_name(panel.name, spec.names), panel) for panel in panels]
    return Chart(figure, alt_text(prose, spec, told, lines), shown)


def _panel(prose: Prose, spec: ChartSpec, name: str, width: int) -> _Panel:
    mark = f" {_NARROWED}" if prose.within(name) else ""
    return _Panel(name, wrapped(prose.item_name(name, spec.names) + mark, width), prose.trend(name))


def _told(prose: Prose) -> str:
    populations, what = prose.populations, ["Per cent of those who answered.", "Upright line: 95 per cent interval."]
    shown = ", ".join(populations)
    if len(populations) > _FEW_POPULATIONS:
        shown = f"{populations[0]} – {populations[-1]}"
        what.append("Below: the base (n).")
    return " ".join([f"{shown}.", *(say(message, prose.language) for message in what)])


def _notes(prose: Prose, spec: ChartSpec, panels: Sequence[_Panel]) -> Iterator[str]:
    """What the signs in the pictures mean; only those that there are."""
    if any(is_break(row) for panel in panels for row in panel.points):
        yield f"{BREAK} " + say("Here the figures cannot be compared, and the line breaks.", prose.language)
    for panel in panels:
        if prose.within(panel.name):
            conditions = prose.within(panel.name)
            told = say("Compared only where {conditions}.", prose.language, conditions=conditions)
            yield f"{_NARROWED} {prose.item_name(panel.name, spec.names)}: {told}"


def _draw(prose: Prose, axes: Axes, panel: _Panel, *, with_axis: bool) -> None:
    order = {population: index for index, population in enumerate(prose.populations)}
    for run in runs(panel.points):
        known = [row for row in run if row.estimate is not None]
        places = [order[row.population] for row in known]
        axes.plot(places, [100 * (row.estimate or 0) for row in known], color=INK, linewidth=1.4, zorder=3, gid="trend")
        for row in known:
            _draw_point(prose, axes, row, order[row.population])
    for row in panel.points:
        if is_break(row):
            axes.text(order[row.population] - 0.5, 50, BREAK, ha="center", va="center", fontsize=15, zorder=4)
        if row.estimate is None:
            axes.text(order[row.population], 4, "–", ha="center", va="bottom", color=SOFT)
    axes.set_title(panel.title, loc="left", fontsize=SMALL, color=INK, pad=5)
    axes.set_xlim(-0.5, len(order) - 0.5)
    axes.set_ylim(0, 116)  # air for the figure over a share of 100
    counts = {row.population: row.n for row in panel.points}
    sign = "n=" if len(order) <= _FEW_POPULATIONS else ""
    labels = [f"{population}\n{sign}{prose.whole(counts.get(population) or 0)}" for population in order]
    axes.set_xticks(range(len(order)), labels, fontsize=SMALL)
    axes.set_yticks([0, 50, 100], ["0", "50", "100"] if with_axis else ["", "", ""], fontsize=SMALL)
    axes.grid(visible=True, axis="y", color="#e1e6ea", linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)
    axes.set_facecolor("none")
    axes.tick_params(axis="both", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _draw_point(prose: Prose, axes: Axes, row: Estimate, x: float) -> None:
    """A dot with its interval, and its figure above."""
    low, high = 100 * (row.conf_low or 0), 100 * (row.conf_high or 0)
    axes.plot([x, x], [low, high], color=INK, linewidth=1.1, zorder=2, gid="interval")
    axes.plot([x], [100 * (row.estimate or 0)], "o", color=INK, markersize=4.5, zorder=4, gid="point")
    axes.text(x, high + 2, prose.whole(prose.rounded(row)), ha="center", va="bottom", fontsize=SMALL)


def _shown(prose: Prose, row: Estimate) -> str:
    return f"{prose.percent_text(row)} ({prose.of_text(row)})"


def _words(prose: Prose, name: str, panel: _Panel) -> str:
    """The indicator's points in words, with what may not be compared."""
    words = [f"{row.population} {prose.silence(row) or _shown(prose, row)}" for row in panel.points]
    told = f"{name}: {', '.join(words) or say('no answers', prose.language)}"
    for apart in breaks(panel.points):
        message = "{former} and {later} cannot be compared: {reason}."
        told += f". {say(message, prose.language, **vars(apart)).rstrip('.')}"
    within = prose.within(panel.name)
    only = say("Compared only where {conditions}.", prose.language, conditions=within).rstrip(".") if within else ""
    return f"{told}. {only}" if only else told
