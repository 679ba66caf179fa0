"""Tables, trends and lists of p values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    if "p_values" in given:
        methods = ("holm", "bh", "bonferroni", "hochberg", "by")
        return {method: stats.adjust_p_values(given["p_values"], method=method) for method in methods}
    return {}
