"""Tests of two shares in a 2x2 table, (x1, n1) against (x2, n2), and its odds ratio; exact ones for small tables."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import binom, chi2, contingency, hypergeom

from evaltool.stats.checks import check_probability, check_share_of

Pair: TypeAlias = tuple[int, int]
Floats: TypeAlias = NDArray[np.float64]

NO_BASE = "no answers in a group"
ONE_OUTCOME = "everybody answered alike: nothing to test"
_TIED = 1 + 1e-7
"""Tables whose probability is this close to the observed one's count as tied with it, as in R."""
_STATISTIC_TIED = 1e-9
_LARGEST = 1_000
"""Answers in both groups up to which the unconditional tests enumerate all tables."""
TOO_LARGE = f"more than {_LARGEST} answers: use the chi-square test or the difference's interval"


@dataclass(frozen=True)
class ChiSquare2x2:
    """Pearson's chi-square with its p value, the (N-1) version and Yates's."""

    chi2: float | None
    p: float | None
    n_minus_1_p: float | None
    yates_p: float | None
    warning: str = ""


@dataclass(frozen=True)
class ExactTest:
    """P values of an exact test; `greater` speaks for a larger share in group 1; `order` names the two-sided rule."""

    two_sided: float | None
    greater: float | None
    less: float | None
    order: str
    midp_two_sided: float | None = None
    warning: str = ""


@dataclass(frozen=True)
class BoschlooTest:
    """P values of Boschloo's test; the two two-sided ones differ in the order of tables that they name."""

    greater: float | None
    less: float | None
    two_sided_doubled: float | None
    two_sided_fisher2: float | None
    warning: str = ""


@dataclass(frozen=True)
class OddsRatio:
    """Sample odds ratio, conditional maximum likelihood estimate, and Fisher's exact interval."""

    sample: float | None
    conditional: float | None
    low: float | None
    high: float | None
    confidence: float
    warning: str = ""


def chi_square_2x2(first: Pair, second: Pair) -> ChiSquare2x2:
    """Chi-square tests of two independent shares, two-sided, 1 degree of freedom.

    Formula: N (ad-bc)² / (n1 n2 s f); times (N-1)/N for the (N-1) version; Yates takes min(½, |observed-expected|) off
    each difference.
    Assumes: independent answers; expected counts of 5 or more (1 for the (N-1) version).
    Missing: n counts those who answered. An empty group or a single outcome has no test and a warning.
    Source: Campbell 2007, doi:10.1002/sim.2832 ((N-1)).
    Reference: R 4.2.2 chisq.test.

    >>> found = chi_square_2x2((21, 38), (13, 44))
    >>> f"{found.chi2:.3f} {found.p:.4f} {found.yates_p:.4f}"
    '5.556 0.0184 0.0330'
    """
    table = _table(first, second)
    if table.warning:
        return ChiSquare2x2(None, None, None, None, table.warning)
    failures = table.n - table.s
    spread = table.n / (table.n1 * table.n2 * table.s * failures)
    apart = abs(table.x1 * (table.n2 - table.x2) - table.x2 * (table.n1 - table.x1))
    pearson = apart**2 * spread
    yates = (apart - min(0.5 * table.n, apart)) ** 2 * spread
    p, campbell, corrected = (float(chi2.sf(value, 1)) for value in (pearson, pearson * (table.n - 1) / table.n, yates))
    return ChiSquare2x2(pearson, p, campbell, corrected)


def fisher_test(first: Pair, second: Pair) -> ExactTest:
    """Fisher's exact test with its mid-p; the mid-p (or Boschloo) is the one to use, plain Fisher is too cautious.

    Formula: X hypergeometric given both margins; two-sided = sum of all P(k) ≤ P(x1); mid-p = the same with half of
    P(x1).
    Assumes: independent answers.
    Missing: n counts those who answered; an empty group has a warning.
    Source: Lydersen, Fagerland & Laake 2009, doi:10.1002/sim.3531.
    Reference: R 4.2.2 fisher.test.

    >>> found = fisher_test((21, 38), (13, 44))
    >>> f"{found.two_sided:.4f} {found.midp_two_sided:.4f}"
    '0.0249 0.0192'
    """
    table = _table(first, second)
    order = "probability of the table"
    if table.warning == NO_BASE:
        return ExactTest(None, None, None, order, warning=NO_BASE)
    possible = np.arange(max(0, table.s - table.n2), min(table.n1, table.s) + 1)
    mass = np.asarray(hypergeom.pmf(possible, table.n, table.s, table.n1))
    observed = float(mass[table.x1 - possible[0]])
    two_sided = min(1.0, float(mass[mass <= observed * _TIED].sum()))
    return ExactTest(
        two_sided=two_sided,
        greater=float(hypergeom.sf(table.x1 - 1, table.n, table.s, table.n1)),
        less=float(hypergeom.cdf(table.x1, table.n, table.s, table.n1)),
        order=order,
        midp_two_sided=two_sided - observed / 2,
        warning=table.warning,
    )


