"""From invitation to answer: how many came so far, and what became of the others at each step."""

from collections.abc import Iterator

from evaltool.report.definition import ChartSpec
from evaltool.report.drawing import Chart, Mark, group_words
from evaltool.report.numbers import per_cent
from evaltool.report.prose import Prose
from evaltool.report.row_chart import BAR, Row, Scale, row_chart
from evaltool.report.sheet import Sheet
from evaltool.results import Estimate
from evaltool.text import pick, say

_STEPS = {
    "eligible": ("", ""),
    "invited": ("Invited", "{count} were not invited"),
    "opened": ("Opened the survey", "{count} did not open it"),
    "begun": ("Began to answer", "{count} said no, or opened it and did not begin"),
    "answered": ("Gave an interview", "{count} began and did not come far enough"),
}
"""A step's name, and what became of those who came to the step before and not to this one. First are all units."""


def flow(prose: Prose, spec: ChartSpec) -> Chart:
    units = pick(prose.context.units, prose.language)
    nobody = Row(label=f"{units[:1].upper()}{units[1:]}", shown=say("no answers", prose.language))
    rows = list(_rows(prose, spec)) or [nobody]
    told = say("{group}. Per cent of all {units}.", prose.language, group=group_words(prose), units=units)
    return row_chart(prose, spec, rows, told, _draw)


def _rows(prose: Prose, spec: ChartSpec) -> Iterator[Row]:
    """The steps that have a row; nobody knows who opened a letter."""
    units, before = pick(prose.context.units, prose.language), None
    for step, (name, lost) in _STEPS.items():
        row = prose.rows.find(spec.indicators[0], f"count[{step}]", prose.where())
        if row is None or row.count is None:
            continue
        label = say(name, prose.language) if name else f"{units[:1].upper()}{units[1:]}"
        shown = _shown(prose, row)
        gone = (before.count or 0) - row.count if before else 0
        note = say(lost, prose.language, count=prose.whole(gone)) if gone > 0 else ""
        yield Row(label=label, shown=shown, row=row, note=note, marks=[Mark(row, label, shown)])
        before = row


def _shown(prose: Prose, row: Estimate) -> str:
    """`126 (71 per cent)`: the number first, for it is a number of courses."""
    if not row.n:
        return prose.whole(row.count or 0)
    return f"{prose.whole(row.count or 0)} ({prose.percent_text(row)})"


def _draw(sheet: Sheet, scale: Scale, row: Row, place: tuple[float, float]) -> None:
    if row.row is None:
        return
    middle, thickness = place
    length = (scale.right - scale.left) * float(per_cent(row.row)) / 100
    sheet.box("bar", (scale.left, middle - thickness / 2), (length, thickness), BAR)
