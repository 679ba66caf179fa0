"""Logistic regression: odds ratios, and what an evaluator can read – shares standardised to one case mix."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from scipy.special import expit, xlogy
from scipy.stats import norm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from evaltool.errors import StatisticsError
from evaltool.stats.codes import Floats
from evaltool.stats.model_frame import ModelData, separated
from evaltool.stats.penalised import Correction, Firth, firth, predicting
from evaltool.stats.shares import Interval

Method: TypeAlias = Literal["auto", "ml", "firth"]
Spread: TypeAlias = Literal["model", "hc0", "hc3", "cluster"]
EVENTS_REFUSED = 5
EVENTS_ENOUGH = 10


@dataclass(frozen=True)
class Logistic:
    """A logistic model; `coefficients` is None where it was refused, and `warning` says why.

    `predictive` are the coefficients for predictions: those of the fit, after Firth corrected by FLIC or FLAC.
    """

    data: ModelData
    method: Literal["ml", "firth", "refused"]
    events: int
    parameters: int
    coefficients: Floats | None = None
    ses: Floats | None = None
    odds_ratios: Floats | None = None
    odds_ratio_intervals: tuple[Interval, ...] = ()
    p_values: tuple[float, ...] = ()
    log_likelihood: float | None = None
    predictive: Floats | None = None
    warning: str = ""

    @property
    def terms(self) -> tuple[str, ...]:
        return self.data.terms

    @property
    def events_per_parameter(self) -> float | None:
        return self.events / self.parameters if self.parameters else None


@dataclass(frozen=True)
class Effect:
    """An average over the rows with its delta-method standard error."""

    label: str
    estimate: float | None = None
    se: float | None = None
    interval: Interval | None = None
    p: float | None = None
    warning: str = ""


@dataclass(frozen=True)
class Contrast:
    """Second level minus first: raw, and with the same case mix on both sides."""

    raw: float | None
    adjusted: Effect


def logistic(
    data: ModelData,
    *,
    method: Method = "auto",
    correction: Correction = "flic",
    confidence: float = 0.95,
    profile: bool = True,
) -> Logistic:
    """Logistic regression of a 0/1 outcome that refuses when there are too few events.

    Formula: logit P(1) = xβ. Events = the rarer of 0 and 1; parameters without the intercept. `auto`: under 5 events a
    parameter refused, with the counts; 5–10, or separated: Firth's penalised likelihood, predictions by FLIC (or FLAC);
    else maximum likelihood. `ml` and `firth` ask for one; `ml` is refused when separated. Wald intervals of odds ratios
    for `ml`, profile penalised ones for `firth` (none, and no p values, without `profile`).
    Assumes: independent rows. Survey weights: fitted with them, take `hc0`, which is then design-based (n/(n−1)).
    Missing: rows with a missing value were dropped (and counted) by `model_data`.
    Source: Heinze & Schemper 2002, doi:10.1002/sim.1047; Puhr et al. 2017, doi:10.1002/sim.7273; Peduzzi et al. 1996,
    doi:10.1016/S0895-4356(96)00236-3.
    Reference: R 4.2.2 glm, brglm2 0.9.

    >>> from evaltool.stats import model_data
    >>> rows = model_data({"job": [0, 1] * 20, "months": list(range(40))}, "job", ["months"])
    >>> fit = logistic(rows)
    >>> fit.method, fit.events, round(float(fit.odds_ratios[1]), 3)
    ('ml', 20, 1.008)
    """
    if not set(np.unique(data.outcome).tolist()) <= {0.0, 1.0}:
        raise StatisticsError("the outcome of a logistic regression is 0 or 1")
    ones = int(data.outcome.sum())
    events, parameters = min(ones, data.n - ones), data.matrix.shape[1] - 1
    result = Logistic(data, "refused", events, parameters)
    reason = _refusal(result, method)
    if reason:
        return replace(result, warning=reason)
    apart = separated(data)
    if method == "ml" and apart:
        return replace(result, warning="a covariate foretells the outcome (separation): there is no maximum")
    if method == "firth" or apart or (method == "auto" and events < EVENTS_ENOUGH * parameters):
        why = "separated" if apart else f"{events} events for {parameters} parameters"
        fitted = None if data.weighted else firth(data, confidence=confidence, profile=profile)
        return _penalised(result, correction, fitted, f"penalised likelihood ({why})")
    return _maximum(result, confidence)


def covariance_matrix(fit: Logistic, spread: Spread = "model", *, clusters: Sequence[object] | None = None) -> Floats:
    """Covariance of the coefficients: from the model, robust (`hc0`, `hc3`) or by clusters.

    After Firth the model's is taken at the coefficients for predictions (FLIC or FLAC).

    Formula: H⁻¹ with H = XᵀWX; H⁻¹ M H⁻¹ with M = Σ x xᵀ(y−p)², hc3 divides by (1−h)², cluster sums over clusters
    first, times G/(G−1)·(n−1)/(n−k). With survey weights hc0 is multiplied by n/(n−1), as svyglm does.
    Assumes: `model`: the model holds; `hc0`, `hc3`: independent rows; `cluster`: many independent clusters. Few (under
    about 30) make it far too small: model sites as fixed effects instead.
    Missing: rows with a missing value were dropped (and counted) by `model_data`. `clusters` are those of the rows that
    were kept (`fit.data.rows`).
    Source: White 1980, Econometrica 48:817; MacKinnon & White 1985, Journal of Econometrics 29:305; Zeileis 2006,
    doi:10.18637/jss.v016.i09.
    Reference: R sandwich 3.0.2; statsmodels 0.15 returns HC0 when GLM is asked for HC3.

    >>> from evaltool.stats import model_data
    >>> fit = logistic(model_data({"y": [0, 1] * 12, "x": list(range(24))}, "y", ["x"]))
    >>> covariance_matrix(fit, "hc3").shape
    (2, 2)

    Raises:
        StatisticsError: if the fit was refused, or clusters do not match its rows (`fit.data.rows`).
    """
    if fit.coefficients is None or fit.predictive is None:
        raise StatisticsError(f"the model was refused: {fit.warning}")
    data, beta = fit.data, fit.predictive if spread == "model" else fit.coefficients
    shares = expit(data.matrix @ beta)
    variance = data.weights * shares * (1 - shares)
    bread = cast("Floats", np.linalg.inv(data.matrix.T @ (variance[:, None] * data.matrix)))
    if spread == "model":
        return bread
    scores = data.matrix * (data.weights * (data.outcome - shares))[:, None]
    factor = data.n / (data.n - 1) if data.weighted else 1.0
    if spread == "hc3":
        hat = variance * np.einsum("ij,jk,ik->i", data.matrix, bread, data.matrix)
        scores, factor = scores / (1 - hat)[:, None], 1.0
    if spread == "cluster":
        scores, factor = _by_cluster(scores, clusters, data)
    return factor * bread @ (scores.T @ scores) @ bread


def standard_errors(covariance: Floats) -> Floats:
    """Standard errors that a covariance matrix holds.

    Formula: square roots of the diagonal.
    Assumes: nothing.
    Missing: the matrix has none.
    Source: any textbook.
    Reference: R sqrt(diag(vcov)).

    >>> standard_errors(np.array([[4.0, 1.0], [1.0, 9.0]])).tolist()
    [2.0, 3.0]
    """
    return np.sqrt(np.diag(covariance))


def standardised_shares(
    fit: Logistic, variable: str, *, covariance: Floats | None = None, confidence: float = 0.95
) -> tuple[Effect, ...]:
    """The share everybody would have if all had each level of `variable`, the other covariates as they are.

    Formula: g-computation, mean of expit(x_level β) over the rows (weighted if they are); delta-method SE with gradient
    mean p(1−p)x, covariates fixed.
    Assumes: that the model holds and no confounder is missing from it.
    Missing: rows with a missing value were dropped (and counted) by `model_data`.
    Source: Lane & Nelder 1982, Biometrics 38:613; Muller & MacLehose 2014, doi:10.1093/ije/dyu029.
    Reference: R 4.2.2 glm and delta method; marginaleffects 0.6.1.

    >>> from evaltool.stats import model_data
    >>> table = {"y": [0, 1, 1, 0, 1, 1] * 10, "site": ["A", "A", "B", "B", "B", "A"] * 10}
    >>> [round(share.estimate, 3) for share in standardised_shares(logistic(model_data(table, "y", ["site"])), "site")]
    [0.667, 0.667]
    """
    levels = _levels(fit, variable)
    if fit.predictive is None:
        return tuple(Effect(level, warning=fit.warning) for level in levels)
    return tuple(
        _effect(fit, level, _average(fit, level_matrix), covariance, confidence)
        for level, level_matrix in ((level, fit.data.at_level(variable, level)) for level in levels)
    )


def standardised_difference(
    fit: Logistic, variable: str, levels: tuple[str, str], *, covariance: Floats | None = None, confidence: float = 0.95
) -> Contrast:
    """Difference of the standardised shares of two levels (second minus first), the raw one beside it.

    Formula: average marginal effect mean P(1 | second) − mean P(1 | first); delta-method SE; Wald interval, which may
    leave −1 to 1 in tiny groups.
    Assumes: what `standardised_shares` assumes.
    Missing: rows with a missing value were dropped (and counted) by `model_data`.
    Source: Muller & MacLehose 2014, doi:10.1093/ije/dyu029.
    Reference: R 4.2.2 glm and delta method.

    >>> from evaltool.stats import model_data
    >>> table = {"y": [0, 1, 1, 0, 1, 0] * 10, "site": ["A", "A", "B", "B", "B", "A"] * 10}
    >>> round(standardised_difference(logistic(model_data(table, "y", ["site"])), "site", ("A", "B")).raw, 3)
    0.333
    """
    first, second = (_raw(fit.data, variable, level) for level in levels)
    raw = None if first is None or second is None else second - first
    label = f"{levels[1]} - {levels[0]}"
    if fit.predictive is None:
        return Contrast(raw, Effect(label, warning=fit.warning))
    (low, low_slope), (high, high_slope) = (_average(fit, fit.data.at_level(variable, level)) for level in levels)
    return Contrast(raw, _effect(fit, label, (high - low, high_slope - low_slope), covariance, confidence, test=True))


def average_slope(
    fit: Logistic, variable: str, *, covariance: Floats | None = None, confidence: float = 0.95
) -> Effect:
    """Average marginal effect of a numeric covariate: percentage points of the share a unit more brings.

    Formula: mean β p(1−p); gradient of the delta method mean p(1−p)e_j + β p(1−p)(1−2p)x.
    Assumes: that the model holds.
    Missing: rows with a missing value were dropped (and counted) by `model_data`.
    Source: Williams 2012, doi:10.1177/1536867X1201200209.
    Reference: R 4.2.2 glm and delta method; statsmodels get_margeff.

    >>> from evaltool.stats import model_data
    >>> fit = logistic(model_data({"y": [0, 1] * 12, "x": list(range(24))}, "y", ["x"]))
    >>> round(average_slope(fit, "x").estimate, 4)
    0.0052
    """
    if variable in fit.data.levels or variable not in fit.data.columns:
        raise StatisticsError(f"{variable} is no numeric covariate of the model")
    if fit.predictive is None:
        return Effect(variable, warning=fit.warning)
    data, column = fit.data, fit.data.columns[variable][0]
    shares = expit(data.matrix @ fit.predictive)
    mass, slope = data.weights / data.weights.sum(), float(fit.predictive[column])
    spread = shares * (1 - shares)
    gradient = slope * (mass * spread * (1 - 2 * shares)) @ data.matrix
    gradient[column] += float(mass @ spread)
    return _effect(fit, variable, (slope * float(mass @ spread), gradient), covariance, confidence, test=True)


def _refusal(result: Logistic, method: Method) -> str:
    if result.data.faults:
        return "; ".join(result.data.faults)
    if result.events == 0:
        return f"all {result.data.n} outcomes are the same"
    if method == "auto" and result.events < EVENTS_REFUSED * result.parameters:
        return f"too few events: {result.events} for {result.parameters} parameters (at least 5 each are needed)"
    return ""


def _maximum(result: Logistic, confidence: float) -> Logistic:
    data = result.data
    model = cast("Any", GLM(data.outcome, data.matrix, family=Binomial(), var_weights=data.weights))
    beta = np.asarray(model.fit(tol=1e-12).params, dtype=float)
    shares = expit(data.matrix @ beta)
    likelihood = float(data.weights @ (xlogy(data.outcome, shares) + xlogy(1 - data.outcome, 1 - shares)))
    result = replace(result, method="ml", coefficients=beta, predictive=beta, log_likelihood=likelihood)
    ses = standard_errors(covariance_matrix(result, "hc0" if data.weighted else "model"))
    half = float(norm.ppf((1 + confidence) / 2)) * ses
    limits = zip(np.exp(beta - half).tolist(), np.exp(beta + half).tolist(), strict=True)
    return replace(
        result,
        ses=ses,
        odds_ratios=np.exp(beta),
        odds_ratio_intervals=tuple(Interval(low, high) for low, high in limits),
        p_values=tuple((2 * norm.sf(np.abs(beta / ses))).tolist()),
    )


def _penalised(result: Logistic, correction: Correction, fitted: Firth | None, warning: str) -> Logistic:
    data = result.data
    if fitted is None:
        return replace(result, warning=f"{warning} is not defined with survey weights")
    if fitted.warning:
        return replace(result, warning=fitted.warning)
    return replace(
        result,
        method="firth",
        coefficients=fitted.coefficients,
        ses=fitted.ses,
        odds_ratios=np.exp(fitted.coefficients),
        odds_ratio_intervals=tuple(Interval(*np.exp(limits).tolist()) for limits in fitted.intervals),
        p_values=fitted.p_values,
        log_likelihood=fitted.log_likelihood,
        predictive=predicting(data, fitted.coefficients, correction),
        warning=warning,
    )


def _by_cluster(scores: Floats, clusters: Sequence[object] | None, data: ModelData) -> tuple[Floats, float]:
    if clusters is None or len(clusters) != data.n:
        raise StatisticsError(f"the model has {data.n} rows; give a cluster for each", mend="table[data.rows]")
    _, index = np.unique(np.array([str(cluster) for cluster in clusters]), return_inverse=True)
    groups = int(index.max()) + 1
    if groups < 2:
        raise StatisticsError("one cluster has no spread between clusters")
    sums = np.zeros((groups, scores.shape[1]))
    np.add.at(sums, index, scores)
    return sums, groups / (groups - 1) * (data.n - 1) / (data.n - scores.shape[1])


def _levels(fit: Logistic, variable: str) -> tuple[str, ...]:
    if variable not in fit.data.levels:
        raise StatisticsError(f"{variable} is no categorical covariate of the model")
    return fit.data.levels[variable]


def _average(fit: Logistic, matrix: Floats) -> tuple[float, Floats]:
    """Mean prediction over these rows, and its gradient in the coefficients."""
    shares = expit(matrix @ cast("Floats", fit.predictive))
    mass = fit.data.weights / fit.data.weights.sum()
    return float(mass @ shares), (mass * shares * (1 - shares)) @ matrix


def _effect(
    fit: Logistic,
    label: str,
    average: tuple[float, Floats],
    covariance: Floats | None,
    confidence: float,
    *,
    test: bool = False,
) -> Effect:
    estimate, gradient = average
    if covariance is None:
        covariance = covariance_matrix(fit, "hc0" if fit.data.weighted else "model")
    se = sqrt(float(gradient @ covariance @ gradient))
    half = float(norm.ppf((1 + confidence) / 2)) * se
    p = float(2 * norm.sf(abs(estimate) / se)) if test and se else None
    return Effect(label, estimate, se, Interval(estimate - half, estimate + half), p, fit.warning)


def _raw(data: ModelData, variable: str, level: str) -> float | None:
    at = (data.at_level(variable, level) == data.matrix).all(axis=1)
    mass = float(data.weights[at].sum())
    return float(data.weights[at] @ data.outcome[at]) / mass if mass else None
