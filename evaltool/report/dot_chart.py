"""Dots with interval, a row a level of a breakdown: sites in the roster's order, never ranked, and everybody last.

A level with too few answers shows no figure for the year, but that of the years together, as a hollow diamond.
"""

from dataclasses import replace

from evaltool.report.bar_chart import level_rows
from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import Chart, Mark, base_words, share_text
from evaltool.report.prose import Prose
from evaltool.report.row_chart import Row, Scale, draw_interval, row_chart
from evaltool.report.rows import Where, too_few
from evaltool.report.sheet import INK, Sheet
from evaltool.results import Estimate
from evaltool.text import say


def dots(prose: Prose, spec: ChartSpec) -> Chart:
    window = prose.rows.pool(spec.indicators[0], prose.context.population)
    rows = [_pooled(prose, row, window) if window else row for row in level_rows(prose, spec)]
    told = [*base_words(prose, spec), say("Line: 95 per cent interval.", prose.language)]
    if any(row.row is not None and row.row.population == window for row in rows):
        message = "Diamond: {window} together, where the year has fewer than {few} answers."
        told.append(say(message, prose.language, window=window, few=prose.context.few))
    return row_chart(prose, spec, rows, " ".join(told), _draw)


def _pooled(prose: Prose, row: Row, window: str) -> Row:
    """The row of a level with too few answers, as it is in the window; unchanged if that has too few as well."""
    year = row.marks[0].row if row.marks else None
    if year is None or not too_few(year):
        return row
    found = prose.rows.find(year.indicator, year.statistic, Where(window, year.by, year.level))
    if found is None or prose.silence(found):
        return row
    shown, goal = share_text(prose, found), prose.facts(year.indicator).target
    marks = [*row.marks, Mark(found, row.label, shown)]
    return replace(row, row=found, shown=shown, more=window, goal=goal, marks=marks)


def _draw(sheet: Sheet, scale: Scale, row: Row, place: tuple[float, float]) -> None:
    if row.row is None or row.row.estimate is None:
        return
    draw_interval(sheet, scale, row.row, place[0])
    middle = scale.x(row.row.estimate), place[0]
    if _is_year(row.row, row):
        sheet.dot("dot", middle, 4, INK)
    else:
        sheet.diamond("pooled", middle, 5, INK)


def _is_year(drawn: Estimate, row: Row) -> bool:
    return drawn is row.marks[0].row
