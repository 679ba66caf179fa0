"""The same share of other bases than those who answered the question, so that two published figures can be reconciled.

Of everybody only: a base of a small group differs from the next by single persons.
"""

from collections.abc import Iterator
from dataclasses import replace

from evaltool.plan import Indicator, Plan
from evaltool.results import Estimate
from evaltool.stats.counting import NO_INTERVIEW, Counts, Tally, count_units, in_order, state_column
from evaltool.stats.rows import NO_ANSWERS, WILSON, Scope, compared_where, told, with_base
from evaltool.stats.shares import wilson
from evaltool.stats.silence import bound_rows
from evaltool.stats.units import DISPOSITION, Units, measure_states, survey_of
from evaltool.text import say

OF_INTERVIEWS, OF_COMPLETE = "share_of_interviews", "share_of_complete"
_COMPLETE = "I"


def base_rows(plan: Plan, units: Units, counts: Counts) -> Iterator[Estimate]:
    """Of each indicator that is one share: of all interviews, of the complete ones, and its bounds over all eligible.

    Bounds that the plan's target or headline asks for are no part of it. Complete and partial interviews are told apart
    in the population's own survey.
    """
    complete = count_units(
        units.table[units.table[state_column(DISPOSITION)] == _COMPLETE], breakdowns=(), measures=measure_states(plan)
    )
    everybody = {group.population: group for group in counts if not group.by}
    for population in in_order(everybody):
        group = everybody[population]
        for name, indicator in plan.indicators.items():
            if indicator.paired:
                continue
            within = units.within(plan, name, population)
            scope = Scope(plan, group, name, counts[group][name], "", within)
            yield from _of_one(scope, indicator, complete.get(group, {}).get(name))


def _of_one(scope: Scope, indicator: Indicator, complete: Tally | None) -> Iterator[Estimate]:
    plan, codes = scope.plan, indicator.counted or ("yes",)
    x = scope.tally.of(*codes)
    yield _of_interviews(scope, indicator, x)
    if survey_of(plan, indicator) == plan.population.survey:
        base = with_base(plan, indicator, say("complete interviews", plan.language))
        base = compared_where(plan, scope.within, base)
        found = replace(scope, tally=complete or Tally({}), base=base)
        yield found.share(OF_COMPLETE, found.tally.of(*codes))
    if indicator.target is None and scope.measure != plan.headline:
        yield from bound_rows(scope, indicator, x)


def _of_interviews(scope: Scope, indicator: Indicator, x: int) -> Estimate:
    """Who gave no substantive answer is in the base, and not counted."""
    plan = scope.plan
    n = scope.tally.answered + sum(scope.tally.missing.values())
    words = say("interviews, with and without an answer to the question", plan.language)
    silent = told({NO_INTERVIEW: scope.tally.silent} if scope.tally.silent else {})
    row = scope.row(
        OF_INTERVIEWS,
        count=x,
        n=n,
        base=compared_where(plan, scope.within, with_base(plan, indicator, words)),
        missing=silent,
        method=WILSON,
    )
    interval = wilson(x, n)
    if interval is None:
        return replace(row, warning=NO_ANSWERS)
    return replace(row, estimate=x / n, conf_low=interval.low, conf_high=interval.high)
