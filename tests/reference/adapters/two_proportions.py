"""Two independent shares: intervals of difference and ratio, odds ratio, tests of a 2x2 table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    first, second = (given["x1"], given["n1"]), (given["x2"], given["n2"])
    return {
        **_intervals(first, second, given.get("confidence", 0.95)),
        **_tests(first, second),
        **_exact(first, second),
    }


def _intervals(first: tuple[int, int], second: tuple[int, int], confidence: float) -> dict[str, object]:
    found: dict[str, object] = {}
    for method in ("newcombe", "miettinen_nurminen", "mee", "agresti_caffo"):
        result = stats.difference(first, second, method=method, confidence=confidence)
        found |= {"diff": result.estimate, f"{method}_lower": result.low, f"{method}_upper": result.high}
    for name, method in (("koopman", "koopman"), ("mn_ratio", "miettinen_nurminen"), ("katz_log", "katz_log")):
        result = stats.ratio(first, second, method=method, confidence=confidence)
        found |= {"risk_ratio": result.estimate, f"{name}_lower": result.low, f"{name}_upper": result.high}
    odds = stats.odds_ratio(first, second, confidence=confidence)
    return {
        **found,
        "odds_ratio_sample": odds.sample,
        "odds_ratio_conditional_mle": odds.conditional,
        "odds_ratio_fisher_lower": odds.low,
        "odds_ratio_fisher_upper": odds.high,
    }


def _tests(first: tuple[int, int], second: tuple[int, int]) -> dict[str, object]:
    chi, fisher = stats.chi_square_2x2(first, second), stats.fisher_test(first, second)
    return {
        "pearson_chi2": chi.chi2,
        "pearson_p": chi.p,
        "n_minus_1_p": chi.n_minus_1_p,
        "yates_p": chi.yates_p,
        "fisher_p_two_sided": fisher.two_sided,
        "fisher_p_greater": fisher.greater,
        "fisher_p_less": fisher.less,
        "fisher_midp_two_sided": fisher.midp_two_sided,
    }


def _exact(first: tuple[int, int], second: tuple[int, int]) -> dict[str, object]:
    barnard, boschloo = stats.barnard_test(first, second), stats.boschloo_test(first, second)
    return {
        "barnard_pooled_p_two_sided": barnard.two_sided,
        "barnard_pooled_p_greater": barnard.greater,
        "barnard_pooled_p_less": barnard.less,
        "boschloo_p_greater": boschloo.greater,
        "boschloo_p_less": boschloo.less,
        "boschloo_p_two_sided_doubled": boschloo.two_sided_doubled,
        "boschloo_p_two_sided_fisher2": boschloo.two_sided_fisher2,
    }
