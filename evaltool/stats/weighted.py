"""Weighted means and shares with linearised standard errors: weights, strata, clusters, finite populations, raking."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import beta, t

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_choice, check_probability
from evaltool.stats.weights import kish

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.intp]
IntervalMethod: TypeAlias = Literal["logit", "beta", "korn_graubard", "likelihood", "asin", "mean", "xlogit"]


@dataclass(frozen=True, eq=False)
class Design:
    """How the answers were drawn and weighted; a column each, as long as the answers.

    `clusters` are the units drawn first (each answer its own, if not given), numbered within their stratum. `fpc` is
    the number of such units in the stratum, or the part of them that was drawn (at most 1). `raked` holds the columns
    of the margins that the weights were raked to: with it, standard errors know of the raking.
    `lonely` says what a stratum with one unit does: no standard error (`fail`), its distance from the overall mean
    (`adjust`, cautious), or nothing (`certainty`: it was taken for sure) – R's survey.lonely.psu.
    """

    weights: Sequence[float] | Floats
    strata: Sequence[Any] | None = None
    clusters: Sequence[Any] | None = None
    fpc: Sequence[float] | None = None
    raked: Mapping[str, Sequence[Any]] | None = None
    lonely: Literal["fail", "adjust", "certainty"] = "fail"


@dataclass(frozen=True)
class WeightedMean:
    """An estimate with its linearised standard error; `n` answers, `df` = first-stage units minus strata among them."""

    estimate: float | None
    se: float | None
    n: int
    df: int
    n_eff_kish: float | None
    warning: str = ""

    @property
    def n_eff(self) -> float | None:
        """p(1-p)/se², as if so many had answered without weights; `None` where the estimate is no share inside 0-1."""
        p = self.estimate
        return p * (1 - p) / self.se**2 if p is not None and self.se and 0 < p < 1 else None


def weighted_mean(
    values: Sequence[float | None] | Floats, design: Design, *, domain: Sequence[bool] | None = None
) -> WeightedMean:
    """The weighted mean of `values` (0 and 1 for a share) in a `domain` of the design, by Taylor linearisation.

    Formula: m = Σwy/Σw; u = w(y - m)/Σw (0 outside the domain), summed by cluster; se² = Σ_h (1 - f_h) n_h/(n_h - 1) Σ
    (u_hi - ū_h)². With `raked`, u/w is first freed of its means over each margin's categories, in turn (ten times).
    Assumes: clusters drawn with replacement unless `fpc` is given; weights are fixed unless `raked` is given.
    Missing: unanswered ones (None, NaN) are a domain: their rows stay in the design, not in the estimate. One unit in a
    stratum (unless the design's `lonely` says otherwise), or no answer: no standard error, with a warning.
    Source: Binder 1983, doi:10.2307/1402588.
    Reference: R 4.2.2, survey 4.1.1 svymean, svyby, rake.

    >>> result = weighted_mean([1, 0, 1, 1], Design([2.0, 1.0, 1.0, 1.0]))
    >>> f"{result.estimate:.2f} {result.se:.3f}"
    '0.80 0.217'
    """
    check_choice("lonely", design.lonely, ("fail", "adjust", "certainty"))
    y, w, inside = _domain(values, design, domain)
    total = float(w[inside].sum())
    if not inside.any():
        return WeightedMean(None, None, 0, 0, None, "Nobody with a weight above 0 answered.")
    # All alike: their value itself, since a rounded 0.999… would pass for a share that has an interval.
    mean = float(y[inside][0] if np.ptp(y[inside]) == 0 else w[inside] @ y[inside] / total)
    influence = np.where(inside, w * (y - mean) / total, 0.0)
    if design.raked is not None:
        influence = _freed(influence, w, design.raked)
    strata, clusters = _units(design, len(w))
    variance = _variance(influence, (strata, clusters), _fractions(design, strata, clusters), design.lonely)
    df = len(np.unique(clusters[inside])) - len(np.unique(strata[inside]))
    warning = "" if variance is not None else "A stratum has one unit only: there is no standard error."
    se = math.sqrt(variance) if variance is not None else None
    return WeightedMean(mean, se, int(inside.sum()), df, kish(w[inside]).n_eff, warning)


def weighted_share_of_sums(yes: tuple[float, float], no: tuple[float, float], *, n: int, rows: int) -> WeightedMean:
    """The weighted share from sums alone: (Σw, Σw²) of those who count and of the `n` others together; `rows` weighted.

    Formula: as `weighted_mean` without strata and clusters: se² = rows/(rows - 1) · [(1-p)²Σw²_yes + p²Σw²_no] / (Σw)².
    Assumes: independent answers and fixed weights.
    Missing: not in the sums, but in `rows` (the whole design).
    Source: Binder 1983, doi:10.2307/1402588.
    Reference: R 4.2.2, survey 4.1.1 svymean.

    >>> result = weighted_share_of_sums((4.0, 6.0), (1.0, 1.0), n=4, rows=4)
    >>> f"{result.estimate:.2f} {result.se:.3f}"
    '0.80 0.217'
    """
    total, squares = yes[0] + no[0], yes[1] + no[1]
    if n == 0 or total <= 0:
        return WeightedMean(None, None, 0, 0, None, "Nobody with a weight above 0 answered.")
    p = yes[0] / total
    if rows < 2:
        return WeightedMean(p, None, n, n - 1, total**2 / squares, "One answer has no standard error.")
    variance = rows / (rows - 1) * ((1 - p) ** 2 * yes[1] + p**2 * no[1]) / total**2
    return WeightedMean(p, math.sqrt(variance), n, n - 1, total**2 / squares)


def _domain(
    values: Sequence[float | None] | Floats, design: Design, domain: Sequence[bool] | None
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    y, w = np.array(values, dtype=float), np.asarray(design.weights, dtype=float)
    if len(y) != len(w):
        raise StatisticsError(f"{len(y)} values and {len(w)} weights do not belong together")
    if not np.isfinite(w).all() or (w < 0).any():
        raise StatisticsError("A weight is missing, infinite or below 0", mend="Give every answer a weight from 0 up.")
    inside = ~np.isnan(y) & (w > 0)
    if domain is not None:
        inside &= np.asarray(domain, dtype=bool)
    return y, w, inside


def _units(design: Design, n: int) -> tuple[Codes, Codes]:
    """Numbers of strata and of clusters; a cluster's name counts within its stratum."""
    strata = _numbered(design.strata, "strata", n) if design.strata is not None else np.zeros(n, dtype=np.intp)
    if design.clusters is None:
        return strata, np.arange(n)
    inner = _numbered(design.clusters, "clusters", n)
    return strata, np.unique(strata * (inner.max(initial=0) + 1) + inner, return_inverse=True)[1]


def _numbered(column: Sequence[Any], name: str, n: int) -> Codes:
    if len(column) != n or any(value is None or value != value for value in column):  # noqa: PLR0124  # NaN
        raise StatisticsError("A row has no value", where=name, mend="Every answer of the design needs one.")
    return np.unique(np.asarray(column), return_inverse=True)[1]


def _fractions(design: Design, strata: Codes, clusters: Codes) -> Floats:
    """The part drawn of each stratum's units, by the stratum's number; 0 without a finite population."""
    drawn = np.zeros(int(strata.max()) + 1)
    if design.fpc is None:
        return drawn
    given = np.asarray(design.fpc, dtype=float)
    for stratum in range(len(drawn)):
        here = strata == stratum
        n, size = len(np.unique(clusters[here])), np.unique(given[here])
        if len(size) != 1 or not size[0] > 0 or 1 < size[0] < n:
            raise StatisticsError("fpc must be one number a stratum, no smaller than the units drawn", where="fpc")
        drawn[stratum] = size[0] if size[0] <= 1 else n / size[0]
    return drawn


def _variance(influence: Floats, units: tuple[Codes, Codes], drawn: Floats, lonely: str) -> float | None:
    strata, clusters = units
    sums = np.bincount(clusters, weights=influence)
    stratum_of = np.zeros(len(sums), dtype=np.intp)
    stratum_of[clusters] = strata
    n = np.bincount(stratum_of, minlength=len(drawn))
    alone = (n == 1) & (drawn < 1)
    if lonely == "fail" and alone.any():
        return None
    means = np.bincount(stratum_of, weights=sums, minlength=len(drawn)) / n
    if lonely == "adjust":
        # Influences have the overall mean 0, so the distance from it is the sum itself.
        means = np.where(alone, 0.0, means)
    squares = np.bincount(stratum_of, weights=(sums - means[stratum_of]) ** 2, minlength=len(drawn))
    return float((1 - drawn) @ (squares * n / np.maximum(n - 1, 1)))


def _freed(influence: Floats, w: Floats, raked: Mapping[str, Sequence[Any]]) -> Floats:
    margins = [_numbered(column, name, len(w)) for name, column in raked.items()]
    positive = w > 0
    rest = np.divide(influence, w, out=np.zeros_like(w), where=positive)
    for _ in range(10):
        for codes in margins:
            counts = np.bincount(codes, weights=positive)
            means = np.bincount(codes, weights=rest) / np.maximum(counts, 1)
            rest = np.where(positive, rest - means[codes], 0.0)
    return rest * w


@dataclass(frozen=True)
class WeightedInterval:
    """The interval of a weighted share, and the method that gave it: not the one asked for where `warning` says so."""

    low: float | None
    high: float | None
    method: str
    n_eff: float | None
    warning: str = ""


def weighted_interval(
    share: WeightedMean, *, method: IntervalMethod = "logit", confidence: float = 0.95
) -> WeightedInterval:
    """A confidence interval of a weighted share, t with the design's df; at 0 % and 100 % always Clopper-Pearson.

    Formula: logit (and xlogit, the same interval): logit⁻¹(logit p ± t·se/(p(1-p))); mean: p ± t·se; asin: sin²(asin √p
    ± t·se/(2√(p(1-p)))); likelihood: the p' with 2·n_eff·KL(p, p') ≤ t²·n/(n-1); beta (Korn-Graubard): Clopper-Pearson
    with n_eff·(t_{n-1}/t_df)²; korn_graubard: the same, not above n (as NCHS has it). 0 % and 100 %: Clopper-Pearson
    with the smaller of n and Kish's n_eff, whatever was asked for, and said.
    Assumes: a share: the weighted mean of 0 and 1.
    Missing: as in `weighted_mean`. No standard error or no degree of freedom: no interval.
    Source: Korn & Graubard 1998, Survey Methodology 24:193.
    Reference: R 4.2.2, survey 4.1.1 svyciprop; at 0 % and 100 % R gives NaN or nonsense, so there the definition:
    binom.test(0, n) for equal weights.

    >>> low, high = (interval := weighted_interval(WeightedMean(0.0, 0.0, 20, 19, 16.0))).low, interval.high
    >>> f"{low:.2f} {high:.3f} {interval.method}"
    '0.00 0.206 clopper_pearson'
    """
    check_choice("method", method, get_args(IntervalMethod))
    check_probability("confidence", confidence, open_ends=True)
    p = share.estimate
    if p is None:
        return WeightedInterval(None, None, method, None, share.warning)
    check_probability("a weighted share", p)
    if p in {0.0, 1.0}:
        return _at_the_edge(share, method, confidence)
    n_eff = share.n_eff
    if n_eff is None or share.df < 1:
        why = "There is no degree of freedom left" if share.df < 1 else "The standard error is 0"
        return WeightedInterval(None, None, method, n_eff, share.warning or f"{why}: there is no interval.")
    if method in {"beta", "korn_graubard"}:
        scaled = n_eff * (_t(share.n - 1, confidence) / _t(share.df, confidence)) ** 2
        n_eff = min(share.n, scaled) if method == "korn_graubard" else scaled
        return WeightedInterval(*_clopper_pearson(p, n_eff, confidence), method, n_eff)
    return WeightedInterval(*_METHODS[method](p, share, _t(share.df, confidence)), method, n_eff)


def _at_the_edge(share: WeightedMean, method: str, confidence: float) -> WeightedInterval:
    n_eff = min(share.n, share.n_eff_kish or share.n)
    low, high = _clopper_pearson(cast("float", share.estimate), n_eff, confidence)
    warning = f"At 0 % and 100 % {method} has no interval: Clopper-Pearson with {n_eff:.1f} effective answers instead."
    return WeightedInterval(low, high, "clopper_pearson", n_eff, warning)


def _t(df: float, confidence: float) -> float:
    return float(t.ppf((1 + confidence) / 2, df))


def _clopper_pearson(p: float, n: float, confidence: float) -> tuple[float, float]:
    tail, yes, no = (1 - confidence) / 2, n * p, n * (1 - p)
    low = float(beta.ppf(tail, yes, no + 1)) if yes > 0 else 0.0
    high = float(beta.ppf(1 - tail, yes + 1, no)) if no > 0 else 1.0
    return low, high


def _se(share: WeightedMean) -> float:
    return cast("float", share.se)


def _logit(p: float, share: WeightedMean, times: float) -> tuple[float, float]:
    centre, reach = math.log(p / (1 - p)), times * _se(share) / (p * (1 - p))
    return 1 / (1 + math.exp(reach - centre)), 1 / (1 + math.exp(-reach - centre))


def _mean(p: float, share: WeightedMean, times: float) -> tuple[float, float]:
    return p - times * _se(share), p + times * _se(share)


def _asin(p: float, share: WeightedMean, times: float) -> tuple[float, float]:
    centre, reach = math.asin(math.sqrt(p)), times * _se(share) / (2 * math.sqrt(p * (1 - p)))
    return math.sin(max(centre - reach, 0)) ** 2, math.sin(min(centre + reach, math.pi / 2)) ** 2


def _likelihood(p: float, share: WeightedMean, times: float) -> tuple[float, float]:
    # R's quasibinomial model divides by the Pearson dispersion, which is n / (n - 1) for one share.
    allowed = times**2 * share.n / (share.n - 1) / cast("float", share.n_eff)

    def excess(other: float) -> float:
        return 2 * (p * math.log(p / other) + (1 - p) * math.log((1 - p) / (1 - other))) - allowed

    edge = 1e-15
    low = float(brentq(excess, edge * p, p, xtol=1e-14)) if excess(edge * p) > 0 else 0.0
    high = float(brentq(excess, p, 1 - edge, xtol=1e-14)) if excess(1 - edge) > 0 else 1.0
    return low, high


_METHODS: Mapping[str, Callable[[float, WeightedMean, float], tuple[float, float]]] = {
    "logit": _logit,
    "xlogit": _logit,
    "likelihood": _likelihood,
    "asin": _asin,
    "mean": _mean,
}


@dataclass(frozen=True)
class Reliability:
    """Whether NCHS would publish a share, and the widths behind it (`relative_width` in per cent of the share)."""

    status: Literal["present", "review", "suppress"]
    width: float | None
    relative_width: float | None
    reason: str = ""


def nchs_reliability(share: WeightedMean) -> Reliability:
    """Whether a share is reliable enough to publish, by the standard of the US National Center for Health Statistics.

    Rule: suppress if the smaller of n and n_eff is below 30, or the 95 % Korn-Graubard interval (not above n) is at
    least .30 wide, or wider than .05 and than 130 % of the share; review if df < 8 or the share is 0 or 1.
    Assumes: nothing more than the interval.
    Missing: no share, or no interval: suppress.
    Source: Parker et al. 2017, Vital and Health Statistics 2(175).
    Reference: CDC surveytable.

    >>> nchs_reliability(WeightedMean(0.5, 0.05, 120, 119, 110.0)).status
    'present'
    """
    interval = weighted_interval(share, method="korn_graubard")
    p = share.estimate
    if p is None or interval.low is None or interval.high is None:
        return Reliability("suppress", None, None, interval.warning)
    width = interval.high - interval.low
    relative = 100 * width / p if p else math.inf
    smaller = min(share.n, share.n_eff or interval.n_eff or 0)
    wide = width >= 0.3 or (width > 0.05 and relative > 130)
    if smaller < 30 or wide:
        told = min(smaller, 29.9)  # 29.96 are fewer than 30, which «30.0» would deny
        reason = f"{told:.1f} effective answers are fewer than 30." if smaller < 30 else "The interval is too wide."
        return Reliability("suppress", width, relative, reason)
    if share.df < 8 or p in {0.0, 1.0}:
        reason = "The share is 0 or 1." if p in {0.0, 1.0} else "There are fewer than 8 degrees of freedom."
        return Reliability("review", width, relative, reason)
    return Reliability("present", width, relative)
