"""Charts from rows: bars with interval and target line, and stacked scales. Each says its base.

One figure is drawn once and written twice: SVG (letters as paths, so that it looks the same everywhere), and PNG
for Word. What colour says is also said by text.
"""
# pyright: reportUnknownMemberType=false
# Cause: matplotlib leaves the keyword arguments of its drawing methods untyped.

import textwrap
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

from evaltool.report.definition import ChartSpec
from evaltool.report.numbers import per_cent
from evaltool.report.prose import Prose
from evaltool.report.rows import Where
from evaltool.results import Estimate
from evaltool.text import Text, number, pick, say

WIDTH = 6.4  # inches: the text width of an A4 page
_DPI = 300
_INK, _SOFT, _BAR, _GOAL = "#1f2933", "#5b6670", "#3b76af", "#a04000"
_FONT, _SMALL = 9.0, 8.2  # points, as printed: a chart is as wide as the text
_SHADES = ("#0b3c6f", "#3b76af", "#86b3d9", "#c9dff0", "#eef3f7")  # lightness alone tells them apart
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": _FONT,
    "svg.fonttype": "path",
    "svg.hashsalt": "evaltool",
    "text.color": _INK,
    "axes.edgecolor": _SOFT,
    "xtick.color": _SOFT,
    "ytick.color": _INK,
    "figure.dpi": 100,
}


@dataclass(frozen=True)
class Bar:
    """One row of a chart as drawn; `shown` stands beside the bar, or instead of it."""

    label: str
    row: Estimate | None
    shown: str
    goal: float | None = None


@dataclass(frozen=True)
class Chart:
    """A drawn chart: the figure, its text for those who do not see it, and the rows it shows."""

    figure: Figure
    alt: str
    rows: Sequence[tuple[Estimate, str]]


def draw(prose: Prose, spec: ChartSpec) -> Chart:
    """Draw a chart of the report definition."""
    with _style():
        return _KINDS[spec.kind](prose, spec)


def write(figure: Figure, stem: Path) -> None:
    """Write `<stem>.svg` and `<stem>.png`, the same bytes each time."""
    with _style():
        figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
        figure.savefig(
            stem.with_suffix(".png"), dpi=_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 6}
        )


@contextmanager
def _style() -> Generator[None, None, None]:
    """Only what is set here decides the look, whatever a user's own matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # pyright: ignore[reportCallIssue,reportArgumentType]  # matplotlib checks the keys
        yield


# Bars

_FEW_BARS = 4  # more of them stand closer


def _bars(prose: Prose, spec: ChartSpec) -> Chart:
    bars = _level_bars(prose, spec) if spec.by else _indicator_bars(prose, spec)
    lines = [_wrapped(bar.label, 30) for bar in bars]
    room = 0.42 if len(bars) <= _FEW_BARS else 0.31
    heights = [max(room, 0.14 + 0.16 * (line.count("\n") + 1)) for line in lines]
    sides = _room(lines, at_least=1.3), _room([bar.shown for bar in bars], at_least=1.4)
    figure, axes = _frame(prose, spec, sum(heights), left=sides[0], right=sides[1])
    middle = _middles(heights)
    for bar, y in zip(bars, middle, strict=True):
        _draw_bar(axes, bar, y, room * 2 / 3)
    _mark_goals(prose, axes, bars, list(zip(middle, heights, strict=True)))
    axes.set_ylim(sum(heights), 0)
    axes.set_xlim(0, 100)
    axes.set_yticks(middle, lines)
    _per_cent_axis(prose, axes)
    return Chart(figure, _alt(prose, spec, [f"{bar.label}: {bar.shown}" for bar in bars]), _shown(bars))


def _indicator_bars(prose: Prose, spec: ChartSpec) -> list[Bar]:
    return [_bar(prose, _name(prose, spec, name), name, prose.where()) for name in spec.indicators]


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
        axes.text(1, y, bar.shown, va="center", ha="left", color=_SOFT, style="italic", zorder=4)
        return
    low, high = 100 * row.conf_low, 100 * row.conf_high
    axes.barh(y, 100 * row.estimate, height=thickness, color=_BAR, zorder=2)
    axes.plot([low, high], [y, y], color=_INK, linewidth=1.3, zorder=3)
    for end in (low, high):
        axes.plot([end, end], [y - 0.05, y + 0.05], color=_INK, linewidth=1.3, zorder=3)
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
            axes.text(goal, y - height / 2 - 0.03, label, color=_GOAL, ha="center", va="bottom", fontsize=_SMALL)
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
    figure, axes = _frame(prose, spec, height, left=left, right=right, with_axis=False)
    y, texts, rows, ticks = 0.0, list[str](), list[tuple[Estimate, str]](), list[tuple[float, str]]()
    for scale in scales:
        _legend(axes, scale, y + 0.14, 72 * (WIDTH - left - right))
        y += _legend_height(scale)
        for item in scale.items:
            found, words = _draw_item(prose, axes, scale, item, y + 0.22)
            name = _with_base(prose, _name(prose, spec, item), found)
            ticks.append((y + 0.22, _wrapped(name, 25)))
            texts.append(f"{name}: {words}")
            rows += found
            y += _ITEM
    axes.set_ylim(height, 0)
    axes.set_xlim(0, 100)
    axes.set_yticks([place for place, _ in ticks], [label for _, label in ticks])
    axes.set_xticks([])
    return Chart(figure, _alt(prose, spec, texts), rows)


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
            box = Rectangle(
                (x, y - 0.05), 8 * unit, 0.1, facecolor=color, edgecolor=_SOFT, linewidth=0.4, clip_on=False
            )
            axes.add_patch(box)
            axes.text(x + 11 * unit, y, label, va="center_baseline", ha="left", fontsize=_SMALL)
            x += width * unit
        y += _LINE


def _legend_lines(scale: _Scale) -> list[list[tuple[str, str, float]]]:
    """Color, label and width in points of each answer, in as many lines as the picture's width asks for."""
    lines: list[list[tuple[str, str, float]]] = [[]]
    for color, label in zip(_colors(len(scale.codes)), scale.labels, strict=True):
        width = _width(label, _SMALL) + 20
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
        axes.text(1, y, silence, va="center", style="italic", color=_SOFT)
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
            axes.text(beside, y - 0.18, str(value), ha="center", va="bottom", fontsize=_SMALL, zorder=4)
        left += width
    words = [f"{label} {_words(prose, value)}" for label, value in zip(scale.labels, values, strict=True)]
    shown = [(row, _words(prose, value)) for row, value in zip(found, values, strict=True)]
    return shown, ", ".join(words)


