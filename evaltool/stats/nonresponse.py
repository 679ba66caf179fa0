"""Rows on who answered: likeness to the roster, the cost of weights, and the coordinators' own records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltool.plan import Plan
from evaltool.results import Estimate
from evaltool.stats.counting import OUTSIDE_BASE, POPULATION, WEIGHT, Group, Tally, by_column, state_column, value
from evaltool.stats.groupings import recorded_column
from evaltool.stats.rates import INTERVIEWS
from evaltool.stats.respondents import Difference, r_indicator, standardised_differences
from evaltool.stats.rows import Scope, compared_where, respondents, told, with_base
from evaltool.stats.silence import NO_COURSES
from evaltool.stats.units import DISPOSITION, NOT_RECORDED, Units
from evaltool.stats.weighting import RAKED
from evaltool.stats.weights import kish
from evaltool.text import pick

RESPONSE = "response"
ENOUGH, PER_PARAMETER = 30, 5
SMD = "standardised difference, those who answered against the others"
SMD_MEANS = f"{SMD} (means)"
ADJUSTED, PLAIN = "R-indicator, adjusted for bias (RISQ 2.1)", "R-indicator, not adjusted for bias"
KISH = "Kish"
NOBODY, EVERYBODY = "nobody answered", "everybody answered"
NOTHING_VARIES = "the roster's variables have one category each"
NUMBER_MISSING = "a number is not recorded of everybody: name classes of it"
WEIGHT_MISSING = "somebody who answered has no weight"
DO_NOT_LEAD = "fewer than 30 effective answers: do not lead with the weighted share"
NOTHING_RECORDED, FEW_RECORDS = "nothing is recorded", "few records"
SILENT_UNKNOWN = "only those who answered are known to be in the base"

Flags: TypeAlias = NDArray[np.bool_]
Columns: TypeAlias = Mapping[str, list[str] | list[float | None]]


@dataclass(frozen=True, eq=False)
class _Members:
    """The eligible courses of a population, and which of them answered."""

    plan: Plan
    population: str
    table: pd.DataFrame
    answered: Flags

    @property
    def units(self) -> str:
        return pick(self.plan.population.units, self.plan.language)

    @property
    def numbers(self) -> dict[str, Any]:
        return {"count": int(self.answered.sum()), "n": len(self.answered)}

    def row(self, statistic: str, **values: Any) -> Estimate:
        known: dict[str, Any] = {"indicator": RESPONSE, "base": self.units, **values}
        return Estimate(population=self.population, statistic=statistic, **known)

    @property
    def columns(self) -> Columns:
        """What the roster knows of them: categories, and numbers where a column has no other."""
        return {name: self._column(name) for name in self.plan.representativeness}

    def _column(self, name: str) -> list[str] | list[float | None]:
        text = cast("list[str]", self.table[by_column(name)].tolist())
        attribute = None if name in self.plan.groups else self.plan.attributes[name]
        if attribute is None or attribute.type != "integer" or attribute.choices:
            return text
        return [float(cell) if cell else None for cell in text]


def nonresponse_rows(plan: Plan, units: Units) -> list[Estimate]:
    """For every population: who answered against the roster, what weights cost, and what was recorded of all."""
    rows: list[Estimate] = []
    for population in sorted(set(units.table[POPULATION])):
        members = _members(plan, units.table, str(population))
        if plan.representativeness:
            rows += [*_differences(members), *_propensities(members)]
        if plan.weights:
            rows += _weighting(members, units.weighting.get(members.population, ""))
        for name, indicator in plan.indicators.items():
            if indicator.recorded:
                rows += _records(members, name, units.within(plan, name, members.population))
    return rows


def _members(plan: Plan, table: pd.DataFrame, population: str) -> _Members:
    disposition = table[state_column(DISPOSITION)]
    eligible: pd.DataFrame = table[(table[POPULATION] == population) & disposition.notna()]
    answered = np.array(eligible[state_column(DISPOSITION)].isin(INTERVIEWS), dtype=bool)
    return _Members(plan, population, eligible, answered)


def _differences(members: _Members) -> Iterator[Estimate]:
    for name, column in members.columns.items():
        if not any(cell is not None and cell != "" for cell in column):
            yield _nothing_known(members, name)
            continue
        lines = standardised_differences({name: column}, members.answered.tolist())
        order = {level: place for place, level in enumerate(members.plan.levels(name))}
        for line in sorted(lines, key=lambda line: (order.get(line.category or "", len(order)), line.category or "")):
            yield from _difference(members, line, column)


def _nothing_known(members: _Members, name: str) -> Estimate:
    number = len(members.answered)
    missing = told({NOT_RECORDED: number} if number else {})
    people = {"base": respondents(members.plan, None), "missing": missing}
    warning = NOTHING_RECORDED if number else NO_COURSES
    return members.row("smd", by=name, **people, n=0, method=SMD, warning=warning)


def _difference(members: _Members, line: Difference, column: list[str] | list[float | None]) -> Iterator[Estimate]:
    known = np.array([cell is not None and cell != "" for cell in column], dtype=bool)
    inside = known if line.category is None else np.array([cell == line.category for cell in column], dtype=bool)
    place = {"by": line.variable, "level": line.category or ""}
    counted = int((inside & members.answered).sum()), int(inside.sum())
    based = int((known & members.answered).sum()), int(known.sum())
    missing = told({NOT_RECORDED: line.missing} if line.missing else {})
    what = "mean" if line.category is None else "share"
    people = {"base": respondents(members.plan, None), "count": counted[0], "n": based[0]}
    warning = NOBODY if line.respondents is None else ""
    yield members.row(
        "smd",
        **place,
        **people,
        estimate=line.smd,
        missing=missing,
        method=SMD_MEANS if line.category is None else SMD,
        warning=line.warning,
    )
    yield members.row(f"{what}_respondents", **place, **people, estimate=line.respondents, warning=warning)
    yield members.row(f"{what}_roster", **place, estimate=line.roster, count=counted[1], n=based[1], missing=missing)


def _propensities(members: _Members) -> Iterator[Estimate]:
    """The adjusted indicator goes too far on few variables and the plain one is too low: they are limits."""
    columns, numbers = members.columns, members.numbers
    why = _why_untold(columns, **numbers)
    found = None if why else r_indicator(columns, members.answered.tolist())
    warning = why or (EVERYBODY if found and numbers["count"] == numbers["n"] else found.warning if found else "")
    values = {
        "r_indicator": (found and found.r_adjusted, ADJUSTED),
        "r_indicator_plain": (found and found.r, PLAIN),
        "propensity_cv": (found and found.cv_adjusted, ADJUSTED),
        "propensity_cv_plain": (found and found.cv, PLAIN),
    }
    for statistic, (estimate, method) in values.items():
        yield members.row(statistic, **numbers, estimate=estimate, method=method, warning=warning)


def _why_untold(columns: Columns, *, count: int, n: int) -> str:
    if n == 0 or count == 0:
        return NO_COURSES if n == 0 else NOBODY
    if any(None in column for column in columns.values()):
        return NUMBER_MISSING
    parameters = sum(_parameters(column) for column in columns.values())
    if parameters == 0:
        return NOTHING_VARIES
    if count < n and min(count, n - count) < PER_PARAMETER * parameters:
        needed = PER_PARAMETER * parameters
        return f"too few: {count} answered and {n - count} did not; {parameters} parameters need {needed} of each"
    return ""


def _parameters(column: list[str] | list[float | None]) -> int:
    differing = len(set(column)) - 1
    return differing if isinstance(column[0], str) else min(differing, 1)


def _weighting(members: _Members, note: str) -> Iterator[Estimate]:
    """What the weights cost; the `note` tells what was done to make them."""
    weights = members.table[WEIGHT].to_numpy(dtype=float)[members.answered]
    whole = bool(np.isfinite(weights).all())
    cost = kish(weights if whole else [])
    known: dict[str, Any] = {"n": len(weights), "weighting": RAKED, "method": KISH}
    known["base"] = respondents(members.plan, None)
    why = "" if cost.deff else NOBODY if not len(weights) else cost.warning if whole else WEIGHT_MISSING
    few = DO_NOT_LEAD if cost.n_eff is not None and cost.n_eff < ENOUGH else ""
    for statistic, estimate, said in (("deff", cost.deff, why), ("n_eff", cost.n_eff, why or few)):
        yield members.row(statistic, **known, estimate=estimate, warning="; ".join(filter(None, (said, note))))


def _records(members: _Members, name: str, within: Sequence[str]) -> Iterator[Estimate]:
    """Those without an answer may differ in what was recorded of them; those with one may be recorded wrongly."""
    plan, indicator = members.plan, members.plan.indicators[name]
    states, record = (np.array(members.table[of(name)], dtype=object) for of in (state_column, recorded_column))
    inside, yes, known = states != OUTSIDE_BASE, record == "yes", record != ""
    answered = np.array([state.startswith(value("")) for state in states], dtype=bool)
    counts = np.isin(states, [value(code) for code in indicator.counted or ("yes",)])
    bases = with_base(plan, indicator, members.units), respondents(plan, indicator)
    everybody, people = (compared_where(plan, within, base) for base in bases)
    unknown = SILENT_UNKNOWN if any(map(plan.answers_in, (indicator.base, *within))) else ""
    parts: dict[str, tuple[Flags, Flags, str, str]] = {
        "recorded": (inside, yes, everybody, unknown),
        "recorded_answered": (answered, yes, people, ""),
        "recorded_silent": (inside & ~answered, yes, everybody, unknown),
        "recorded_agreement": (answered, yes == counts, people, ""),
    }
    for statistic, (who, counted, base, why) in parts.items():
        numbers = {"yes": who & known & counted, "no": who & known & ~counted}
        tally = Tally({value(code): int(flags.sum()) for code, flags in numbers.items()})
        scope = Scope(plan, Group(members.population), name, tally, base)
        yield _record(scope, statistic, int((who & ~known).sum()), why)


def _record(scope: Scope, statistic: str, blank: int, why: str) -> Estimate:
    missing = told({NOT_RECORDED: blank} if blank else {})
    if why:
        return scope.row(statistic, missing=missing, warning=why)
    n = scope.tally.answered
    warning = NOTHING_RECORDED if n == 0 else FEW_RECORDS if n < scope.plan.few else ""
    return replace(scope.share(statistic, scope.tally.of("yes")), missing=missing, warning=warning)
