"""Results are rows (analysis results data, ARD): one row per statistic, unrounded.

Source of the form: CDISC Analysis Results Standard; the R packages cards and broom.
"""

import base64
import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from evaltool.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd

IDENTITY = ("indicator", "population", "by", "level", "statistic", "comparison", "weighting")

RowStatus = Literal["planned", "exploratory"]
_identity: Callable[["Estimate"], tuple[str, ...]] = attrgetter(*IDENTITY)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One statistic. A share has `count` of `n`; `base` says in words who is counted in `n`.

    `by`/`level` name the breakdown ("" for everybody). `missing` holds the reasons why asked units are
    outside `n` ("refused=2;not_answered=1"). A statistic that cannot be given has no `estimate` and a `warning`.
    """

    indicator: str
    population: str
    statistic: str
    by: str = ""
    level: str = ""
    comparison: str = ""
    weighting: str = ""
    estimate: float | None = None
    std_error: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    count: int | None = None
    n: int | None = None
    base: str = ""
    missing: str = ""
    method: str = ""
    verdict: str = ""
    status: RowStatus = "planned"
    warning: str = ""

    @property
    def id(self) -> str:
        """`ev_` + 20 base32 characters of the hash of the identity; text, order and data never enter it."""
        identity = "\x1f".join(_identity(self))
        digest = hashlib.sha256(identity.encode()).digest()
        return "ev_" + base64.b32encode(digest[:15]).decode().lower()[:20]  # 15 bytes are 24 signs


def populations(rows: Iterable[Estimate]) -> tuple[str, ...]:
    """What the rows are about, in their order, but for comparisons and pools: these may be about several together."""
    return tuple(dict.fromkeys(row.population for row in rows if not row.comparison))


COLUMNS = ("id", *(field.name for field in fields(Estimate)))
_NUMBERS, _COUNTS = ("estimate", "std_error", "conf_low", "conf_high"), ("count", "n")
_READ: Mapping[str, Callable[[str], float]] = {**dict.fromkeys(_NUMBERS, float), **dict.fromkeys(_COUNTS, int)}
"""How the cells that are no text are read."""
_DTYPES = {**dict.fromkeys(_NUMBERS, "float64"), **dict.fromkeys(_COUNTS, "Int64")}


class Results(Sequence[Estimate]):
    """Rows of estimates that can be narrowed down and made a table."""

    def __init__(self, rows: Iterable[Estimate]):
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, index: int) -> Estimate: ...
    @overload
    def __getitem__(self, index: slice) -> "Results": ...
    def __getitem__(self, index: int | slice) -> "Estimate | Results":
        return Results(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def pick(self, **wanted: str) -> "Results":
        """The rows whose columns are these, for instance `pick(indicator="job", statistic="share", by="")`.

        Raises ReportError for what is no column of text.
        """
        unknown = [name for name in wanted if name in _READ or name not in COLUMNS]
        if unknown:
            known = ", ".join(name for name in COLUMNS if name not in _READ)
            raise ReportError(f"rows cannot be picked by «{unknown[0]}»", mend=f"Known: {known}.")
        return Results(row for row in self._rows if all(getattr(row, name) == text for name, text in wanted.items()))

    def to_frame(self) -> "pd.DataFrame":
        """The rows as a table: numbers as `float64`, `count` and `n` as `Int64`, all else as `str`, "" for no text.

        Shares are between 0 and 1 and unrounded; what has no value is missing.
        """
        import pandas as pd  # noqa: PLC0415  # slow to start, and only tables need it

        cells = {name: [getattr(row, name) for row in self._rows] for name in COLUMNS}
        return pd.DataFrame({name: pd.Series(cells[name], dtype=_DTYPES.get(name, "str")) for name in COLUMNS})

    def _repr_html_(self) -> str:
        """As pandas shows it, without columns in which nothing stands."""
        table = self.to_frame()
        filled = [name for name in table if not (table[name].isna() | (table[name].astype("str") == "")).all()]
        return table[filled].to_html(index=False, max_rows=30, na_rep="")


def write_estimates(rows: Iterable[Estimate], path: Path) -> None:
    """Write the rows as CSV (UTF-8, comma, full precision), an empty cell for "no value"."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            cells = [getattr(row, name) for name in COLUMNS]
            writer.writerow(["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in cells])


def read_estimates(path: Path) -> list[Estimate]:
    """Read what `write_estimates` wrote.

    Raises:
        ReportError: if another program has written the file anew, with other columns, signs or numbers.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            if tuple(next(lines, ())) != COLUMNS:
                raise _changed("the columns are not those of estimates.csv", path)
            return [_read_row(cells, path, lines.line_num) for cells in lines]
    except (UnicodeDecodeError, csv.Error):
        raise _changed("the file is not UTF-8 with commas, as estimates.csv is", path) from None


def _changed(message: str, path: Path, line: int = 1) -> ReportError:
    return ReportError(message, where=f"{path.as_posix()}:{line}", mend="Run: evaltool analyse")


def _read_row(cells: Sequence[str], path: Path, line: int) -> Estimate:
    message = "this row is not one of estimates.csv"
    if len(cells) != len(COLUMNS):
        raise _changed(message, path, line)
    try:
        row = _row(dict(zip(COLUMNS, cells, strict=True)))
    except ValueError:
        raise _changed(message, path, line) from None
    if row.id != cells[0]:
        raise _changed("the id of this row is not that of what it says", path, line)
    return row


def _row(values: dict[str, Any]) -> Estimate:
    del values["id"]
    for name, read in _READ.items():
        values[name] = read(values[name]) if values[name] else None
    return Estimate(**values)
