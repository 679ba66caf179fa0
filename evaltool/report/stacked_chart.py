"""Stacked scales: how the answers to each item fall on its scale. Items with the same answers share a legend."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from evaltool.errors import ReportError
from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import Chart, Mark, alt_text, base_words, begin, finish, group_words
from evaltool.report.letters import wrap
from evaltool.report.numbers import per_cent
from evaltool.report.prose import Prose
from evaltool.report.sheet import FIGURE, INK, PLAIN, SILENT, SOFT, WIDTH, Pen, Sheet
from evaltool.results import Estimate
from evaltool.text import Text, pick, say

_SHADES = ("#0b3c6f", "#3b76af", "#86b3d9", "#c9dff0", "#eef3f7")  # lightness alone tells them apart
_DARK = 400  # red, green and blue together: what is below takes white letters
_LABEL, _GAP = 125.0, 8.0  # the most that labels take; what parts them from the bars
_BAR, _ITEM = 24.0, 43.0
_LINE = 14.0  # a line of the legend
_NARROW = 3.5  # per cent: what no longer holds its figure
_LEADER, _RAISED = 4.5, 7.5  # the line from a narrow part to its figure; the room that both take over a bar
_OUTLINE = 0.5  # points at the end of a bar for the line round it


@dataclass(frozen=True)
class _Scale:
    """Items that share their answers."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    items: tuple[str, ...]

    @property
    def colors(self) -> list[str]:
        """Shades spread evenly over the whole scale, dark first."""
        steps = max(len(self.codes) - 1, 1)
        return [_shade(index / steps) for index in range(len(self.codes))]


def _shade(place: float) -> str:
    """The shade at `place` from dark (0) to pale (1), mixed of the two that stand nearest."""
    at = place * (len(_SHADES) - 1)
    first = min(int(at), len(_SHADES) - 2)
    pairs = zip(_rgb(_SHADES[first]), _rgb(_SHADES[first + 1]), strict=True)
    return "#" + "".join(f"{round(one + (at - first) * (other - one)):02x}" for one, other in pairs)


def _rgb(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]


@dataclass(frozen=True)
class _Item:
    """One item as drawn: its name with its base, and its rows or why there are none."""

    label: str
    rows: Sequence[Estimate]
    shown: Sequence[str]
    silence: str = ""


def stacked(prose: Prose, spec: ChartSpec) -> Chart:
    base = base_words(prose, spec) if len(spec.indicators) == 1 else [f"{group_words(prose)}."]
    told = " ".join([*base, say("Per cent of those who answered.", prose.language)])
    sheet, y = begin(told)
    lines: list[str] = []
    marks: list[Mark] = []
    for scale in _scales(prose, spec.indicators):
        y = _legend(sheet, scale, y)
        for name in scale.items:
            item = _item(prose, scale, name, prose.item_name(name, spec.names))
            label = wrap(item.label, _LABEL, PLAIN.size)
            y += _RAISED if _narrow(item) else 0
            height = max(_ITEM, PLAIN.height(label) + 4)
            sheet.write((_LABEL, y + height / 2), label, align=1)
            _draw(prose, sheet, scale, item, y + height / 2)
            y += height
            words = [f"{answer} {shown}" for answer, shown in zip(scale.labels, item.shown, strict=False)]
            lines.append(f"{item.label}: {item.silence or ', '.join(words)}")
            marks += _marks(scale, item)
    return finish(prose, spec, sheet, y + 2, alt=alt_text(prose, spec, told, lines), marks=marks)


