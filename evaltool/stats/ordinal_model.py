"""Proportional odds: an ordered outcome by covariates, and whether one odds ratio holds at every threshold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import chi2, norm

from evaltool.errors import StatisticsError
from evaltool.stats.binary_model import logistic
from evaltool.stats.codes import Floats
from evaltool.stats.model_frame import ModelData, separated
from evaltool.stats.shares import Interval

Link: TypeAlias = Literal["logit", "probit", "cloglog"]
STEPS = 200


@dataclass(frozen=True)
class ProportionalOdds:
    """A cumulative-link model, logit P(Y ≤ j) = threshold_j − xβ; numbers are None where it was refused (`warning`)."""

    data: ModelData
    link: Link
    categories: tuple[float, ...]
    terms: tuple[str, ...]
    coefficients: Floats | None = None
    ses: Floats | None = None
    odds_ratios: Floats | None = None
    odds_ratio_intervals: tuple[Interval, ...] = ()
    p_values: tuple[float, ...] = ()
    thresholds: Floats | None = None
    threshold_ses: Floats | None = None
    log_likelihood: float | None = None
    lr_chi2: float | None = None
    lr_df: int | None = None
    lr_p: float | None = None
    warning: str = ""


@dataclass(frozen=True)
class Parallel:
    """A test that the slopes are the same at every threshold; small p speaks against proportional odds."""

    term: str
    chi2: float | None = None
    df: int | None = None
    p: float | None = None
    warning: str = ""


def proportional_odds(data: ModelData, *, link: Link = "logit", confidence: float = 0.95) -> ProportionalOdds:
    """Proportional odds (cumulative link) regression of an ordered outcome; a positive slope speaks for more.

    Formula: link P(Y ≤ j) = threshold_j − xβ by maximum likelihood (Newton steps, observed information); likelihood
    ratio against no covariates; Wald intervals of odds ratios exp(β) (logit only). Own steps: statsmodels OrderedModel
    has no weights, says nothing when separated, and gives thresholds after the first as logarithms of increments.
    Assumes: one slope at every threshold (see `parallel_slopes`, `brant`) and independent rows; weights count answers.
    Missing: rows with a missing value were dropped (and counted) by `model_data`. Refused, with a warning: one
    category, separation, covariates without variation.
    Source: McCullagh 1980, doi:10.1111/j.2517-6161.1980.tb01109.x.
    Reference: R ordinal 2022.11.16 clm, MASS polr.

    >>> from evaltool.stats import model_data
    >>> table = {"skill": [1, 2, 2, 3, 1, 3, 2, 3] * 5, "months": [1, 3, 2, 5, 2, 6, 6, 4] * 5}
    >>> fit = proportional_odds(model_data(table, "skill", ["months"]))
    >>> round(float(fit.coefficients[0]), 2), len(fit.thresholds)
    (1.17, 2)
    """
    categories, y = np.unique(data.outcome, return_inverse=True)
    result = ProportionalOdds(data, link, tuple(categories.tolist()), data.terms[1:])
    reason = "; ".join(data.faults) or ("all outcomes are the same" if len(categories) < 2 else "")
    if reason:
        return replace(result, warning=reason)
    shape = _shape(data, y, len(categories) - 1)
    if separated(data, shape.directions()):
        return replace(result, warning="a covariate foretells the outcome (separation): there is no maximum")
    fit = _newton(shape, link)
    if fit is None:
        return replace(result, warning="the fit did not converge")
    return _described(result, fit, confidence)


def parallel_slopes(fit: ProportionalOdds, variables: Sequence[str] | None = None) -> Parallel:
    """Likelihood-ratio test that `variables` (all of them if none is named) have one slope at every threshold.

    Formula: 2(l with own slopes at each threshold − l of proportional odds), χ² with (K−2)·(number of columns) df.
    Assumes: many answers in each category.
    Missing: rows with a missing value were dropped (and counted) by `model_data`. Where the wider model has no proper
    maximum there is no test, see `brant`.
    Source: Peterson & Harrell 1990, doi:10.2307/2347760.
    Reference: R ordinal 2022.11.16 nominal_test.

    >>> from evaltool.stats import model_data
    >>> table = {"skill": [1, 2, 1, 3, 1, 3, 2, 2, 3] * 5, "months": [1, 3, 6, 5, 2, 1, 6, 4, 4] * 5}
    >>> parallel_slopes(proportional_odds(model_data(table, "skill", ["months"]))).df
    1
    """
    names = tuple(fit.data.columns) if variables is None else tuple(variables)
    if unknown := [name for name in names if name not in fit.data.columns]:
        raise StatisticsError(f"no covariate of the model: {', '.join(unknown)}")
    label, thresholds = " + ".join(names), len(fit.categories) - 1
    if fit.log_likelihood is None:
        return Parallel(label, warning=fit.warning)
    columns = [column - 1 for name in names for column in fit.data.columns[name]]
    if thresholds < 2 or not columns:
        return Parallel(label, warning="one threshold only: nothing to compare")
    y = np.searchsorted(fit.categories, fit.data.outcome)
    shape = _shape(fit.data, y, thresholds, own_slopes=columns)
    wider = None if separated(fit.data, shape.directions()) else _newton(shape, fit.link)
    if wider is None:
        return Parallel(label, warning="no proper model with own slopes: too few answers in a category")
    value, df = max(0.0, 2 * (wider.likelihood - fit.log_likelihood)), (thresholds - 1) * len(columns)
    return Parallel(label, value, df, float(chi2.sf(value, df)))


def brant(fit: ProportionalOdds) -> tuple[Parallel, ...]:
    """Brant's test of parallel slopes: all columns together first, then each column.

    Formula: logits of Y > j fitted one by one; Wald test that their slopes agree, with the covariance between logits
    (XᵀW_j X)⁻¹ XᵀW_jl X (XᵀW_l X)⁻¹, W_jl = P(Y > l)(1 − P(Y > j)) for j < l.
    Assumes: logit link. Rejects too often when categories are sparse: a warning sign rather than a verdict.
    Missing: rows with a missing value were dropped (and counted) by `model_data`. No test if a logit is separated.
    Source: Brant 1990, doi:10.2307/2532457.
    Reference: R 4.2.2, from the formula; R brant.

    >>> from evaltool.stats import model_data
    >>> table = {"skill": [1, 2, 1, 3, 1, 3, 2, 2, 3] * 5, "months": [1, 3, 6, 5, 2, 1, 6, 4, 4] * 5}
    >>> [test.df for test in brant(proportional_odds(model_data(table, "skill", ["months"])))]
    [1, 1]
    """
    names, thresholds = ("all", *fit.terms), len(fit.categories) - 1
    reason = fit.warning or ("" if fit.link == "logit" else "Brant's test is for the logit link")
    if reason or thresholds < 2 or not fit.terms:
        return tuple(Parallel(name, warning=reason or "one threshold only: nothing to compare") for name in names)
    logits = [
        logistic(replace(fit.data, outcome=(fit.data.outcome > cut).astype(float), weighted=False), method="ml")
        for cut in fit.categories[:-1]
    ]
    if any(one.coefficients is None for one in logits):
        return tuple(Parallel(name, warning="separated at a threshold: no test") for name in names)
    slopes, covariance = _stacked(fit.data, np.array([one.coefficients for one in logits]))
    width = len(fit.terms)
    every = [_agreement("all", slopes, covariance, list(range(width)))]
    return tuple(every + [_agreement(name, slopes, covariance, [at]) for at, name in enumerate(fit.terms)])


class _Curve(NamedTuple):
    """A distribution function with its first two derivatives."""

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    bend: Callable[[Floats], Floats]


def _logit_slope(at: Floats) -> Floats:
    return expit(at) * expit(-at)


def _logit_bend(at: Floats) -> Floats:
    return _logit_slope(at) * (1 - 2 * expit(at))


def _probit_bend(at: Floats) -> Floats:
    return -at * norm.pdf(at)


def _log_log(at: Floats) -> Floats:
    return -np.expm1(-np.exp(np.minimum(at, 30)))


def _log_log_slope(at: Floats) -> Floats:
    return np.exp(np.minimum(at, 30) - np.exp(np.minimum(at, 30)))


def _log_log_bend(at: Floats) -> Floats:
    return _log_log_slope(at) * (1 - np.exp(np.minimum(at, 30)))


_CURVES: dict[Link, _Curve] = {
    "logit": _Curve(expit, _logit_slope, _logit_bend),
    "probit": _Curve(norm.cdf, norm.pdf, _probit_bend),
    "cloglog": _Curve(_log_log, _log_log_slope, _log_log_bend),
}


@dataclass(frozen=True)
class _Shape:
    """Each row's upper and lower threshold minus xβ as linear in the parameters; the ends have none."""

    upper: Floats
    lower: Floats
    has_upper: npt.NDArray[np.bool_]
    has_lower: npt.NDArray[np.bool_]
    weights: Floats
    start: Floats

    def directions(self) -> Floats:
        """Rows that must not fall for the likelihood never to fall: upper ends go up, lower ends down."""
        return np.vstack([self.upper[self.has_upper], -self.lower[self.has_lower]])


