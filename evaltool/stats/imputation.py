"""Pooling of estimates over multiply imputed data."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from scipy.stats import t as student

from evaltool.errors import StatisticsError
from evaltool.stats.shares import Interval


@dataclass(frozen=True)
class Pooled:
    """One estimate over m imputations: its variances within and between, df and the share of missing information."""

    m: int
    estimate: float | None = None
    within: float | None = None
    between: float | None = None
    total: float | None = None
    se: float | None = None
    df: float | None = None
    riv: float | None = None
    fmi: float | None = None
    interval: Interval | None = None
    warning: str = ""


def pool(
    estimates: Sequence[float],
    variances: Sequence[float],
    *,
    n: float = inf,
    parameters: int = 1,
    confidence: float = 0.95,
) -> Pooled:
    """Rubin's rules for one estimate from m imputed data sets, with Barnard and Rubin's df.

    Formula: estimate = mean; total = within + (1 + 1/m)·between; riv = (1 + 1/m)·between/within; λ = (1 +
    1/m)·between/total; df = ν_old·ν_obs/(ν_old + ν_obs) with ν_old = (m−1)/λ², ν_obs = (ν+1)/(ν+3)·ν·(1−λ), ν = n −
    parameters; fmi = (riv + 2/(df+3))/(riv + 1); t interval.
    Assumes: proper imputations from a model that holds at least what the analysis holds; for regressions only, never to
    fill in outcomes of a share.
    Missing: each imputed data set is complete. One imputation has no variance between: no interval, with a warning.
    Source: Rubin 1987, doi:10.1002/9780470316696; Barnard & Rubin 1999, doi:10.1093/biomet/86.4.948.
    Reference: R 4.2.2 mice 3.15.0 pool.scalar.

    >>> result = pool([0.22, 0.27, 0.25, 0.21], [0.003, 0.0034, 0.0031, 0.0029], n=75)
    >>> round(result.estimate, 4), round(result.df, 1), round(result.fmi, 3)
    (0.2375, 27.5, 0.284)
    """
    m = len(estimates)
    if m != len(variances) or any(variance < 0 for variance in variances):
        raise StatisticsError("each imputation gives one estimate and one variance that is not negative")
    if m < 2:
        return Pooled(
            m, estimates[0] if m else None, warning="fewer than two imputations: variance between them unknown"
        )
    estimate, within = float(np.mean(estimates)), float(np.mean(variances))
    between = float(np.var(estimates, ddof=1))
    added = (1 + 1 / m) * between
    total = within + added
    if within == 0 or n <= parameters:
        reason = "no variance within the imputations" if within == 0 else "not more answers than parameters"
        return Pooled(m, estimate, within, between, total, warning=f"{reason}: no interval")
    df = _barnard_rubin(m, added / total, n - parameters)
    half = float(student.ppf((1 + confidence) / 2, df)) * total**0.5
    riv = added / within
    return Pooled(
        m,
        estimate,
        within,
        between,
        total,
        se=total**0.5,
        df=df,
        riv=riv,
        fmi=(riv + 2 / (df + 3)) / (riv + 1),
        interval=Interval(estimate - half, estimate + half),
    )


def _barnard_rubin(m: int, missing: float, complete: float) -> float:
    # Equal estimates differ by rounding only.
    old = (m - 1) / missing**2 if missing > 1e-12 else inf
    if not isfinite(complete):
        return old
    observed = (complete + 1) / (complete + 3) * complete * (1 - missing)
    return observed if old == inf else old * observed / (old + observed)
