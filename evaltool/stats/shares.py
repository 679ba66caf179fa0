"""One share: its interval, its test against a target, and the verdict. Plain numbers in, plain numbers out."""

from typing import Literal, NamedTuple, TypeAlias, cast

from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint  # pyright: ignore[reportUnknownVariableType]  # no types

Verdict: TypeAlias = Literal["met", "not_met", "cannot_tell"]
VERDICT_LEVEL = 0.025
"""Error rate of each side of a verdict, so that it agrees with a 95 % interval of the same kind."""


class Interval(NamedTuple):
    low: float
    high: float


class TargetTest(NamedTuple):
    """One-sided p values of `x` of `n` against a target; `greater` speaks for a share above it."""

    greater: float
    less: float
    midp_greater: float
    midp_less: float


def wilson(x: int, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Wilson score interval of x of n, without continuity correction; `None` if n is 0.

    Formula: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Exactly 0 at x = 0 and exactly 1 at x = n.
    Assumes independent answers and no finite population.
    Source: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286. Reference: R 4.2.2 prop.test(correct=FALSE).

    >>> low, high = wilson(10, 20)
    >>> f"{low:.3f} {high:.3f}"
    '0.299 0.701'
    """
    if n == 0:
        return None
    low, high = cast("tuple[float, float]", proportion_confint(x, n, alpha=1 - confidence, method="wilson"))
    return Interval(0.0 if x == 0 else float(low), 1.0 if x == n else float(high))


def exact_test(x: int, n: int, *, target: float) -> TargetTest | None:
    """Exact binomial test of x of n against `target`, each side, with its mid-p beside it; `None` if n is 0.

    Formula: greater = P(X ≥ x), less = P(X ≤ x) for X ~ Bin(n, target); mid-p takes half of P(X = x) away.
    Assumes independent answers. Reference: R 4.2.2 binom.test; mid-p from its definition (Lancaster 1961).

    >>> f"{exact_test(10, 20, target=0.3).greater:.3f}"
    '0.048'
    """
    if n == 0:
        return None
    half = float(binom.pmf(x, n, target)) / 2
    greater, less = float(binom.sf(x - 1, n, target)), float(binom.cdf(x, n, target))
    return TargetTest(greater, less, greater - half, less - half)


def verdict(test: TargetTest | None) -> Verdict:
    """Whether a target is reached: the exact test at 2.5 % each way decides, else nobody can tell.

    >>> verdict(exact_test(10, 20, target=0.3))
    'cannot_tell'
    """
    if test is None:
        return "cannot_tell"
    if test.greater < VERDICT_LEVEL:
        return "met"
    return "not_met" if test.less < VERDICT_LEVEL else "cannot_tell"
