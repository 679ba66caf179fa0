"""Charts from rows: bars with interval and target line, and stacked scales. What colour says is also said by text."""
# pyright: reportUnknownMemberType=false
# Cause: matplotlib leaves the keyword arguments of its drawing methods untyped.

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import (
    INK,
    SMALL,
    SOFT,
    WIDTH,
    Chart,
    alt_text,
    frame,
    room_for,
    style,
    subtitle,
    text_width,
    wrapped,
)
from evaltool.report.numbers import per_cent
from evaltool.report.prose import Prose
from evaltool.report.rows import Where
from evaltool.report.trend_chart import trend
from evaltool.results import Estimate
from evaltool.text import Text, number, pick, say

_BAR, _GOAL = "#3b76af", "#a04000"
_SHADES = ("#0b3c6f", "#3b76af", "#86b3d9", "#c9dff0", "#eef3f7")  # lightness alone tells them apart


@dataclass(frozen=True)
class Bar:
    """One row of a chart as drawn; `shown` stands beside the bar, or instead of it."""

    label: str
    row: Estimate | None
    shown: str
    goal: float | None = None


def draw(prose: Prose, spec: ChartSpec) -> Chart:
    """Draw a chart of the report definition."""
    with style():
        return _KINDS[spec.kind](prose, spec)


# Bars

_FEW_BARS, _SOME_BARS = 3, 6  # more of them stand closer


def _bars(prose: Prose, spec: ChartSpec) -> Chart:
    bars = _level_bars(prose, spec) if spec.by else _indicator_bars(prose, spec)
    lines = [wrapped(bar.label, 30) for bar in bars]
    room = 0.42 if len(bars) <= _FEW_BARS else 0.31 if len(bars) <= _SOME_BARS else 0.22
    heights = [max(room, 0.14 + 0.16 * (line.count("\n") + 1)) for line in lines]
    sides = room_for(lines, at_least=1.3), room_for([bar.shown for bar in bars], at_least=1.4)
    figure, axes = frame(prose, spec, sum(heights), left=sides[0], right=sides[1])
    middle = _middles(heights)
    for bar, y in zip(bars, middle, strict=True):
        _draw_bar(axes, bar, y, room * 2 / 3)
    _mark_goals(prose, axes, bars, list(zip(middle, heights, strict=True)))
    axes.set_ylim(sum(heights), 0)
    axes.set_xlim(0, 100)
    axes.set_yticks(middle, lines)
    _per_cent_axis(prose, axes)
    return Chart(
        figure,
        alt_text(prose, spec, subtitle(prose, spec), [f"{bar.label}: {bar.shown}" for bar in bars]),
        _shown(bars),
    )


def _indicator_bars(prose: Prose, spec: ChartSpec) -> list[Bar]:
    return [_bar(prose, prose.item_name(name, spec.names), name, prose.where()) for name in spec.indicators]


def _level_bars(prose: Prose, spec: ChartSpec) -> list[Bar]:
    """The levels in the roster's order, never ranked, then everybody."""
    name = spec.indicators[0]
    bars = [_bar(prose, label, name, prose.where(by=spec.by, level=level)) for level, label in prose.levels(spec.by)]
    return [*bars, _bar(prose, say("All", prose.language), name, prose.where())]


def _bar(prose: Prose, label: str, name: str, where: Where) -> Bar:
    row = prose.rows.find(name, "share", where)
    if row is None:
        return Bar(label, None, say("no answers", prose.language))
    goal = prose.facts(name).target
    silence = prose.silence(row)
    shown = f"{prose.percent_text(row)} ({prose.of_text(row)})"
    if silence:
        return Bar(label, row if row.by else None, silence)  # without a goal: its line would cross the words
    return Bar(label, row, shown, goal)


