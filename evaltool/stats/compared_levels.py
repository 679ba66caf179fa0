"""Levels of a grouping against each other, from counts alone: differences, tests, and what could have been found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np

from evaltool.plan import Compared, Plan
from evaltool.results import Estimate
from evaltool.stats.codes import Floats
from evaltool.stats.counting import Tally
from evaltool.stats.ordinal import kruskal_wallis
from evaltool.stats.pooling import partial_pooling
from evaltool.stats.power import detectable_share
from evaltool.stats.rows import FEW_ANSWERS, NO_ANSWERS, why_unweighted
from evaltool.stats.superiority import brunner_munzel
from evaltool.stats.tables import LOW_EXPECTED, chi_square, fisher_table_test
from evaltool.stats.trend import trend_test
from evaltool.stats.two_by_two import NO_BASE, ONE_OUTCOME, boschloo_test, chi_square_2x2, fisher_test
from evaltool.stats.two_shares import difference
from evaltool.stats.units import survey_of
from evaltool.stats.weighted import weighted_interval
from evaltool.stats.weighting import RAKED

NEWCOMBE = "Newcombe 95 %"
MOVER = "difference of independent weighted shares, linearised; 95 % from their limits (MOVER)"
BOSCHLOO = "Boschloo's exact test, twice the smaller side"
CAMPBELL = "chi-square test (N-1)"
MIDP = "Fisher's exact test, mid-p, two-sided"
CHI_SQUARE = "chi-square test"
FISHER = "Fisher's exact test of the whole table"
ONE_LEVEL = "fewer than two levels have answers"
TOO_FEW_TO_FIND = "so few answers find no difference of any size"
_BOSCHLOO_LARGEST = 100
"""Answers in both groups up to which Boschloo's test takes no more than a tenth of a second."""
_EXPECTED = 5


@dataclass(frozen=True)
class Pair:
    """A level told against another.

    `apart` says why the two cannot be compared ("" if they can), `answers_apart` why their answers code by code cannot.
    """

    reference: str
    level: str
    apart: str = ""
    answers_apart: str = ""


@dataclass(frozen=True)
class Test:
    """A p value with the name of its test, or in words why there is none."""

    p: float | None
    method: str = ""
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Levels:
    """One indicator of one comparison: its levels with their counts, on the way to rows.

    `answers` are counts over all codes of an ordered answer, empty for others; `answers_apart` says why these cannot
    all be compared. `note` stands on every row, `weighting` says what was done to weight those who answered.
    """

    plan: Plan
    comparison: str
    indicator: str
    population: str
    tallies: Mapping[str, Tally]
    answers: Mapping[str, Tally]
    pairs: Sequence[Pair]
    base: str
    answers_apart: str = ""
    note: str = ""
    weighting: str = ""

    @property
    def declared(self) -> Compared:
        return self.plan.comparisons[self.comparison]

    @property
    def counted(self) -> tuple[str, ...]:
        return self.plan.indicators[self.indicator].counted or ("yes",)

    def share(self, level: str) -> tuple[int, int]:
        """How many count, of how many who answered."""
        return self.tallies[level].of(*self.counted), self.tallies[level].answered

    def row(self, statistic: str, of: Pair | str = "", *, warning: str = "", **values: Any) -> Estimate:
        """A row about a pair, a level, or (without either) the comparison as a whole."""
        pair = of if isinstance(of, Pair) else None
        told = f"{self.comparison}: {pair.reference}" if pair else self.comparison
        known: dict[str, Any] = {"status": self.declared.status, "comparison": told, **values}
        return Estimate(
            indicator=self.indicator,
            population=self.population,
            by=self.declared.by,
            level=of.level if isinstance(of, Pair) else of,
            statistic=statistic,
            base=self.base,
            warning="; ".join(filter(None, (warning, self._few(of), self.note))),
            **known,
        )

    def _few(self, of: Pair | str) -> str:
        """Also of a share alone: reports withhold every row of a level with few answers."""
        levels = (of.reference, of.level) if isinstance(of, Pair) else (of,) if of else ()
        return FEW_ANSWERS if any(0 < self.share(level)[1] < self.plan.few for level in levels) else ""


def pairs_are_claims(plan: Plan, comparison: str) -> bool:
    """Whether the plan asks about pairs of levels; else it asks only whether there is any difference between them.

    Pairs are asked about where there are two levels, where the plan names the reference, and between populations.
    """
    declared = plan.comparisons[comparison]
    if declared.by == plan.population.column or declared.reference is not None:
        return True
    return len(plan.levels(declared.by)) == 2