def boschloo_test(first: Pair, second: Pair) -> BoschlooTest:
    """Boschloo's exact unconditional test: Fisher's p as the statistic, the p value for the worst common share.

    Formula: p = max over π of P(Fisher's p of a table ≤ the observed one | both shares are π). `two_sided_doubled` is
    twice the smaller one-sided p (as scipy); `two_sided_fisher2` orders tables by Fisher's two-sided p (as R's Exact).
    Assumes: independent answers.
    Missing: n counts those who answered; an empty group, or more than 1,000 answers, has no p and a warning.
    Source: Boschloo 1970, doi:10.1111/j.1467-9574.1970.tb00104.x; Lydersen et al. 2009, doi:10.1002/sim.3531.
    Reference: R 4.2.2 by enumeration, exact2x2; scipy 1.17 boschloo_exact.

    >>> found = boschloo_test((2, 6), (5, 7))
    >>> f"{found.less:.4f} {found.two_sided_doubled:.4f} {found.two_sided_fisher2:.4f}"
    '0.1170 0.2340 0.2668'
    """
    table = _table(first, second)
    if refusal := table.refusal:
        return BoschlooTest(None, None, None, None, refusal)
    greater, less, both = (_supremum(table, _as_small(statistic, table)) for statistic in _fisher_of_all(table))
    return BoschlooTest(greater, less, min(1.0, 2 * min(greater, less)), both, table.warning)


def barnard_test(first: Pair, second: Pair) -> ExactTest:
    """Barnard's exact unconditional test with the pooled z; tied tables count as extreme (scipy drops some of them).

    Formula: p = max over π of P(z of a table at least as extreme as the observed one | both shares are π), z =
    (p1-p2)/√(p(1-p)(1/n1+1/n2)) with the pooled share p, 0 where everybody answered alike.
    Assumes: independent answers.
    Missing: n counts those who answered; an empty group, or more than 1,000 answers, has no p and a warning.
    Source: Barnard 1947, doi:10.1093/biomet/34.1-2.123; Suissa & Shuster 1985, doi:10.2307/2981892.
    Reference: R 4.2.2 by enumeration.

    >>> f"{barnard_test((9, 10), (3, 10)).two_sided:.5f}"
    '0.00796'
    """
    table = _table(first, second)
    order = "absolute pooled z"
    if refusal := table.refusal:
        return ExactTest(None, None, None, order, warning=refusal)
    z = _pooled_z(table)
    observed = z[table.x1, table.x2]
    extreme = (
        np.abs(z) >= abs(observed) - _STATISTIC_TIED,
        z >= observed - _STATISTIC_TIED,
        z <= observed + _STATISTIC_TIED,
    )
    two_sided, greater, less = (_supremum(table, region) for region in extreme)
    return ExactTest(two_sided, greater, less, order, warning=table.warning)


def odds_ratio(first: Pair, second: Pair, *, confidence: float = 0.95) -> OddsRatio:
    """Odds ratio of group 1 against group 2 with Fisher's exact interval.

    Formula: sample ad/(bc); conditional: the ψ at which E(X1 | margins, ψ) = x1; interval: the ψ at which P(X1 ≥ x1)
    (lower) and P(X1 ≤ x1) (upper) are (1-confidence)/2 in the noncentral hypergeometric distribution.
    Assumes: independent answers.
    Missing: n counts those who answered; an empty group or a single outcome has no odds ratio and a warning.
    Source: Cornfield 1956, Proceedings of the Third Berkeley Symposium 4:135.
    Reference: scipy 1.17 odds_ratio, root finding to 1e-13 (limits of R's fisher.test are about 1 % off where they are
    large).

    >>> found = odds_ratio((21, 38), (13, 44))
    >>> f"{found.sample:.3f} {found.conditional:.3f} {found.low:.3f} {found.high:.3f}"
    '2.946 2.905 1.082 8.103'
    """
    check_probability("the confidence", confidence, open_ends=True)
    table = _table(first, second)
    if table.warning:
        ends = (None, None) if table.warning == NO_BASE else (0.0, inf)
        return OddsRatio(None, None, *ends, confidence, table.warning)
    against = (table.n1 - table.x1) * table.x2
    sample = table.x1 * (table.n2 - table.x2) / against if against else inf
    found = contingency.odds_ratio([[table.x1, table.n1 - table.x1], [table.x2, table.n2 - table.x2]])
    interval = found.confidence_interval(confidence)
    return OddsRatio(sample, float(found.statistic), float(interval.low), float(interval.high), confidence)


