"""Reference cases whose expected values come from R."""

import json
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(__file__).parents[1] / "reference" / "stats"


def cases(topic: str, *ids: str) -> list[Any]:
    """The cases of a topic (or those named) as pytest parameters."""
    data = json.loads((_FOLDER / f"{topic}.json").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in data["cases"] if not ids or case["id"] in ids]


def agrees(case: dict[str, Any], found: dict[str, float | None]) -> None:
    """Compare what was found with what the case expects under the same names."""
    for name, number in found.items():
        expected = case["expected"][name]
        if expected is None:
            assert number is None, name
        else:
            assert number == pytest.approx(expected, **case["tolerance"]), name
