"""Bars with interval and target line: one an indicator, or one a level of a breakdown."""

from collections.abc import Iterator

from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import Chart, Mark, base_words, share_text
from evaltool.report.prose import Prose
from evaltool.report.row_chart import BAR, Row, Scale, draw_interval, row_chart
from evaltool.report.rows import Where
from evaltool.report.sheet import Sheet
from evaltool.text import say


def bars(prose: Prose, spec: ChartSpec) -> Chart:
    rows = list(level_rows(prose, spec) if spec.by else indicator_rows(prose, spec))
    told = " ".join([*base_words(prose, spec), say("Line: 95 per cent interval.", prose.language)])
    return row_chart(prose, spec, rows, told, _draw)


def indicator_rows(prose: Prose, spec: ChartSpec) -> Iterator[Row]:
    for name in spec.indicators:
        yield share_row(prose, prose.item_name(name, spec.names), name, prose.where())


def level_rows(prose: Prose, spec: ChartSpec) -> Iterator[Row]:
    """The levels in the roster's order, never ranked, then everybody."""
    name, population = spec.indicators[0], prose.context.population
    for level, label in prose.levels(spec.by):
        yield share_row(prose, label, name, Where(population, spec.by, level))
    yield share_row(prose, say("All", prose.language), name, Where(population), apart=True)


def share_row(prose: Prose, label: str, name: str, where: Where, *, apart: bool = False) -> Row:
    """A share as a row, or why there is none to show."""
    row = prose.rows.find(name, "share", where)
    if row is None:
        return Row(label=label, shown=say("no answers", prose.language), apart=apart)
    silence = prose.silence(row)
    if silence:
        return Row(label=label, shown=silence, apart=apart, marks=[Mark(row, label, silence)])
    shown = share_text(prose, row)
    goal = prose.facts(name).target
    return Row(label=label, shown=shown, row=row, goal=goal, apart=apart, marks=[Mark(row, label, shown)])


def _draw(sheet: Sheet, scale: Scale, row: Row, place: tuple[float, float]) -> None:
    if row.row is None or row.row.estimate is None:
        return
    middle, thickness = place
    length = scale.x(row.row.estimate) - scale.left
    sheet.box("bar", (scale.left, middle - thickness / 2), (length, thickness), BAR)
    draw_interval(sheet, scale, row.row, middle)
