"""Weights of those who answered: raked to the roster, population by population, as the plan declares it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltool.plan import Weights
from evaltool.stats.weights import collapse, rake, trim

RAKED = "raked"


@dataclass(frozen=True, eq=False)
class Weighting:
    """A weight for each interview (`weights`, a gap elsewhere), and by population what was done on the way."""

    weights: "pd.Series[float]"
    notes: Mapping[str, str]


def weigh(
    wanted: Weights, margins: pd.DataFrame, populations: "pd.Series[str]", interviewed: "pd.Series[bool]"
) -> Weighting:
    """Rake the interviews of each population to the sizes of the categories of `margins` in it.

    All arguments have a row for each eligible course. First categories with too few interviews are joined, last the
    largest weights are cut. Where nobody answered there are no weights, and the note says why.
    """
    weights = pd.Series(np.nan, index=margins.index, dtype=float)
    notes: dict[str, str] = {}
    for population in cast("list[str]", populations.unique().tolist()):
        here = populations == population
        answered = here & interviewed
        found, notes[population] = _raked(wanted, margins[here], margins[answered])
        if found is not None:
            weights[answered] = found
    return Weighting(weights, notes)


def _raked(wanted: Weights, roster: pd.DataFrame, interviews: pd.DataFrame) -> tuple[NDArray[np.float64] | None, str]:
    rows: dict[str, tuple[str, ...]] = {}
    totals: dict[str, Mapping[str, float]] = {}
    notes: list[str] = []
    for name in wanted.margins:
        sizes: Counter[str] = Counter(map(str, roster[name]))
        joined = collapse(list(map(str, interviews[name])), sizes, smallest=wanted.smallest)
        if joined.warning:
            notes.append(f"{name}: {joined.warning}")
        rows[name], totals[name] = joined.column, joined.margin
    raked = rake(rows, totals)
    notes += [raked.warning] if raked.warning else []
    if raked.weights is None or wanted.trim is None:
        return raked.weights, " ".join(notes)
    cut = trim(raked.weights, upper=wanted.trim * float(raked.weights.mean()))
    if cut.weights is not None and cut.changed:
        notes.append(f"{cut.changed} weights were cut to {wanted.trim:g} times the mean.")
    return cut.weights, " ".join([*notes, *([cut.warning] if cut.warning else [])])
