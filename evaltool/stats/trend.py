"""A share over ordered groups: the Cochran-Armitage trend, exact where groups are small."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import chi2

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_numbers, check_share_of

NO_TREND = "fewer than two groups with answers, or everybody answered alike: no trend"
_LARGEST = 5_000_000
_TIED = 1e-9


@dataclass(frozen=True)
class TrendTest:
    """Trend, its (N-1) version, homogeneity, what the trend leaves, and exact conditional p values."""

    chi2: float | None = None
    p: float | None = None
    n_minus_1_chi2: float | None = None
    n_minus_1_p: float | None = None
    homogeneity_chi2: float | None = None
    homogeneity_df: int = 0
    homogeneity_p: float | None = None
    departure_chi2: float | None = None
    exact_two_sided: float | None = None
    exact_increasing: float | None = None
    exact_decreasing: float | None = None
    warning: str = ""


def trend_test(x: Sequence[int], n: Sequence[int], *, scores: Sequence[float] | None = None) -> TrendTest:
    """Cochran-Armitage test of a trend in x of n over groups with scores (1, 2, … if none are given).

    Formula: χ² = (Σ s(x - np))² / (p(1-p) Σ n(s - s̄)²) with the pooled share p, as R (statsmodels uses N-1: times
    (N-1)/N); exact: the distribution of T = Σ s x given the total of successes, two-sided by |T - E T|.
    Assumes: independent answers, scores whose distances mean something; prefer the exact p where successes or failures
    are few.
    Missing: n counts those who answered; empty groups are left out; fewer than two groups or one outcome: `None` with a
    warning, as are exact p values of tables that are too large for them.
    Source: Armitage 1955, doi:10.2307/3001775.
    Reference: R 4.2.2 prop.trend.test; enumeration.

    >>> found = trend_test([4, 7, 12], [15, 16, 18])
    >>> f"{found.chi2:.3f} {found.p:.4f} {found.exact_two_sided:.4f}"
    '5.316 0.0211 0.0244'
    """
    s = list(range(1, len(x) + 1)) if scores is None else list(scores)
    if not len(x) == len(n) == len(s):
        raise StatisticsError("as many successes as answers and scores are needed")
    check_numbers("scores", s)
    for successes, answers in zip(x, n, strict=True):
        check_share_of(successes, answers)
    groups = [group for group in zip(x, n, s, strict=True) if group[1]]
    xs, ns, ss = (np.array(part, dtype=np.float64) for part in (zip(*groups, strict=True) if groups else ((), (), ())))
    total, pooled = float(ns.sum()), float(xs.sum() / ns.sum()) if groups else 0.0
    if len(groups) < 2 or pooled in {0, 1} or len(set(ss)) < 2:
        return TrendTest(warning=NO_TREND)
    spread = pooled * (1 - pooled)
    centred = ss - ns @ ss / total
    trend = float((centred @ (xs - ns * pooled)) ** 2 / (spread * (ns @ centred**2)))
    apart, df = float((((xs - ns * pooled) ** 2) / ns).sum() / spread), len(groups) - 1
    fewer = trend * (total - 1) / total
    exact = _exact(xs.astype(np.int64), ns.astype(np.int64), _whole(ss.tolist()))
    return TrendTest(
        chi2=trend,
        p=float(chi2.sf(trend, 1)),
        n_minus_1_chi2=fewer,
        n_minus_1_p=float(chi2.sf(fewer, 1)),
        homogeneity_chi2=apart,
        homogeneity_df=df,
        homogeneity_p=float(chi2.sf(apart, df)),
        departure_chi2=max(0.0, apart - trend),
        exact_two_sided=exact[0] if exact else None,
        exact_increasing=exact[1] if exact else None,
        exact_decreasing=exact[2] if exact else None,
        warning="" if exact else "no exact test: too many answers or scores that are no multiples of one step",
    )


def _whole(scores: Sequence[float]) -> list[int]:
    """The scores in whole steps from the lowest; empty if they have no common step."""
    parts = [Fraction(score).limit_denominator(1000) for score in scores]
    if any(abs(float(part) - score) > _TIED for part, score in zip(parts, scores, strict=True)):
        return []
    common = lcm(*(part.denominator for part in parts))
    steps = [int((part - min(parts)) * common) for part in parts]
    return [step // gcd(*steps) for step in steps]


def _exact(x: NDArray[np.int64], n: NDArray[np.int64], scores: list[int]) -> tuple[float, float, float] | None:
    """Two-sided, increasing and decreasing p values of T given the total."""
    total = int(x.sum())
    highest = int(sum(sorted(np.repeat(scores, n).tolist())[-total:])) if scores else _LARGEST
    if (total + 1) * (highest + 1) > _LARGEST:
        return None
    # ways[k, t]: weight of all fillings so far with k successes and T = t
    ways = np.zeros((total + 1, highest + 1))
    ways[0, 0] = 1.0
    *groups, last = zip(n.tolist(), scores, strict=True)
    for size, score in groups:
        ways = _with_group(ways, size, score)
        ways /= ways.max()
    chance = np.zeros(highest + 1)
    for k, weight in _choose(last[0], total):
        shift = k * last[1]
        chance[shift:] += weight * ways[total - k, : len(chance) - shift]
    chance /= chance.sum()
    t = np.arange(highest + 1)
    observed, expected = int(np.array(scores) @ x), float(chance @ t)
    far = np.abs(t - expected) >= abs(observed - expected) - _TIED
    return tuple(min(1.0, float(chance[region].sum())) for region in (far, t >= observed, t <= observed))  # pyright: ignore[reportReturnType]  # three regions


def _with_group(ways: NDArray[np.float64], size: int, score: int) -> NDArray[np.float64]:
    """`ways` after one group more; only their filled corner is moved, since most of the table is empty for long."""
    after = np.zeros_like(ways)
    corner = ways[: np.flatnonzero(ways.any(axis=1))[-1] + 1, : np.flatnonzero(ways.any(axis=0))[-1] + 1]
    for k, weight in _choose(size, ways.shape[0] - 1):
        shift = k * score
        if shift >= ways.shape[1]:
            break
        target = after[k : k + corner.shape[0], shift : shift + corner.shape[1]]
        target += weight * corner[: target.shape[0], : target.shape[1]]
    return after


def _choose(size: int, most: int) -> Iterator[tuple[int, float]]:
    """In how many ways k of a group succeed, up to a factor."""
    counts = np.arange(min(size, most) + 1)
    log_choose = -gammaln(counts + 1) - gammaln(size - counts + 1)
    yield from enumerate(np.exp(log_choose - log_choose.max()).tolist())
