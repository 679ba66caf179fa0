"""How often an interval of a share holds the true one: by exact enumeration of all outcomes, not by simulation."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_count, check_probability
from evaltool.stats.shares import METHODS, ShareMethod

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """Coverage of one method at one n over a range of true shares: its lowest, its mean, and the mean width."""

    method: ShareMethod
    n: int
    confidence: float
    lowest: float
    mean: float
    width: float


def share_coverage(method: ShareMethod, n: int, *, true: float, confidence: float = 0.95) -> float:
    """Probability that the interval of n answers contains the `true` share.

    Formula: the sum of P(X = x) over all x whose interval contains it, X ~ Bin(n, true).
    Assumes: independent answers.
    Missing: n counts those who answered; there is no coverage of n = 0 (an error).
    Source: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.
    Reference: R 4.2.2, from the definition.

    >>> f"{share_coverage('wilson', 20, true=0.3):.3f} {share_coverage('clopper_pearson', 20, true=0.3):.3f}"
    '0.975 0.975'
    """
    check_probability("the true share", true)
    low, high = _ends(method, n, confidence)
    return float(_holding(low, high, np.array([true]))[0])


def coverage_table(
    methods: Sequence[ShareMethod], sizes: Sequence[int], *, confidence: float = 0.95, steps: int = 1_000
) -> list[Coverage]:
    """Lowest and mean coverage, and mean width, of intervals over true shares 0 < p < 1 in equal steps.

    Formula: `share_coverage` at p = (i + ½)/steps.
    Assumes: independent answers.
    Missing: n counts those who answered; n = 0 is an error.
    Source: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.
    Reference: R 4.2.2, from the definition.

    >>> [row] = coverage_table(["clopper_pearson"], [10])
    >>> row.lowest >= 0.95
    True
    """
    shares = (np.arange(steps) + 0.5) / steps
    return [_row(method, n, confidence, shares) for n in sizes for method in methods]


def _row(method: ShareMethod, n: int, confidence: float, shares: Floats) -> Coverage:
    low, high = _ends(method, n, confidence)
    held = _holding(low, high, shares)
    chances = np.asarray(binom.pmf(np.arange(n + 1)[:, None], n, shares[None, :]))
    width = float(((high - low) @ chances).mean())
    return Coverage(method, n, confidence, float(held.min()), float(held.mean()), width)


@cache
def _ends(method: ShareMethod, n: int, confidence: float) -> tuple[Floats, Floats]:
    check_count("n", n)
    intervals = [METHODS[method](x, n, confidence=confidence) for x in range(n + 1)]
    if None in intervals:
        raise StatisticsError("there is no coverage without answers", mend="Give n from 1 up.")
    low, high = zip(*(interval for interval in intervals if interval), strict=True)
    return np.array(low), np.array(high)


def _holding(low: Floats, high: Floats, shares: Floats) -> Floats:
    """Coverage at each of the shares."""
    x = np.arange(len(low))[:, None]
    inside = (low[:, None] <= shares) & (shares <= high[:, None])
    return np.where(inside, binom.pmf(x, len(low) - 1, shares[None, :]), 0.0).sum(axis=0)
