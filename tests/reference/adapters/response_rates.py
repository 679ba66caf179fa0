"""Rates from final dispositions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltool import stats

RATES = [f"RR{k}" for k in range(1, 7)] + [f"COOP{k}" for k in range(1, 5)]
RATES += [f"{kind}{k}" for kind in ("REF", "CON") for k in range(1, 4)]


def values(case: Mapping[str, Any], folder: Path) -> dict[str, object]:
    given = dict(case["input"])
    rates = stats.response_rates(given, e=given.pop("e", None))
    return {"e": rates.e, **{name: getattr(rates, name.lower()) for name in RATES}}