class _Fit(NamedTuple):
    parameters: Floats
    covariance: Floats
    likelihood: float


def _shape(data: ModelData, y: npt.NDArray[np.intp], thresholds: int, own_slopes: Sequence[int] = ()) -> _Shape:
    covariates = data.matrix[:, 1:]
    own = covariates[:, list(own_slopes)]

    def rows(at: npt.NDArray[np.intp]) -> Floats:
        threshold = (at[:, None] == np.arange(thresholds)).astype(float)
        extra = (-own[:, None, :] * threshold[:, 1:, None]).reshape(len(own), -1)
        return np.column_stack([threshold, -covariates, extra])

    counts = np.bincount(y, data.weights, thresholds + 1)
    below = np.cumsum(counts)[:-1] / counts.sum()
    start = np.concatenate([below, np.zeros(covariates.shape[1] + own.shape[1] * (thresholds - 1))])
    return _Shape(rows(y), rows(y - 1), y < thresholds, y > 0, data.weights, start)


def _newton(shape: _Shape, link: Link) -> _Fit | None:
    at = shape.start.copy()
    thresholds = int((at > 0).sum())
    at[:thresholds] = _quantile(at[:thresholds], link)
    likelihood, slope, bend = _derivatives(shape, at, _CURVES[link])
    for _ in range(STEPS):
        step = cast("Floats", np.linalg.lstsq(-bend, slope, rcond=None)[0])
        gain = float(slope @ step)
        # Half of it is left to be had, whatever the units of the covariates.
        if abs(gain) < 1e-14:
            return _Fit(at, cast("Floats", np.linalg.inv(-bend)), likelihood)
        if gain < 0:
            step = slope / max(1.0, float(np.abs(slope).max()))
        at, (likelihood, slope, bend) = _uphill(shape, at, step, likelihood, _CURVES[link])
    return None


