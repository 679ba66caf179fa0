"""Rows of the tests whether a level changed between two surveys, from the table of start × end."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evaltool.results import Estimate
from evaltool.stats.paired_levels import level_change, signed_rank, stuart_maxwell
from evaltool.stats.rows import Scope, told

SIGN_TEST = "sign test, exact"
PRATT = "Wilcoxon signed-rank test with Pratt's zeros"
STUART_MAXWELL = "Stuart-Maxwell test"


def paired_rows(scope: Scope, square: ArrayLike) -> Iterator[Estimate]:
    """Two-sided p values over the complete pairs: up against down, size of the changes, and the distributions.

    `square` counts pairs by their code at the start (rows) and at the end (columns), codes from low to high. The plan
    asks of everybody: in the levels of a breakdown the tests are exploratory.
    """
    table = np.asarray(square, dtype=float)
    start, end = (np.repeat(place.ravel(), table.ravel().astype(int)) for place in np.indices(table.shape))
    signs, ranks, levels = level_change(start, end), signed_rank(start, end), stuart_maxwell(table)
    normal = ranks.p_exact is None and ranks.p_corrected is not None
    tests = {
        "sign_test": (signs.sign_test_p, SIGN_TEST, signs.warning),
        "signed_rank": (
            ranks.p_corrected if normal else ranks.p_exact,
            f"{PRATT}, {'normal' if normal else 'exact'}",
            "" if normal else ranks.warning,  # too many changes for the exact p value: the method tells of it
        ),
        "stuart_maxwell": (levels.p, STUART_MAXWELL, levels.warning),
    }
    known: dict[str, Any] = {"n": len(start), "missing": told(scope.tally.missing)}
    known["status"] = "exploratory" if scope.group.by else "planned"
    for statistic, (p, method, warning) in tests.items():
        said = warning if p is None else "; ".join(filter(None, (scope.warning, warning)))
        yield scope.row(statistic, **known, estimate=p, method=method, warning=said)
