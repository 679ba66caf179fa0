"""Finding the row that a template, table or chart names."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaltool.errors import ReportError
from evaltool.results import Estimate
from evaltool.yamlfile import nearest

FEW, NONE = "few answers", "no answers"
_POOLED = "pooled"


@dataclass(frozen=True)
class Where:
    """Which row of an indicator: everybody of a population, or one level of a breakdown."""

    population: str
    by: str = ""
    level: str = ""


class Rows:
    """The rows by what names them. Weighted rows are left to reports that ask for weights.

    `pooled` is the name of all populations together; empty where nothing is pooled.
    """

    def __init__(self, rows: Iterable[Estimate]):
        kept = [row for row in rows if not row.weighting]
        self._rows = {(row.indicator, row.statistic, place(row)): row for row in kept}
        self.pooled = next((row.population for row in kept if row.comparison == _POOLED), "")

    @property
    def indicators(self) -> set[str]:
        return {indicator for indicator, _, _ in self._rows}

    def find(self, indicator: str, statistic: str, where: Where) -> Estimate | None:
        return self._rows.get((indicator, statistic, where))

    def require(self, indicator: str, statistic: str, where: Where) -> Estimate:
        """The row, or an error that names the nearest one there is."""
        row = self.find(indicator, statistic, where)
        if row is None:
            raise self._unknown(indicator, statistic, where)
        return row

    def levels(self, population: str, by: str) -> set[str]:
        """The levels of a breakdown that have rows; "" is what the roster did not record."""
        return {where.level for _, _, where in self._rows if (where.population, where.by) == (population, by)}

    def codes_beside(self, row: Estimate) -> list[Estimate]:
        """All `share[code]` rows of the same question and group, `row` among them."""
        return [
            other
            for (indicator, statistic, where), other in self._rows.items()
            if indicator == row.indicator and where == place(row) and statistic.startswith("share[")
        ]

    def _unknown(self, indicator: str, statistic: str, where: Where) -> ReportError:
        group = f", {where.by} = {where.level}" if where.by else ""
        asked = f"{statistic} of {indicator} for {where.population}{group}"
        if indicator not in self.indicators:
            return ReportError(
                f"no result row has the indicator «{indicator}»", mend=nearest(indicator, self.indicators)
            )
        known = {name for found, name, _ in self._rows if found == indicator}
        if statistic not in known:
            return ReportError(f"there is no {asked}", mend=nearest(statistic, known))
        groups = {"/".join((place.population, place.by, place.level)).rstrip("/") for _, _, place in self._rows}
        return ReportError(
            f"there is no {asked}", mend=nearest("/".join((where.population, where.by, where.level)), groups)
        )


def place(row: Estimate) -> Where:
    """The group that a row is about."""
    return Where(row.population, row.by, row.level)


def too_few(row: Estimate) -> bool:
    """Whether a group has too few answers to stand in a report; the whole population always stands."""
    return bool(row.by) and FEW in row.warning
