"""Proportional odds and Brant's test. R's `nominal_test` gave no terms in these cases, so it stays not covered."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats
from tests.reference.adapters.formulas import read


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    _, data = read(case, folder)
    fit = stats.proportional_odds(data, link=case["input"].get("link", "logit"))
    together, *single = stats.brant(fit)
    return {
        "terms": fit.terms,
        "coefficients": fit.coefficients,
        "ses": fit.ses,
        "odds_ratios": fit.odds_ratios,
        "thresholds": fit.thresholds,
        "threshold_ses": fit.threshold_ses,
        "log_likelihood": fit.log_likelihood,
        "lr_chi2": fit.lr_chi2,
        "lr_df": fit.lr_df,
        "lr_p": fit.lr_p,
        "brant_omnibus_chi2": together.chi2,
        "brant_df": together.df,
        "brant_omnibus_p": together.p,
        "brant_per_column_chi2": [test.chi2 for test in single],
        "estimate_exists": fit.coefficients is not None,
    }
