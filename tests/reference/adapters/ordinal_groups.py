"""Ordered answers of two or more groups; the t version of Brunner–Munzel is asked for, as the cases do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    return _groups(given["groups"]) if "groups" in given else _two(given)


def _two(given: Mapping[str, Any]) -> dict[str, object]:
    group1, group2, top = given["group1"], given["group2"], given.get("top_codes", ())
    ranks = stats.mann_whitney(group1, group2)
    munzel = stats.brunner_munzel(group1, group2, method="t", confidence=given.get("confidence", 0.95))
    low, high = munzel.interval or (None, None)
    return {
        "n1": ranks.n1,
        "n2": ranks.n2,
        "median1": ranks.median1,
        "median2": ranks.median2,
        "mean_rank1": ranks.mean_rank1,
        "mean_rank2": ranks.mean_rank2,
        "top3_share1": stats.top_box(group1, top).share,
        "top3_share2": stats.top_box(group2, top).share,
        "u1": ranks.u1,
        "mwu_p_asymptotic_corrected": ranks.p_corrected,
        "mwu_p_asymptotic_uncorrected": ranks.p_uncorrected,
        "mwu_p_exact": ranks.p_exact,
        "mwu_p_exact_doubled": ranks.p_exact_doubled,
        "prob_superiority_2_over_1": munzel.superiority,
        "cliffs_delta_2_minus_1": munzel.delta,
        "brunner_munzel_statistic": munzel.statistic,
        "brunner_munzel_df": munzel.df,
        "brunner_munzel_p": munzel.p,
        "prob_superiority_se": munzel.se,
        "prob_superiority_lower": low,
        "prob_superiority_upper": high,
    }


def _groups(groups) -> dict[str, object]:
    test = stats.kruskal_wallis(groups)
    return {
        "h": test.h,
        "df": test.df,
        "p": test.p,
        "mean_ranks": test.mean_ranks,
        "medians": test.medians,
        "epsilon_squared": test.epsilon_squared,
        "eta_squared_h": test.eta_squared,
    }