def _uphill(
    shape: _Shape, at: Floats, step: Floats, likelihood: float, curve: _Curve
) -> tuple[Floats, tuple[float, Floats, Floats]]:
    """The step, halved until the likelihood does not fall."""
    reached = _derivatives(shape, at + step, curve)
    while reached[0] < likelihood - 1e-12 * max(1.0, abs(likelihood)) and np.abs(step).max() > 1e-12:
        step = step / 2
        reached = _derivatives(shape, at + step, curve)
    return at + step, reached


def _quantile(share: Floats, link: Link) -> Floats:
    if link == "probit":
        return norm.ppf(share)
    return np.log(share / (1 - share)) if link == "logit" else np.log(-np.log1p(-share))


def _derivatives(shape: _Shape, at: Floats, curve: _Curve) -> tuple[float, Floats, Floats]:
    """Log-likelihood Σ w log(F(upper) − F(lower)) with gradient and second derivatives; −∞ where thresholds cross."""
    upper, lower = shape.upper @ at, shape.lower @ at
    chance = np.where(shape.has_upper, curve.value(upper), 1.0) - np.where(shape.has_lower, curve.value(lower), 0.0)
    if not (chance > 0).all():
        return -np.inf, np.zeros_like(at), np.zeros((len(at), len(at)))
    up, down = shape.has_upper / chance, shape.has_lower / chance
    each = (up * curve.slope(upper))[:, None] * shape.upper - (down * curve.slope(lower))[:, None] * shape.lower
    weights = shape.weights
    bend = (
        shape.upper.T @ ((weights * up * curve.bend(upper))[:, None] * shape.upper)
        - shape.lower.T @ ((weights * down * curve.bend(lower))[:, None] * shape.lower)
        - each.T @ (weights[:, None] * each)
    )
    return float(weights @ np.log(chance)), weights @ each, bend


