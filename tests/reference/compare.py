"""Whether a value is the expected one, by the rules of the reference cases (README.md in their folder)."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

_INFINITE = {"Inf": math.inf, "-Inf": -math.inf}


def agrees(expected: object, got: object, tolerance: Mapping[str, float]) -> bool:
    """Compare numbers by the absolute or the relative tolerance, everything else exactly; a NaN agrees with nothing."""
    if isinstance(expected, Mapping):
        return (
            isinstance(got, Mapping)
            and set(expected) == set(got)
            and all(agrees(value, got[key], tolerance) for key, value in expected.items())
        )
    expected, got = _plain(expected), _plain(got)
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(agrees(a, b, tolerance) for a, b in zip(expected, got, strict=True))
    if _is_number(expected) and _is_number(got):
        return _close(float(expected), float(got), tolerance)
    return type(expected) is type(got) and expected == got


def leaves(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested mappings, and of lists of mappings, with its dotted name."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, f"{before}{name}.")
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            yield from leaves({str(place): item for place, item in enumerate(value)}, f"{before}{name}.")
        else:
            yield before + name, value


def _plain(value: Any) -> Any:
    """Python's own types for numpy's; a list of one item as that item; words for infinities as numbers."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, list) and len(value) == 1:
        return _plain(value[0])
    return _INFINITE.get(value, value) if isinstance(value, str) else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _close(expected: float, got: float, tolerance: Mapping[str, float]) -> bool:
    if math.isinf(expected) or math.isinf(got):
        return expected == got
    off = abs(expected - got)
    return off <= tolerance["abs"] or off <= tolerance["rel"] * abs(expected)
