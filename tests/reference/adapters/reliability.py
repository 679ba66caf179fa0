"""Scales: alpha, its interval, item statistics, omega."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    table = pd.read_csv(folder / case["input"]["data"])
    scale = stats.scale_reliability(
        {item: table[item] for item in case["input"]["items"]}, confidence=case["input"].get("confidence", 0.95)
    )
    low, high = scale.interval or (None, None)
    return {
        "n_complete": scale.n_complete,
        "alpha": scale.alpha,
        "alpha_standardised": scale.alpha_standardised,
        "feldt_lower": low,
        "feldt_upper": high,
        "item_total_corrected": scale.item_total,
        "alpha_if_dropped": scale.alpha_if_dropped,
        "omega_total_ml_one_factor": scale.omega,
    }
