"""Firth's penalised logistic regression: estimates exist even when a covariate foretells the outcome."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, xlogy
from scipy.stats import chi2
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from evaltool.stats.codes import Floats
from evaltool.stats.model_frame import ModelData
from evaltool.stats.shares import Interval

Correction: TypeAlias = Literal["flic", "flac"]
STEPS = 500


@dataclass(frozen=True)
class Firth:
    """Penalised estimates; intervals and p values by the profile penalised likelihood."""

    coefficients: Floats
    ses: Floats
    intervals: tuple[Interval, ...]
    p_values: tuple[float, ...]
    log_likelihood: float
    warning: str = ""


def firth(data: ModelData, *, confidence: float = 0.95, profile: bool = True) -> Firth:
    """Logistic regression by Firth's penalised likelihood, for few events and separated data.

    Formula: maximise l(β) + ½ log|I(β)|; Newton steps on the score Σ (y − p + h(½ − p))x, h the leverages. Interval:
    all b with 2(l* − l*(β_j = b)) under the χ² point, p by the same at 0, the penalty always of the whole information.
    Without `profile` there are neither intervals nor p values: they take most of the time.
    Own, since `firthmodels` needs scikit-learn for these steps. Predictions need a correction: see `predicting`.
    Assumes: independent rows of weight 1 and a 0/1 outcome.
    Missing: rows with a missing value were dropped (and counted) by `model_data`.
    Source: Firth 1993, doi:10.1093/biomet/80.1.27; Heinze & Schemper 2002, doi:10.1002/sim.1047.
    Reference: R brglm2 0.9 brglmFit(type="MPL_Jeffreys"), logistf.

    >>> from evaltool.stats import model_data
    >>> fit = firth(model_data({"job": [0, 1, 1, 1], "site": ["A", "A", "B", "B"]}, "job", ["site"]))
    >>> [round(float(value), 3) for value in fit.coefficients]
    [0.0, 1.609]
    """
    start = np.zeros(data.matrix.shape[1])
    everything = np.ones(len(start), dtype=bool)
    beta, converged = _newton(data, start, everything)
    top = _penalised_likelihood(data, beta)
    ses = np.sqrt(np.diag(np.linalg.inv(_information(data, beta))))
    profiles = [_Profile(data, beta, j, top) for j in range(len(beta))] if profile else []
    point = float(chi2.ppf(confidence, 1))
    intervals = tuple(
        Interval(each.limit(-1.0, float(se), point), each.limit(1.0, float(se), point))
        for each, se in zip(profiles, ses, strict=bool(profiles))
    )
    p_values = tuple(float(chi2.sf(each.drop(0.0), 1)) for each in profiles)
    return Firth(beta, ses, intervals, p_values, top, "" if converged else "the penalised fit did not converge")


def predicting(data: ModelData, coefficients: Floats, correction: Correction = "flic") -> Floats:
    """Coefficients for predictions after Firth, whose own are drawn towards one half.

    Formula: FLIC fits the intercept anew by maximum likelihood with the other coefficients fixed, so that predictions
    average to the observed share; FLAC fits by maximum likelihood to the answers and to pseudo-answers y and 1−y of
    weight h/2 that are marked by a covariate of their own.
    Assumes: what `firth` assumes.
    Missing: rows with a missing value were dropped (and counted) by `model_data`.
    Source: Puhr et al. 2017, doi:10.1002/sim.7273.
    Reference: R logistf flic, flac.

    >>> from evaltool.stats import model_data
    >>> rows = model_data({"job": [0, 1, 1, 1], "site": ["A", "A", "B", "B"]}, "job", ["site"])
    >>> beta = predicting(rows, firth(rows).coefficients)
    >>> round(float((1 / (1 + np.exp(-(rows.matrix @ beta)))).mean()), 6)
    0.75
    """
    if correction == "flac":
        return _flac(data, coefficients)
    offset = data.matrix[:, 1:] @ coefficients[1:]
    share = float(data.outcome.mean())

    def surplus(intercept: float) -> float:
        return float(expit(intercept + offset).mean()) - share

    reach = float(np.abs(offset).max(initial=0.0)) + abs(float(np.log(share / (1 - share)))) + 1
    return np.concatenate([[brentq(surplus, -reach, reach, xtol=1e-12)], coefficients[1:]])


@dataclass(frozen=True)
class _Profile:
    """How far the penalised likelihood falls when one coefficient is held."""

    data: ModelData
    beta: Floats
    held: int
    top: float

    def drop(self, value: float) -> float:
        start = self.beta.copy()
        start[self.held] = value
        free = np.arange(len(start)) != self.held
        best, _ = _newton(self.data, start, free)
        return max(0.0, 2 * (self.top - _penalised_likelihood(self.data, best)))

    def limit(self, sign: float, se: float, point: float) -> float:
        centre, width = float(self.beta[self.held]), se
        while self.drop(centre + sign * width) < point and width < 1000 * se:
            width *= 1.5
        found = brentq(lambda distance: self.drop(centre + sign * distance) - point, 0.0, width, xtol=1e-7)
        return centre + sign * found


def _newton(data: ModelData, start: Floats, free: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Floats, bool]:
    """Penalised maximum over the free coefficients, halving steps that lose."""
    beta, value = start.copy(), _penalised_likelihood(data, start)
    for _ in range(STEPS):
        score = _score(data, beta)[free]
        step = np.zeros(len(beta))
        step[free] = np.linalg.solve(_information(data, beta)[np.ix_(free, free)], score)
        # Half of it is left to be had, whatever the units of the covariates.
        if abs(float(score @ step[free])) < 1e-16:
            return beta, True
        step *= min(1.0, 5 / np.abs(step).max())
        floor = value - 1e-12 * max(1.0, abs(value))
        while (reached := _penalised_likelihood(data, beta + step)) < floor and np.abs(step).max() > 1e-12:
            step /= 2
        beta, value = beta + step, reached
    return beta, False


def _information(data: ModelData, beta: Floats) -> Floats:
    shares = expit(data.matrix @ beta)
    return data.matrix.T @ ((shares * (1 - shares))[:, None] * data.matrix)


def _leverage(data: ModelData, beta: Floats) -> Floats:
    shares = expit(data.matrix @ beta)
    inverse = np.linalg.inv(_information(data, beta))
    return shares * (1 - shares) * np.einsum("ij,jk,ik->i", data.matrix, inverse, data.matrix)


def _score(data: ModelData, beta: Floats) -> Floats:
    shares = expit(data.matrix @ beta)
    return data.matrix.T @ (data.outcome - shares + _leverage(data, beta) * (0.5 - shares))


def _penalised_likelihood(data: ModelData, beta: Floats) -> float:
    shares = expit(data.matrix @ beta)
    likelihood = float((xlogy(data.outcome, shares) + xlogy(1 - data.outcome, 1 - shares)).sum())
    sign, determinant = np.linalg.slogdet(_information(data, beta))
    return likelihood + float(determinant) / 2 if sign > 0 else -np.inf


def _flac(data: ModelData, coefficients: Floats) -> Floats:
    half = _leverage(data, coefficients) / 2
    blocks = [np.column_stack([data.matrix, np.full(data.n, mark)]) for mark in (0.0, 1.0, 1.0)]
    outcome = np.concatenate([data.outcome, data.outcome, 1 - data.outcome])
    weights = np.concatenate([np.ones(data.n), half, half])
    model = cast("Any", GLM(outcome, np.vstack(blocks), family=Binomial(), var_weights=weights))
    return np.asarray(model.fit(tol=1e-12).params, dtype=float)[:-1]