def _draw_bar(axes: Axes, bar: Bar, y: float, thickness: float) -> None:
    row = bar.row
    if row is None or row.estimate is None or row.conf_low is None or row.conf_high is None or "(" not in bar.shown:
        axes.text(1, y, bar.shown, va="center", ha="left", color=SOFT, style="italic", zorder=4)
        return
    low, high = 100 * row.conf_low, 100 * row.conf_high
    axes.barh(y, 100 * row.estimate, height=thickness, color=_BAR, zorder=2)
    axes.plot([low, high], [y, y], color=INK, linewidth=1.3, zorder=3)
    for end in (low, high):
        axes.plot([end, end], [y - 0.05, y + 0.05], color=INK, linewidth=1.3, zorder=3)
    axes.annotate(bar.shown, (102, y), va="center", ha="left", annotation_clip=False)


def _mark_goals(prose: Prose, axes: Axes, bars: Sequence[Bar], places: Sequence[tuple[float, float]]) -> None:
    """The target as a line over the bars it is for, named once."""
    named = False
    for bar, (y, height) in zip(bars, places, strict=True):
        if bar.goal is None:
            continue
        goal = 100 * bar.goal
        ends = [y - height / 2, y + height / 2]
        axes.plot([goal, goal], ends, color="white", linewidth=3.6, zorder=5)
        axes.plot([goal, goal], ends, color=_GOAL, linewidth=1.8, zorder=6)
        if not named:
            label = say("target {goal}", prose.language, goal=prose.goal_text(bar.goal))
            axes.text(goal, y - height / 2 - 0.03, label, color=_GOAL, ha="center", va="bottom", fontsize=SMALL)
            named = True


def _shown(bars: Sequence[Bar]) -> list[tuple[Estimate, str]]:
    return [(bar.row, bar.shown) for bar in bars if bar.row is not None]


# Stacked scales


_ITEM, _LINE = 0.54, 0.2  # inches: a bar with its air, a line of the legend


@dataclass(frozen=True)
class _Scale:
    """Items that share their answers; the legend stands above them once."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    items: tuple[str, ...]


def _stacked(prose: Prose, spec: ChartSpec) -> Chart:
    scales = _scales(prose, spec.indicators)
    height = sum(_legend_height(scale) + _ITEM * len(scale.items) for scale in scales)
    left, right = 1.85, 0.15
    figure, axes = frame(prose, spec, height, left=left, right=right, with_axis=False)
    y, texts, rows, ticks = 0.0, list[str](), list[tuple[Estimate, str]](), list[tuple[float, str]]()
    for scale in scales:
        _legend(axes, scale, y + 0.14, 72 * (WIDTH - left - right))
        y += _legend_height(scale)
        for item in scale.items:
            found, words = _draw_item(prose, axes, scale, item, y + 0.22)
            name = _with_base(prose, prose.item_name(item, spec.names), found)
            ticks.append((y + 0.22, wrapped(name, 25)))
            texts.append(f"{name}: {words}")
            rows += found
            y += _ITEM
    axes.set_ylim(height, 0)
    axes.set_xlim(0, 100)
    axes.set_yticks([place for place, _ in ticks], [label for _, label in ticks])
    axes.set_xticks([])
    return Chart(figure, alt_text(prose, spec, subtitle(prose, spec), texts), rows)


def _scales(prose: Prose, indicators: Sequence[str]) -> list[_Scale]:
    """Indicators grouped by the scale they share, in the order given."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name in indicators:
        options: Mapping[str, Text] = prose.facts(name).options
        labels = tuple(pick(text, prose.language) for text in options.values())
        groups.setdefault((tuple(options), labels), []).append(name)
    return [_Scale(codes, labels, tuple(items)) for (codes, labels), items in groups.items()]


