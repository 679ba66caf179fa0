"""From counts to result rows. Every share stands with its numerator, base, interval and, where asked, its bounds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evaltool.plan import CODES, Indicator, Plan
from evaltool.results import Estimate
from evaltool.stats.across import across_rows
from evaltool.stats.bounds import worst_case
from evaltool.stats.counting import Counts, Group, Tally, count_units
from evaltool.stats.rates import DISPOSITIONS, response_rates
from evaltool.stats.rows import Scope, common_base, respondents, told, with_base
from evaltool.stats.shares import exact_test, verdict
from evaltool.stats.squares import changes, square
from evaltool.stats.units import (
    COURSES,
    DISPOSITION,
    NOT_RECORDED,
    Answers,
    Versions,
    make_units,
    measure_states,
    survey_of,
)
from evaltool.text import pick, say

NO_COURSES = "nobody was to answer"
BASE_BY_ANSWERS = "no bounds: only those who answered are known to be in the base"
NOT_ASKED = "no bounds: the question was not put to everybody in the base"
EXACT = "exact binomial test, one-sided"
MIDP = "mid-p binomial test, one-sided"
WORST_CASE = "worst case (Manski)"


def estimate(plan: Plan, answers: Sequence[Answers], roster: pd.DataFrame) -> list[Estimate]:
    """All rows that the plan asks for, for every population of the roster.

    `answers` holds the datasets of all versions of the surveys that the plan uses; `roster` the current roster
    table (`unit` and attributes).

    Raises:
        PlanError: if the roster table lacks what the plan needs.
    """
    units = make_units(plan, answers, roster)
    counts = count_units(units.table, breakdowns=plan.groupings, measures=measure_states(plan))
    return rows_from_counts(plan, counts, units.versions)


def rows_from_counts(plan: Plan, counts: Counts, versions: Versions) -> list[Estimate]:
    """The rows of `estimate` from counts alone, and which versions were counted where."""
    ordered = _ordered(plan, counts)
    rows = [row for group in ordered for row in _group_rows(plan, group, counts[group], versions)]
    return [*rows, *across_rows(plan, counts, versions)]


def _ordered(plan: Plan, counts: Counts) -> list[Group]:
    """By population; everybody first, then the breakdowns and their levels in the order of the plan and the roster."""

    def place(group: Group) -> tuple[str, int, int, str]:
        if not group.by:
            return group.population, -1, 0, ""
        codes = plan.levels(group.by)
        level = codes.index(group.level) if group.level in codes else len(codes)
        return group.population, plan.groupings.index(group.by), level, group.level

    return sorted(counts, key=place)


def _group_rows(plan: Plan, group: Group, tallies: Mapping[str, Tally], versions: Versions) -> Iterator[Estimate]:
    for name, indicator in plan.indicators.items():
        mixed = len(versions.get((name, group.population), ())) > 1
        base = common_base(plan, name) if mixed else respondents(plan, indicator)
        scope = Scope(plan, group, name, tallies[name], base)
        yield from _indicator_rows(scope, indicator)
        if indicator.variable:
            answers = replace(scope, tally=tallies.get(name + CODES, tallies[name]))
            yield from _distribution(answers, plan.variable(survey_of(plan, indicator), indicator.variable).codes)
    for name in plan.distributions:
        scope = Scope(plan, group, name, tallies[name], respondents(plan, None))
        yield from _distribution(scope, plan.variable(plan.population.survey, name).codes)
    yield from _response_rows(plan, group, tallies[DISPOSITION])
    if COURSES in tallies:
        yield from _courses_rows(plan, group, tallies[COURSES])


def _indicator_rows(scope: Scope, indicator: Indicator) -> Iterator[Estimate]:
    if indicator.paired:
        for change, x in changes(square(scope.plan, indicator, scope.tally)).items():
            yield scope.share(f"share[{change}]", x)
        return
    x = scope.tally.of(*(indicator.counted or ("yes",)))
    yield scope.share("share", x)
    if indicator.target is not None:
        yield from _target_rows(scope, x, indicator.target)
    if indicator.target is not None or scope.measure == scope.plan.headline:
        yield from _bound_rows(scope, indicator, x)


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


def _bound_rows(scope: Scope, indicator: Indicator, x: int) -> Iterator[Estimate]:
    """Bounds over the eligible units of the base; none where the roster cannot tell who is in it."""
    tally, plan = scope.tally, scope.plan
    base = with_base(plan, indicator, pick(plan.population.units, plan.language))
    silent = {**tally.missing, **({"no_interview": tally.silent} if tally.silent else {})}
    bounds = worst_case(x, tally.answered, sum(silent.values()))
    known: dict[str, Any] = {"base": base, "missing": told(silent), "method": WORST_CASE}
    warning = _bounds_warning(plan, indicator, tally)
    if warning or bounds is None:
        for statistic in ("bound_low", "bound_high"):
            yield scope.row(statistic, **known, warning=warning or NO_COURSES)
        return
    known |= {"n": bounds.eligible, "warning": scope.warning if tally.answered else ""}
    reached = "" if indicator.target is None else bounds.verdict(indicator.target)
    yield scope.row("bound_low", **known, estimate=bounds.low, count=bounds.count_low, verdict=reached)
    yield scope.row("bound_high", **known, estimate=bounds.high, count=bounds.count_high)


def _bounds_warning(plan: Plan, indicator: Indicator, tally: Tally) -> str:
    if plan.answers_in(indicator.base):
        return BASE_BY_ANSWERS
    return NOT_ASKED if tally.missing.get("not_applicable") else ""


def _response_rows(plan: Plan, group: Group, tally: Tally) -> Iterator[Estimate]:
    rates = response_rates(tally.states)
    scope = Scope(plan, group, "response", tally, pick(plan.population.units, plan.language))
    known: dict[str, Any] = {"n": rates.cases, "warning": "" if rates.cases else NO_COURSES}
    yield scope.row("rr1", estimate=rates.rr1, count=rates.complete, method="AAPOR RR1", **known)
    yield scope.row("rr2", estimate=rates.rr2, count=rates.complete + rates.partial, method="AAPOR RR2", **known)
    always = ("I", "P", "R", "NC")
    numbers = {code: tally.states[code] for code in DISPOSITIONS if code in always or tally.states[code]}
    yield from replace(scope, measure=DISPOSITION).counts(numbers)


def _courses_rows(plan: Plan, group: Group, tally: Tally) -> Iterator[Estimate]:
    assert plan.population.status is not None
    codes = [*plan.attributes[plan.population.status].choices]
    codes += [NOT_RECORDED] if tally.of(NOT_RECORDED) else []
    scope = Scope(plan, group, COURSES, tally, say("all courses on the roster", plan.language))
    yield from scope.counts({code: tally.of(code) for code in codes})
