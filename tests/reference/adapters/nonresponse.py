"""Names of the nonresponse cases for evaltool.stats."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evaltool import stats

CONCLUSIONS = {
    "met": "target met whatever the nonrespondents did",
    "not_met": "target not met whatever the nonrespondents did",
    "cannot_tell": "depends on the nonrespondents",
}


def values(case: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    given = case["input"]
    return next((read(given, folder) for name, read in _KINDS.items() if name in given), {})


def _bounds(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    x, n, m = given["successes"], given["respondents"], given["roster"] - given["respondents"]
    bounds = stats.worst_case(x, n, m)
    interval = stats.imbens_manski(x, n, m, confidence=given.get("confidence", 0.95))
    if bounds is None or interval is None:
        return {}
    found = {
        "response_rate": n / given["roster"],
        "respondent_share": x / n if n else None,
        "bound_lower": bounds.low,
        "bound_upper": bounds.high,
        "imbens_manski_c": interval.c,
        "imbens_manski_lower": interval.low,
        "imbens_manski_upper": interval.high,
        "imbens_manski_lower_clipped": interval.clipped.low,
        "imbens_manski_upper_clipped": interval.clipped.high,
    }
    if "target" in given:
        tipping = stats.tipping_point(x, n, m, target=given["target"])
        found["tipping_successes_needed"] = tipping.needed
        found["tipping_share_of_nonrespondents"] = tipping.share
        found["conclusion"] = CONCLUSIONS[bounds.verdict(given["target"])]
    return found


def _weights(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    effect = stats.kish(given["weights"])
    found: dict[str, Any] = {"kish_deff": effect.deff, "n_eff": effect.n_eff, "cv_weights": effect.cv}
    if "upper" in given or "lower" in given:
        limits = {"upper": given.get("upper", float("inf")), "lower": given.get("lower", 0.0)}
        trimmed = stats.trim(given["weights"], **limits).weights
        found |= {"trimmed": trimmed, "weight": trimmed}
    return found


def _raking(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    rows, margins = given["rows"], given["margins"]
    raked = stats.rake(rows, margins, start=given.get("start"))
    if raked.weights is None:
        return {"possible": False, "weight": None, "weights": None, "kish_deff": None, "n_eff": None}
    cells = ["/".join(cell) for cell in zip(*(rows[name] for name in margins), strict=True)]
    by_cell = dict(zip(cells, raked.weights, strict=True))
    effect = stats.kish(raked.weights)
    return {
        "cell": list(by_cell),
        "weight": list(by_cell.values()),
        "weights": raked.weights,
        "kish_deff": effect.deff,
        "n_eff": effect.n_eff,
        "possible": raked.possible,
        "empty_margin": raked.empty[0].margin if raked.empty else None,
        "empty_category": raked.empty[0].category if raked.empty else None,
    }


def _classes(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    found = stats.weighting_classes(given["class_roster"], given["class_respondents"], given["class_successes"])
    return {
        "factors": found.factors,
        "unadjusted_share": found.unadjusted,
        "adjusted_share": found.adjusted,
        "adjusted_se_fpc": found.se_fpc,
        "kish_deff": found.kish.deff,
        "n_eff": found.kish.n_eff,
    }


def _roster(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The R-indicator and the differences of a roster file: who answered, by the named covariates."""
    with (folder / given["data"]).open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    left, _, right = given.get("formula", "").partition("~")
    answer = next((given[name] for name in ("response", "responded", "outcome") if name in given), left.strip())
    covariates = given.get("covariates") or given.get("variables") or [name.strip() for name in right.split("+")]
    responded = [row[answer].strip().lower() in {"1", "yes", "true"} for row in table]
    rows = {name: [_number(row[name]) for row in table] for name in covariates}
    return _r_names(stats.r_indicator(rows, responded)) | _differences(rows, responded)


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _r_names(found: Any) -> dict[str, Any]:
    return {
        "response_rate": found.response_rate,
        "S": found.s,
        "R": found.r,
        "cv": found.cv,
        "S_adjusted": found.s_adjusted,
        "R_adjusted": found.r_adjusted,
        "cv_adjusted": found.cv_adjusted,
    }


def _differences(rows: Mapping[str, Any], responded: list[bool]) -> dict[str, Any]:
    lines = stats.standardised_differences(rows, responded)
    names = [line.variable if line.category is None else f"{line.variable}={line.category}" for line in lines]
    return {"smd_terms": names, "smd": [line.smd for line in lines]}


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Path], dict[str, Any]]] = {
    "roster": _bounds,
    "weights": _weights,
    "margins": _raking,
    "class_roster": _classes,
    "data": _roster,
}