def _words(prose: Prose, value: Decimal) -> str:
    return say("{value} per cent", prose.language, value=number(value, prose.language))


def _name(prose: Prose, spec: ChartSpec, item: str) -> str:
    """The chart's own name of an indicator, else the plan's."""
    return pick(spec.names.get(item) or prose.facts(item).label, prose.language)


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
    return "white" if color in _SHADES[:2] else _INK


# Shared


def _frame(
    prose: Prose, spec: ChartSpec, body: float, *, left: float, right: float, with_axis: bool = True
) -> tuple[Figure, Axes]:
    """A figure whose body is `body` inches high, under a title and a line that names the base."""
    title = _wrapped(pick(spec.title, prose.language), 76)
    top = 0.46 + 0.17 * title.count("\n") + (0.14 if with_axis else 0.0)
    bottom = 0.3 if with_axis else 0.06
    height = top + body + bottom
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH, body / height))
    figure.text(0.004, 1 - 0.03 / height, title, ha="left", va="top", fontsize=10, fontweight="bold")
    subtitle_y = 1 - (0.23 + 0.17 * title.count("\n")) / height
    figure.text(0.004, subtitle_y, _subtitle(prose, spec), ha="left", va="top", fontsize=_SMALL, color=_SOFT)
    _watermark(figure, prose.context.marks)
    axes.set_facecolor("none")
    axes.tick_params(axis="both", length=0)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(side == "left" and with_axis)
    return figure, axes


def _subtitle(prose: Prose, spec: ChartSpec) -> str:
    """The base in words and number, and what the drawing shows."""
    row = prose.rows.find(spec.indicators[0], "share", prose.where())
    base = pick(prose.facts(spec.indicators[0]).base or prose.context.respondents, prose.language)
    how = "Line: 95 per cent interval." if spec.kind == "bars" else "Per cent of those who answered."
    one_base = spec.by or len(spec.indicators) == 1
    count = f" (n = {prose.whole(row.n or 0)})" if one_base and row is not None else ""
    base_text = (
        f"{base[:1].upper()}{base[1:]}{count}. " if one_base else f"{say('Those who answered', prose.language)}. "
    )
    return f"{prose.context.population}. {base_text}{say(how, prose.language)}"


def _watermark(figure: Figure, marks: Sequence[str]) -> None:
    if marks:
        text = " · ".join(marks)
        size = min(30.0, 560 / max(len(text), 1))
        figure.text(
            0.5,
            0.45,
            text,
            ha="center",
            va="center",
            rotation=10,
            fontsize=size,
            fontweight="bold",
            color="#c0392b",
            alpha=0.13,
            zorder=10,
        )


def _per_cent_axis(prose: Prose, axes: Axes) -> None:
    ticks = [0, 25, 50, 75, 100]
    axes.set_xticks(ticks, [str(tick) for tick in ticks[:-1]] + [prose.goal_text(1)])
    axes.grid(visible=True, axis="x", color="#e1e6ea", linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)


def _middles(heights: Sequence[float]) -> list[float]:
    return [sum(heights[:index]) + height / 2 for index, height in enumerate(heights)]


def _room(texts: Sequence[str], *, at_least: float) -> float:
    """Inches that the texts need beside the bars."""
    lines = [line for text in texts for line in text.splitlines()]
    return max(at_least, *(_width(line, _FONT) / 72 + 0.2 for line in lines))


def _width(text: str, size: float) -> float:
    """The text's width in points."""
    return float(TextPath((0, 0), text, size=size).get_extents().width)


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False)


def _alt(prose: Prose, spec: ChartSpec, lines: Sequence[str]) -> str:
    """The chart in words: title, base, then every figure drawn."""
    marks = [f"{mark}." for mark in prose.context.marks]
    title = pick(spec.title, prose.language).rstrip(".") + "."
    return " ".join([*marks, title, _subtitle(prose, spec), "; ".join(lines) + "."])


_KINDS: Mapping[str, Callable[[Prose, ChartSpec], Chart]] = {"bars": _bars, "stacked": _stacked}
