"""Planning: power against a target and between two groups."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    alpha = given.get("alpha", 0.05)
    if "target" in given:
        return _target(given, alpha)
    if "power" in given and "p2" in given:
        return {"n_per_group": stats.n_per_group(given["p1"], given["p2"], power=given["power"], alpha=alpha)}
    sizes = _sizes(given)
    if "p2" in given and sizes:
        return {"power": stats.two_share_power(given["p1"], given["p2"], **sizes, alpha=alpha)}
    if "power" in given and "p1" in given and sizes:
        low, high = stats.detectable_share(given["p1"], **sizes, power=given["power"], alpha=alpha)
        return {"p2": high, "p2_lower": low, "p2_upper": high}
    return {}


def _target(given: Mapping[str, Any], alpha: float) -> dict[str, object]:
    alternative = given.get("alternative", "two_sided").replace("two.sided", "two_sided").replace("-", "_")
    found = stats.target_power(
        given["n"], target=given["target"], true=given["true"], alpha=alpha, alternative=alternative
    )
    critical = found.critical_low if alternative == "less" else found.critical
    return {"critical_count": critical, "power": found.power, "actual_alpha": found.actual_alpha}


def _sizes(given: Mapping[str, Any]) -> dict[str, float]:
    if "n1" in given and "n2" in given:
        return {"n1": given["n1"], "n2": given["n2"]}
    each = given.get("n_per_group", given.get("n"))
    return {} if each is None else {"n1": each}
