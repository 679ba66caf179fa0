"""Answers of a table as outcome and columns of a regression: treatment contrasts, complete rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog

from evaltool.errors import StatisticsError
from evaltool.stats.codes import Codes, Floats, numbers

PART = 1000
"""Rows that are looked at first for separation."""


@dataclass(frozen=True)
class ModelData:
    """The complete rows as a regression needs them. `matrix` has a first column of ones.

    `rows` are the positions of the complete rows in the table, `columns` the columns of each covariate, `levels` the
    levels of each categorical one (the first is the reference). `faults` say in words what no model can be fitted to.
    """

    outcome: Floats
    matrix: Floats
    weights: Floats
    terms: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    levels: Mapping[str, tuple[str, ...]]
    rows: npt.NDArray[np.intp]
    n_dropped: int
    faults: tuple[str, ...] = ()
    weighted: bool = field(default=False)

    @property
    def n(self) -> int:
        return len(self.outcome)

    def at_level(self, variable: str, level: str) -> Floats:
        """The columns as if everybody had this level. Raises `StatisticsError` if the variable has no such level."""
        if level not in self.levels.get(variable, ()):
            known = ", ".join(self.levels.get(variable, ())) or "none"
            raise StatisticsError(f"{variable} has no level {level} (levels: {known})")
        matrix = self.matrix.copy()
        for column, own in zip(self.columns[variable], self.levels[variable][1:], strict=True):
            matrix[:, column] = float(own == level)
        return matrix


def model_data(
    data: Mapping[str, Any] | pd.DataFrame,
    outcome: str,
    covariates: Sequence[str],
    *,
    reference: Mapping[str, str] | None = None,
    categorical: Collection[str] = (),
    weights: Codes | None = None,
) -> ModelData:
    """Outcome and columns of a regression from a table with a row per answer.

    Formula: treatment contrasts; a text, boolean or categorical covariate, one named in `categorical` and one with a
    `reference` get a column per level but the first (R's names: `cohort2023`); others are used as numbers. Levels are
    in their own order if they have one, else sorted.
    Assumes: a row an answer. A covariate with one level, or columns that say the same, become `faults`: the models
    refuse with these words.
    Missing: rows with a missing value are dropped and counted.
    Source: Chambers & Hastie 1992, Statistical Models in S, chapter 2.
    Reference: R 4.2.2 model.matrix.

    >>> made = model_data({"job": [0, 1, 1, None], "site": ["A", "B", "A", "B"]}, "job", ["site"])
    >>> made.terms, made.matrix.tolist(), made.n_dropped
    (('(Intercept)', 'siteB'), [[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]], 1)
    """
    table = pd.DataFrame(data).reset_index(drop=True)
    unknown = [name for name in (outcome, *covariates) if name not in table.columns]
    if unknown:
        raise StatisticsError(f"no such variable: {', '.join(unknown)}", mend=f"Known: {', '.join(table.columns)}")
    given = np.ones(len(table)) if weights is None else numbers(weights)
    used = table[[outcome, *covariates]]
    complete = cast("npt.NDArray[np.bool_]", used.notna().all(axis=1).to_numpy()) & ~np.isnan(given)
    kept = used[complete]
    first = dict(reference or {})
    parts = {
        name: _columns(kept[name], name, first.get(name), forced=name in categorical or name in first)
        for name in covariates
    }
    return _assembled(_codes(kept[outcome]), parts, given, complete, weighted=weights is not None)


def separated(data: ModelData, directions: Floats | None = None) -> bool:
    """Whether a covariate (or a combination) foretells the outcome so well that no finite estimate exists.

    Formula: some β ≠ 0 has z·xβ ≥ 0 in every row, z = ±1 by the outcome, and > 0 in one: found by linear programming,
    so quasi-complete separation is found too. `directions` replaces the rows z·x for other models.
    Assumes: a 0/1 outcome.
    Missing: rows with a missing value were dropped (and counted) by `model_data`.
    Source: Albert & Anderson 1984, doi:10.1093/biomet/71.1.1; Konis 2007, doctoral thesis, Oxford.
    Reference: R detectseparation.

    >>> separated(model_data({"job": [0, 1, 1, 1], "site": ["A", "A", "B", "B"]}, "job", ["site"]))
    True
    """
    if directions is None:
        directions = np.where(data.outcome[:, None] > 0, 1.0, -1.0) * data.matrix
    scaled = directions / np.maximum(np.abs(directions).max(axis=0), 1e-300)
    # A part of the rows that lets no direction through settles it: more rows only forbid more.
    part = scaled[:: max(1, len(scaled) // PART)]
    if len(part) < len(scaled) and np.linalg.matrix_rank(part) == part.shape[1] and not _gains(part):
        return False
    return _gains(scaled)


def _gains(rows: Floats) -> bool:
    """Whether some direction lets no row fall and one rise."""
    rows = np.unique(rows, axis=0)
    solve = cast("Any", linprog)
    found = solve(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
    return bool(found.status == 0 and -found.fun > 1e-7)


_Columns = tuple[list[str], Floats, tuple[str, ...]]


def _assembled(
    outcome: Floats,
    parts: Mapping[str, _Columns],
    weights: Floats,
    complete: npt.NDArray[np.bool_],
    *,
    weighted: bool,
) -> ModelData:
    terms, blocks = ["(Intercept)"], [np.ones((len(outcome), 1))]
    columns: dict[str, tuple[int, ...]] = {}
    for name, (own, block, _) in parts.items():
        columns[name] = tuple(range(len(terms), len(terms) + len(own)))
        terms += own
        blocks.append(block)
    matrix = np.column_stack(blocks)
    return ModelData(
        outcome,
        matrix,
        weights[complete],
        tuple(terms),
        columns,
        {name: levels for name, (_, _, levels) in parts.items() if levels},
        np.flatnonzero(complete),
        int((~complete).sum()),
        _faults(matrix, parts),
        weighted,
    )


def _columns(values: pd.Series, name: str, reference: str | None, *, forced: bool) -> _Columns:
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if numeric and not forced:
        return [name], numbers(values)[:, None], ()
    codes = np.array([_word(value) for value in values], dtype=object)
    levels = [level for level in _ordered(values) if (codes == level).any()]
    if reference is not None:
        if levels and reference not in levels:
            raise StatisticsError(f"{name} has no level {reference} (levels: {', '.join(levels)})")
        levels = [level for level in (reference, *levels) if level in levels]
        levels = list(dict.fromkeys(levels))
    block = np.column_stack([np.empty((len(values), 0)), *((codes == level).astype(float) for level in levels[1:])])
    return [f"{name}{level}" for level in levels[1:]], block, tuple(levels)


def _ordered(values: pd.Series) -> list[str]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [_word(level) for level in cast("list[object]", values.cat.categories.tolist())]
    return [_word(level) for level in sorted(cast("list[Any]", values.unique().tolist()))]


def _word(value: object) -> str:
    """A level's name; 2022.0, which a column with gaps makes of 2022, is 2022."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _codes(values: pd.Series) -> Floats:
    if values.empty:
        return np.empty(0)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return numbers(values.cat.codes)
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        raise StatisticsError(
            f"{values.name} holds words without an order", mend="Give codes, or an ordered categorical."
        )
    return numbers(values)


def _faults(matrix: Floats, parts: Mapping[str, _Columns]) -> tuple[str, ...]:
    if len(matrix) == 0:
        return ("no row has an answer to everything",)
    single = [name for name, (own, block, _) in parts.items() if not own or bool((np.ptp(block, axis=0) == 0).any())]
    if single:
        return tuple(f"{name} has one value only" for name in single)
    scaled = matrix / np.maximum(np.abs(matrix).max(axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled) < matrix.shape[1]:
        return ("the covariates say the same in other words: one of them can be computed from the others",)
    return ()
