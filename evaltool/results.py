"""Results are rows (analysis results data, ARD): one row per statistic, unrounded.

Source of the form: CDISC Analysis Results Standard; the R packages cards and broom.
"""

import base64
import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Literal

from evaltool.errors import ReportError

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
        return "ev_" + base64.b32encode(digest).decode().lower()[:20]


COLUMNS = ("id", *(field.name for field in fields(Estimate)))
_READ: Mapping[str, Callable[[str], float]] = {
    **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), float),
    **dict.fromkeys(("count", "n"), int),
}
"""How the cells that are no text are read."""


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
            rows = csv.DictReader(file, strict=True)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise _changed("the columns are not those of estimates.csv", path)
            return [_read_row(record, path, rows.line_num) for record in rows]
    except (UnicodeDecodeError, csv.Error):
        raise _changed("the file is not UTF-8 with commas, as estimates.csv is", path) from None


def _changed(message: str, path: Path, line: int = 1) -> ReportError:
    return ReportError(message, where=f"{path.as_posix()}:{line}", mend="Run: evaltool analyse")


def _read_row(record: Mapping[str, str], path: Path, line: int) -> Estimate:
    message = "this row is not one of estimates.csv"
    if None in record or None in record.values():  # more or fewer cells than columns
        raise _changed(message, path, line)
    try:
        row = _row(record)
    except ValueError:
        raise _changed(message, path, line) from None
    if row.id != record["id"]:
        raise _changed("the id of this row is not that of what it says", path, line)
    return row


def _row(record: Mapping[str, str]) -> Estimate:
    values: dict[str, object] = dict(record)
    del values["id"]
    values |= {name: read(record[name]) if record[name] else None for name, read in _READ.items()}
    return Estimate(**values)  # pyright: ignore[reportArgumentType]
