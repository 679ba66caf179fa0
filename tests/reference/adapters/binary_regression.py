"""Logistic regression by maximum or penalised likelihood (as the case's source says), and partial pooling."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats
from tests.reference.adapters.formulas import read


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    if "successes" in case["input"]:
        return _pooled(case["input"])
    table, data = read(case, folder)
    if "brglm" in case["source"] or "logistf" in case["source"]:
        return _penalised(data)
    fit = stats.logistic(data, method="ml")
    found: dict[str, object] = {
        "terms": fit.terms,
        "coefficients": fit.coefficients,
        "ses": fit.ses,
        "odds_ratios": fit.odds_ratios,
        "log_likelihood": fit.log_likelihood,
        "estimate_exists": fit.coefficients is not None,
    }
    return found if fit.coefficients is None else found | _robust(case["input"], fit, table)


def _robust(given, fit, table) -> dict[str, object]:
    spreads = {"hc0": stats.covariance_matrix(fit, "hc0"), "hc3": stats.covariance_matrix(fit, "hc3")}
    if given.get("cluster"):
        clusters = table[given["cluster"]].to_numpy()[fit.data.rows]
        spreads["cluster"] = stats.covariance_matrix(fit, "cluster", clusters=clusters)
    names = {"hc0": "ses_hc0", "hc3": "ses_hc3", "cluster": "ses_cluster_hc1"}
    found = {names[spread]: stats.standard_errors(matrix) for spread, matrix in spreads.items()}
    if given.get("group"):
        found |= _effects(given, fit, spreads)
    if given.get("continuous"):
        slope = stats.average_slope(fit, given["continuous"])
        found |= {"ame_continuous": slope.estimate, "ame_continuous_se": slope.se}
    return found


def _effects(given, fit, spreads) -> dict[str, object]:
    levels = tuple(str(level) for level in given["levels"])
    contrast = stats.standardised_difference(fit, given["group"], levels)
    shares = {share.label: share for share in stats.standardised_shares(fit, given["group"])}
    robust = {
        f"ame_group_se_{spread}": stats.standardised_difference(
            fit, given["group"], levels, covariance=matrix
        ).adjusted.se
        for spread, matrix in spreads.items()
    }
    return robust | {
        "ame_group": contrast.adjusted.estimate,
        "ame_group_se": contrast.adjusted.se,
        "standardised_shares": [shares[level].estimate for level in levels],
        "standardised_ses": [shares[level].se for level in levels],
        "unadjusted_diff": contrast.raw,
    }


def _penalised(data) -> dict[str, object]:
    fit = stats.firth(data)
    return {
        "terms": data.terms,
        "estimate_exists": fit.coefficients is not None,
        "coefficients": fit.coefficients,
        "ses_wald": fit.ses,
        "profile_lower": [interval.low for interval in fit.intervals],
        "profile_upper": [interval.high for interval in fit.intervals],
        "penalised_lr_p": fit.p_values,
        "penalised_log_likelihood": fit.log_likelihood,
    }


def _pooled(given) -> dict[str, object]:
    pooled = stats.partial_pooling(given["successes"], given["n"])
    return {
        "mu": pooled.mu,
        "prior_strength": pooled.prior_strength,
        "shrunken": pooled.shrunken,
        "log_likelihood": pooled.log_likelihood,
    }
