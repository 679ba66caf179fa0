"""Whether the items of a scale go together: Cronbach's alpha and omega."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from scipy.optimize import minimize
from scipy.stats import f as fisher

from evaltool.errors import StatisticsError
from evaltool.stats.codes import Codes, Floats, numbers
from evaltool.stats.shares import Interval


@dataclass(frozen=True)
class Scale:
    """A scale over its complete rows. A negative alpha is a finding: the items do not go together."""

    items: tuple[str, ...]
    n_complete: int
    n_dropped: int
    alpha: float | None = None
    interval: Interval | None = None
    alpha_standardised: float | None = None
    item_total: tuple[float | None, ...] = ()
    alpha_if_dropped: tuple[float | None, ...] = ()
    omega: float | None = None
    warning: str = ""


def scale_reliability(items: Mapping[str, Codes], *, confidence: float = 0.95) -> Scale:
    """Cronbach's alpha with Feldt's interval, item statistics and omega of one factor.

    Formula: alpha = k/(k−1)·(1 − Σ item variances / variance of the sum); standardised: k·r̄/(1 + (k−1)·r̄); interval 1
    − (1−alpha)·F quantiles with n−1 and (n−1)(k−1) df; item-total correlation with the sum of the others; omega =
    (Σλ)²/((Σλ)² + Σθ), one factor by maximum likelihood.
    Assumes: items turned the same way; Feldt assumes equal true-score variances.
    Missing: rows with a missing item are dropped and the rest counted. An item without variance has no correlation;
    omega is left out where the factor has no proper solution.
    Source: Cronbach 1951, doi:10.1007/BF02310555; Feldt 1965, doi:10.1007/BF02289499; McDonald 1999, Test Theory.
    Reference: R 4.2.2 psych 2.2.9 alpha, lavaan 0.6.14.

    >>> result = scale_reliability({"a": [1, 2, 3, 4], "b": [1, 3, 3, 4], "c": [2, 2, 3, None]})
    >>> result.n_complete, round(result.alpha, 3)
    (3, 0.868)
    """
    columns = [numbers(codes) for codes in items.values()]
    if len({len(column) for column in columns}) != 1:
        raise StatisticsError("a scale has items, all of the same length")
    table = np.column_stack(columns)
    rows = table[~np.isnan(table).any(axis=1)]
    n, k = rows.shape
    result = Scale(tuple(items), n, len(table) - n)
    if k < 2 or n < 2:
        return replace(result, warning="a scale needs two items and two complete rows")
    covariance = np.atleast_2d(np.cov(rows, rowvar=False))
    alpha = _alpha(covariance)
    if alpha is None:
        return replace(result, warning="the sum of the items does not vary")
    omega = _omega(covariance) if k > 2 else None
    few = "two items: no factor, no omega" if k == 2 else "omega: the factor model has no proper solution"
    return replace(
        result,
        alpha=alpha,
        interval=_feldt(alpha, n, k, confidence),
        alpha_standardised=_standardised(covariance),
        item_total=tuple(_item_total(covariance, item) for item in range(k)),
        alpha_if_dropped=tuple(_alpha(np.delete(np.delete(covariance, i, 0), i, 1)) for i in range(k)),
        omega=omega,
        warning=few if omega is None else "",
    )


def _alpha(covariance: Floats) -> float | None:
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or total <= 1e-12 * float(np.trace(covariance)):
        return None
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def _feldt(alpha: float, n: int, k: int, confidence: float) -> Interval:
    low, high = (float(fisher.ppf(at, n - 1, (n - 1) * (k - 1))) for at in ((1 + confidence) / 2, (1 - confidence) / 2))
    return Interval(1 - (1 - alpha) * low, 1 - (1 - alpha) * high)


def _standardised(covariance: Floats) -> float | None:
    sd = np.sqrt(np.diag(covariance))
    return _alpha(covariance / np.outer(sd, sd)) if (sd > 0).all() else None


def _item_total(covariance: Floats, item: int) -> float | None:
    others = np.arange(len(covariance)) != item
    own, rest = float(covariance[item, item]), float(covariance[np.ix_(others, others)].sum())
    if own <= 0 or rest <= 1e-12 * float(np.trace(covariance)):
        return None
    return float(covariance[item, others].sum()) / (own * rest) ** 0.5


def _omega(covariance: Floats) -> float | None:
    """One factor on the correlations (the model is scale-free), brought back to the items' own scale."""
    sd = np.sqrt(np.diag(covariance))
    if not (sd > 0).all():
        return None
    correlation = covariance / np.outer(sd, sd)
    if np.linalg.eigvalsh(correlation)[0] < 1e-10:
        return None
    values, vectors = np.linalg.eigh(correlation)
    first = vectors[:, -1] * np.sign(vectors[:, -1].sum() or 1.0) * values[-1] ** 0.5 * 0.9
    start = np.concatenate([first, np.maximum(1 - first**2, 0.1)])
    bounds = [(None, None)] * len(sd) + [(1e-6, None)] * len(sd)
    fit = cast(
        "Any",
        minimize(
            _misfit, start, args=(correlation,), jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-14}
        ),
    )
    loadings, errors = np.split(cast("Floats", fit.x), 2)
    if not fit.success or errors.min() <= 1e-5:
        return None
    common = float((loadings * sd).sum()) ** 2
    return common / (common + float((errors * sd**2).sum()))


def _misfit(parameters: Floats, correlation: Floats) -> tuple[float, Floats]:
    """Maximum-likelihood discrepancy log|Σ| + tr(RΣ⁻¹) of a one-factor model, and its gradient."""
    loadings, errors = np.split(parameters, 2)
    model = np.outer(loadings, loadings) + np.diag(errors)
    inverse = np.linalg.inv(model)
    slope = inverse - inverse @ correlation @ inverse
    value = float(np.linalg.slogdet(model)[1] + np.trace(correlation @ inverse))
    return value, np.concatenate([2 * slope @ loadings, np.diag(slope)])
