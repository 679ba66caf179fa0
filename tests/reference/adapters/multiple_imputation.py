"""Pooling over imputations."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    n = math.inf if given.get("n") in {None, "Inf"} else given["n"]
    pooled = stats.pool(
        given["estimates"],
        given["variances"],
        n=n,
        parameters=given.get("parameters", 1),
        confidence=given.get("confidence", 0.95),
    )
    low, high = pooled.interval or (None, None)
    return {
        "estimate": pooled.estimate,
        "within": pooled.within,
        "between": pooled.between,
        "total": pooled.total,
        "se": pooled.se,
        "df": pooled.df,
        "riv": pooled.riv,
        "fmi": pooled.fmi,
        "lower": low,
        "upper": high,
    }
