"""Counting rows of any number: one grouped query, weighted or not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pandas as pd
import pyarrow as pa

from evaltool.errors import StatisticsError

Sums: TypeAlias = tuple[float, float]
"""Σw and Σw²."""
Columns: TypeAlias = tuple[str, ...]


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

    `source` is a Parquet file or a table. Returns the cells of each grouping and measure.
    Formula: n, Σw and Σw² by level and state: GROUP BY GROUPING SETS. Shares, their linearised standard errors and
    tests follow from these sums (`weighted_share_of_sums`), whatever the number of rows.
    Assumes: nothing but that a row is a unit.
    Missing: a gap in a column is a level, or a state, of its own (None). A unit without a weight is counted, and is in
    no sum of weights; a weight that is infinite or below 0, and a column that is not there, are errors.
    Source: ISO/IEC 9075-2 (SQL), <group by clause>.
    Reference: pandas 3 groupby.

    >>> answers = pd.DataFrame({"site": ["A", "A", "B"], "job": [1, 1, 0], "w": [0.5, 1.5, 1.0]})
    >>> cells = count_cells(answers, [("site",)], ["job"], weight="w")[("site",), "job"]
    >>> sorted((cell.level, cell.state, cell.n, cell.sums) for cell in cells)
    [(('A',), 1, 2, (2.0, 2.5)), (('B',), 0, 1, (1.0, 1.0))]
    """
    columns = [*dict.fromkeys(name for grouping in groupings for name in grouping), *measures]
    _refuse_repeats(columns, [frozenset(grouping) for grouping in groupings])
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
    """The standard SQL of `count_cells`, for an engine of one's own: levels and states, GROUPING flags, n, Σw, Σw².

    Formula: one set of GROUP BY GROUPING SETS for each grouping and measure; flags are 0 for what a row is grouped by.
    Assumes: that `table` has these columns; names are quoted.
    Missing: NULL is a level and a state of its own; a weight that is NULL is in no sum.
    Source: ISO/IEC 9075-2 (SQL), <group by clause>.
    Reference: DuckDB 2.

    >>> print(cells_query("answers", [("site",)], ["job"]))
    SELECT
      "site",
      "job",
      GROUPING("site"),
      GROUPING("job"),
      COUNT(*)
    FROM answers
    GROUP BY GROUPING SETS (
      ("site", "job")
    )
    """
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


def _refuse_repeats(columns: Sequence[str], groupings: Sequence[frozenset[str]]) -> None:
    """SQL takes `Job` and `job` for one column, and what is grouped by twice for one grouping."""
    if not groupings:
        raise StatisticsError("there is no grouping", mend="Give [()] to count everybody together.")
    if len(set(groupings)) < len(groupings) or len({name.lower() for name in columns}) < len(columns):
        mend = "Name each grouping and each measure once; names that differ in case only are the same."
        raise StatisticsError("a grouping or a column is named twice", mend=mend)


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
    relation, known = _read(connection, source) if isinstance(source, Path) else (_arrow(source), [*source.columns])
    lacking = [name for name in needed if name not in known]
    if lacking:
        raise StatisticsError(f"there is no column {', '.join(lacking)}", mend=f"Known: {', '.join(known)}")
    return relation


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[Any, list[str]]:
    try:
        relation = connection.read_parquet(str(path))
    except duckdb.Error:
        mend = "Check the name; the file may be cut off."
        raise StatisticsError("this is no Parquet file", where=path.as_posix(), mend=mend) from None
    return relation, relation.columns


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _arrow(units: pd.DataFrame) -> object:
    return pa.Table.from_pandas(units, preserve_index=False)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # pyarrow has no types
