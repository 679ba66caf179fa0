"""Names of the weighted_survey cases for evaltool.stats."""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats

METHODS = ("logit", "likelihood", "asin", "beta", "mean", "xlogit")


def values(case: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    given = _with_start(case["input"], folder)
    if "data" not in given:
        return {}
    table = _read(folder / given["data"])
    design, raking = _design(given, table)
    y = [float(value) if value not in {"", "NA"} else None for value in table[given.get("variable", "useful")]]
    if "by" in given:
        return _by(y, table[given["by"]], design)
    found = stats.weighted_mean(y, design)
    names: dict[str, Any] = {"estimate": found.estimate, "mean": found.estimate, "se": found.se, "n": found.n}
    names |= {"se_fixed_weights": found.se, "df": found.df, "n_eff": found.n_eff} | _weights(design.weights)
    if design.fpc is not None:
        free = stats.Design(design.weights, design.strata, design.clusters, lonely=design.lonely)
        names |= {"se_with_fpc": found.se, "se_without_fpc": stats.weighted_mean(y, free).se}
    if raking is not None:
        names["se_raking_aware"] = stats.weighted_mean(y, raking).se
    return names | (_share(found, given.get("confidence", 0.95)) if set(y) <= {0, 1, None} else {})


def _with_start(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A case that starts from another one's weights has its weights and margins, too."""
    named = re.search(r"case (\S+)", given.get("start", ""))
    if not named:
        return dict(given)
    topic = json.loads((folder / "weighted_survey.json").read_text(encoding="utf-8"))
    return {**next(case["input"] for case in topic["cases"] if case["id"] == named[1]), **given}


def _read(file: Path) -> dict[str, list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [row[name] for row in rows] for name in rows[0]}


def _design(given: Mapping[str, Any], table: Mapping[str, list[str]]) -> tuple[Any, Any]:
    """The design with its final weights, and the same one that knows of its raking (if it was raked)."""
    n = len(next(iter(table.values())))
    weights = [float(w) for w in table[given["weights"]]] if "weights" in given else [1.0] * n
    fpc = [float(size) for size in table[given["fpc"]]] if "fpc" in given else None
    drawn: dict[str, Any] = {name: table[given[name]] for name in ("strata", "clusters") if name in given}
    drawn["lonely"] = given.get("lonely_psu", given.get("lonely", "fail"))  # as R's option survey.lonely.psu
    if "margins" not in given:
        return stats.Design(weights, **drawn, fpc=fpc), None
    raked = stats.rake(table, given["margins"], start=weights)
    design = stats.Design(raked.weights, **drawn, fpc=fpc)
    return design, stats.Design(raked.weights, **drawn, fpc=fpc, raked={name: table[name] for name in raked.used})


def _weights(weights: Any) -> dict[str, Any]:
    effect = stats.kish(weights)
    return {
        "weight_min": min(weights),
        "weight_max": max(weights),
        "kish_deff": effect.deff,
        "n_eff_kish": effect.n_eff,
        "cv_weights": effect.cv,
    }


def _by(y: list[float | None], by: list[str], design: Any) -> dict[str, Any]:
    groups = sorted(set(by))
    found = [stats.weighted_mean(y, design, domain=[each == group for each in by]) for group in groups]
    return {"groups": groups, "estimates": [each.estimate for each in found], "ses": [each.se for each in found]}


def _share(found: Any, confidence: float) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for method in METHODS:
        interval = stats.weighted_interval(found, method=method, confidence=confidence)
        there = interval.method == method
        names |= {
            f"{method}_lower": interval.low if there else None,
            f"{method}_upper": interval.high if there else None,
        }
        if not there:
            names |= {"fallback_lower": interval.low, "fallback_upper": interval.high, "fallback_n_eff": interval.n_eff}
            names |= {"clopper_pearson_lower": interval.low, "clopper_pearson_upper": interval.high}
    truncated = stats.weighted_interval(found, method="korn_graubard", confidence=confidence)
    status = stats.nchs_reliability(found)
    return names | {
        "n_eff_korn_graubard": truncated.n_eff,
        "korn_graubard_truncated_lower": truncated.low,
        "korn_graubard_truncated_upper": truncated.high,
        "nchs_status": status.status,
        "nchs_width": status.width,
        "nchs_relative_width_pct": status.relative_width,
    }
