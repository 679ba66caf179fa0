"""Interviews of an adopted survey that nobody on the roster is linked to: courses of which nothing is known."""

import json
from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from evaltool.responses.segments import Lines


def unlinked_units(segments: Iterable[Lines]) -> list[str]:
    """The interviews that stand for themselves by their last record: they are their own unit."""
    units: dict[str, str] = {}
    for lines in segments:
        for line in lines.to_pylist():
            record = json.loads(line)
            units[record["interview"]] = record["unit"]
    return [unit for interview, unit in units.items() if unit == interview]


def interviews_of(pseudonyms: Collection[str], segments: Iterable[Lines]) -> set[str]:
    """The interviews of which any record is theirs, as unit or person; not those that are another one's now."""
    hers, last = set[str](), dict[str, set[str]]()
    for record in (json.loads(line) for lines in segments for line in lines.to_pylist()):
        name, who = record["interview"], {record["unit"], record["person"]}
        last[name] = who
        hers |= {name} if who & set(pseudonyms) else set()
    return {name for name in hers if last[name] & {name, *pseudonyms}}


def with_units(roster: pd.DataFrame, units: Sequence[str]) -> pd.DataFrame:
    """The roster with these units below, each its own person and without any attribute."""
    unknown = pd.DataFrame({"unit": units, "person": units}, dtype="str")
    unknown = unknown.reindex(columns=roster.columns).astype(roster.dtypes)
    return pd.concat([roster, unknown], ignore_index=True)
