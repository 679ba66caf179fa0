"""The one query that touches every row: states of all measures, counted once for all groups, weighted or not."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pandas as pd
import pyarrow as pa

from evaltool.errors import StatisticsError
from evaltool.stats.weighted import WeightedMean, weighted_share_of_sums

Sums: TypeAlias = tuple[float, float]
"""Σw and Σw²."""
Columns: TypeAlias = tuple[str, ...]

REASONS = ("not_applicable", "not_reached", "not_answered", "dont_know", "refused")
NO_START = "no_start"
OTHER_VERSION = "other_version"
NO_INTERVIEW = "no_interview"
OUTSIDE_BASE = "outside_base"
POPULATION = "population"
WEIGHT = "weight"
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
    """How many units of a group are in each state of one measure, and Σw, Σw² of them where they are weighted."""

    states: Mapping[str, int]
    weights: Mapping[str, Sums] = field(default_factory=dict[str, Sums])

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

    def weighted(self, *codes: str) -> WeightedMean:
        """The weighted share of those whose answer is one of the codes; the standard error is linearised."""
        counted = {value(code) for code in codes}
        answers = {state: sums for state, sums in self.weights.items() if state.startswith(_VALUE)}
        yes = _total(sums for state, sums in answers.items() if state in counted)
        no = _total(sums for state, sums in answers.items() if state not in counted)
        return weighted_share_of_sums(yes, no, n=self.answered, rows=self.answered + sum(self.missing.values()))

    def __add__(self, other: "Tally") -> "Tally":
        """Both together: of units that are in one of them only."""
        weights = {
            state: _total(part.weights[state] for part in (self, other) if state in part.weights)
            for state in (*self.weights, *other.weights)
        }
        states = (*self.states, *other.states)
        return Tally({state: self.states.get(state, 0) + other.states.get(state, 0) for state in states}, weights)

    @property
    def silent(self) -> int:
        """Units in the base without an interview."""
        return self.states.get(NO_INTERVIEW, 0)


Counts = Mapping[Group, Mapping[str, Tally]]


def _total(sums: Iterable[Sums]) -> Sums:
    pairs = list(sums)
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


@dataclass(frozen=True)
class Cell:
    """Units of one level of a grouping that are in one state of a measure; `sums` are Σw and Σw²."""

    level: tuple[Any, ...]
    state: Any
    n: int
    sums: Sums | None


def count_cells(
    source: Path | pd.DataFrame, groupings: Sequence[Columns], measures: Sequence[str], *, weight: str | None = None
) -> dict[tuple[Columns, str], list[Cell]]:
    """Count every measure (a column of states) in every grouping (columns together), by one query over all rows.

    `source` is a Parquet file or a table. A gap in a column is a level, or a state, of its own (None). Units without
    a weight are counted, and are in no sum of weights.

    Raises:
        StatisticsError: if the source has not the columns, or a weight is below 0.
    """
    columns = [*dict.fromkeys(name for grouping in groupings for name in grouping), *measures]
    with duckdb.connect() as connection:
        connection.register("counted", _relation(connection, source, [*columns, *([weight] if weight else [])]))
        _check_weights(connection, weight)
        rows = connection.sql(cells_query("counted", groupings, measures, weight=weight)).fetchall()
    found: dict[tuple[Columns, str], list[Cell]] = {
        (grouping, measure): [] for grouping in map(tuple, groupings) for measure in measures
    }
    places = {name: place for place, name in enumerate(columns)}
    sets = {_flags(columns, (*grouping, measure)): (grouping, measure) for grouping, measure in found}
    width = len(columns)
    for row in rows:
        grouping, measure = sets[row[width : 2 * width]]
        level = tuple(row[places[name]] for name in grouping)
        n, *sums = row[2 * width :]
        found[grouping, measure].append(Cell(level, row[places[measure]], n, _sums(sums)))
    return found


def cells_query(table: str, groupings: Sequence[Columns], measures: Sequence[str], *, weight: str | None = None) -> str:
    """Standard SQL: all levels and states of every grouping and measure, with flags that tell the sets apart."""
    names = [*dict.fromkeys(name for grouping in groupings for name in grouping), *measures]
    columns = [_quoted(name) for name in names]
    flags = [f"GROUPING({column})" for column in columns]
    by = _quoted(weight) if weight else ""
    sums = [f"SUM({by})", f"SUM({by} * {by})"] if weight else []
    sets = [[*grouping, measure] for grouping in groupings for measure in measures]
    listed = ",\n  ".join("(" + ", ".join(map(_quoted, names)) + ")" for names in sets)
    selected = ",\n  ".join([*columns, *flags, "COUNT(*)", *sums])
    return f"SELECT\n  {selected}\nFROM {table}\nGROUP BY GROUPING SETS (\n  {listed}\n)"


def _flags(columns: Sequence[str], grouped: Columns) -> tuple[int, ...]:
    """What GROUPING says of each column in the set of `grouped`: 0 where it is grouped by."""
    return tuple(int(name not in grouped) for name in columns)


def _check_weights(connection: duckdb.DuckDBPyConnection, weight: str | None) -> None:
    if weight is None:
        return
    by = _quoted(weight)
    # What is not a number is above all numbers.
    least, most = connection.sql(f"SELECT MIN({by}), MAX({by}) FROM counted").fetchall()[0]  # noqa: S608  # quoted
    if least is not None and not (least >= 0 and math.isfinite(most)):
        raise StatisticsError("A weight is infinite or below 0", mend="Give every answer a weight from 0 up.")


def _sums(cells: Sequence[float | None]) -> Sums | None:
    total, squares = cells if cells else (None, None)
    return None if total is None or squares is None else (float(total), float(squares))


def _relation(connection: duckdb.DuckDBPyConnection, source: Path | pd.DataFrame, needed: Sequence[str]) -> Any:
    relation: Any = connection.read_parquet(str(source)) if isinstance(source, Path) else _arrow(source)
    known = relation.columns if isinstance(source, Path) else list(source.columns)
    lacking = [name for name in needed if name not in known]
    if lacking:
        raise StatisticsError(f"there is no column {', '.join(lacking)}", mend=f"Known: {', '.join(known)}")
    return relation


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def count_units(units: pd.DataFrame, *, breakdowns: Sequence[str], measures: Mapping[str, Sequence[str]]) -> Counts:
    """Count the units table (see `evaltool.stats.units`) for every population and each breakdown of it."""
    by: dict[Columns, str] = {(POPULATION,): ""}
    by |= {(POPULATION, by_column(name)): name for name in breakdowns}
    states = {state_column(measure): measure for measure in measures}
    weight = WEIGHT if WEIGHT in units else None
    found: dict[Group, dict[str, dict[str, Cell]]] = {}
    for (grouping, column), cells in count_cells(units, list(by), list(states), weight=weight).items():
        for cell in cells:
            population, *level = map(str, cell.level)
            tallies = found.setdefault(Group(population, by[grouping], *level), {})
            tallies.setdefault(states[column], {})[cell.state] = cell
    return {
        group: {measure: _tally(cells.get(measure, {}), every) for measure, every in measures.items()}
        for group, cells in found.items()
    }


def _tally(cells: Mapping[str, Cell], states: Sequence[str]) -> Tally:
    """Every state that a measure can have, in its order, also where no unit is in it."""
    weights = {state: cell.sums for state, cell in cells.items() if cell.sums is not None and state in states}
    return Tally({state: cells[state].n if state in cells else 0 for state in states}, weights)


def _arrow(units: pd.DataFrame) -> object:
    return pa.Table.from_pandas(units, preserve_index=False)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # pyarrow has no types
