"""Rows of what those without an answer could change: bounds of the share, and the tipping point of its target."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evaltool.plan import Indicator
from evaltool.results import Estimate
from evaltool.stats.bounds import Bounds, imbens_manski, tipping_point, worst_case
from evaltool.stats.counting import NO_INTERVIEW
from evaltool.stats.rows import WILSON, Scope, compared_where, told, with_base
from evaltool.stats.shares import Interval, wilson
from evaltool.text import pick

NO_COURSES = "nobody was to answer"
BASE_BY_ANSWERS = "no bounds: only those who answered are known to be in the base"
NOT_ASKED = "no bounds: the question was not put to everybody in the base"
WORST_CASE = "worst case (Manski)"
IMBENS_MANSKI = f"{WORST_CASE}, Imbens-Manski 95 %"
NOBODY_SILENT = f"{WORST_CASE}, nobody is silent: {WILSON}"
TIPPING = "smallest number of the silent that reaches the target"
OUT_OF_REACH = "the target is missed even if all of the silent count"


@dataclass(frozen=True)
class _Silent:
    """What is known of the eligible units of the base; `why` there are no bounds, if there are none."""

    bounds: Bounds | None
    number: int
    reasons: str
    base: str
    why: str


def bound_rows(scope: Scope, indicator: Indicator, x: int) -> Iterator[Estimate]:
    """Lowest and highest possible share of the eligible units of the base; with a target its tipping point.

    None of them has a number where the roster cannot tell who is in the base.
    """
    found = _silent(scope, indicator, x)
    yield from _bounds(scope, indicator, x, found)
    if indicator.target is not None:
        yield _tipping(scope, x, indicator.target, found)


def _silent(scope: Scope, indicator: Indicator, x: int) -> _Silent:
    tally, plan = scope.tally, scope.plan
    silent = {**tally.missing, **({NO_INTERVIEW: tally.silent} if tally.silent else {})}
    number = sum(silent.values())
    why = why_unbounded(scope, indicator)
    bounds = None if why else worst_case(x, tally.answered, number)
    base = compared_where(plan, scope.within, with_base(plan, indicator, pick(plan.population.units, plan.language)))
    return _Silent(bounds, number, told(silent), base, why or ("" if bounds else NO_COURSES))


def why_unbounded(scope: Scope, indicator: Indicator) -> str:
    """Why the share cannot be told of everybody in the base ("" if it can)."""
    plan = scope.plan
    if any(map(plan.answers_in, (indicator.base, *scope.within))) or plan.by_answers(scope.group.by):
        return BASE_BY_ANSWERS
    return NOT_ASKED if scope.tally.missing.get("not_applicable") else ""


def _bounds(scope: Scope, indicator: Indicator, x: int, found: _Silent) -> Iterator[Estimate]:
    known: dict[str, Any] = {"base": found.base, "missing": found.reasons}
    bounds, n = found.bounds, scope.tally.answered
    if bounds is None:
        for statistic in ("bound_low", "bound_high"):
            yield scope.row(statistic, **known, method=WORST_CASE, warning=found.why)
        return
    reached = "" if indicator.target is None else bounds.verdict(indicator.target)
    limits = _limits(x, n, found.number)
    method = IMBENS_MANSKI if found.number else NOBODY_SILENT
    known |= {"n": bounds.eligible, "method": method, "warning": scope.warning if n else ""}
    low: dict[str, Any] = {"estimate": bounds.low, "conf_low": limits.low, "count": bounds.count_low}
    yield scope.row("bound_low", **known, **low, verdict=reached)
    yield scope.row("bound_high", **known, estimate=bounds.high, conf_high=limits.high, count=bounds.count_high)


def _limits(x: int, n: int, m: int) -> Interval:
    """Imbens and Manski's limits; without anybody silent they shrink to a normal interval, which Wilson's replaces."""
    wide = imbens_manski(x, n, m) if m else None
    limits = wide.clipped if wide else wilson(x, n)
    assert limits is not None  # asked only where there is somebody
    return limits


def _tipping(scope: Scope, x: int, target: float, found: _Silent) -> Estimate:
    """Of the silent so many must count for the target to be reached; it is met if none need."""
    known: dict[str, Any] = {"base": found.base, "missing": found.reasons, "method": TIPPING}
    point = tipping_point(x, scope.tally.answered, found.number, target=target)
    if found.bounds is None or point is None:
        return scope.row("tipping", **known, warning=found.why)
    known |= {"n": found.number, "verdict": found.bounds.verdict(target)}
    if point.needed is None:
        return scope.row("tipping", **known, warning=OUT_OF_REACH)
    warning = scope.warning if scope.tally.answered else ""
    return scope.row("tipping", **known, estimate=float(point.needed), count=point.needed, warning=warning)
