"""Charts of the answers that came in: everybody's curve, and each group's beside it. Black ink on white."""
# pyright: reportUnknownMemberType=false
# Cause: matplotlib leaves the keyword arguments of its drawing methods untyped.

import base64
import textwrap
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Literal

import matplotlib as mpl
from babel.dates import format_skeleton
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaltool.report.sheet import INK, SOFT
from evaltool.text import long_date, percent, pick, say
from evaltool.workflows.monitor_counts import Flow
from evaltool.workflows.monitor_tables import level_name, share
from evaltool.workflows.monitor_wave import Grouped, Wave

_WIDTH = 3.7  # inches: a phone's width, so that letters keep their size there
_LEFT, _RIGHT = 0.42, 0.12
_GRID = "#e1e6ea"
_NAME = 24  # letters above a small picture
_TICKS = (0, 25, 50, 75, 100)
_FONT, _SMALL = 9.0, 8.2  # points
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": _FONT,
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
    """A picture as an address that holds it, and what it shows in words."""

    title: str
    source: str
    alt: str
    legend: str = ""


@contextmanager
def _style() -> Generator[None, None, None]:
    """Only what is set here decides the look, whatever a user's own matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # pyright: ignore[reportCallIssue,reportArgumentType]  # matplotlib checks the keys
        yield


def curve(wave: Wave, language: str) -> Chart:
    """The share of those invited who had answered by each day; what was planned stands beside it."""
    title = say("Answers so far, per cent of those invited", language)
    with _style():
        figure = Figure(figsize=(_WIDTH, 2.5))
        axes = figure.add_axes((_LEFT / _WIDTH, 0.16, (_WIDTH - _LEFT - _RIGHT) / _WIDTH, 0.78))
        _draw_flow(axes, wave.everybody, _span(wave), INK, 1.8)
        _draw_plan(axes, wave)
        _dress(axes, _span(wave), language)
        source = _address(figure)
    legend = say("Cross: planned. Dotted line: reminder.", language) if wave.schedule else ""
    words = [_told_flow(wave.everybody, language), *_told_plan(wave, language)]
    return Chart(title, source, f"{title}. {' '.join(words)}", legend)


def levels(wave: Wave, grouped: Grouped, language: str) -> Chart | None:
    """A small picture for each group that is shown, with everybody's curve in grey; None if there is none."""
    shown = [flow for flow in grouped.flows if flow.base >= wave.few]
    if not shown:
        return None
    label = pick(grouped.label, language) or say("Language", language)
    title = say("{group}: answers so far, per cent of those invited. Grey: everybody.", language, group=label)
    with _style():
        source = _address(_panels(wave, shown, language))
    told = " ".join(f"{level_name(flow, language)}: {_told_flow(flow, language)}" for flow in shown)
    return Chart(title, source, f"{title} {told}")


def _panels(wave: Wave, shown: Sequence[Flow], language: str) -> Figure:
    rows, gap, height, head = (len(shown) + 1) // 2, 0.2, 0.85, 0.5
    tall = rows * (height + head) + 0.3
    figure = Figure(figsize=(_WIDTH, tall))
    width = (_WIDTH - _LEFT - _RIGHT - gap) / 2
    for place, flow in enumerate(shown):
        left = _LEFT + (place % 2) * (width + gap)
        bottom = tall - (place // 2 + 1) * (height + head)
        axes = figure.add_axes((left / _WIDTH, bottom / tall, width / _WIDTH, height / tall))
        _draw_flow(axes, wave.everybody, _span(wave), SOFT, 1.0, alpha=0.6)
        _draw_flow(axes, flow, _span(wave), INK, 1.8)
        name = textwrap.fill(level_name(flow, language), _NAME, break_long_words=False)
        name = f"{name}\n{share(flow.count, flow.base, language)}"
        axes.set_title(name, loc="left", fontsize=_SMALL, pad=4)
        last = place >= len(shown) - 2
        _dress(axes, _span(wave), language, with_days=last, with_shares=place % 2 == 0)
    return figure


def _span(wave: Wave) -> tuple[date, date]:
    """From the first invitation or answer to the last pull, or to an invitation after it."""
    days = (*wave.everybody.invited, *wave.everybody.answered)
    return min(days), max(wave.pulled_at.date(), *days)


def _draw_flow(
    axes: Axes, flow: Flow, span: tuple[date, date], color: str, width: float, *, alpha: float = 1.0
) -> None:
    """Steps: the share at the end of each day."""
    days = [span[0] + timedelta(days=number) for number in range((span[1] - span[0]).days + 1)]
    known = [(number, *flow.until(day)) for number, day in enumerate(days)]
    points = [(number, 100 * count / base) for number, count, base in known if base]
    places, shares = zip(*points, strict=True)
    axes.step(places, shares, where="post", color=color, linewidth=width, alpha=alpha, zorder=3)
    axes.plot(places[-1], shares[-1], "o", color=color, markersize=width * 2, alpha=alpha, zorder=4)


def _draw_plan(axes: Axes, wave: Wave) -> None:
    """Targets as crosses with their share, reminders as dotted lines."""
    plan, (first, last) = wave.schedule, _span(wave)
    if plan is None:
        return
    for day, rate in plan.targets.items():
        if first <= day <= last:
            axes.plot((day - first).days, 100 * rate, "x", color=INK, markersize=7, markeredgewidth=1.6, zorder=5)
    for day in plan.reminders:
        if first <= day <= last:
            axes.axvline((day - first).days, color=SOFT, linestyle=":", linewidth=1.2, zorder=1)


def _dress(
    axes: Axes, span: tuple[date, date], language: str, *, with_days: bool = True, with_shares: bool = True
) -> None:
    length = (span[1] - span[0]).days
    places = sorted({0, length // 2, length}) if with_days and length > 6 else sorted({0, length})
    names = [format_skeleton("MMMd", span[0] + timedelta(days=place), locale=language) for place in places]
    axes.set_xlim(-0.02 * max(length, 1), 1.02 * max(length, 1))
    axes.set_ylim(0, 104)
    axes.set_xticks(places, names if with_days else [""] * len(places), fontsize=_SMALL)
    for place, label in enumerate(axes.get_xticklabels()):
        label.set_horizontalalignment(_side(place, len(places)))
    axes.set_yticks(_TICKS, [str(tick) for tick in _TICKS] if with_shares else [""] * len(_TICKS), fontsize=_SMALL)
    axes.grid(visible=True, axis="y", color=_GRID, linewidth=0.7, zorder=0)
    axes.tick_params(axis="both", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _side(place: int, count: int) -> Literal["left", "center", "right"]:
    """The outer days stay within the picture."""
    return "center" if count == 1 or 0 < place < count - 1 else "left" if place == 0 else "right"


def _told_flow(flow: Flow, language: str) -> str:
    if not flow.answered:
        return say("no answers yet.", language)
    message = "First answer {first}, last {last}; {share} in all."
    first, last = (long_date(day, language) for day in (min(flow.answered), max(flow.answered)))
    return say(message, language, first=first, last=last, share=share(flow.count, flow.base, language))


def _told_plan(wave: Wave, language: str) -> list[str]:
    plan = wave.schedule
    if plan is None:
        return []
    told = [
        say("{share} planned by {day}.", language, share=percent(rate, language), day=long_date(day, language))
        for day, rate in plan.targets.items()
    ]
    days = ", ".join(long_date(day, language) for day in plan.reminders)
    return [*told, say("Reminders: {days}.", language, days=days)] if days else told


def _address(figure: Figure) -> str:
    stream = BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(stream.getvalue()).decode()
