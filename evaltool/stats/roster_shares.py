"""One share of a finite roster: "this roster" knows those who answered, "the programme" does not end with it."""

from bisect import bisect_left, bisect_right
from dataclasses import replace
from math import sqrt

from scipy.stats import hypergeom, norm

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_count, check_probability, check_share_of
from evaltool.stats.shares import Interval, Share, share


def roster_claims(x: int, n: int, *, population: int, confidence: float = 0.95) -> tuple[Share, Share]:
    """Two claims from the same answers: about this roster (exact, finite population) and about the programme (Wilson).

    Targets and comparisons use the second. Neither says anything about nonresponse bias.

    Formula: see `hypergeometric` and `wilson`.
    Assumes: those who answered are a random part of the roster.
    Missing: n counts those who answered, `population` the whole roster; n = 0 has no estimate and a warning.
    Source: Buonaccorsi 1987, The American Statistician 41:215.
    Reference: R 4.2.2 phyper, prop.test.

    >>> roster, programme = roster_claims(19, 45, population=70)
    >>> f"{roster.low:.3f} {roster.high:.3f} {programme.low:.3f} {programme.high:.3f}"
    '0.343 0.514 0.290 0.567'
    """
    programme = share(x, n, confidence=confidence)
    interval = hypergeometric(x, n, population=population, confidence=confidence)
    roster = replace(programme, method="hypergeometric", claim="this roster")
    if interval is None:
        return roster, programme
    everybody = "everybody on the roster answered: nothing is left to estimate" if n == population else ""
    return replace(roster, low=interval.low, high=interval.high, warning=everybody), programme


def hypergeometric(x: int, n: int, *, population: int, confidence: float = 0.95) -> Interval | None:
    """Exact interval for the share of a roster of `population` when n of it answered; `None` if n is 0.

    Formula: M_L/N and M_U/N, the smallest and the largest number M of successes on the roster that neither one-sided
    hypergeometric test rejects at (1-confidence)/2.
    Assumes: that those who answered are a random part of the roster.
    Missing: they are the N - n.
    Source: Buonaccorsi 1987, The American Statistician 41:215.
    Reference: R 4.2.2 phyper.

    >>> low, high = hypergeometric(19, 45, population=70)
    >>> f"{low:.3f} {high:.3f}"
    '0.343 0.514'
    """
    _check(x, n, population, confidence)
    if n == 0:
        return None
    tail = (1 - confidence) / 2
    possible = range(x, population - (n - x) + 1)
    low = bisect_right(possible, tail, key=lambda m: float(hypergeom.sf(x - 1, population, m, n)))
    high = bisect_left(possible, -tail, key=lambda m: -float(hypergeom.cdf(x, population, m, n))) - 1
    return Interval(possible[low] / population, possible[high] / population)


def wilson_fpc(x: int, n: int, *, population: int, confidence: float = 0.95) -> Interval | None:
    """Wilson score interval with finite population correction; `None` if n is 0, one point if everybody answered.

    Formula: `wilson` with z² multiplied by (N-n)/(N-1).
    Assumes: that those who answered are a random part of the roster.
    Missing: they are the N - n.
    Source: Buonaccorsi 1987, The American Statistician 41:215 (finite populations); Wilson 1927,
    doi:10.1080/01621459.1927.10502953.
    Reference: R 4.2.2, from the formula.

    >>> low, high = wilson_fpc(19, 45, population=70)
    >>> f"{low:.3f} {high:.3f}"
    '0.339 0.510'
    """
    _check(x, n, population, confidence)
    if n == 0:
        return None
    p = x / n
    if n == population:
        return Interval(p, p)
    z2 = float(norm.isf((1 - confidence) / 2)) ** 2 * (population - n) / (population - 1)
    middle, half = p + z2 / (2 * n), sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2)))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return Interval(0.0 if x == 0 else low, 1.0 if x == n else high)


def se_fpc(x: int, n: int, *, population: int) -> float | None:
    """Standard error of a share under simple random sampling from a roster; `None` below two answers.

    Formula: √(p(1-p)/(n-1) · (1 - n/N)).
    Assumes: that those who answered are a random part of the roster.
    Missing: they are the N - n.
    Source: Cochran 1977, Sampling Techniques, section 3.2.
    Reference: R 4.2.2 with survey 4.1.1, svymean with fpc.

    >>> f"{se_fpc(19, 45, population=70):.4f}"
    '0.0445'
    """
    _check(x, n, population, 0.95)
    if n < 2:
        return 0.0 if n == population == 1 else None
    p = x / n
    return sqrt(p * (1 - p) / (n - 1) * (1 - n / population))


def _check(x: int, n: int, population: int, confidence: float) -> None:
    check_share_of(x, n)
    check_count("the population", population)
    check_probability("the confidence", confidence, open_ends=True)
    if n > population:
        raise StatisticsError(f"{n} answers from a roster of {population} cannot be")
