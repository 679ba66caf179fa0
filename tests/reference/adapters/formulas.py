"""Reads `y ~ a + b` and the data of a case into the rows of a model."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evaltool import stats

COHORT = "cohort"
"""A column of years that the cases treat as categories."""


def read(case: Mapping[str, Any], folder: Path) -> tuple[pd.DataFrame, stats.ModelData]:
    given = case["input"]
    table = pd.read_csv(folder / given["data"].split(" ")[0])
    for name, column in re.findall(r"(\w+) = ordered (\w+)", given["data"]):
        table[name] = table[column]
    outcome, covariates = (part.strip() for part in given["formula"].split("~"))
    names = [name.strip() for name in covariates.split("+")]
    reference = {name: str(level) for name, level in (given.get("reference_levels") or {}).items() if name in names}
    weights = given.get("weights")
    data = stats.model_data(
        table,
        outcome,
        [name for name in names if name != "1"],
        reference=reference,
        categorical={COHORT} & set(names),
        weights=table[weights] if isinstance(weights, str) else weights,
    )
    return table, data