def _scales(prose: Prose, indicators: Sequence[str]) -> list[_Scale]:
    """Indicators grouped by the scale they share, in the order given."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name in indicators:
        options: Mapping[str, Text] = prose.facts(name).options
        if not options:
            message = f"«{name}» is no question with a scale, so its answers cannot be stacked"
            raise ReportError(message, mend="Draw it with a chart of the kind bars.")
        labels = tuple(pick(text, prose.language) for text in options.values())
        groups.setdefault((tuple(options), labels), []).append(name)
    return [_Scale(codes, labels, tuple(items)) for (codes, labels), items in groups.items()]


def _legend(sheet: Sheet, scale: _Scale, top: float) -> float:
    """Swatch and words above the bars; a long legend begins further left. Returns where it ends."""
    y = top + 4
    for line in _legend_lines(scale):
        x = max(0.0, min(_LABEL + _GAP, WIDTH - sum(width for _, _, width in line)))
        for color, words, width in line:
            sheet.box("swatch", (x, y + 2), (8, 8), color, SOFT)
            sheet.write((x + 11, y + 6), words, FIGURE)
            x += width
        y += max(FIGURE.height(words) for _, words, _ in line) + _LINE - FIGURE.height("x")
    return y


def _legend_lines(scale: _Scale) -> list[list[tuple[str, list[str], float]]]:
    """Color, words and width of each answer, in as many lines as the width asks for."""
    lines: list[list[tuple[str, list[str], float]]] = [[]]
    for color, label in zip(scale.colors, scale.labels, strict=True):
        words = wrap(label, WIDTH - 12, FIGURE.size)
        width = min(FIGURE.width(words) + 22, WIDTH)
        if lines[-1] and sum(taken for _, _, taken in lines[-1]) + width - 10 > WIDTH:
            lines.append([])
        lines[-1].append((color, words, width))
    return lines


def _item(prose: Prose, scale: _Scale, name: str, label: str) -> _Item:
    rows = [prose.rows.find(name, f"share[{code}]", prose.where()) for code in scale.codes]
    found = [row for row in rows if row is not None]
    silence = say("no answers", prose.language)
    if found and len(found) == len(rows):
        silence = next((words for row in found if (words := prose.silence(row))), "")
    if silence:
        return _Item(label, found, [], silence)
    named = f"{label} (n\xa0=\xa0{prose.whole(found[0].n or 0)})"  # no line breaks within the count
    return _Item(named, found, [prose.percent_text(row) for row in found])


def _marks(scale: _Scale, item: _Item) -> Iterator[Mark]:
    for answer, row, shown in zip(scale.labels, item.rows, item.shown, strict=False):
        yield Mark(row, f"{item.label}: {answer}", shown)


def _draw(prose: Prose, sheet: Sheet, scale: _Scale, item: _Item, y: float) -> None:
    start = _LABEL + _GAP
    if item.silence:
        sheet.write((start + 2, y), [item.silence], SILENT)
        return
    per_point = (WIDTH - _OUTLINE - start) / 100
    widths = [float(per_cent(row)) for row in item.rows]
    narrow: list[tuple[float, str]] = []
    for row, color, left, width in zip(item.rows, scale.colors, accumulate(widths, initial=0.0), widths, strict=False):
        if not width:
            continue
        sheet.box("part", (start + left * per_point, y - _BAR / 2), (width * per_point, _BAR), color, "white")
        place = start + (left + width / 2) * per_point, prose.whole(prose.rounded(row))
        if width < _NARROW:
            narrow.append(place)
        else:
            sheet.write((place[0], y), [place[1]], Pen(color=_on(color)), align=0.5)
    sheet.box("outline", (start, y - _BAR / 2), (WIDTH - _OUTLINE - start, _BAR), "none", SOFT)
    _write_narrow(sheet, narrow, y - _BAR / 2)


def _narrow(item: _Item) -> bool:
    """Whether an answer is too narrow to hold its figure."""
    return not item.silence and any(0 < per_cent(row) < _NARROW for row in item.rows)


def _write_narrow(sheet: Sheet, narrow: Sequence[tuple[float, str]], bar: float) -> None:
    """The figures over a bar that begins at the height `bar`, each with a line to the part that it is of."""
    for (part, _), (x, figure) in zip(reversed(narrow), _apart(narrow), strict=True):
        sheet.line("leader", (part, bar), (x, bar - _LEADER), SOFT, 0.8)
        sheet.write((x, bar - _LEADER - 1 - FIGURE.size / 2), [figure], FIGURE, align=0.5)


def _apart(figures: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """The figures of narrow answers beside each other, within the sheet; from the last backwards."""
    placed: list[float] = []
    for x, figure in figures:
        room = FIGURE.width([figure]) + 3
        placed.append(max(x, placed[-1] + room) if placed else x)
    end = WIDTH
    for x, (_, figure) in zip(reversed(placed), reversed(figures), strict=True):
        half = FIGURE.width([figure]) / 2
        middle = min(x, end - half)
        yield middle, figure
        end = middle - half - 3


def _on(color: str) -> str:
    """The color of letters upon a shade."""
    return "white" if sum(_rgb(color)) < _DARK else INK
