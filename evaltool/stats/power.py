"""Planning: what a test against a target or between two groups can find with so many expected respondents."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeAlias

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, binomtest, norm

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_count, check_probability

Alternative: TypeAlias = Literal["two_sided", "greater", "less"]
Sides: TypeAlias = Literal["two_sided", "one_sided"]
NO_ANSWERS = "no answers: nothing can be found"


@dataclass(frozen=True)
class TargetPower:
    """Power of the exact binomial test; `critical` is the smallest count that rejects upwards, n + 1 if none does.

    `critical_low` is the largest count that rejects downwards, -1 if none does. `actual_alpha` is the error rate that
    the counts allow, at most alpha.
    """

    n: int
    critical: int
    critical_low: int
    power: float
    actual_alpha: float
    warning: str = ""


def target_power(
    n: int, *, target: float, true: float, alpha: float = 0.05, alternative: Alternative = "two_sided"
) -> TargetPower:
    """Power of the exact test of n answers against a target when the share is really `true`.

    Formula: the counts whose exact p value is at most alpha, and their probability under Bin(n, true) and Bin(n,
    target).
    Assumes: independent answers; n is the number of respondents to expect, not the roster.
    Missing: nonrespondents are not in n; n = 0 never rejects, with a warning.
    Source: Chernick & Liu 2002, doi:10.1198/000313002317572835.
    Reference: R 4.2.2 pbinom.

    >>> found = target_power(35, target=0.3, true=0.5, alternative="greater")
    >>> f"{found.critical} {found.power:.3f} {found.actual_alpha:.4f}"
    '16 0.750 0.0359'
    """
    check_count("n", n)
    for name, value in (("the target", target), ("the true share", true)):
        check_probability(name, value)
    check_probability("alpha", alpha, open_ends=True)
    rejects = _rejects(n, target, alpha, alternative) if n else np.zeros(1, dtype=np.bool_)
    counts = np.arange(n + 1)
    power = float(binom.pmf(counts, n, true)[rejects].sum())
    actual = float(binom.pmf(counts, n, target)[rejects].sum())
    above, below = counts[rejects & (counts >= n * target)], counts[rejects & (counts < n * target)]
    critical = int(above.min()) if above.size else n + 1
    warning = "" if rejects.any() else "no count can reject: too few answers" if n else NO_ANSWERS
    return TargetPower(n, critical, int(below.max()) if below.size else -1, power, actual, warning)


def _rejects(
    n: int, target: float, alpha: float, alternative: Alternative
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    counts = np.arange(n + 1)
    if alternative == "greater":
        p = binom.sf(counts - 1, n, target)
    elif alternative == "less":
        p = binom.cdf(counts, n, target)
    else:
        p = np.array([binomtest(int(count), n, target).pvalue for count in counts])
    return np.asarray(p <= alpha)


def two_share_power(
    p1: float, p2: float, *, n1: float, n2: float | None = None, alpha: float = 0.05, alternative: Sides = "two_sided"
) -> float:
    """Power of the comparison of two shares with n1 and n2 (else as many) respondents.

    Formula: Φ((|p1-p2| - z √(p̄(1-p̄)(1/n1+1/n2))) / √(p1(1-p1)/n1 + p2(1-p2)/n2)), p̄ the pooled share, z the 1 -
    alpha/2 quantile (one-sided: 1 - alpha).
    Assumes: independent answers, a normal approximation, no continuity correction; `one_sided` that the direction was
    declared before.
    Missing: n1 and n2 are respondents to expect.
    Source: Fleiss, Levin & Paik 2003, section 4.2.
    Reference: R 4.2.2 power.prop.test.

    >>> f"{two_share_power(0.25, 0.5, n1=76.70693):.3f}"
    '0.900'
    """
    for name, value in (("p1", p1), ("p2", p2)):
        check_probability(name, value)
    check_probability("alpha", alpha, open_ends=True)
    n2 = n1 if n2 is None else n2
    if min(n1, n2) <= 0:
        raise StatisticsError(f"groups of {n1} and {n2} cannot be compared", mend="Give at least one respondent each.")
    pooled = (n1 * p1 + n2 * p2) / (n1 + n2)
    apart = abs(p1 - p2) - _z(alpha, alternative) * sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    spread = sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return float(norm.cdf(apart / spread)) if spread else float(apart > 0)


def n_per_group(
    p1: float, p2: float, *, power: float = 0.8, alpha: float = 0.05, alternative: Sides = "two_sided"
) -> float:
    """Respondents needed in each of two groups (not rounded) to find p1 against p2 with this power.

    Formula: ((z √(2p̄(1-p̄)) + Φ⁻¹(power) √(p1(1-p1) + p2(1-p2))) / (p1-p2))².
    Assumes: what `two_share_power` assumes.
    Missing: divide by the expected response rate to get the roster.
    Source: Fleiss, Levin & Paik 2003, section 4.2.
    Reference: R 4.2.2 power.prop.test.

    >>> f"{n_per_group(0.25, 0.5, power=0.9):.4f}"
    '76.7069'
    """
    for name, value in (("p1", p1), ("p2", p2)):
        check_probability(name, value)
    for name, value in (("the power", power), ("alpha", alpha)):
        check_probability(name, value, open_ends=True)
    if p1 == p2:
        raise StatisticsError("two equal shares cannot be told apart", mend="Give two shares that differ.")
    middle = (p1 + p2) / 2
    null = _z(alpha, alternative) * sqrt(2 * middle * (1 - middle))
    return ((null + float(norm.ppf(power)) * sqrt(p1 * (1 - p1) + p2 * (1 - p2))) / (p1 - p2)) ** 2


def detectable_share(
    p1: float,
    *,
    n1: float,
    n2: float | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    alternative: Sides = "two_sided",
) -> tuple[float | None, float | None]:
    """The nearest shares below and above p1 that the comparison finds with this power; `None` where there is none.

    Formula: `two_share_power` solved for p2.
    Assumes: what `two_share_power` assumes.
    Missing: n1 and n2 are respondents to expect.
    Source: Fleiss, Levin & Paik 2003, section 4.2.
    Reference: R 4.2.2 power.prop.test.

    >>> low, high = detectable_share(0.3, n1=60)
    >>> f"{low:.3f} {high:.3f}"
    '0.098 0.550'
    """
    check_probability("the power", power, open_ends=True)

    def short(p2: float) -> float:
        return two_share_power(p1, p2, n1=n1, n2=n2, alpha=alpha, alternative=alternative) - power

    if short(p1) >= 0:
        raise StatisticsError(f"a power of {power} is chance", mend="Give a power above alpha, such as 0.8.")

    low = brentq(short, 0.0, p1, xtol=1e-12) if short(0.0) >= 0 else None
    high = brentq(short, p1, 1.0, xtol=1e-12) if short(1.0) >= 0 else None
    return low, high


def _z(alpha: float, alternative: Sides) -> float:
    return float(norm.isf(alpha if alternative == "one_sided" else alpha / 2))