@dataclass(frozen=True)
class _Table:
    x1: int
    n1: int
    x2: int
    n2: int

    @property
    def n(self) -> int:
        return self.n1 + self.n2

    @property
    def s(self) -> int:
        return self.x1 + self.x2

    @property
    def warning(self) -> str:
        if not (self.n1 and self.n2):
            return NO_BASE
        return ONE_OUTCOME if self.s in {0, self.n} else ""

    @property
    def refusal(self) -> str:
        """Why there is no unconditional test."""
        if self.warning == NO_BASE:
            return NO_BASE
        return TOO_LARGE if self.n > _LARGEST else ""


def _table(first: Pair, second: Pair) -> _Table:
    check_share_of(*first)
    check_share_of(*second)
    return _Table(*first, *second)


def _every(table: _Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """x1 and x2 of every table with these group sizes, as a column and a row."""
    return np.arange(table.n1 + 1)[:, None], np.arange(table.n2 + 1)[None, :]


def _given_total(table: _Table) -> Floats:
    """The (hypergeometric) probability of every table given its total of successes."""
    x1, x2 = _every(table)
    return np.exp(_log_choose(table.n1, x1) + _log_choose(table.n2, x2) - _log_choose(table.n, x1 + x2))


def _log_choose(n: int, k: NDArray[np.int64]) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _fisher_of_all(table: _Table) -> tuple[Floats, Floats, Floats]:
    """Fisher's p (greater, less, two-sided) of every table with these group sizes."""
    x1, x2 = _every(table)
    mass = _given_total(table)
    greater, less, two_sided = np.empty_like(mass), np.empty_like(mass), np.empty_like(mass)
    for total in range(table.n + 1):
        here = x1 + x2 == total
        own = mass[here]
        less[here], greater[here] = np.cumsum(own), np.cumsum(own[::-1])[::-1]
        ranked = np.sort(own)
        upto = np.searchsorted(ranked, own * _TIED, side="right")
        two_sided[here] = np.cumsum(ranked)[upto - 1]
    return greater, less, two_sided


def _as_small(statistic: Floats, table: _Table) -> NDArray[np.bool_]:
    return statistic <= statistic[table.x1, table.x2] * _TIED


def _pooled_z(table: _Table) -> Floats:
    x1, x2 = _every(table)
    pooled = (x1 + x2) / table.n
    spread = np.sqrt(pooled * (1 - pooled) * (1 / table.n1 + 1 / table.n2))
    apart = x1 / table.n1 - x2 / table.n2
    return apart / np.where(spread > 0, spread, inf)


def _supremum(table: _Table, region: NDArray[np.bool_]) -> float:
    """Largest probability of a region of tables over all common shares π.

    Given the total s the tables are hypergeometric, whatever π is: P(region) = Σ P(region | s) P(s | π).
    """
    x1, x2 = _every(table)
    s = x1 + x2
    inside = np.where(region, _given_total(table), 0.0)
    given_total = np.bincount(s.ravel(), weights=inside.ravel(), minlength=table.n + 1).astype(np.float64)
    totals = np.arange(table.n + 1)

    def probability(shares: Floats) -> Floats:
        return np.asarray(binom.pmf(totals, table.n, shares[:, None])) @ given_total

    return min(1.0, _maximum(probability))


def _maximum(f: Callable[[Floats], Floats]) -> float:
    """Largest value on 0-1: a grid, then finer ones around its three best points."""
    grid = np.linspace(0, 1, 1001)
    values = f(grid)
    best = [float(values.max())]
    for place in np.argsort(values)[-3:]:
        middle, width = float(grid[place]), 1e-3
        while width > 1e-9:
            near = np.clip(np.linspace(middle - width, middle + width, 41), 0, 1)
            found = f(near)
            middle, width = float(near[found.argmax()]), width / 20
            best.append(float(found.max()))
    return max(best)
