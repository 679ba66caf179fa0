"""Names of the whole-dataset cases for evaltool.stats."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

from evaltool import stats
from tests.reference.evaluation import Evaluation, Row, level, read

THRESHOLD = 5
Names = dict[str, Any]


def values(case: Mapping[str, Any], folder: Path) -> Names:
    data = read(folder, case["input"])
    parts = (_rates, _shares, _distribution, _target, _weighting, _cohorts, _ordinal, _paired, _reliability)
    found: Names = {"cleaning": data.cleaning, "disclosure": _disclosure(data)}
    for part in parts:
        found |= part(data)
    return found


def _counts(data: Evaluation, item: str, rows: Sequence[Row]) -> tuple[int, int]:
    codes = [row[item] for row in rows if row[item] is not None]
    return sum(code in data.success(item) for code in codes), len(codes)


def _outcome(data: Evaluation) -> str:
    """The item that the target speaks of."""
    return next(item for item, about in data.codebook["items"].items() if "success" in about)


def _cells(data: Evaluation) -> dict[str, tuple[str, str]]:
    return {f"{c}|{s}": (c, s) for c, s in product(data.codebook["cohorts"], data.codebook["sites"])}


def _by(data: Evaluation, variable: str) -> list[str]:
    return list(data.codebook.get(f"{variable}s") or sorted({row[variable] for row in data.eligible}))


def _where(rows: Sequence[Row], **values: str) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def _all_and_by(data: Evaluation, variables: Sequence[str], give: Callable[[dict[str, str]], Names]) -> Names:
    by = {name: {each: give({name: each}) for each in _by(data, name)} for name in variables}
    return {"all": give({}), **by}


def _rates(data: Evaluation) -> Names:
    def give(where: dict[str, str]) -> Names:
        rows, answered = _where(data.eligible, **where), _where(data.respondents, **where)
        complete = sum(row["status"].lower() == "complete" for row in answered)
        codes = {"I": complete, "P": len(answered) - complete, "NC": len(rows) - len(answered)}
        rates = stats.response_rates(codes)
        return {"eligible": len(rows), "rr1": rates.rr1, "rr2": rates.rr2}

    return {"response_rates": _all_and_by(data, ("cohort", "site"), give)}


def _shares(data: Evaluation) -> Names:
    found: Names = {}
    for item in data.codebook["items"]:

        def give(where: dict[str, str], item: str = item) -> Names:
            x, n = _counts(data, item, _where(data.respondents, **where))
            share = stats.share(x, n)
            return {"x": x, "n": n, "share": share.estimate, "wilson_lower": share.low, "wilson_upper": share.high}

        cells = {name: give({"cohort": c, "site": s}) for name, (c, s) in _cells(data).items()}
        found[item] = _all_and_by(data, ("cohort", "site", "match_type"), give) | {"cohort_site": cells}
    return {"shares": found}


def _distribution(data: Evaluation) -> Names:
    counts = {item: Counter(row[item] for row in data.respondents) for item in data.codebook["items"]}
    return {
        "distribution": {item: {str(code): count[code] for code in data.levels(item)} for item, count in counts.items()}
    }


def _target(data: Evaluation) -> Names:
    item, target = _outcome(data), data.codebook["target"]

    def give(where: dict[str, str]) -> Names:
        x, n = _counts(data, item, _where(data.respondents, **where))
        silent = len(_where(data.eligible, **where)) - n
        test, bounds = stats.exact_test(x, n, target=target), stats.worst_case(x, n, silent)
        interval = stats.imbens_manski(x, n, silent)
        tipping = stats.tipping_point(x, n, silent, target=target)
        return {
            "x": x,
            "n": n,
            "eligible": n + silent,
            "exact_p_greater": test and test.greater,
            "midp_p_greater": test and test.midp_greater,
            "bound_lower": bounds and bounds.low,
            "bound_upper": bounds and bounds.high,
            "imbens_manski_lower": interval and interval.clipped.low,
            "imbens_manski_upper": interval and interval.clipped.high,
            "tipping_successes_needed": tipping and tipping.needed,
        }

    return {"target": _all_and_by(data, ("cohort", "site"), give)}


def _weighting(data: Evaluation) -> Names:
    rows = data.respondents
    names = data.codebook["raking_margins"]
    margins = {name: dict(Counter(row[name] for row in data.eligible)) for name in names}
    columns = {name: [row[name] for row in rows] for name in names}
    raked = stats.rake(columns, margins)
    found: Names = {"possible": raked.possible, "margins": list(raked.used)}
    for gap in raked.empty:
        found |= {"empty_margin": gap.margin, "empty_category": gap.category}
    if raked.weights is None:
        return {"weighting": found}
    weights, effect = raked.weights, stats.kish(raked.weights)
    by_id = {row["id"]: float(weight) for row, weight in zip(rows, weights, strict=True)}
    found |= {
        "sum": float(weights.sum()),
        "min": float(weights.min()),
        "max": float(weights.max()),
        "kish_deff": effect.deff,
        "n_eff": effect.n_eff,
        "first_five_by_id": {key: by_id[key] for key in sorted(by_id)[:5]},
        "items": {item: _weighted_item(data, item, weights, raked.used) for item in data.codebook["items"]},
        "job_or_education_by_cohort": {
            cohort: _weighted_cohort(data, cohort, weights) for cohort in _by(data, "cohort")
        },
    }
    return {"weighting": found}


def _successes(data: Evaluation, item: str) -> list[int | None]:
    return [None if row[item] is None else int(row[item] in data.success(item)) for row in data.respondents]


def _weighted_item(data: Evaluation, item: str, weights: Any, used: Sequence[str]) -> Names:
    y, rows = _successes(data, item), data.respondents
    margins = {name: [row[name] for row in rows] for name in used}
    fixed = stats.weighted_mean(y, stats.Design(weights))
    aware = stats.weighted_mean(y, stats.Design(weights, raked=margins))
    there = [place for place, value in enumerate(y) if value is not None]
    dropped = stats.weighted_mean([y[place] for place in there], stats.Design([weights[place] for place in there]))
    interval = stats.weighted_interval(fixed, method="logit")
    by_logit = interval.method == "logit"
    return {
        "estimate": fixed.estimate,
        "se_fixed_weights": fixed.se,
        "se_fixed_weights_rows_dropped": dropped.se,
        "se_raking_aware": aware.se,
        "logit_lower": interval.low if by_logit else None,
        "logit_upper": interval.high if by_logit else None,
    }


def _weighted_cohort(data: Evaluation, cohort: str, weights: Any) -> Names:
    inside = [row["cohort"] == cohort for row in data.respondents]
    found = stats.weighted_mean(_successes(data, _outcome(data)), stats.Design(weights), domain=inside)
    return {"estimate": found.estimate, "se_fixed_weights": found.se}


def _cohorts(data: Evaluation) -> Names:
    item, cohorts = _outcome(data), _by(data, "cohort")
    counts = {cohort: _counts(data, item, _where(data.respondents, cohort=cohort)) for cohort in cohorts}
    pairs = list(combinations(cohorts, 2))
    tests = [stats.fisher_test(counts[first], counts[later]).two_sided for first, later in pairs]
    holm = stats.adjust_p_values(tests, method="holm")
    trend = stats.trend_test(*zip(*counts.values(), strict=True))
    return {
        "cohorts": {
            "pairs": [_pair(pair, counts, p, adjusted) for pair, p, adjusted in zip(pairs, tests, holm, strict=True)],
            "trend_chi2": trend.chi2,
            "trend_p": trend.p,
            "adjusted": _adjusted(data, item, cohorts),
        }
    }


def _pair(pair: tuple[str, str], counts: Mapping[str, tuple[int, int]], p: float | None, holm: float | None) -> Names:
    first, later = pair
    found = stats.difference(counts[later], counts[first], method="newcombe")
    limits = {"diff": found.estimate, "newcombe_lower": found.low, "newcombe_upper": found.high}
    return {"from": first, "to": later, **limits, "fisher_p": p, "holm_p": holm}


def _adjusted(data: Evaluation, item: str, cohorts: Sequence[str]) -> Names:
    rows = data.respondents
    covariates = ("cohort", "match_type", "age_group")
    table = {"y": _successes(data, item)} | {name: [row[name] for row in rows] for name in covariates}
    fit = stats.logistic(stats.model_data(table, "y", covariates), method="ml")
    there = fit.data.levels.get("cohort", ())
    effects = stats.standardised_shares(fit, "cohort") if there else ()
    shares = {effect.label: effect.estimate for effect in effects}
    ends = (cohorts[0], cohorts[-1])
    contrast = stats.standardised_difference(fit, "cohort", ends) if set(ends) <= set(there) else None
    return {
        "model": "job_or_education ~ cohort + match_type + age_group (logistic)",
        "standardised_shares": {cohort: shares.get(cohort) for cohort in cohorts},
        "difference_last_minus_first": contrast and contrast.adjusted.estimate,
    }


def _ordinal(data: Evaluation) -> Names:
    item = next(iter(data.codebook["items"]))
    groups = [[row[item] for row in _where(data.respondents, cohort=cohort)] for cohort in _by(data, "cohort")]
    over_all = stats.kruskal_wallis(groups)
    ranks = stats.mann_whitney(groups[0], groups[-1])
    ends = stats.brunner_munzel(groups[0], groups[-1], method="t")
    return {
        "ordinal": {
            "q1_kruskal_h": over_all.h,
            "q1_kruskal_p": over_all.p,
            "q1_first_last_mwu_p_corrected": ranks.p_corrected,
            "q1_prob_superiority_last_over_first": ends.superiority,
            "q1_brunner_munzel_p": ends.p,
        }
    }


def _paired(data: Evaluation) -> Names:
    about = data.codebook["paired"]
    before, after = (
        [level(row[about[side].split(".")[1]], about["levels"]) for row in data.respondents]
        for side in ("before", "after")
    )
    change, ranks = stats.level_change(before, after), stats.signed_rank(before, after, zeros="pratt")
    return {
        "danish_paired": {
            "pairs": change.n_pairs,
            "higher": change.higher,
            "same": change.same,
            "lower": change.lower,
            "mean_change": change.mean_change,
            "sign_test_p": change.sign_test_p,
            "pratt_z": ranks.z,
            "pratt_p": ranks.p_uncorrected,
        }
    }


def _reliability(data: Evaluation) -> Names:
    columns = {item: [row[item] for row in data.respondents] for item in data.codebook["scale_for_reliability"]}
    varying = {item: codes for item, codes in columns.items() if len({*codes} - {None}) > 1}
    scale = stats.scale_reliability(varying or columns)
    found = {"items_used": len(varying), "n_complete": scale.n_complete, "alpha": scale.alpha}
    return {"reliability": found}


def _disclosure(data: Evaluation) -> Names:
    item, found = _outcome(data), []
    for name, (cohort, site) in _cells(data).items():
        x, n = _counts(data, item, _where(data.respondents, cohort=cohort, site=site))
        if 0 < x < THRESHOLD or 0 < n - x < THRESHOLD:
            found.append(name)
    return {"threshold": THRESHOLD, "primary_cells_job_by_cohort_site": found}