def pair_rows(levels: Levels, pair: Pair) -> Iterator[Estimate]:
    """Difference (compared level minus reference), its test, its weighted form, and what could have been found."""
    refusal = pair.apart or ("" if levels.share(pair.reference)[1] and levels.share(pair.level)[1] else NO_BASE)
    if refusal:
        yield levels.row("difference", pair, warning=refusal)
        if levels.plan.weights:
            yield levels.row("difference", pair, warning=refusal, weighting=RAKED)
        yield _tested(levels, pair, Test(None, warning=refusal))
        return
    first, second = levels.share(pair.level), levels.share(pair.reference)
    n = first[1] + second[1]
    found = difference(first, second)
    known: dict[str, Any] = {"estimate": found.estimate, "conf_low": found.low, "conf_high": found.high}
    yield levels.row("difference", pair, n=n, method=NEWCOMBE, **known)
    if levels.plan.weights:
        yield _weighted_difference(levels, pair, n)
    yield _tested(levels, pair, two_level_test(first, second), n)
    yield _detectable(levels, pair, n)
    if levels.answers:
        yield from _ordered_pair(levels, pair)


def whole_rows(levels: Levels) -> Iterator[Estimate]:
    """Whether there is any difference between the levels, and how strong it is."""
    shares = [levels.share(level) for level in levels.tallies]
    n, empty = sum(n for _, n in shares), [level for level in levels.tallies if not levels.share(level)[1]]
    nobody = f"nobody answered in {', '.join(empty)}" if empty else ""
    test = any_difference_test(shares)
    yield _tested(levels, "", replace(test, warning="; ".join(filter(None, (test.warning, nobody)))), n)
    found = chi_square([[x, n - x] for x, n in shares])
    why = "" if found.cramers_v_corrected is not None else found.warning
    method = "Cramér's V, corrected for its bias (Bergsma)"
    yield levels.row("cramers_v", n=n, estimate=found.cramers_v_corrected, method=method, warning=why)
    if levels.answers:
        yield _ordered_whole(levels)


def trend_row(levels: Levels) -> Estimate:
    """Trend over populations in their order; their names are the scores where they are numbers, as years are."""
    shares = [levels.share(level) for level in levels.tallies]
    years = [int(level) if level.isascii() and level.isdigit() else None for level in levels.tallies]
    scores = [year for year in years if year is not None]
    scores = scores if len(scores) == len(shares) else list(range(1, len(shares) + 1))
    found = trend_test([x for x, _ in shares], [n for _, n in shares], scores=scores)
    exact = found.exact_two_sided is not None
    told = ", ".join(str(score) for score in scores)
    return levels.row(
        "trend_test",
        estimate=found.exact_two_sided if exact else found.p,
        n=sum(n for _, n in shares),
        method=f"Cochran-Armitage trend test, {'exact' if exact else 'asymptotic'}, scores {told}",
        warning=found.warning if found.p is None else "",
        status="exploratory",
    )


def shrunken_rows(levels: Levels) -> Iterator[Estimate]:
    """The share of each level drawn towards the common one: for many levels with few answers each."""
    shares = [levels.share(level) for level in levels.tallies]
    pooled = partial_pooling([x for x, _ in shares], [n for _, n in shares])
    for level, (_, n), share, interval in zip(levels.tallies, shares, pooled.shrunken, pooled.intervals, strict=True):
        known: dict[str, Any] = {"estimate": share, "n": n, "comparison": ""}
        if interval:
            known |= {"conf_low": interval.low, "conf_high": interval.high}
        words = "; ".join(filter(None, ("" if n else NO_ANSWERS, pooled.warning.rstrip("."))))
        yield levels.row("share_shrunken", level, method="partial pooling (beta-binomial) 95 %", warning=words, **known)


def two_level_test(first: tuple[int, int], second: tuple[int, int]) -> Test:
    """Up to 100 answers Boschloo; above the (N-1) chi-square, or Fisher's mid-p if an expected count is below 5."""
    (x1, n1), (x2, n2) = first, second
    counted, n = x1 + x2, n1 + n2
    if not (n1 and n2):
        return Test(None, warning=NO_BASE)
    if counted in {0, n}:
        return Test(None, warning=ONE_OUTCOME)
    if n <= _BOSCHLOO_LARGEST:
        return Test(boschloo_test(first, second).two_sided_doubled, BOSCHLOO)
    if min(n1, n2) * min(counted, n - counted) >= _EXPECTED * n:
        return Test(chi_square_2x2(first, second).n_minus_1_p, CAMPBELL)
    return Test(fisher_test(first, second).midp_two_sided, MIDP)


def any_difference_test(shares: Sequence[tuple[int, int]]) -> Test:
    """Chi-square, or Fisher's exact test where an expected count is below 5 and the exact test can be computed."""
    filled = [share for share in shares if share[1]]
    if len(filled) < 2:
        return Test(None, warning=ONE_LEVEL)
    if len(filled) == 2:
        return two_level_test(filled[0], filled[1])
    if sum(x for x, _ in filled) in {0, sum(n for _, n in filled)}:
        return Test(None, warning=ONE_OUTCOME)
    table = [[x, n - x] for x, n in filled]
    found = chi_square(table)
    if found.warning != LOW_EXPECTED:
        return Test(found.p, CHI_SQUARE)
    exact = fisher_table_test(table).p
    if exact is not None:
        return Test(exact, FISHER)
    return Test(found.p, CHI_SQUARE, "expected counts below 5, and too many tables for the exact test")


