"""Statistical methods on plain numbers: `evaltool.stats.wilson(10, 20)`. A method's module loads when it is first used.

A result that cannot be computed is `None` with its `warning` in words; numbers that cannot be right raise
`evaltool.errors.StatisticsError`.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "cells": ("Cell", "cells_query", "count_cells"),
    "bounds": ("Bounds", "ImbensManski", "TippingPoint", "imbens_manski", "tipping_point", "worst_case"),
    "multiplicity": ("adjust_p_values",),
    "pooling": ("PooledShares", "partial_pooling"),
    "rates": ("ResponseRates", "response_rates"),
    "roster_shares": ("hypergeometric", "roster_claims", "se_fpc", "wilson_fpc"),
    "respondents": ("Difference", "RIndicator", "r_indicator", "standardised_differences"),
    "shares": (
        "Interval",
        "Share",
        "TargetTest",
        "agresti_coull",
        "clopper_pearson",
        "exact_test",
        "jeffreys",
        "midp",
        "share",
        "verdict",
        "wilson",
        "wilson_cc",
    ),
    "weighted": (
        "Design",
        "Reliability",
        "WeightedInterval",
        "WeightedMean",
        "nchs_reliability",
        "weighted_interval",
        "weighted_mean",
        "weighted_share_of_sums",
    ),
    "weights": (
        "Collapsed",
        "Kish",
        "Raking",
        "Trimmed",
        "WeightingClasses",
        "collapse",
        "kish",
        "rake",
        "trim",
        "weighting_classes",
    ),
    "superiority": ("BrunnerMunzel", "brunner_munzel"),
    "reliability": ("Scale", "scale_reliability"),
    "agreement": ("Alpha", "Kappa", "cohen_kappa", "krippendorff_alpha"),
    "paired_levels": (
        "LevelChange",
        "PairedTopBox",
        "SignedRank",
        "TableTest",
        "bhapkar",
        "bowker",
        "level_change",
        "paired_top_box",
        "signed_rank",
        "square_table",
        "stuart_maxwell",
    ),
    "ordinal": ("KruskalWallis", "MannWhitney", "TopBox", "kruskal_wallis", "mann_whitney", "top_box"),
    "imputation": ("Pooled", "pool"),
    "two_by_two": (
        "BoschlooTest",
        "ChiSquare2x2",
        "ExactTest",
        "OddsRatio",
        "barnard_test",
        "boschloo_test",
        "chi_square_2x2",
        "fisher_test",
        "odds_ratio",
    ),
    "two_shares": ("Comparison", "difference", "ratio"),
    "ordinal_model": ("Parallel", "ProportionalOdds", "brant", "parallel_slopes", "proportional_odds"),
    "penalised": ("Firth", "firth", "predicting"),
    "model_frame": ("ModelData", "model_data", "separated"),
    "binary_model": (
        "Contrast",
        "Effect",
        "Logistic",
        "average_slope",
        "covariance_matrix",
        "logistic",
        "standard_errors",
        "standardised_difference",
        "standardised_shares",
    ),
    "paired_shares": ("McNemarTest", "PairedChange", "mcnemar", "paired_change"),
    "power": ("TargetPower", "detectable_share", "n_per_group", "target_power", "two_share_power"),
    "tables": (
        "ChiSquareTest",
        "LinearByLinear",
        "OrdinalAssociation",
        "TableTest",
        "chi_square",
        "fisher_table_test",
        "linear_by_linear",
        "ordinal_association",
    ),
    "trend": ("TrendTest", "trend_test"),
    "days": ("DaysBetween", "days_between"),
    "quality": (
        "DuplicateAnswers",
        "ItemNonresponse",
        "PageBreakOff",
        "Speeding",
        "StraightLining",
        "break_off",
        "duplicate_answers",
        "item_nonresponse",
        "speeding",
        "straight_lining",
    ),
    "coverage": ("Coverage", "coverage_table", "share_coverage"),
}
"""The public names of each module."""

_MODULE = {name: module for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)


def __dir__() -> list[str]:
    return list(_MODULE)
