"""Two shares compared: intervals of their difference and of their ratio. Group 1 minus (over) group 2."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Literal, TypeAlias

from scipy.optimize import brentq
from scipy.stats import norm

from evaltool.stats.checks import check_choice, check_probability, check_share_of
from evaltool.stats.shares import Interval, wilson

DifferenceMethod: TypeAlias = Literal["newcombe", "miettinen_nurminen", "mee", "agresti_caffo"]
RatioMethod: TypeAlias = Literal["koopman", "miettinen_nurminen", "katz_log"]
NO_BASE = "no answers in a group"
_TINY = 1e-10
_FAR = 40.0
"""Ratios are looked for between e^-40 and e^40."""


@dataclass(frozen=True)
class Comparison:
    """A difference or ratio of two shares with its interval; an end may be infinite for a ratio."""

    estimate: float | None
    low: float | None
    high: float | None
    method: str
    confidence: float
    warning: str = ""


@dataclass(frozen=True)
class _Groups:
    x1: int
    n1: int
    x2: int
    n2: int

    @property
    def p1(self) -> float:
        return self.x1 / self.n1

    @property
    def p2(self) -> float:
        return self.x2 / self.n2

    @property
    def n(self) -> int:
        return self.n1 + self.n2


def difference(
    first: tuple[int, int],
    second: tuple[int, int],
    *,
    method: DifferenceMethod = "newcombe",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two independent shares, (x1, n1) minus (x2, n2), with its interval.

    Formula: newcombe: d - √((p1-l1)² + (u2-p2)²) to d + √((u1-p1)² + (p2-l2)²) from the Wilson limits l, u;
    miettinen_nurminen: all δ with (d-δ)² ≤ z² V(δ) N/(N-1), V from the most likely shares that differ by δ; mee: the
    same without N/(N-1); agresti_caffo: Wald after adding one success and one failure to each group, clipped to -1…1.
    Assumes: independent answers, independent groups.
    Missing: n counts those who answered; n = 0 gives a warning.
    Source: Newcombe 1998b, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I (method 10); Miettinen
    & Nurminen 1985, doi:10.1002/sim.4780040211; Mee 1984, Biometrics 40:1175; Agresti & Caffo 2000,
    doi:10.1080/00031305.2000.10474560.
    Reference: R 4.2.2, from the definitions.

    >>> found = difference((56, 70), (48, 80))
    >>> f"{found.estimate:.3f} {found.low:.4f} {found.high:.4f}"
    '0.200 0.0524 0.3339'
    """
    check_choice("method", method, _DIFFERENCES)
    groups = _check(first, second, confidence)
    if not (groups.n1 and groups.n2):
        return Comparison(None, None, None, method, confidence, NO_BASE)
    interval = _DIFFERENCES[method](groups, confidence)
    return Comparison(groups.p1 - groups.p2, interval.low, interval.high, method, confidence)


def ratio(
    first: tuple[int, int],
    second: tuple[int, int],
    *,
    method: RatioMethod = "koopman",
    confidence: float = 0.95,
) -> Comparison:
    """Ratio of two independent shares, (x1, n1) over (x2, n2), with its interval; infinite above where x2 is 0.

    Formula: koopman: all θ with (p1-θp2)² ≤ z² V(θ), V from the most likely shares with that ratio; miettinen_nurminen:
    the same with V N/(N-1); katz_log: log θ ± z √(1/x1 - 1/n1 + 1/x2 - 1/n2).
    Assumes: independent answers, independent groups.
    Missing: n counts those who answered. Nobody in either group: no estimate, 0 to infinity. katz_log has no interval
    where a count is 0, and one of no width, with a warning, where everybody counts.
    Source: Koopman 1984, doi:10.2307/2531405; Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211; Katz et al. 1978,
    doi:10.2307/2530610.
    Reference: R 4.2.2, from the definitions.

    >>> found = ratio((21, 38), (13, 44))
    >>> f"{found.estimate:.3f} {found.low:.3f} {found.high:.3f}"
    '1.870 1.109 3.244'
    >>> ratio((1, 1), (0, 1)).high
    inf
    """
    check_choice("method", method, _RATIOS)
    groups = _check(first, second, confidence)
    if not (groups.n1 and groups.n2):
        return Comparison(None, None, None, method, confidence, NO_BASE)
    if groups.x1 == groups.x2 == 0:
        warning = "nobody in either group: the ratio is undefined"
        ends = (None, None) if method == "katz_log" else (0.0, inf)
        return Comparison(None, *ends, method, confidence, warning)
    estimate = groups.p1 / groups.p2 if groups.x2 else inf
    interval = _RATIOS[method](groups, confidence)
    if interval is None:
        warning = "katz_log needs a success in both groups: use koopman"
        return Comparison(estimate, None, None, method, confidence, warning)
    warning = "" if groups.x2 else "nobody in the second group: the ratio has no upper end"
    if interval.low == interval.high:
        warning = "everybody in both groups: katz_log has no width, use koopman"
    return Comparison(estimate, interval.low, interval.high, method, confidence, warning)


def _check(first: tuple[int, int], second: tuple[int, int], confidence: float) -> _Groups:
    check_share_of(*first)
    check_share_of(*second)
    check_probability("the confidence", confidence, open_ends=True)
    return _Groups(*first, *second)


def _z(confidence: float) -> float:
    return float(norm.isf((1 - confidence) / 2))