def _tested(levels: Levels, of: Pair | str, test: Test, n: int | None = None) -> Estimate:
    """The p value of what a family asks keeps the plan's status; every other is exploratory: nothing adjusts it."""
    row = levels.row("p_value", of, estimate=test.p, n=n, method=test.method, warning=test.warning)
    claimed = isinstance(of, Pair) == pairs_are_claims(levels.plan, levels.comparison)
    return row if claimed and levels.declared.family is not None else replace(row, status="exploratory")


def _weighted_difference(levels: Levels, pair: Pair, n: int) -> Estimate:
    """Of independent shares: the linearised variances add up, and Zou and Donner's way joins the limits."""
    tallies = [levels.tallies[level] for level in (pair.level, pair.reference)]
    why = [why_unweighted(levels.plan, levels.indicator, tally, levels.weighting) for tally in tallies]
    if any(why):
        return levels.row("difference", pair, weighting=RAKED, n=n, warning=next(filter(None, why)))
    first, second = (tally.weighted(*levels.counted) for tally in tallies)
    p1, p2 = first.estimate, second.estimate
    if p1 is None or p2 is None:
        return levels.row("difference", pair, weighting=RAKED, n=n, warning=first.warning or second.warning)
    one, two = weighted_interval(first), weighted_interval(second)
    warning = "; ".join(dict.fromkeys(limits.warning.rstrip(".") for limits in (one, two) if limits.warning))
    known: dict[str, Any] = {"estimate": p1 - p2, "n": n, "method": MOVER, "warning": warning, "weighting": RAKED}
    if first.se is not None and second.se is not None:
        known["std_error"] = sqrt(first.se**2 + second.se**2)
    if not (one.low is None or one.high is None or two.low is None or two.high is None):
        known["conf_low"] = p1 - p2 - sqrt((p1 - one.low) ** 2 + (two.high - p2) ** 2)
        known["conf_high"] = p1 - p2 + sqrt((one.high - p1) ** 2 + (p2 - two.low) ** 2)
    return levels.row("difference", pair, **known)


def _detectable(levels: Levels, pair: Pair, n: int) -> Estimate:
    """The size that is found in either direction; at the edge of 0-1 in the only direction there is."""
    (x, base), (_, compared) = levels.share(pair.reference), levels.share(pair.level)
    low, high = detectable_share(x / base, n1=base, n2=compared)
    down, up = None if low is None else x / base - low, None if high is None else high - x / base
    sizes = [size for size in (down, up) if size is not None]
    one_way = f"only a {'higher' if down is None else 'lower'} share could be found" if len(sizes) == 1 else ""
    return levels.row(
        "detectable_difference",
        pair,
        estimate=max(sizes, default=None),
        n=n,
        method="difference found with 80 % power, two-sided 5 % (normal approximation)",
        warning=one_way if sizes else TOO_FEW_TO_FIND,
    )


def _ordered_whole(levels: Levels) -> Estimate:
    if levels.answers_apart:
        return levels.row("kruskal_wallis", warning=levels.answers_apart, status="exploratory")
    found = kruskal_wallis([_heights(levels, level) for level in levels.answers])
    known: dict[str, Any] = {"n": sum(found.n), "method": "Kruskal-Wallis test", "status": "exploratory"}
    return levels.row("kruskal_wallis", estimate=found.p, warning=found.warning, **known)


def _ordered_pair(levels: Levels, pair: Pair) -> Iterator[Estimate]:
    if pair.answers_apart:
        for statistic in ("brunner_munzel", "cliffs_delta"):
            yield levels.row(statistic, pair, warning=pair.answers_apart, status="exploratory")
        return
    found = brunner_munzel(_heights(levels, pair.reference), _heights(levels, pair.level))
    known: dict[str, Any] = {"n": found.n1 + found.n2, "warning": found.warning, "status": "exploratory"}
    version = "permutation version" if found.method == "permutation" else "t version"
    yield levels.row("brunner_munzel", pair, estimate=found.p, method=f"Brunner-Munzel test, {version}", **known)
    if found.delta_interval:
        known |= {"conf_low": found.delta_interval.low, "conf_high": found.delta_interval.high}
    method = "Cliff's delta: higher less lower on the scale; Brunner-Munzel 95 %"
    yield levels.row("cliffs_delta", pair, estimate=found.delta, method=method, **known)


def _heights(levels: Levels, level: str) -> Floats:
    """The answers of a level as heights on their scale."""
    indicator = levels.plan.indicators[levels.indicator]
    variable = levels.plan.variable(survey_of(levels.plan, indicator), indicator.variable or "")
    upwards = variable.codes[::-1] if variable.scale == "descending" else variable.codes
    numbers = [levels.answers[level].of(code) for code in upwards]
    return np.repeat(np.arange(len(upwards), dtype=np.float64), numbers)
