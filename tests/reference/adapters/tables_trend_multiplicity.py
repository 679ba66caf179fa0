"""Tables, trends and lists of p values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats

METHODS = ("holm", "bh", "bonferroni", "hochberg", "by")


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    if "p_values" in given:
        return {method: stats.adjust_p_values(given["p_values"], method=method) for method in METHODS}
    return _table(given["table"]) if "table" in given else _trend(given)


def _table(table: list[list[int]]) -> dict[str, object]:
    chi, order, linear = stats.chi_square(table), stats.ordinal_association(table), stats.linear_by_linear(table)
    return {
        "n": chi.n,
        "pearson_chi2": chi.chi2,
        "df": chi.df,
        "pearson_p": chi.p,
        "g2": chi.g2,
        "g2_p": chi.g2_p,
        "min_expected": chi.min_expected,
        "cramers_v": chi.cramers_v,
        "cramers_v_bias_corrected": chi.cramers_v_corrected,
        "fisher_p": stats.fisher_table_test(table).p,
        "gamma": order.gamma,
        "tau_b": order.tau_b,
        "somers_d_c_given_r": order.somers_d,
        "concordant": order.concordant,
        "discordant": order.discordant,
        "linear_by_linear_r": linear.r,
        "linear_by_linear_m2": linear.m2,
        "linear_by_linear_p": linear.p,
    }


def _trend(given: Mapping[str, Any]) -> dict[str, object]:
    found = stats.trend_test(given["successes"], given["n"], scores=given.get("scores"))
    return {
        "trend_chi2": found.chi2,
        "trend_p": found.p,
        "homogeneity_chi2": found.homogeneity_chi2,
        "homogeneity_df": found.homogeneity_df,
        "homogeneity_p": found.homogeneity_p,
        "departure_chi2": found.departure_chi2,
        "trend_m2_n_minus_1": found.n_minus_1_chi2,
        "trend_m2_p": found.n_minus_1_p,
        "exact_p_two_sided": found.exact_two_sided,
        "exact_p_increasing": found.exact_increasing,
        "exact_p_decreasing": found.exact_decreasing,
    }