def _newcombe(groups: _Groups, confidence: float) -> Interval:
    p1, p2 = groups.p1, groups.p2
    one = wilson(groups.x1, groups.n1, confidence=confidence)
    two = wilson(groups.x2, groups.n2, confidence=confidence)
    assert one
    assert two
    below = sqrt((p1 - one.low) ** 2 + (two.high - p2) ** 2)
    return Interval(p1 - p2 - below, p1 - p2 + sqrt((one.high - p1) ** 2 + (p2 - two.low) ** 2))


def _agresti_caffo(groups: _Groups, confidence: float) -> Interval:
    m1, m2 = groups.n1 + 2, groups.n2 + 2
    p1, p2 = (groups.x1 + 1) / m1, (groups.x2 + 1) / m2
    half = _z(confidence) * sqrt(p1 * (1 - p1) / m1 + p2 * (1 - p2) / m2)
    return Interval(max(-1.0, p1 - p2 - half), min(1.0, p1 - p2 + half))


def _score_difference(groups: _Groups, confidence: float, inflation: float) -> Interval:
    """All differences that the score test with variance times `inflation` does not reject."""
    observed, z = groups.p1 - groups.p2, _z(confidence) * sqrt(inflation)

    def beyond(delta: float) -> float:
        return abs(observed - delta) - z * _constrained_se(groups, delta)

    # the observed difference itself has no variance at 0/0 and n/n: start just beside it
    low = -1.0 if observed - _TINY <= -1 else brentq(beyond, -1.0, observed - _TINY, xtol=1e-14)
    high = 1.0 if observed + _TINY >= 1 else brentq(beyond, observed + _TINY, 1.0, xtol=1e-14)
    return Interval(low, high)


def _constrained_se(groups: _Groups, delta: float) -> float:
    """Standard error of the difference at the most likely shares with p1 = p2 + delta."""
    lowest, highest = max(0.0, -delta), min(1.0, 1.0 - delta)

    def slope(p2: float) -> float:
        p1 = p2 + delta
        terms = ((groups.x1, p1), (-(groups.n1 - groups.x1), 1 - p1), (groups.x2, p2), (groups.x2 - groups.n2, 1 - p2))
        return sum(count / share if share > 0 else inf * count for count, share in terms if count)

    p2 = _where_zero(slope, lowest, highest)
    p1 = min(1.0, max(0.0, p2 + delta))
    return sqrt(p1 * (1 - p1) / groups.n1 + p2 * (1 - p2) / groups.n2)


def _where_zero(slope: Callable[[float], float], lowest: float, highest: float) -> float:
    """Where a falling slope crosses zero; the end at which a likelihood is highest if it does not."""
    if highest - lowest < 2 * _TINY**1.5:
        return lowest
    margin = (highest - lowest) * 1e-13
    inner, outer = lowest + margin, highest - margin
    if slope(inner) <= 0:
        return lowest
    if slope(outer) >= 0:
        return highest
    return brentq(slope, inner, outer, xtol=1e-15)


def _score_ratio(groups: _Groups, confidence: float, inflation: float) -> Interval:
    """All ratios that the score test with variance times `inflation` does not reject; at least one success is known."""
    z = _z(confidence) * sqrt(inflation)

    def beyond(log_ratio: float) -> float:
        theta = exp(log_ratio)
        return abs(groups.p1 - theta * groups.p2) - z * _constrained_ratio_se(groups, theta)

    middle = log(groups.p1 / groups.p2) if groups.x1 and groups.x2 else 0.0
    start = middle - 1e-9 if groups.x2 else _FAR
    end = middle + 1e-9 if groups.x1 else -_FAR
    low = exp(brentq(beyond, -_FAR, start, xtol=1e-13)) if groups.x1 else 0.0
    return Interval(low, exp(brentq(beyond, end, _FAR, xtol=1e-13)) if groups.x2 else inf)


def _constrained_ratio_se(groups: _Groups, theta: float) -> float:
    """Standard error of p1 - theta p2 at the most likely shares with p1 = theta p2."""
    a, c = groups.n * theta, groups.x1 + groups.x2
    b = groups.n1 * theta + groups.x1 + groups.n2 + groups.x2 * theta
    p2 = min(1.0, 2 * c / (b + sqrt(max(0.0, b * b - 4 * a * c))))
    p1 = min(1.0, theta * p2)
    return sqrt(p1 * (1 - p1) / groups.n1 + theta**2 * p2 * (1 - p2) / groups.n2)


def _katz_log(groups: _Groups, confidence: float) -> Interval | None:
    if not (groups.x1 and groups.x2):
        return None
    half = _z(confidence) * sqrt(1 / groups.x1 - 1 / groups.n1 + 1 / groups.x2 - 1 / groups.n2)
    estimate = groups.p1 / groups.p2
    return Interval(estimate * exp(-half), estimate * exp(half))


_DIFFERENCES: dict[DifferenceMethod, Callable[[_Groups, float], Interval]] = {
    "newcombe": _newcombe,
    "miettinen_nurminen": lambda groups, level: _score_difference(groups, level, groups.n / (groups.n - 1)),
    "mee": lambda groups, level: _score_difference(groups, level, 1.0),
    "agresti_caffo": _agresti_caffo,
}
_RATIOS: dict[RatioMethod, Callable[[_Groups, float], Interval | None]] = {
    "koopman": lambda groups, level: _score_ratio(groups, level, 1.0),
    "miettinen_nurminen": lambda groups, level: _score_ratio(groups, level, groups.n / (groups.n - 1)),
    "katz_log": _katz_log,
}