def _legend(axes: Axes, scale: _Scale, y: float, room: float) -> None:
    """Swatch and words above the bars; `room` is the bars' width in points. A long legend begins further left."""
    unit = 100 / room
    for line in _legend_lines(scale):
        x = min(0.0, 100 - sum(width for _, _, width in line) * unit)
        for color, label, width in line:
            box = Rectangle((x, y - 0.05), 8 * unit, 0.1, facecolor=color, edgecolor=SOFT, linewidth=0.4, clip_on=False)
            axes.add_patch(box)
            axes.text(x + 11 * unit, y, label, va="center_baseline", ha="left", fontsize=SMALL)
            x += width * unit
        y += _LINE


def _legend_lines(scale: _Scale) -> list[list[tuple[str, str, float]]]:
    """Color, label and width in points of each answer, in as many lines as the picture's width asks for."""
    lines: list[list[tuple[str, str, float]]] = [[]]
    for color, label in zip(_colors(len(scale.codes)), scale.labels, strict=True):
        width = text_width(label, SMALL) + 20
        if lines[-1] and sum(taken for _, _, taken in lines[-1]) + width > 72 * (WIDTH - 0.2):
            lines.append([])
        lines[-1].append((color, label, width))
    return lines


def _legend_height(scale: _Scale) -> float:
    return 0.16 + _LINE * len(_legend_lines(scale))


def _draw_item(prose: Prose, axes: Axes, scale: _Scale, item: str, y: float) -> tuple[list[tuple[Estimate, str]], str]:
    rows = [prose.rows.find(item, f"share[{code}]", prose.where()) for code in scale.codes]
    found = [row for row in rows if row is not None and row.n]
    if len(found) < len(rows) or not found:
        silence = say("no answers", prose.language)
        axes.text(1, y, silence, va="center", style="italic", color=SOFT)
        return [], silence
    values = [prose.rounded(row) for row in found]
    left, beside = 0.0, 0.0
    for row, value, color in zip(found, values, _colors(len(found)), strict=True):
        width = float(per_cent(row))
        axes.barh(y, width, left=left, height=0.34, color=color, edgecolor="white", linewidth=0.8, zorder=2)
        if width >= 3.5:
            axes.text(left + width / 2, y, str(value), ha="center", va="center", color=_contrast(color), zorder=4)
        elif width:
            beside = max(left + width / 2, beside + 3)  # the figures of two narrow answers stand apart
            axes.text(beside, y - 0.18, str(value), ha="center", va="bottom", fontsize=SMALL, zorder=4)
        left += width
    words = [f"{label} {_words(prose, value)}" for label, value in zip(scale.labels, values, strict=True)]
    shown = [(row, _words(prose, value)) for row, value in zip(found, values, strict=True)]
    return shown, ", ".join(words)


def _words(prose: Prose, value: Decimal) -> str:
    return say("{value} per cent", prose.language, value=number(value, prose.language))


def _with_base(prose: Prose, name: str, found: Sequence[tuple[Estimate, str]]) -> str:
    """No line breaks within the count."""
    return name + (f" (n\xa0=\xa0{prose.whole(found[0][0].n or 0)})" if found else "")


def _colors(count: int) -> list[str]:
    """Shades spread over the whole scale, dark first."""
    if count == 1:
        return [_SHADES[0]]
    last = len(_SHADES) - 1
    return [_SHADES[min(last, round(index * last / (count - 1)))] for index in range(count)]


def _contrast(color: str) -> str:
    return "white" if color in _SHADES[:2] else INK


def _per_cent_axis(prose: Prose, axes: Axes) -> None:
    ticks = [0, 25, 50, 75, 100]
    axes.set_xticks(ticks, [str(tick) for tick in ticks[:-1]] + [prose.goal_text(1)])
    axes.grid(visible=True, axis="x", color="#e1e6ea", linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)


def _middles(heights: Sequence[float]) -> list[float]:
    return [sum(heights[:index]) + height / 2 for index, height in enumerate(heights)]


_KINDS: Mapping[str, Callable[[Prose, ChartSpec], Chart]] = {"bars": _bars, "stacked": _stacked, "trend": trend}
