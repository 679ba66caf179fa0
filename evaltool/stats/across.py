"""Shares over populations: trends that break where versions are not comparable, and the last three pooled."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import add

from evaltool.plan import Plan
from evaltool.results import Estimate
from evaltool.stats.counting import Counts, Group, Tally, in_order
from evaltool.stats.rows import Scope, common_base
from evaltool.stats.units import COMMON, Versions

TREND, POOLED = "trend", "pooled"
_LONGEST = 3
"""How many populations are pooled at most: enough for a small group, and still about now."""


def across_rows(plan: Plan, counts: Counts, versions: Versions) -> Iterator[Estimate]:
    """For each indicator that is one share its trend; for those that the plan pools the pooled shares."""
    populations = in_order(group.population for group in counts)
    for name, indicator in plan.indicators.items():
        if len(populations) > 1 and not indicator.paired:
            yield from _trend(plan, name, counts, versions, populations)
    for name in plan.pooled if len(populations) > 1 else ():
        for window in _windows(plan, name, versions, populations):
            yield from _pooled(plan, name, counts, window)


def _scope(plan: Plan, name: str, group: Group, tally: Tally) -> Scope:
    """An indicator of whom all versions can compare, with words for it."""
    return Scope(plan, group, name, tally, common_base(plan, name))


def _tally(plan: Plan, name: str, counts: Counts, group: Group) -> Tally:
    return counts[group][name + COMMON if plan.footing(name).narrowed else name]


def _counted(plan: Plan, name: str, tally: Tally) -> int:
    return tally.of(*(plan.indicators[name].counted or ("yes",)))


def _trend(plan: Plan, name: str, counts: Counts, versions: Versions, populations: Sequence[str]) -> Iterator[Estimate]:
    """One point a population. `verdict`: how it stands to the point before; not_comparable breaks the line."""
    found = plan.footing(name)
    before: frozenset[int] = frozenset()
    for population in populations:
        group = Group(population)
        tally = _tally(plan, name, counts, group)
        row = _scope(plan, name, group, tally).share(TREND, _counted(plan, name, tally))
        here = versions.get((name, population), frozenset())
        if before and here:
            apart = found.why_apart(before | here)
            same = len(before | here) == 1 or before | here <= found.identical
            verdict = "not_comparable" if apart else "identical" if same else "comparable"
            row = replace(row, verdict=verdict, warning="; ".join(filter(None, (row.warning, apart))))
        before = here or before
        yield row


def _windows(plan: Plan, name: str, versions: Versions, populations: Sequence[str]) -> Iterator[Sequence[str]]:
    """For each population the last three up to it; only as far back as all of them can be put together."""
    found = plan.footing(name)
    for end in range(len(populations)):
        window = populations[max(0, end + 1 - _LONGEST) : end + 1]
        while found.why_apart(version for at in window for version in versions.get((name, at), ())):
            window = window[1:]
        if len(window) > 1:
            yield window


def _pooled(plan: Plan, name: str, counts: Counts, window: Sequence[str]) -> Iterator[Estimate]:
    """The populations of a window together, everybody and each level of the breakdowns."""
    together = f"{window[0]}–{window[-1]}"
    members = {group for group in counts if group.population in window}
    for group in dict.fromkeys(replace(group, population="") for group in sorted(members)):
        parts = [replace(group, population=population) for population in window]
        tally = reduce(add, (_tally(plan, name, counts, part) for part in parts if part in members))
        scope = _scope(plan, name, replace(group, population=together), tally)
        yield replace(scope.share("share", _counted(plan, name, tally)), comparison=POOLED)
