"""One share: intervals, tests against a target, finite rosters."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats

INTERVALS = ("wilson", "wilson_cc", "agresti_coull", "clopper_pearson", "jeffreys", "midp")


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    x, n, confidence = given["successes"], given["n"], given.get("confidence", 0.95)
    found: dict[str, object] = {}
    for method in INTERVALS:
        share = stats.share(x, n, method=method, confidence=confidence)
        found |= {"estimate": share.estimate, f"{method}_lower": share.low, f"{method}_upper": share.high}
    if given.get("target") is not None:
        found |= _tests(stats.exact_test(x, n, target=given["target"]))
    if given.get("population") is not None:
        found |= _finite(x, n, given["population"], confidence)
    return found


def _tests(test: Any) -> dict[str, object]:
    names = {
        "exact_p_greater": "greater",
        "exact_p_less": "less",
        "exact_p_two_sided": "two_sided",
        "midp_p_greater": "midp_greater",
        "midp_p_less": "midp_less",
        "midp_p_two_sided": "midp_two_sided",
        "score_p_two_sided": "score_two_sided",
    }
    return {name: test and getattr(test, field) for name, field in names.items()}


def _finite(x: int, n: int, population: int, confidence: float) -> dict[str, object]:
    exact = stats.hypergeometric(x, n, population=population, confidence=confidence) or (None, None)
    wilson = stats.wilson_fpc(x, n, population=population, confidence=confidence) or (None, None)
    return {
        "hypergeometric_lower": exact[0],
        "hypergeometric_upper": exact[1],
        "wilson_fpc_lower": wilson[0],
        "wilson_fpc_upper": wilson[1],
        "se_srs_fpc": stats.se_fpc(x, n, population=population),
    }
