"""The one query that touches every row: states of all measures, counted once for all groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import duckdb
import pandas as pd
import pyarrow as pa

REASONS = ("not_applicable", "not_reached", "not_answered", "dont_know", "refused")
NO_START = "no_start"
OTHER_VERSION = "other_version"
NO_INTERVIEW = "no_interview"
OUTSIDE_BASE = "outside_base"
POPULATION = "population"
_VALUE = "="  # marks a substantive state, so that a choice may be called like a reason


def value(code: str) -> str:
    """The state of a unit with this substantive answer."""
    return _VALUE + code


def by_column(name: str) -> str:
    return f"by:{name}"


def state_column(measure: str) -> str:
    return f"state:{measure}"


@dataclass(frozen=True, order=True)
class Group:
    """A population, or one level of a breakdown of it (`by` and `level` are "" for everybody)."""

    population: str
    by: str = ""
    level: str = ""


@dataclass(frozen=True)
class Tally:
    """How many units of a group are in each state of one measure."""

    states: Mapping[str, int]

    def of(self, *codes: str) -> int:
        """Units whose answer is one of the codes."""
        return sum(self.states.get(value(code), 0) for code in codes)

    @property
    def answered(self) -> int:
        return sum(count for state, count in self.states.items() if state.startswith(_VALUE))

    @property
    def missing(self) -> dict[str, int]:
        """Interviews without a substantive answer, by reason."""
        reasons = (*REASONS, NO_START, OTHER_VERSION)
        return {name: self.states[name] for name in reasons if self.states.get(name)}

    def __add__(self, other: "Tally") -> "Tally":
        """Both together: of units that are in one of them only."""
        return Tally({state: self.states.get(state, 0) + other.states.get(state, 0) for state in self.states})

    @property
    def silent(self) -> int:
        """Units in the base without an interview."""
        return self.states.get(NO_INTERVIEW, 0)


Counts = Mapping[Group, Mapping[str, Tally]]


def grouped_query(breakdowns: Sequence[str], measures: Mapping[str, Sequence[str]]) -> str:
    """Standard SQL over a table `units`: per group, the units in each state of each measure."""
    groups = [_quoted(by_column(name)) for name in breakdowns]
    counts = [
        f"COUNT(*) FILTER (WHERE {_quoted(state_column(measure))} = {_text(state)})"
        for measure, states in measures.items()
        for state in states
    ]
    flags = [f"GROUPING({column})" for column in groups]
    sets = ", ".join([f"({POPULATION})", *(f"({POPULATION}, {column})" for column in groups)])
    columns = ",\n  ".join([POPULATION, *groups, *flags, *counts])
    return f"SELECT\n  {columns}\nFROM units\nGROUP BY GROUPING SETS ({sets})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"


def count_units(units: pd.DataFrame, *, breakdowns: Sequence[str], measures: Mapping[str, Sequence[str]]) -> Counts:
    """Count the units table (see `evaltool.stats.units`) for every population and each breakdown of it."""
    with duckdb.connect() as connection:
        connection.register("units", _arrow(units))
        rows = connection.sql(grouped_query(breakdowns, measures)).fetchall()
    return {_group(row, breakdowns): _tallies(row[1 + 2 * len(breakdowns) :], measures) for row in rows}


def _arrow(units: pd.DataFrame) -> object:
    return pa.Table.from_pandas(units, preserve_index=False)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # pyarrow has no types


def _group(row: tuple[object, ...], breakdowns: Sequence[str]) -> Group:
    width = len(breakdowns)
    levels, flags = row[1 : 1 + width], row[1 + width : 1 + 2 * width]
    by, level = next(
        ((name, at) for name, at, flag in zip(breakdowns, levels, flags, strict=True) if not flag), ("", "")
    )
    return Group(str(row[0]), by, str(level))


def _tallies(cells: Sequence[object], measures: Mapping[str, Sequence[str]]) -> dict[str, Tally]:
    numbers = iter(cast("Sequence[int]", cells))
    return {measure: Tally({state: next(numbers) for state in states}) for measure, states in measures.items()}
