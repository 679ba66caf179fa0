"""One share: its intervals, its test against a target, and the verdict. Plain numbers in, plain numbers out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Literal, NamedTuple, TypeAlias, cast

from scipy.optimize import brentq
from scipy.special import betainc
from scipy.stats import beta, binom, binomtest, norm
from statsmodels.stats.proportion import proportion_confint  # pyright: ignore[reportUnknownVariableType]  # no types

from evaltool.stats.checks import check_choice, check_probability, check_share_of

Verdict: TypeAlias = Literal["met", "not_met", "cannot_tell"]
VERDICT_LEVEL = 0.025
"""Error rate of each side of a verdict, so that it agrees with a 95 % interval of the same kind."""

ShareMethod: TypeAlias = Literal["wilson", "wilson_cc", "agresti_coull", "clopper_pearson", "jeffreys", "midp"]
NO_ANSWERS = "no answers"


class Interval(NamedTuple):
    """Lower and upper end."""

    low: float
    high: float


class TargetTest(NamedTuple):
    """P values of `x` of `n` against a target; `greater` speaks for a share above it.

    `two_sided` adds the probabilities that are not above the observed one; `midp_two_sided` doubles the smaller
    one-sided mid-p; `score_two_sided` is the normal approximation, `None` for a target of 0 or 1.
    """

    greater: float
    less: float
    midp_greater: float
    midp_less: float
    two_sided: float
    midp_two_sided: float
    score_two_sided: float | None


@dataclass(frozen=True)
class Share:
    """A share of `n` answers with its interval; `claim` says what the interval is about."""

    x: int
    n: int
    estimate: float | None
    low: float | None
    high: float | None
    method: str
    confidence: float
    claim: str = "the programme"
    warning: str = ""


def share(x: int, n: int, *, method: ShareMethod = "wilson", confidence: float = 0.95) -> Share:
    """A share with the interval asked for, and in words what makes it weak.

    Formula: x / n, and the limits of the method named: `wilson` and so on.
    Assumes: independent answers, each with the same chance; no finite population (see `roster_claims`).
    Missing: n counts those who answered; n = 0 has no estimate and a warning.
    Source: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.
    Reference: R 4.2.2, see each method.

    >>> found = share(22, 64)
    >>> f"{found.estimate:.3f} {found.low:.3f} {found.high:.3f}"
    '0.344 0.239 0.466'
    >>> share(0, 0).warning
    'no answers'
    """
    check_choice("method", method, METHODS)
    interval = METHODS[method](x, n, confidence=confidence)
    if interval is None:
        return Share(x, n, None, None, None, method, confidence, warning=NO_ANSWERS)
    weak = method == "agresti_coull" and n <= 40
    warning = "Agresti-Coull is meant for more than 40 answers" if weak else ""
    return Share(x, n, x / n, interval.low, interval.high, method, confidence, warning=warning)


@lru_cache(maxsize=4096)
def _limits(x: int, n: int, confidence: float, method: str) -> Interval:
    """The limits as statsmodels gives them; many rows of a report hold the same counts."""
    low, high = cast("tuple[float, float]", proportion_confint(x, n, alpha=1 - confidence, method=method))
    return Interval(float(low), float(high))


def wilson(x: int, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Wilson score interval of x of n, without continuity correction; `None` if n is 0.

    Formula: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Exactly 0 at x = 0 and exactly 1 at x = n.
    Assumes: independent answers and no finite population.
    Missing: n counts those who answered.
    Source: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.
    Reference: R 4.2.2 prop.test(correct=FALSE).

    >>> low, high = wilson(10, 20)
    >>> f"{low:.3f} {high:.3f}"
    '0.299 0.701'
    """
    _check(x, n, confidence)
    if n == 0:
        return None
    low, high = _limits(x, n, confidence, "wilson")
    return Interval(0.0 if x == 0 else low, 1.0 if x == n else high)


