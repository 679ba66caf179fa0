"""Planning: power against a target and between two groups (by the formula of R's power.prop.test)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats

OTHER = ("pwr.", "ES.h", "arcsin")
"""Words in a case's source that name another formula, which evaltool.stats does not offer."""


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    if "target" in given:
        return _target(given)
    if any(word in case.get("source", "") for word in OTHER):
        return {}
    asked = {"alpha": given.get("alpha", 0.05), "alternative": _sides(given)}
    if "power" in given and "p2" in given:
        return {"n_per_group": stats.n_per_group(given["p1"], given["p2"], power=given["power"], **asked)}
    sizes = _sizes(given)
    if "p2" in given and sizes:
        return {"power": stats.two_share_power(given["p1"], given["p2"], **sizes, **asked)}
    if "power" in given and "p1" in given and sizes:
        low, high = stats.detectable_share(given["p1"], **sizes, power=given["power"], **asked)
        return {"p2": high, "p2_lower": low, "p2_upper": high}
    return {}


def _target(given: Mapping[str, Any]) -> dict[str, object]:
    alternative = _word(given)
    found = stats.target_power(
        given["n"],
        target=given["target"],
        true=given["true"],
        alpha=given.get("alpha", 0.05),
        alternative=alternative,
    )
    critical = found.critical_low if alternative == "less" else found.critical
    return {"critical_count": critical, "power": found.power, "actual_alpha": found.actual_alpha}


def _word(given: Mapping[str, Any]) -> str:
    return (given.get("alternative") or "two_sided").replace(".", "_").replace("-", "_")


def _sides(given: Mapping[str, Any]) -> str:
    return "two_sided" if _word(given) == "two_sided" else "one_sided"


def _sizes(given: Mapping[str, Any]) -> dict[str, float]:
    if "n1" in given and "n2" in given:
        return {"n1": given["n1"], "n2": given["n2"]}
    each = given.get("n_per_group", given.get("n"))
    return {} if each is None else {"n1": each}
