"""A yes-no answer before and after."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = case["input"]
    counts = {name: given[name] for name in ("yes_yes", "yes_no", "no_yes", "no_no")}
    change = stats.paired_change(**counts, confidence=given.get("confidence", 0.95))
    test = stats.mcnemar(yes_no=given["yes_no"], no_yes=given["no_yes"])
    return {
        "n": change.n,
        "share_before": change.before,
        "share_after": change.after,
        "change": change.change,
        "newcombe_lower": change.low,
        "newcombe_upper": change.high,
        "asymptotic_chi2": test.chi2,
        "asymptotic_p": test.chi2_p,
        "corrected_chi2": test.corrected_chi2,
        "corrected_p": test.corrected_p,
        "exact_p": test.exact,
        "midp_p": test.midp,
    }
