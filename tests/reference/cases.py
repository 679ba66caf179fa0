"""Run reference cases through the public API of evaltool.stats and say what disagrees."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from tests.reference.compare import agrees, leaves

_ADAPTERS = "tests.reference.adapters"
_DEFAULT = {"abs": 1e-6, "rel": 1e-6}
_ABSENT = object()


@dataclass(frozen=True)
class Outcome:
    """How one value of one case came out."""

    case: str
    name: str
    state: Literal["passed", "failed", "not covered"]
    expected: object = None
    got: object = None

    def __str__(self) -> str:
        values = f": expected {self.expected!r}, got {self.got!r}" if self.state == "failed" else ""
        return f"{self.state}  {self.case}  {self.name}{values}"


def run(path: Path) -> Iterator[Outcome]:
    """Every value of the cases in a topic's file, a dataset's folder, or a folder of topics with its `datasets`."""
    if path.is_file():
        yield from _topic(path)
    elif (path / "expected.json").exists():
        yield from _whole(path)
    else:
        folders = sorted({file.parent for place in ("*", "datasets/*") for file in path.glob(f"{place}/expected.json")})
        for part in [*sorted(path.glob("*.json")), *folders]:
            yield from run(part)


def _topic(file: Path) -> Iterator[Outcome]:
    try:
        topic = _read(file)
    except (OSError, ValueError) as error:
        yield _broken(file.name, error)
        return
    cases = topic.get("cases") if isinstance(topic, Mapping) else None
    if not isinstance(cases, list):
        yield Outcome(file.name, "no list of cases", "not covered")
        return
    for place, case in enumerate(cases):
        if isinstance(case, Mapping) and isinstance(case.get("expected"), Mapping):
            yield from _compare(case, str(topic.get("topic", file.stem)), file.parent)
        else:
            yield Outcome(f"{file.name}[{place}]", "the case", "failed", "a case with expected values", case)


def _whole(folder: Path) -> Iterator[Outcome]:
    try:
        case = _dataset(folder / "expected.json")
    except (OSError, ValueError, AttributeError, TypeError) as error:
        yield _broken(folder.name, error)
        return
    yield from _compare(case, "dataset", folder)


def _broken(name: str, error: Exception) -> Outcome:
    return Outcome(name, "the file", "failed", "a file that can be read", f"{type(error).__name__}: {error}")


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8-sig"))


def _dataset(file: Path) -> dict[str, Any]:
    """A whole dataset as one case: its input is the code book, its weights have a tolerance of their own."""
    expected = _read(file)
    about = {name: expected.pop(name, None) for name in ("tolerance", "tolerance_weights", "source")}
    return {
        "id": file.parent.name,
        "input": _read(file.with_name("codebook.json")),
        "expected": expected,
        "tolerance": about["tolerance"],
        "tolerance_by_name": {"weighting": about["tolerance_weights"]} if about["tolerance_weights"] else {},
    }


def _compare(case: Mapping[str, Any], topic: str, folder: Path) -> Iterator[Outcome]:
    found, failure = {}, None
    try:
        found = dict(leaves(_values(case, topic, folder)))
    except Exception as error:  # one case that breaks must not hide the others
        failure = f"{type(error).__name__}: {error}"
    name_of_case = str(case.get("id", "without an id"))
    for name, expected in leaves(case["expected"]):
        got = failure or found.get(name, _ABSENT)
        if got is _ABSENT:
            yield Outcome(name_of_case, name, "not covered")
        else:
            passed = agrees(expected, got, _tolerance(case, name))
            yield Outcome(name_of_case, name, "passed" if passed else "failed", expected, got)


def _values(case: Mapping[str, Any], topic: str, folder: Path) -> Mapping[str, Any]:
    offered = (Path(__file__).parent / "adapters" / f"{topic}.py").exists() and topic.isidentifier()
    adapter = import_module(f"{_ADAPTERS}.{topic}") if offered else None
    return adapter.values(case, folder) if hasattr(adapter, "values") else {}


def _tolerance(case: Mapping[str, Any], name: str) -> Mapping[str, float]:
    """The tolerance of the name or of what it is part of, else the case's."""
    by_name = case.get("tolerance_by_name") or {}
    parts = name.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    found = next((by_name[part] for part in names if part in by_name), case.get("tolerance") or _DEFAULT)
    return {"abs": found.get("abs", 0.0), "rel": found.get("rel", 0.0)}
