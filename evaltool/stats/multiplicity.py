"""P values of many tests, adjusted together. Declare the family before the answers are in."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_choice

Adjustment: TypeAlias = Literal["holm", "bh", "bonferroni", "hochberg", "by"]
Floats: TypeAlias = NDArray[np.float64]


def adjust_p_values(p_values: Sequence[float | None], *, method: Adjustment = "holm") -> list[float | None]:
    """Adjusted p values in the order given: Holm for planned comparisons, BH (false discovery rate) for lists of items.

    Formula: Holm p(i) = max over j ≤ i of (m - j + 1) p(j); BH p(i) = min over j ≥ i of m p(j) / j; Bonferroni m p;
    Hochberg p(i) = min over j ≥ i of (m - j + 1) p(j); BY = BH times 1 + 1/2 + … + 1/m. All at most 1.
    Assumes: none for Holm and Bonferroni; Hochberg and BH independent or positively dependent tests; BY none.
    Missing: a `None` (a test that could not be made) stays `None` and does not count in m.
    Source: Holm 1979, Scandinavian Journal of Statistics 6:65; Benjamini & Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x; Benjamini & Yekutieli 2001, doi:10.1214/aos/1013699998.
    Reference: R 4.2.2 p.adjust.

    >>> [round(p, 3) for p in adjust_p_values([0.2, 0.011, 0.049, 0.003])]
    [0.2, 0.033, 0.098, 0.012]

    Raises:
        StatisticsError: if a p value is outside 0-1.
    """
    check_choice("method", method, get_args(Adjustment))
    known = [p for p in p_values if p is not None]
    wrong = [p for p in known if not 0 <= p <= 1]
    if wrong:
        raise StatisticsError(f"these are no p values: {wrong}")
    if not known:
        return [None] * len(p_values)
    order = np.argsort(known, kind="stable")
    found = np.empty(len(known))
    found[order] = np.minimum(_ranked(np.asarray(known, dtype=np.float64)[order], method), 1.0)
    adjusted = iter(found.tolist())
    return [None if p is None else next(adjusted) for p in p_values]


def _ranked(p: Floats, method: Adjustment) -> Floats:
    """Adjusted values of p values in rising order. Own lines: statsmodels cleans the whole memory at every call."""
    rank = np.arange(1, len(p) + 1)
    if method == "bonferroni":
        return p * len(p)
    if method == "holm":
        return np.maximum.accumulate(p * (len(p) + 1 - rank))
    if method == "hochberg":
        return _from_the_end(p * (len(p) + 1 - rank))
    factor = float((1 / rank).sum()) if method == "by" else 1.0
    return _from_the_end(p * factor * len(p) / rank)


def _from_the_end(values: Floats) -> Floats:
    return np.minimum.accumulate(values[::-1])[::-1]