def wilson_cc(x: int, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Wilson score interval with continuity correction; `None` if n is 0.

    Formula: (2np + z² ∓ 1 ∓ z √(z² ∓ 2 - 1/n + 4p(n(1-p) ± 1))) / (2(n + z²)), inside 0-1, exactly 0 (1) at x = 0 (n).
    Assumes: independent answers.
    Missing: n counts those who answered.
    Source: Newcombe 1998a, method 4, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E.
    Reference: R 4.2.2, from the formula.

    >>> low, high = wilson_cc(22, 64)
    >>> f"{low:.3f} {high:.3f}"
    '0.232 0.474'
    """
    _check(x, n, confidence)
    if n == 0:
        return None
    z, p = _z(confidence), x / n

    def end(side: int) -> float:
        root = sqrt(z**2 + side * 2 - 1 / n + 4 * p * (n - x - side))
        return (2 * x + z**2 + side * (1 + z * root)) / (2 * (n + z**2))

    return Interval(0.0 if x == 0 else max(0.0, end(-1)), 1.0 if x == n else min(1.0, end(1)))


def agresti_coull(x: int, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Agresti-Coull interval, for n above 40; `None` if n is 0.

    Formula: p~ ± z √(p~(1-p~)/n~) with n~ = n + z² and p~ = (x + z²/2)/n~, clipped to 0-1.
    Assumes: independent answers.
    Missing: n counts those who answered.
    Source: Agresti & Coull 1998, doi:10.1080/00031305.1998.10480550.
    Reference: R 4.2.2, from the formula.

    >>> low, high = agresti_coull(22, 64)
    >>> f"{low:.3f} {high:.3f}"
    '0.239 0.466'
    """
    _check(x, n, confidence)
    if n == 0:
        return None
    return _limits(x, n, confidence, "agresti_coull")


def clopper_pearson(x: float, n: float, *, confidence: float = 0.95) -> Interval | None:
    """Exact binomial interval, never below its confidence; `None` if n is 0. Also for an effective n that is not whole.

    Formula: quantiles of Beta(x, n-x+1) at (1-confidence)/2 and of Beta(x+1, n-x) at (1+confidence)/2.
    Assumes: independent answers.
    Missing: n counts those who answered.
    Source: Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404.
    Reference: R 4.2.2 binom.test.

    >>> low, high = clopper_pearson(0, 11)
    >>> f"{low:.3f} {high:.3f}"
    '0.000 0.285'
    """
    _check(x, n, confidence, whole=False)
    if n == 0:
        return None
    tail = (1 - confidence) / 2
    low = 0.0 if x == 0 else float(beta.ppf(tail, x, n - x + 1))
    return Interval(low, 1.0 if x == n else float(beta.isf(tail, x + 1, n - x)))


def jeffreys(x: int, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Jeffreys interval with its edge rule: 0 at x = 0, 1 at x = n (statsmodels lacks it); `None` if n is 0.

    Formula: equal-tailed quantiles of Beta(x + 1/2, n - x + 1/2).
    Assumes: independent answers.
    Missing: n counts those who answered.
    Source: Brown, Cai & DasGupta 2001, section 4.1.2, doi:10.1214/ss/1009213286.
    Reference: R 4.2.2 qbeta.

    >>> low, high = jeffreys(13, 13)
    >>> f"{low:.3f} {high:.3f}"
    '0.827 1.000'
    """
    _check(x, n, confidence)
    if n == 0:
        return None
    low, high = _limits(x, n, confidence, "jeffreys")
    return Interval(0.0 if x == 0 else low, 1.0 if x == n else high)


def midp(x: int, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Mid-p version of the exact interval: shorter than Clopper-Pearson, right on average; `None` if n is 0.

    Formula: the targets at which the one-sided mid-p of `exact_test` is (1-confidence)/2.
    Assumes: independent answers.
    Missing: n counts those who answered.
    Source: Berry & Armitage 1995, The Statistician 44:417.
    Reference: R 4.2.2 uniroot on the formula.

    >>> low, high = midp(22, 64)
    >>> f"{low:.3f} {high:.3f}"
    '0.235 0.466'
    """
    _check(x, n, confidence)
    if n == 0:
        return None
    tail = (1 - confidence) / 2

    def above(p: float) -> float:
        return (_at_least(x, n, p) + _at_least(x + 1, n, p)) / 2

    low = 0.0 if x == 0 else _root(lambda p: above(p) - tail)
    return Interval(low, 1.0 if x == n else _root(lambda p: above(p) - (1 - tail)))


def _at_least(k: int, n: int, p: float) -> float:
    """P(X ≥ k), X ~ Bin(n, p): much faster than `binom.sf`, which root finding calls often."""
    if k <= 0:
        return 1.0
    return float(betainc(k, n - k + 1, p)) if k <= n else 0.0


METHODS: dict[ShareMethod, Callable[..., Interval | None]] = {
    "wilson": wilson,
    "wilson_cc": wilson_cc,
    "agresti_coull": agresti_coull,
    "clopper_pearson": clopper_pearson,
    "jeffreys": jeffreys,
    "midp": midp,
}


def exact_test(x: int, n: int, *, target: float) -> TargetTest | None:
    """Exact binomial test of x of n against `target`, mid-p and score test beside it; `None` if n is 0.

    Formula: greater = P(X ≥ x), less = P(X ≤ x), two-sided = the sum of all P(X = k) ≤ P(X = x), for X ~ Bin(n,
    target); one-sided mid-p takes half of P(X = x) away; score z = (x/n - target) / √(target(1-target)/n).
    Assumes: independent answers.
    Missing: n counts those who answered.
    Source: Lancaster 1961, doi:10.1080/01621459.1961.10482105 (mid-p).
    Reference: R 4.2.2 binom.test, prop.test.

    >>> f"{exact_test(10, 20, target=0.3).greater:.3f}"
    '0.048'
    """
    check_share_of(x, n)
    check_probability("the target", target)
    if n == 0:
        return None
    half = float(binom.pmf(x, n, target)) / 2
    greater, less = float(binom.sf(x - 1, n, target)), float(binom.cdf(x, n, target))
    return TargetTest(
        greater=greater,
        less=less,
        midp_greater=greater - half,
        midp_less=less - half,
        two_sided=float(binomtest(x, n, target).pvalue),
        midp_two_sided=min(1.0, 2 * min(greater - half, less - half)),
        score_two_sided=_score(x, n, target),
    )


def _score(x: int, n: int, target: float) -> float | None:
    if target in {0, 1}:
        return None
    return float(2 * norm.sf(abs(x / n - target) / sqrt(target * (1 - target) / n)))


def verdict(test: TargetTest | None) -> Verdict:
    """Whether a target is reached: the exact test at 2.5 % each way decides, else nobody can tell.

    Rule: met if the one-sided exact p for a share above the target is below 2.5 %; not met if the one for a share below
    it is; else nobody can tell. So a verdict cannot contradict a 95 % interval of the same kind.
    Assumes: what `exact_test` assumes. The verdict of the nonresponse bounds is stated first.
    Missing: no test (n = 0) is "cannot_tell".
    Source: own rule; the exact test is Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404.
    Reference: R 4.2.2 binom.test(alternative = "greater" and "less").

    >>> verdict(exact_test(10, 20, target=0.3))
    'cannot_tell'
    """
    if test is None:
        return "cannot_tell"
    if test.greater < VERDICT_LEVEL:
        return "met"
    return "not_met" if test.less < VERDICT_LEVEL else "cannot_tell"


def _check(x: float, n: float, confidence: float, *, whole: bool = True) -> None:
    check_share_of(x, n, whole=whole)
    check_probability("the confidence", confidence, open_ends=True)


def _z(confidence: float) -> float:
    return float(norm.isf((1 - confidence) / 2))


def _root(f: Callable[[float], float]) -> float:
    return brentq(f, 0.0, 1.0, xtol=1e-14, rtol=1e-13)
