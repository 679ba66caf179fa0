"""Whether those who answered are like the roster: standardised differences and the R-indicator."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from evaltool.errors import StatisticsError

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Column: TypeAlias = Sequence[str | float | None]


@dataclass(frozen=True)
class Difference:
    """A category's share (or a number's mean) among respondents, the others and the whole roster.

    `smd` compares respondents with the others, `smd_roster` with the roster that they are part of; `missing` rows of
    the roster have no value and are in none of them.
    """

    variable: str
    category: str | None
    respondents: float | None
    others: float | None
    roster: float | None
    smd: float | None
    smd_roster: float | None
    missing: int
    warning: str = ""


def standardised_differences(rows: Mapping[str, Column], responded: Sequence[bool]) -> tuple[Difference, ...]:
    """A line for each category of the roster's variables (a line for a number): respondents against the others.

    Formula: smd = (m_1 - m_0) / √((s²_1 + s²_0)/2); for a category m is its share and s² = m(1-m), for a number the
    mean and its variance (n-1). smd_roster = (m_1 - m) / s with the whole roster's m and s.
    Assumes: nothing; beyond 0.1 (0.2 for small rosters) a variable is worth weighting by.
    Missing: rows without a value are left out of that variable and counted. A side without rows, or without spread
    while the means differ: no smd, with a warning; no difference and no spread is 0.
    Source: Austin 2009, doi:10.1002/sim.3697.
    Reference: R 4.2.2, from the definition.

    >>> rows = {"site": ["A", "A", "B", "B", "B"]}
    >>> [f"{line.category} {line.smd:.2f}" for line in standardised_differences(rows, [1, 0, 1, 1, 0])]
    ['A -0.34', 'B 0.34']
    """
    answered = _flags(rows, responded)
    return tuple(line for name, column in rows.items() for line in _lines(name, column, answered))


def _flags(rows: Mapping[str, Column], responded: Sequence[bool]) -> Flags:
    answered = np.asarray(responded, dtype=bool)
    for name, column in rows.items():
        if len(column) != len(answered):
            raise StatisticsError("The column and the responses must be equally long", where=name)
    return answered


def _lines(name: str, column: Column, answered: Flags) -> list[Difference]:
    known = np.array([not _is_missing(value) for value in column], dtype=bool)
    missing, side = int((~known).sum()), answered[known]
    values = [value for value, there in zip(column, known, strict=True) if there]
    if values and all(_is_number(value) for value in values):
        return [_difference(name, None, np.array(values, dtype=float), side, missing)]
    categories = dict.fromkeys(str(value) for value in values)
    labels = np.array([str(value) for value in values])
    return [_difference(name, each, np.array(labels == each, dtype=float), side, missing) for each in categories]


def _is_missing(value: str | float | None) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _difference(name: str, category: str | None, values: Floats, side: Flags, missing: int) -> Difference:
    lost = 1 if category is None else 0
    (m1, v1), (m0, v0), (m, v) = (_moments(part, lost) for part in (values[side], values[~side], values))
    if m1 is None or m0 is None:
        warning = "Nobody answered." if m1 is None else "Everybody answered: there is nobody to compare with."
        return Difference(name, category, m1, m0, m, None, None, missing, warning)
    smd = _ratio(m1 - m0, None if v1 is None or v0 is None else (v1 + v0) / 2)
    smd_roster = _ratio(m1 - cast("float", m), v)
    warning = "" if smd is not None else "Both sides have no spread: the difference cannot be standardised."
    return Difference(name, category, m1, m0, m, smd, smd_roster, missing, warning)


def _moments(values: Floats, lost: int) -> tuple[float | None, float | None]:
    if not len(values):
        return None, None
    return float(values.mean()), float(values.var(ddof=lost)) if len(values) > lost else None


def _ratio(difference: float, variance: float | None) -> float | None:
    if variance is None or (variance == 0 and difference != 0):
        return None
    return difference / math.sqrt(variance) if variance else 0.0


@dataclass(frozen=True)
class RIndicator:
    """1 - 2·S of the response propensities, plain and adjusted for the bias of small rosters, with its CV."""

    n: int
    response_rate: float | None
    s: float | None
    r: float | None
    cv: float | None
    s_adjusted: float | None
    r_adjusted: float | None
    cv_adjusted: float | None
    warning: str = ""


def r_indicator(rows: Mapping[str, Column], responded: Sequence[bool]) -> RIndicator:
    """How alike the roster's units were in answering, as far as its variables tell: 1 if all were, 0 at worst.

    Formula: ρ_i from a logistic regression of answering on the variables; S² their variance (N-1); R = 1 - 2S, CV = S /
    mean ρ. Adjusted: S² - (1/N) Σ z_i' (Σ z_j x_j')⁻¹ z_i with z_i = ρ_i(1-ρ_i)x_i, not below 0.
    Assumes: main effects only; text is a factor, numbers enter as they are. The whole roster was asked (no sampling).
    The plain R is too low on small rosters. The published adjustment does not give back the variance of the mean
    propensity, so with one or two parameters it goes too far: read the two as limits.
    Missing: "missing" is a category of its own; a number that is missing is an error. All or none answered, or a
    variable without spread: nothing to tell, said.
    Source: Schouten, Cobben & Bethlehem 2009, Survey Methodology 35:101; Shlomo, Skinner & Schouten 2012,
    doi:10.1016/j.jspi.2011.07.008.
    Reference: RISQ manual 2.1 (R).

    >>> found = r_indicator({"site": ["A"] * 40 + ["B"] * 40}, [True] * 30 + [False] * 10 + [True] * 20 + [False] * 20)
    >>> f"{found.r:.3f} {found.r_adjusted:.3f} {found.cv:.3f}"
    '0.748 0.796 0.201'
    """
    answered = _flags(rows, responded)
    n, count = len(answered), int(answered.sum())
    if count == 0:
        nobody = "There is no roster." if n == 0 else "Nobody answered."
        return RIndicator(n, 0.0 if n else None, None, None, None, None, None, None, nobody)
    if count == n:
        return RIndicator(n, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, "Everybody answered.")
    x = _matrix(rows, n)
    rho = _propensities(x, answered)
    rate, variance = count / n, float(rho.var(ddof=1))
    plain, adjusted = math.sqrt(variance), math.sqrt(max(variance - _bias(x, rho), 0.0))
    return RIndicator(
        n,
        rate,
        plain,
        1 - 2 * plain,
        plain / rate,
        adjusted,
        1 - 2 * adjusted,
        adjusted / rate,
        _said(x, rho, min(count, n - count)),
    )


def _matrix(rows: Mapping[str, Column], n: int) -> Floats:
    columns = [np.ones(n)]
    for name, column in rows.items():
        if all(_is_number(value) or value is None for value in column):
            numbers = np.array(column, dtype=float)
            if np.isnan(numbers).any():
                raise StatisticsError("A number is missing", where=name, mend="Make it classes, with one for missing.")
            columns.append(numbers)
        else:
            labels = np.array(["" if _is_missing(value) else str(value) for value in column])
            columns.extend(np.array(labels == each, dtype=float) for each in sorted(set(labels.tolist()))[1:])
    return _basis(np.column_stack(columns))


def _basis(x: Floats) -> Floats:
    """Columns that span the same: variables that repeat one another make no difference."""
    directions, sizes, _ = np.linalg.svd(x / np.linalg.norm(x, axis=0).clip(min=1e-300), full_matrices=False)
    return directions[:, sizes > 1e-9 * sizes[0]]


def _propensities(x: Floats, answered: Flags) -> Floats:
    with warnings.catch_warnings():
        # Separation leaves the propensities right (towards 0 and 1); `_said` tells of it.
        warnings.simplefilter("ignore", (ConvergenceWarning, PerfectSeparationWarning))
        model: Any = sm.GLM(answered.astype(float), x, family=sm.families.Binomial())
        return np.asarray(model.fit(tol=1e-12).fittedvalues, dtype=float)


def _bias(x: Floats, rho: Floats) -> float:
    spread = rho * (1 - rho)
    z = x * spread[:, None]
    inverse = np.linalg.pinv(z.T @ x, hermitian=True)
    return float(np.einsum("ij,jk,ik->", z, inverse, z)) / len(rho)


def _said(x: Floats, rho: Floats, fewer: int) -> str:
    said = ["In some part of the roster all or none answered."] if ((rho < 1e-6) | (rho > 1 - 1e-6)).any() else []
    if fewer < 5 * (x.shape[1] - 1):
        said.append("Fewer than 5 respondents (or silent) for each parameter: read the adjusted value, with caution.")
    return " ".join(said)
