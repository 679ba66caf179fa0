"""Paired levels: change, signed ranks, margins, symmetry, top box."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    before, after = case["input"]["before"], case["input"]["after"]
    return _change(before, after) | _tables(before, after) | _top_box(before, after, case["input"].get("top_codes", ()))


def _change(before, after) -> dict[str, object]:
    change = stats.level_change(before, after)
    wilcoxon = stats.signed_rank(before, after, zeros="drop")
    pratt = stats.signed_rank(before, after)
    return {
        "n_pairs": change.n_pairs,
        "n_dropped": change.n_dropped,
        "higher": change.higher,
        "same": change.same,
        "lower": change.lower,
        "share_higher": change.share_higher,
        "share_same": change.share_same,
        "share_lower": change.share_lower,
        "median_change": change.median_change,
        "mean_change": change.mean_change,
        "sign_test_p": change.sign_test_p,
        "wilcoxon_w_plus": wilcoxon.w_plus,
        "wilcoxon_p_asymptotic_uncorrected": wilcoxon.p_uncorrected,
        "wilcoxon_p_asymptotic_corrected": wilcoxon.p_corrected,
        "wilcoxon_p_exact": wilcoxon.p_exact,
        "matched_pairs_rank_biserial": wilcoxon.rank_biserial,
        "pratt_w_plus": pratt.w_plus,
        "pratt_z": pratt.z,
        "pratt_p_asymptotic": pratt.p_uncorrected,
        "pratt_p_exact": pratt.p_exact,
    }


def _tables(before, after) -> dict[str, object]:
    table = stats.square_table(before, after)
    maxwell, wald, symmetry = stats.stuart_maxwell(table), stats.bhapkar(table), stats.bowker(table)
    return {
        "stuart_maxwell_chi2": maxwell.chi2,
        "stuart_maxwell_df": maxwell.df,
        "stuart_maxwell_p": maxwell.p,
        "bhapkar_chi2": wald.chi2,
        "bhapkar_p": wald.p,
        "bowker_chi2": symmetry.chi2,
        "bowker_df": symmetry.df,
        "bowker_p": symmetry.p,
    }


def _top_box(before, after, top) -> dict[str, object]:
    box = stats.paired_top_box(before, after, top)
    test = stats.mcnemar(yes_no=box.before_only, no_yes=box.after_only)
    return {
        "top_before": box.share_before,
        "top_after": box.share_after,
        "top_mcnemar_exact_p": test.exact,
        "top_mcnemar_midp_p": test.midp,
    }
