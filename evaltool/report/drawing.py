"""What all charts share: the line that names the base, the words for those who do not see it, and its figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaltool.report.definition import ChartSpec
from evaltool.report.letters import wrap
from evaltool.report.prose import Prose
from evaltool.report.sheet import NOTE, WIDTH, Sheet, Words
from evaltool.results import Estimate
from evaltool.text import pick, say


@dataclass(frozen=True)
class Mark:
    """A figure of a chart: its row, the label it stands under and the text that shows it."""

    row: Estimate
    label: str
    shown: str


@dataclass(frozen=True)
class Chart:
    """A drawn chart as SVG, its text for those who do not see it, its figures, and where its texts stand.

    `name` is the one that the report definition gives it.
    """

    svg: str
    alt: str
    marks: Sequence[Mark]
    words: Sequence[Words]
    name: str = ""

    def _repr_svg_(self) -> str:
        return self.svg


def begin(told: str) -> tuple[Sheet, float]:
    """A sheet with the line `told` (base, and how to read the drawing), and where it is free below.

    The title is the caption in the document: text that a reader can search, and that her own template can style.
    """
    sheet = Sheet()
    lines = wrap(told, WIDTH, NOTE.size)
    sheet.write((0, NOTE.height(lines) / 2), lines, NOTE)
    return sheet, 4 + NOTE.height(lines)


def finish(prose: Prose, spec: ChartSpec, sheet: Sheet, height: float, *, alt: str, marks: Sequence[Mark]) -> Chart:
    svg = sheet.svg(height, pick(spec.title, prose.language), alt, prose.context.marks)
    return Chart(svg, alt, marks, sheet.words)


def base_words(prose: Prose, spec: ChartSpec) -> Iterator[str]:
    """Who is counted: population, group of a local page, and the base, with its number where all rows share it."""
    yield f"{group_words(prose)}."
    name, *others = spec.indicators
    if others:
        yield f"{say('Those who answered', prose.language)}."
        return
    row = prose.rows.find(name, "share", prose.where())
    base = pick(prose.facts(name).base or prose.context.respondents, prose.language)
    count = f" (n\xa0=\xa0{prose.whole(row.n or 0)})" if row is not None else ""
    yield f"{base[:1].upper()}{base[1:]}{count}."


def group_words(prose: Prose) -> str:
    """The population, and the level that a local page is about."""
    by, level = prose.context.group
    if not by:
        return prose.context.population
    label = pick(prose.breakdown(by).levels.get(level, {"": level}), prose.language)
    return f"{prose.context.population}, {label}"


def share_text(prose: Prose, row: Estimate) -> str:
    """`59 per cent (51 of 87)`."""
    return f"{prose.percent_text(row)} ({prose.of_text(row)})"


def interval_words(prose: Prose, row: Estimate) -> Iterator[str]:
    """The interval that is drawn and not written in the picture; nothing where the row has none."""
    if row.conf_low is not None and row.conf_high is not None:
        yield say("interval {limits}", prose.language, limits=prose.interval_text(row))


def alt_text(prose: Prose, spec: ChartSpec, told: str, lines: Sequence[str]) -> str:
    """The chart in words: title, what it is drawn of, then a sentence for each of the `lines` with what it draws."""
    said = [*prose.context.marks, pick(spec.title, prose.language), told, *lines]
    return " ".join(f"{each.rstrip('.')}." for each in said)
