"""Finding the row that a template, table or chart names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from evaltool.errors import ReportError
from evaltool.results import Estimate
from evaltool.text import Text, pick
from evaltool.yamlfile import nearest

FEW, NONE = "few answers", "no answers"
UNRELIABLE = "not reliable"
"""How the warning of a share begins that would not be published by the standard of NCHS."""
RAKED, STANDARDISED = "raked", "standardised"
SHRUNKEN = "share_shrunken"
_POOLED = "pooled"
_NO_COMPARISON = frozenset({"target", _POOLED})
"""What stands in the column `comparison` of rows that the plan's comparisons have not made; it has no such names."""


@dataclass(frozen=True)
class Where:
    """Which row of an indicator: everybody of a population, or one level of a breakdown; plain, or how weighted.

    `comparison` is as in the row: a comparison's name, or `<name>: <reference>`.
    """

    population: str
    by: str = ""
    level: str = ""
    comparison: str = ""
    weighting: str = ""


class Rows:
    """The rows by what names them."""

    def __init__(self, rows: Iterable[Estimate]):
        self._rows = {(row.indicator, row.statistic, place(row)): row for row in rows}
        every = self._rows.values()
        self._pools = {(row.indicator, row.population) for row in every if row.comparison == _POOLED}
        self._compared: dict[tuple[str, str], list[Estimate]] = {}
        self._codes: dict[tuple[str, Where], list[Estimate]] = {}
        for (indicator, statistic, where), row in self._rows.items():
            if statistic.startswith("share["):
                self._codes.setdefault((indicator, where), []).append(row)
            name = row.comparison.partition(":")[0]
            if name and name not in _NO_COMPARISON:
                self._compared.setdefault((name, row.indicator), []).append(row)

    def in_language(self, language: str, reasons: Mapping[str, Text]) -> "Rows":
        """The rows with the reasons of verdicts in `language`; they have them in that of their survey."""
        if not reasons:
            return self
        known = "|".join(map(re.escape, sorted(reasons, key=len, reverse=True)))
        whole = re.compile(rf"(?<=: )(?:{known})(?=; |$)")
        told = ((row, whole.sub(lambda found: pick(reasons[found[0]], language), row.warning)) for row in self)
        return Rows(row if text == row.warning else replace(row, warning=text) for row, text in told)

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self._rows.values())

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

    def pool(self, indicator: str, population: str) -> str:
        """The last populations up to this one together, as their rows name them ("2020–2022"); empty without rows."""
        found = (pool for name, pool in self._pools if name == indicator)
        return next((pool for pool in found if pool.endswith(f"–{population}")), "")

    def levels(self, population: str, by: str) -> set[str]:
        """The levels of a breakdown that somebody is in; "" is what the roster did not record."""
        return {
            where.level
            for _, statistic, where in self._rows
            if where == Where(population, by, where.level) and statistic != SHRUNKEN  # has levels that nobody is in
        }

    def found(self, by: str) -> set[str]:
        """The levels of a breakdown that any row is about."""
        return {where.level for _, _, where in self._rows if where.by == by}

    def compared(self, comparison: str, indicator: str) -> list[Estimate]:
        """All rows of a comparison of the plan about one indicator, in their order."""
        return self._compared.get((comparison, indicator), [])

    def of(self, indicator: str, population: str) -> list[Estimate]:
        """All rows about one indicator in one population, in their order."""
        return [
            row for (found, _, where), row in self._rows.items() if (found, where.population) == (indicator, population)
        ]

    def codes_beside(self, row: Estimate) -> list[Estimate]:
        """All `share[code]` rows of the same question and group, `row` among them."""
        return self._codes.get((row.indicator, place(row)), [])

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
    """The group that a row is about, and how it is weighted and compared."""
    comparison = "" if row.comparison in _NO_COMPARISON else row.comparison
    return Where(row.population, row.by, row.level, comparison, row.weighting)


def too_few(row: Estimate) -> bool:
    """Whether a group has too few answers to stand in a report; of everybody two are enough, for one is hers alone."""
    return FEW in row.warning and (bool(row.by) or row.n == 1)
