"""What all charts share: the frame with title, base and marks, letters, colours, and writing.

A figure is drawn once and written twice: SVG (letters as paths, so that it looks the same everywhere), and PNG
for Word.
"""
# pyright: reportUnknownMemberType=false
# Cause: matplotlib leaves the keyword arguments of its drawing methods untyped.

import textwrap
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from evaltool.report.definition import ChartSpec
from evaltool.report.prose import Prose
from evaltool.results import Estimate
from evaltool.text import pick, say

WIDTH = 6.4  # inches: the text width of an A4 page
_DPI = 300
INK, SOFT = "#1f2933", "#5b6670"
FONT, SMALL = 9.0, 8.2  # points, as printed: a chart is as wide as the text
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": FONT,
    "svg.fonttype": "path",
    "svg.hashsalt": "evaltool",
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "figure.dpi": 100,
}


@dataclass(frozen=True)
class Chart:
    """A drawn chart: the figure, its text for those who do not see it, and the rows it shows."""

    figure: Figure
    alt: str
    rows: Sequence[tuple[Estimate, str]]


def write(figure: Figure, stem: Path) -> None:
    """Write `<stem>.svg` and `<stem>.png`, the same bytes each time."""
    with style():
        figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
        figure.savefig(
            stem.with_suffix(".png"), dpi=_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 6}
        )


@contextmanager
def style() -> Generator[None, None, None]:
    """Only what is set here decides the look, whatever a user's own matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # pyright: ignore[reportCallIssue,reportArgumentType]  # matplotlib checks the keys
        yield


def frame(
    prose: Prose, spec: ChartSpec, body: float, *, left: float, right: float, with_axis: bool = True
) -> tuple[Figure, Axes]:
    """A figure whose body is `body` inches high, under a title and a line that names the base."""
    top, bottom = (0.14, 0.3) if with_axis else (0.0, 0.06)
    figure = titled(prose, spec, top + body + bottom, subtitle(prose, spec))
    height = figure.get_figheight()
    axes = figure.add_axes((left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH, body / height))
    axes.set_facecolor("none")
    axes.tick_params(axis="both", length=0)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(side == "left" and with_axis)
    return figure, axes


def titled(prose: Prose, spec: ChartSpec, body: float, told: str) -> Figure:
    """A figure that has `body` inches free under its title and the line `told`, with the data's marks."""
    title = wrapped(pick(spec.title, prose.language), 76)
    lines = 0.17 * title.count("\n")
    height = 0.46 + lines + body
    figure = Figure(figsize=(WIDTH, height))
    figure.text(0.004, 1 - 0.03 / height, title, ha="left", va="top", fontsize=10, fontweight="bold")
    figure.text(0.004, 1 - (0.23 + lines) / height, told, ha="left", va="top", fontsize=SMALL, color=SOFT)
    _watermark(figure, prose.context.marks)
    return figure


def subtitle(prose: Prose, spec: ChartSpec) -> str:
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


def room_for(texts: Sequence[str], *, at_least: float) -> float:
    """Inches that the texts need beside the bars."""
    lines = [line for text in texts for line in text.splitlines()]
    return max(at_least, *(text_width(line, FONT) / 72 + 0.2 for line in lines))


def text_width(text: str, size: float) -> float:
    """The text's width in points."""
    return float(TextPath((0, 0), text, size=size).get_extents().width)


def wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False)


def alt_text(prose: Prose, spec: ChartSpec, told: str, lines: Sequence[str]) -> str:
    """The chart in words: title, what it is drawn of, then every figure drawn."""
    marks = [f"{mark}." for mark in prose.context.marks]
    title = pick(spec.title, prose.language).rstrip(".") + "."
    return " ".join([*marks, title, told, "; ".join(lines) + "."])
