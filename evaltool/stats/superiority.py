"""Probability of superiority of ordered answers: Brunner–Munzel and Cliff's delta."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, isinf
from typing import Literal, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln, logit
from scipy.stats import t as student

from evaltool.stats.codes import Codes, Floats, answered
from evaltool.stats.shares import Interval

Method: TypeAlias = Literal["auto", "t", "permutation"]
SMALL_GROUP = 10
TABLE_LIMIT = 400_000
"""Divisions of the pooled counts that the permutation version enumerates."""


@dataclass(frozen=True)
class BrunnerMunzel:
    """`superiority` = P(Y > X) + P(Y = X)/2 and `delta` = P(Y > X) − P(Y < X) for X of group 1, Y of group 2.

    `interval` is Brunner and Munzel's and may leave 0–1; `interval_logit` and `delta_interval` stay in range.
    """

    n1: int
    n2: int
    method: Literal["t", "permutation"]
    superiority: float | None = None
    delta: float | None = None
    statistic: float | None = None
    df: float | None = None
    p: float | None = None
    se: float | None = None
    interval: Interval | None = None
    interval_logit: Interval | None = None
    delta_interval: Interval | None = None
    warning: str = ""


class _Placements(NamedTuple):
    """Per division of the pooled answers: superiority, and the share of its variance that each group brings."""

    superiority: Floats
    variance1: Floats
    variance2: Floats


def brunner_munzel(group1: Codes, group2: Codes, *, method: Method = "auto", confidence: float = 0.95) -> BrunnerMunzel:
    """Brunner–Munzel test and interval of the probability that group 2 answers higher than group 1.

    Formula: p = mean placement of Y among X; se² = V1/n1 + V2/n2, variances of the placements; (p − ½)/se is compared
    with t and Satterthwaite df. `auto` takes the permutation version when a group has fewer than 10 answers: the
    studentised statistic over all divisions of the pooled answers, weighted by their number, P(|T*| ≥ |T|); its
    interval takes the 95 % point of |T*| in place of t. A division without variance counts as T = ±∞. Logit interval:
    logit p ± c·se/(p(1−p)); Cliff's delta = 2p − 1 with that interval transformed.
    Assumes: independent answers; needs no equal spreads.
    Missing: unanswered ones are left out. Without variance (no overlap, all equal) there is no interval and no t test;
    never an infinite statistic.
    Source: Brunner & Munzel 2000, doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U; Neubert & Brunner
    2007, doi:10.1016/j.csda.2006.05.024; Cliff 1993, doi:10.1037/0033-2909.114.3.494.
    Reference: formula in R 4.2.2, R brunnermunzel (permutation), scipy brunnermunzel (t version).

    >>> result = brunner_munzel([2, 3, 1], [5, 4, 3, 2])
    >>> result.method, round(result.superiority, 3), round(result.p, 3)
    ('permutation', 0.833, 0.2)
    """
    first, second = answered(group1), answered(group2)
    if method == "auto":
        method = "permutation" if min(len(first), len(second)) < SMALL_GROUP else "t"
    result = BrunnerMunzel(len(first), len(second), method)
    if not (len(first) and len(second)):
        return replace(result, warning="a group has no answers")
    values = np.unique(np.concatenate([first, second]))
    counts1, counts2 = _counts(first, values), _counts(second, values)
    seen = _placements(counts1, counts2)
    superiority = float(seen.superiority[0])
    result = replace(result, superiority=superiority, delta=2 * superiority - 1)
    if min(len(first), len(second)) < 2:
        return replace(result, warning="a group has one answer only: spread unknown")
    return _t_test(result, seen, confidence) if method == "t" else _permuted(result, (counts1, counts2), confidence)


def _counts(codes: Floats, values: Floats) -> Floats:
    return np.array([[np.sum(codes == value) for value in values]], dtype=float)


def _placements(counts1: Floats, counts2: Floats) -> _Placements:
    """From counts by category (a row per division). Placements are doubled to whole numbers: zero variance is exact."""
    n1, n2 = counts1.sum(axis=1), counts2.sum(axis=1)
    among2 = 2 * np.cumsum(counts2, axis=1) - counts2
    among1 = 2 * np.cumsum(counts1, axis=1) - counts1
    spread1 = _spread(counts1, among2) / (2 * n2) ** 2
    spread2 = _spread(counts2, among1) / (2 * n1) ** 2
    superiority = (counts2 * among1).sum(axis=1) / (2 * n1 * n2)
    free1, free2 = np.maximum(n1 - 1, 1), np.maximum(n2 - 1, 1)
    return _Placements(superiority, spread1 / free1 / n1, spread2 / free2 / n2)


def _spread(counts: Floats, placements: Floats) -> Floats:
    mean = (counts * placements).sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True)
    squares = (counts * (placements - mean) ** 2).sum(axis=1)
    # Whole numbers that differ at all give at least a half.
    return np.where(squares < 0.25, 0.0, squares)


def _t_test(result: BrunnerMunzel, seen: _Placements, confidence: float) -> BrunnerMunzel:
    variance1, variance2 = float(seen.variance1[0]), float(seen.variance2[0])
    variance = variance1 + variance2
    if variance == 0:
        return replace(result, warning=_without_variance(result))
    df = variance**2 / (variance1**2 / (result.n1 - 1) + variance2**2 / (result.n2 - 1))
    statistic = (float(seen.superiority[0]) - 0.5) / variance**0.5
    p = float(2 * student.sf(abs(statistic), df))
    limits = _with_intervals(result, variance**0.5, float(student.ppf((1 + confidence) / 2, df)))
    return replace(limits, statistic=statistic, df=df, p=p)


def _permuted(result: BrunnerMunzel, counts: tuple[Floats, Floats], confidence: float) -> BrunnerMunzel:
    pooled = (counts[0] + counts[1])[0]
    if _divisions(pooled, result.n1) > TABLE_LIMIT:
        return replace(result, warning="too many different answers to enumerate all divisions; ask for method t")
    tables = _tables(pooled, result.n1)
    statistics = np.abs(_studentised(_placements(tables, pooled - tables)))
    seen = _placements(*counts)
    observed = float(_studentised(seen)[0])
    weights = _chances(tables, pooled)
    p = min(1.0, float(weights[statistics >= abs(observed) * (1 - 1e-9)].sum()))
    result = replace(result, p=p)
    se = float(seen.variance1[0] + seen.variance2[0]) ** 0.5
    if se == 0:
        return replace(result, warning=_without_variance(result))
    order = np.argsort(statistics)
    reached = int(np.searchsorted(np.cumsum(weights[order]), confidence - 1e-12))
    critical = float(statistics[order][min(reached, len(order) - 1)])
    result = replace(result, statistic=observed)
    if isinf(critical):
        return replace(result, se=se, warning="too few answers for an interval")
    return _with_intervals(result, se, critical)


def _with_intervals(result: BrunnerMunzel, se: float, critical: float) -> BrunnerMunzel:
    p = result.superiority or 0.0
    wald = Interval(p - critical * se, p + critical * se)
    if not 0 < p < 1:
        return replace(result, se=se, interval=wald)
    middle, width = float(logit(p)), critical * se / (p * (1 - p))
    low, high = float(expit(middle - width)), float(expit(middle + width))
    delta = Interval(2 * low - 1, 2 * high - 1)
    return replace(result, se=se, interval=wald, interval_logit=Interval(low, high), delta_interval=delta)


def _without_variance(result: BrunnerMunzel) -> str:
    if result.superiority == 0.5:
        return "all answers are equal: no interval"
    return "the groups do not overlap: no interval"


def _studentised(placed: _Placements) -> Floats:
    distance = placed.superiority - 0.5
    variance = placed.variance1 + placed.variance2
    flat = variance == 0
    extreme = np.where(np.abs(distance) < 1e-12, 0.0, np.copysign(inf, distance))
    return np.where(flat, extreme, distance / np.sqrt(np.where(flat, 1.0, variance)))


def _divisions(pooled: Floats, n1: int) -> int:
    """How many ways there are to give n1 of the pooled answers to group 1, counted by category."""
    ways = [1] + [0] * n1
    for size in pooled.astype(int).tolist():
        ways = [sum(ways[max(0, total - size) : total + 1]) for total in range(n1 + 1)]
    return ways[n1]


def _tables(pooled: Floats, n1: int) -> Floats:
    """Every count by category that group 1 can have; a row each."""
    sizes = pooled.astype(int)
    behind = np.append(np.cumsum(sizes[::-1])[::-1], 0)
    rows = np.zeros((1, 0), dtype=int)
    for size, (_, rest) in zip(sizes.tolist(), pairwise(behind.tolist()), strict=True):
        longer = np.repeat(rows, size + 1, axis=0)
        choices = cast("npt.NDArray[np.int_]", np.arange(size + 1))
        drawn = np.tile(choices, len(rows))
        taken = longer.sum(axis=1) + drawn
        possible = (taken <= n1) & (taken + rest >= n1)
        rows = np.column_stack([longer[possible], drawn[possible]])
    return rows.astype(float)


def _chances(tables: Floats, pooled: Floats) -> Floats:
    ways = (gammaln(pooled + 1) - gammaln(tables + 1) - gammaln(pooled - tables + 1)).sum(axis=1)
    weights = np.exp(ways - ways.max())
    return weights / weights.sum()
