"""From counts to result rows. Every share stands with its numerator, base, interval and, where asked, its bounds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evaltool.plan import CODES, Indicator, Plan
from evaltool.results import Estimate
from evaltool.stats.across import across_rows
from evaltool.stats.bases import base_rows
from evaltool.stats.changes import paired_rows
from evaltool.stats.comparing import comparison_rows
from evaltool.stats.counting import Counts, Group, Tally, count_units, in_order
from evaltool.stats.flow import flow_rows
from evaltool.stats.nonresponse import nonresponse_rows
from evaltool.stats.quality_rows import quality_rows
from evaltool.stats.rates import DISPOSITIONS, response_rates
from evaltool.stats.rows import Scope, compared_where, respondents
from evaltool.stats.scales import scale_rows
from evaltool.stats.shares import exact_test, verdict
from evaltool.stats.silence import NO_COURSES, bound_rows
from evaltool.stats.squares import changes, square
from evaltool.stats.units import (
    COURSES,
    DISPOSITION,
    FLOW,
    NOT_ELIGIBLE,
    NOT_RECORDED,
    Answers,
    Units,
    make_units,
    measure_states,
    survey_of,
)
from evaltool.text import pick, say

EXACT = "exact binomial test, one-sided"
MIDP = "mid-p binomial test, one-sided"


def estimate(plan: Plan, answers: Sequence[Answers], roster: pd.DataFrame) -> list[Estimate]:
    """All rows that the plan asks for, for every population of the roster.

    `answers` holds the datasets of all versions of the surveys that the plan uses; `roster` the current roster
    table (`unit` and attributes).

    Raises:
        PlanError: if the roster table lacks what the plan needs.
    """
    units = make_units(plan, answers, roster)
    counts = count_units(units.table, breakdowns=plan.groupings, measures=measure_states(plan))
    return [
        *(row for group in _ordered(plan, counts) for row in _group_rows(plan, group, counts[group], units)),
        *base_rows(plan, units, counts),
        *across_rows(plan, counts, units.versions),
        *comparison_rows(plan, units, counts),
        *nonresponse_rows(plan, units),
        *scale_rows(plan, units, answers, roster),
        *quality_rows(plan, answers, roster, units),
    ]


def _ordered(plan: Plan, counts: Counts) -> list[Group]:
    """By population; everybody first, then the breakdowns and their levels in the order of the plan and the roster."""

    order = in_order(group.population for group in counts)

    def place(group: Group) -> tuple[int, int, int, str]:
        population = order.index(group.population)
        if not group.by:
            return population, -1, 0, ""
        codes = plan.levels(group.by)
        level = codes.index(group.level) if group.level in codes else len(codes)
        return population, plan.groupings.index(group.by), level, group.level

    return sorted(counts, key=place)


def _group_rows(plan: Plan, group: Group, tallies: Mapping[str, Tally], units: Units) -> Iterator[Estimate]:
    note = units.weighting.get(group.population, "")
    for name, indicator in plan.indicators.items():
        within = units.within(plan, name, group.population)
        base = compared_where(plan, within, respondents(plan, indicator))
        scope = Scope(plan, group, name, tallies[name], base, within)
        yield from _indicator_rows(scope, indicator, note)
        if indicator.variable:
            answers = replace(scope, tally=tallies.get(name + CODES, tallies[name]))
            yield from _distribution(answers, plan.variable(survey_of(plan, indicator), indicator.variable).codes)
    for name in plan.distributions:
        scope = Scope(plan, group, name, tallies[name], respondents(plan, None))
        yield from _distribution(scope, plan.variable(plan.population.survey, name).codes)
    if plan.by_answers(group.by):
        return  # of those who did not answer nobody knows the level
    yield from _response_rows(plan, group, tallies[DISPOSITION])
    yield from flow_rows(plan, group, tallies[FLOW])
    if COURSES in tallies:
        yield from _courses_rows(plan, group, tallies)


def _indicator_rows(scope: Scope, indicator: Indicator, note: str) -> Iterator[Estimate]:
    if indicator.paired:
        table = square(scope.plan, indicator, scope.tally)
        for change, x in changes(table).items():
            yield scope.share(f"share[{change}]", x)
        yield from paired_rows(scope, table)
        return
    codes = indicator.counted or ("yes",)
    x = scope.tally.of(*codes)
    yield scope.share("share", x)
    if scope.plan.weights:
        yield scope.weighted_share("share", codes, note)
    if indicator.target is not None:
        yield from _target_rows(scope, x, indicator.target)
    if indicator.target is not None or scope.measure == scope.plan.headline:
        yield from bound_rows(scope, indicator, x)


def _distribution(scope: Scope, codes: Sequence[str]) -> Iterator[Estimate]:
    for code in codes:
        yield scope.share(f"share[{code}]", scope.tally.of(code))


def _target_rows(scope: Scope, x: int, target: float) -> Iterator[Estimate]:
    """The test that decides, and its mid-p; p values are those of "the share is above the target"."""
    n = scope.tally.answered
    test = exact_test(x, n, target=target)
    known: dict[str, Any] = {"comparison": "target", "count": x, "n": n, "warning": scope.warning}
    yield scope.row(
        "target_test", **known, estimate=test.greater if test else None, method=EXACT, verdict=verdict(test)
    )
    yield scope.row("target_midp", **known, estimate=test.midp_greater if test else None, method=MIDP)


def _response_rows(plan: Plan, group: Group, tally: Tally) -> Iterator[Estimate]:
    rates = response_rates(tally.states)
    scope = Scope(plan, group, "response", tally, pick(plan.population.units, plan.language))
    known: dict[str, Any] = {"n": rates.cases, "warning": "" if rates.cases else NO_COURSES}
    yield scope.row("rr1", estimate=rates.rr1, count=rates.complete, method="AAPOR RR1", **known)
    yield scope.row("rr2", estimate=rates.rr2, count=rates.complete + rates.partial, method="AAPOR RR2", **known)
    always = ("I", "P", "R", "NC")
    numbers = {code: tally.states[code] for code in DISPOSITIONS if code in always or tally.states[code]}
    yield from replace(scope, measure=DISPOSITION).counts(numbers)


def _courses_rows(plan: Plan, group: Group, tallies: Mapping[str, Tally]) -> Iterator[Estimate]:
    """All courses by status, then those of them who were not to answer: the way from the roster to who was asked."""
    assert plan.population.status is not None
    every, others = tallies[COURSES], tallies[NOT_ELIGIBLE]
    codes = [*plan.attributes[plan.population.status].choices]
    codes += [NOT_RECORDED] if every.of(NOT_RECORDED) else []
    scope = Scope(plan, group, COURSES, every, say("all courses on the roster", plan.language))
    yield from scope.counts({code: every.of(code) for code in codes})
    for code in codes:
        number = others.of(code)
        yield scope.row(f"not_eligible[{code}]", estimate=float(number), count=number, n=every.answered)