def _described(result: ProportionalOdds, fit: _Fit, confidence: float) -> ProportionalOdds:
    thresholds, data = len(result.categories) - 1, result.data
    beta, ses = fit.parameters[thresholds:], np.sqrt(np.diag(fit.covariance))
    half = float(norm.ppf((1 + confidence) / 2)) * ses[thresholds:]
    limits = zip(np.exp(beta - half).tolist(), np.exp(beta + half).tolist(), strict=True)
    ratio = result.link == "logit"
    counts = np.array([data.weights[data.outcome == category].sum() for category in result.categories])
    lr = max(0.0, 2 * (fit.likelihood - float(counts @ np.log(counts / counts.sum()))))
    return replace(
        result,
        coefficients=beta,
        ses=ses[thresholds:],
        odds_ratios=np.exp(beta) if ratio else None,
        odds_ratio_intervals=tuple(Interval(low, high) for low, high in limits) if ratio else (),
        p_values=tuple((2 * norm.sf(np.abs(beta / ses[thresholds:]))).tolist()),
        thresholds=fit.parameters[:thresholds],
        threshold_ses=ses[:thresholds],
        log_likelihood=fit.likelihood,
        lr_chi2=lr,
        lr_df=len(beta),
        lr_p=float(chi2.sf(lr, len(beta))) if len(beta) else None,
    )


def _stacked(data: ModelData, betas: Floats) -> tuple[Floats, Floats]:
    """Slopes of the logits (a row each) and the covariance of all of them, row by row."""
    shares = expit(data.matrix @ betas.T)
    count, width = betas.shape
    bread = [np.linalg.inv(_crossed(data, shares[:, at] * (1 - shares[:, at]))) for at in range(count)]
    covariance = np.zeros((count, width - 1, count, width - 1))
    for j in range(count):
        for other in range(j, count):
            both = _crossed(data, shares[:, other] * (1 - shares[:, j]))
            block = (bread[j] @ both @ bread[other])[1:, 1:]
            covariance[j, :, other, :], covariance[other, :, j, :] = block, block.T
    return betas[:, 1:], covariance


def _crossed(data: ModelData, weights: Floats) -> Floats:
    return data.matrix.T @ ((data.weights * weights)[:, None] * data.matrix)


def _agreement(name: str, slopes: Floats, covariance: Floats, columns: list[int]) -> Parallel:
    """Wald test that the slopes of these columns are the same in every logit."""
    first = slopes[:1, columns] - slopes[1:, columns]
    between = covariance[:, columns][:, :, :, columns]
    spread = between[1:, :, 1:, :] - between[1:, :, :1, :] - between[:1, :, 1:, :] + between[:1, :, :1, :]
    size = first.size
    value = float(first.ravel() @ np.linalg.solve(spread.reshape(size, size), first.ravel()))
    if value < 0:
        return Parallel(name, warning="the covariance between the logits is not proper: no test")
    return Parallel(name, value, size, float(chi2.sf(value, size)))
