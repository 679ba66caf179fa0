"""What the share could be whatever those without an answer would have said."""

import math
from dataclasses import dataclass
from fractions import Fraction

from scipy.optimize import brentq
from scipy.stats import norm

from evaltool.stats.checks import check_count, check_probability, check_share_of
from evaltool.stats.shares import Interval, Verdict


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest possible share of `eligible` units, with the counts behind them."""

    count_low: int
    count_high: int
    eligible: int

    @property
    def low(self) -> float:
        return self.count_low / self.eligible

    @property
    def high(self) -> float:
        return self.count_high / self.eligible

    def verdict(self, target: float) -> Verdict:
        """`met` (`not_met`) if the target is reached (missed) whatever the others would have said."""
        check_probability("target", target)
        if self.low >= target:
            return "met"
        return "not_met" if self.high < target else "cannot_tell"


def worst_case(x: int, n: int, m: int) -> Bounds | None:
    """Bounds when x of n answers count and m eligible units gave none; `None` if there is no unit at all.

    Formula: [x / (n + m), (x + m) / (n + m)].
    Assumes: nothing about those without an answer.
    Missing: nothing is left out, those without an answer are m.
    Source: Manski 1989, Journal of Human Resources 24:343, doi:10.2307/145818.
    Reference: R 4.2.2, from the definition.

    >>> bounds = worst_case(51, 87, 37)
    >>> f"{bounds.low:.2f} {bounds.high:.2f} {bounds.verdict(0.3)}"
    '0.41 0.71 met'
    """
    _check(x, n, m)
    return Bounds(x, x + m, n + m) if n + m else None


@dataclass(frozen=True)
class ImbensManski:
    """An interval for the share itself (not for its whole identified range); `low` and `high` may leave 0 to 1."""

    c: float
    low: float
    high: float
    warning: str = ""

    @property
    def clipped(self) -> Interval:
        return Interval(max(self.low, 0.0), min(self.high, 1.0))


def imbens_manski(x: int, n: int, m: int, *, confidence: float = 0.95) -> ImbensManski | None:
    """Confidence interval of the share when x of n answers count and m gave none; `None` if there is no unit at all.

    Formula: [low - C·se(low), high + C·se(high)] with se(b) = √(b(1-b)/N), N = n + m and C the solution of Φ(C + (high
    - low)/max se) - Φ(-C) = confidence: 1.96 when everybody answered, towards 1.645 as the bounds part.
    Assumes: nothing about those without an answer; the roster is a sample of those whom the programme could reach.
    Missing: nothing is left out, those without an answer are m.
    Source: Imbens & Manski 2004, doi:10.1111/j.1468-0262.2004.00555.x.
    Reference: R 4.2.2 uniroot.

    >>> interval = imbens_manski(22, 51, 29)
    >>> f"{interval.c:.3f} {interval.low:.3f} {interval.high:.3f}"
    '1.645 0.193 0.726'
    """
    _check(x, n, m)
    check_probability("confidence", confidence, open_ends=True)
    bounds = worst_case(x, n, m)
    if bounds is None:
        return None
    se_low, se_high = (math.sqrt(b * (1 - b) / bounds.eligible) for b in (bounds.low, bounds.high))
    c = _critical(bounds.high - bounds.low, max(se_low, se_high), confidence)
    warning = "" if se_low and se_high else "A bound of 0 or 1 has no standard error: chance is left out on that side."
    return ImbensManski(c, bounds.low - c * se_low, bounds.high + c * se_high, warning)


def _critical(width: float, se: float, confidence: float) -> float:
    one_sided, two_sided = float(norm.ppf(confidence)), float(norm.ppf((1 + confidence) / 2))
    if width == 0:
        return two_sided
    if se == 0 or width / se > 40:
        return one_sided

    def excess(c: float) -> float:
        return float(norm.cdf(c + width / se) - norm.cdf(-c)) - confidence

    return float(brentq(excess, one_sided - 1e-9, two_sided + 1e-9, xtol=1e-14))


@dataclass(frozen=True)
class TippingPoint:
    """`needed` successes among the `silent` bring the roster to the target; `None` if all of them would not do."""

    needed: int | None
    silent: int
    warning: str = ""

    @property
    def share(self) -> float | None:
        """`needed` as a share of the silent; `None` if nobody is silent or nothing would do."""
        return self.needed / self.silent if self.silent and self.needed is not None else None


def tipping_point(x: int, n: int, m: int, *, target: float) -> TippingPoint | None:
    """How many of the m without an answer must count for the roster's share to reach `target`; `None` if no unit.

    Formula: the smallest k ≥ 0 with (x + k) / (n + m) ≥ target: the target holds unless fewer than k of the silent m
    count.
    Assumes: nothing about those without an answer; counts exactly, in fractions.
    Missing: nothing is left out, those without an answer are m.
    Source: Liublinska & Rubin 2014, Statistics in Medicine 33:4170.
    Reference: R 4.2.2, from the definition.

    >>> tipping_point(22, 51, 29, target=0.3).needed
    2
    """
    _check(x, n, m)
    check_probability("target", target)
    if n + m == 0:
        return None
    needed = max(0, math.ceil(Fraction(repr(float(target))) * (n + m)) - x)
    if needed > m:
        return TippingPoint(None, m, "The target is missed even if all of those without an answer count.")
    return TippingPoint(needed, m)


def _check(x: int, n: int, m: int) -> None:
    check_share_of(x, n)
    check_count("m", m)
