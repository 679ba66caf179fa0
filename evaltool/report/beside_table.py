"""A local page's table: its group's shares beside everybody's."""

from markupsafe import Markup

from evaltool.report.definition import TableSpec
from evaltool.report.grid import EMPTY, Cell, Grid, full_cell, heads
from evaltool.report.prose import EVERYBODY, Prose, plain
from evaltool.report.rows import Where
from evaltool.text import say


def beside_table(prose: Prose, spec: TableSpec) -> Grid:
    """One indicator a line: the group's share, of the last years together where the year has too few, and all."""
    group = prose.context.group_name or say("All", prose.language)
    header = [*heads(prose, "Indicator"), group, *heads(prose, "All")]
    rows = [
        [
            plain(prose.item_name(indicator, spec.names)),
            _own(prose, spec, indicator),
            _share(prose, spec, indicator, prose.where(by=EVERYBODY)),
        ]
        for indicator in spec.indicators
    ]
    return Grid(header, rows, (32, 42, 30))


def _own(prose: Prose, spec: TableSpec, indicator: str) -> Cell:
    where = prose.where()
    cell, pool = _share(prose, spec, indicator, where), prose.rows.pool(indicator, where.population)
    row = prose.rows.find(indicator, "share", where)
    together = prose.rows.find(indicator, "share", prose.where(pool)) if pool else None
    if row is None or not prose.silence(row) or together is None or prose.silence(together):
        return cell
    return Markup("{}; {}: {}").format(cell, plain(pool), full_cell(prose, together, spec.decimals))


def _share(prose: Prose, spec: TableSpec, indicator: str, where: Where) -> Cell:
    row = prose.rows.find(indicator, "share", where)
    if row is None:
        return plain(say("no answers", prose.language)) if where.by else EMPTY
    return full_cell(prose, row, spec.decimals)
