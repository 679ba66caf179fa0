"""Weights of those who answered: raked to the roster, population by population, as the plan declares it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltool.plan import Weights
from evaltool.stats.weights import collapse, rake, trim

RAKED = "raked"
NOBODY = "nobody answered"


@dataclass(frozen=True, eq=False)
class Weighting:
    """A weight for each interview (`weights`, a gap elsewhere), and by population what was done on the way."""

    weights: "pd.Series[float]"
    notes: Mapping[str, str]


def weigh(
    wanted: Weights,
    margins: pd.DataFrame,
    populations: "pd.Series[str]",
    interviewed: "pd.Series[bool]",
    *,
    bands: Mapping[str, Sequence[str]] | None = None,
) -> Weighting:
    """Rake the interviews of each population to the sizes of the categories of `margins` in it.

    The tables have a row for each eligible course. First categories with too few interviews are joined (`bands`, given
    in their order, to a neighbour), last the largest weights are cut. Where there are no weights the note says why.
    """
    weights = pd.Series(np.nan, index=margins.index, dtype=float)
    notes: dict[str, str] = {}
    for population in cast("list[str]", populations.unique().tolist()):
        here = populations == population
        answered = here & interviewed
        found, notes[population] = _raked(wanted, margins[here], margins[answered], bands or {})
        if found is not None:
            weights[answered] = found
    return Weighting(weights, notes)


def _raked(
    wanted: Weights, roster: pd.DataFrame, interviews: pd.DataFrame, bands: Mapping[str, Sequence[str]]
) -> tuple[NDArray[np.float64] | None, str]:
    if interviews.empty:
        return None, NOBODY
    rows: dict[str, tuple[str, ...]] = {}
    totals: dict[str, Mapping[str, float]] = {}
    notes: list[str] = []
    for name in wanted.margins:
        found: Counter[str] = Counter(map(str, roster[name]))
        sizes = {category: found[category] for category in dict.fromkeys([*bands.get(name, ()), *found])}
        column = list(map(str, interviews[name]))
        joined = collapse(column, sizes, smallest=wanted.smallest, ordered=name in bands)
        notes += [f"{name}: {joined.warning}"] if joined.warning else []
        rows[name], totals[name] = joined.column, joined.margin
    raked = rake(rows, totals)
    weights, notes = raked.weights, [*notes, raked.warning]
    if weights is not None and wanted.trim is not None:
        cut = trim(weights, upper=wanted.trim * float(weights.mean()))
        weights = cut.weights
        notes += [f"weights cut to {wanted.trim:g} times the mean: {cut.changed}" if cut.changed else cut.warning]
    return weights, "; ".join(note.rstrip(".") for note in notes if note)
