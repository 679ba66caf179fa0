"""Ordered answers of two or more groups: top box, rank tests, probability of superiority."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from scipy.special import comb
from scipy.stats import kruskal, mannwhitneyu, rankdata

from evaltool.stats.codes import Codes, Floats, answered
from evaltool.stats.shares import Interval, wilson

EXACT_WORK = 2_000_000_000
"""Additions that an exact rank-sum distribution may cost (a second or two)."""


@dataclass(frozen=True)
class TopBox:
    """How many answers are among the best categories, with the Wilson interval of their share."""

    count: int
    n: int
    share: float | None
    interval: Interval | None
    warning: str = ""


@dataclass(frozen=True)
class MannWhitney:
    """Rank sum test of group 1 against group 2; `u1` counts pairs with group 1 above, ties as halves."""

    n1: int
    n2: int
    median1: float | None = None
    median2: float | None = None
    mean_rank1: float | None = None
    mean_rank2: float | None = None
    u1: float | None = None
    p_corrected: float | None = None
    p_uncorrected: float | None = None
    p_exact: float | None = None
    p_exact_doubled: float | None = None
    warning: str = ""


@dataclass(frozen=True)
class KruskalWallis:
    """H test that k groups share one distribution, with mean ranks and two effect sizes."""

    n: tuple[int, ...]
    medians: tuple[float | None, ...]
    mean_ranks: tuple[float | None, ...]
    h: float | None = None
    df: int | None = None
    p: float | None = None
    epsilon_squared: float | None = None
    eta_squared: float | None = None
    warning: str = ""


def top_box(codes: Codes, top: Collection[float], *, confidence: float = 0.95) -> TopBox:
    """Share of the answers that are in the best categories `top` (top-2 box, top-3 box …).

    Formula: x / n with x = answers in `top`; Wilson interval.
    Assumes: independent answers.
    Missing: unanswered ones are left out of n; no answer: no share.
    Source: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.
    Reference: R 4.2.2 prop.test(correct=FALSE).

    >>> result = top_box([1, 2, 2, 5, None], {1, 2})
    >>> result.count, result.n, result.share
    (3, 4, 0.75)
    """
    given = answered(codes)
    count, n = int(np.isin(given, list(top)).sum()), len(given)
    if n == 0:
        return TopBox(0, 0, None, None, "no answers")
    return TopBox(count, n, count / n, wilson(count, n, confidence=confidence))


def mann_whitney(group1: Codes, group2: Codes) -> MannWhitney:
    """Mann–Whitney (Wilcoxon rank sum) test with ties: asymptotic, and exact by the permutation distribution.

    Formula: u1 = Σ midranks of group 1 − n1(n1+1)/2. Asymptotic p with the tie-corrected variance, with and without
    continuity correction. Exact: distribution of the midrank sum over all C(N, n1) divisions of the pooled answers, by
    convolution over the categories; `p_exact` = P(|T−E T| ≥ |t−E T|), `p_exact_doubled` = twice the smaller side.
    Assumes: independent answers.
    Missing: unanswered ones are left out. All answers equal: no asymptotic p (its variance is 0). The exact p is left
    out, with a warning, where its distribution would be too long to compute.
    Source: Mann & Whitney 1947, doi:10.1214/aoms/1177730491; Streitberg & Röhmel 1986, Statistical Software Newsletter
    12:10 (shift algorithm).
    Reference: R 4.2.2 wilcox.test(exact=FALSE), coin 1.4.2, exactRankTests 0.8.35.

    >>> result = mann_whitney([2, 3, 1], [5, 4, 3, 2])
    >>> result.u1, round(result.p_exact, 4)
    (2.0, 0.2286)
    """
    first, second = answered(group1), answered(group2)
    if len(first) == 0 or len(second) == 0:
        return MannWhitney(len(first), len(second), *_medians([first, second]), warning="a group has no answers")
    ranks = rankdata(np.concatenate([first, second]))
    sums = float(ranks[: len(first)].sum()), float(ranks[len(first) :].sum())
    result = MannWhitney(
        len(first),
        len(second),
        *_medians([first, second]),
        mean_rank1=sums[0] / len(first),
        mean_rank2=sums[1] / len(second),
        u1=sums[0] - len(first) * (len(first) + 1) / 2,
        warning="all answers are equal" if np.ptp(ranks) == 0 else "",
    )
    if not result.warning:
        corrected, uncorrected = (_asymptotic(first, second, continuity=on) for on in (True, False))
        result = replace(result, p_corrected=corrected, p_uncorrected=uncorrected)
    return _with_exact(result, ranks, len(first))


def kruskal_wallis(groups: Sequence[Codes]) -> KruskalWallis:
    """Kruskal–Wallis test of k groups of ordered answers.

    Formula: H with tie correction, χ² with k−1 df; ε² = H/(N−1); η²_H = (H−k+1)/(N−k).
    Assumes: independent answers; for very small groups the χ² is rough.
    Missing: unanswered ones are left out; a group without answers is left out of the test and named in the warning.
    Source: Kruskal & Wallis 1952, doi:10.1080/01621459.1952.10483441; Tomczak & Tomczak 2014, Trends in Sport Sciences
    21:19.
    Reference: R 4.2.2 kruskal.test.

    >>> result = kruskal_wallis([[1, 2, 2], [2, 3, 3], [4, 4, 5]])
    >>> result.df, round(result.p, 3)
    (2, 0.033)
    """
    given = [answered(group) for group in groups]
    filled = [group for group in given if len(group)]
    ranks = rankdata(np.concatenate(filled)) if filled else np.empty(0)
    parts = iter(np.split(ranks, np.cumsum([len(group) for group in filled])[:-1]))
    means = tuple(float(next(parts).mean()) if len(group) else None for group in given)
    result = KruskalWallis(tuple(len(group) for group in given), _medians(given), means)
    if len(filled) < 2:
        return replace(result, warning="fewer than two groups have answers")
    if np.ptp(ranks) == 0:
        return replace(result, warning="all answers are equal")
    test, k, total = kruskal(*filled), len(filled), len(ranks)
    h = float(test.statistic)
    return replace(
        result,
        h=h,
        df=k - 1,
        p=float(test.pvalue),
        epsilon_squared=h / (total - 1),
        eta_squared=(h - k + 1) / (total - k) if total > k else None,
        warning="" if k == len(given) else f"groups without answers left out: {len(given) - k}",
    )


def _medians(groups: Sequence[Floats]) -> tuple[float | None, ...]:
    return tuple(float(np.median(group)) if len(group) else None for group in groups)


def _asymptotic(first: Floats, second: Floats, *, continuity: bool) -> float:
    test = mannwhitneyu(first, second, use_continuity=continuity, method="asymptotic")
    return float(cast("float", test.pvalue))


def _with_exact(result: MannWhitney, ranks: Floats, n1: int) -> MannWhitney:
    """Adds the exact p values; the doubled ranks are whole numbers, so that no rounding decides about a tie."""
    doubled = np.rint(2 * ranks).astype(int)
    smaller = n1 if 2 * n1 <= len(ranks) else len(ranks) - n1
    if len(ranks) * smaller * int(doubled.sum()) > EXACT_WORK or len(ranks) > 1000:
        return replace(result, warning="too many answers for the exact p value; use the asymptotic one")
    chances = _rank_sum_chances(doubled, smaller)
    own = doubled[:n1] if smaller == n1 else doubled[n1:]
    seen, mean2 = int(own.sum()), smaller * int(doubled.sum())
    sums = np.arange(len(chances))
    distance = np.abs(len(ranks) * sums - mean2)
    two_sided = float(chances[distance >= abs(len(ranks) * seen - mean2)].sum())
    one_sided = min(float(chances[: seen + 1].sum()), float(chances[seen:].sum()))
    return replace(result, p_exact=min(1.0, two_sided), p_exact_doubled=min(1.0, 2 * one_sided))


def _rank_sum_chances(doubled: np.ndarray[tuple[int], np.dtype[np.int_]], n1: int) -> Floats:
    """P(sum of n1 doubled midranks drawn without replacement = s) for s = 0, 1, …"""
    ways = np.zeros((n1 + 1, int(np.sort(doubled)[len(doubled) - n1 :].sum()) + 1))
    ways[0, 0] = 1.0
    ranks, repeats = np.unique(doubled, return_counts=True)
    for rank, repeat in zip(ranks.tolist(), repeats.tolist(), strict=True):
        before = ways.copy()
        for drawn in range(1, min(repeat, n1) + 1):
            shift = drawn * rank
            if shift < ways.shape[1]:
                ways[drawn:, shift:] += comb(repeat, drawn) * before[: n1 + 1 - drawn, : ways.shape[1] - shift]
    return cast("Floats", ways[n1] / comb(len(doubled), n1))
