"""Tables that people keep: CSV as programs write it, and XLSX. Read as text, each cell with its place."""

import csv
import io
import re
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from evaltool.errors import EvaltoolError, Fault
from evaltool.survey.worksheet import DAMAGED

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_ZEROS = re.compile(r"0+")


class SheetError(EvaltoolError):
    """A table of a file cannot be read at all."""

    code = "sheet"


@dataclass(frozen=True)
class Cell:
    """A cell as text. `fault` says why its content cannot be text (an error of the spreadsheet, a date by mistake)."""

    text: str
    is_date: bool = False
    fault: str = ""


_Row: TypeAlias = tuple[int, Sequence[Cell]]


@dataclass(frozen=True)
class Sheet:
    """`header` and the rows below that are not blank, each with its number as the user's program counts."""

    name: str
    header_row: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]

    def where(self, row: int, column: str = "") -> str:
        return f"{self.name}, row {row}" + (f", column «{column}»" if column else "")


def read_sheet(path: Path, known: Collection[str]) -> Sheet:
    """Read a CSV file or the first sheet of an XLSX file; `known` headers (any case) tell which separator it has.

    CSV may be UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises:
        SheetError: if the file is not there, is neither of them, or cannot be told apart.
    """
    readers: dict[str, Callable[[Path, Collection[str]], Sheet]] = {
        ".csv": _read_csv,
        ".txt": _read_csv,
        ".xlsx": _read_xlsx,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SheetError(f"«{path.suffix}» is not a table", where=path.as_posix(), mend="Save it as .xlsx or .csv.")
    with _opening(path):
        return reader(path, known)


def read_workbook(path: Path) -> dict[str, Sheet]:
    """Read every sheet of an XLSX file that is not blank, hidden ones too, by title.

    Raises:
        SheetError: if the file is not there, or is no XLSX file.
    """
    if path.suffix.lower() != ".xlsx":
        raise SheetError("not an XLSX file", where=path.as_posix(), mend="Save it as .xlsx.")
    with _opening(path):
        book = _load(path)
    rows = {sheet.title: _filled(_xlsx_rows(sheet)) for sheet in book.worksheets}
    return {title: _sheet(_xlsx_name(path, title), found, path) for title, found in rows.items() if found}


@contextmanager
def _opening(path: Path) -> Generator[None]:
    try:
        yield
    except FileNotFoundError:
        raise SheetError("no such file", where=path.as_posix(), mend="Check the name and the folder.") from None
    except (PermissionError, IsADirectoryError):
        raise SheetError("the file cannot be opened", where=path.as_posix(), mend="Is it open elsewhere?") from None


def _read_csv(path: Path, known: Collection[str]) -> Sheet:
    text = ILLEGAL_CHARACTERS_RE.sub(" ", _decode(path.read_bytes(), path))  # no workbook could hold them later
    separator = _separator(text, known, path)
    if text[:4].lower() == "sep=":  # Excel's own first line
        text = "\n" + text.partition("\n")[2]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[_Row] = []
    start = 1
    try:
        for cells in reader:
            rows.append((start, [Cell(cell.strip()) for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        where = f"{path.name}, row {start}"
        raise SheetError(f"not CSV: {error}", where=where, mend="Look at the quotation marks of this row.") from None
    return _sheet(path.name, _filled(rows), path)


def _decode(data: bytes, path: Path) -> str:
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    candidates = (encoding,) if encoding else () if b"\0" in data else ("utf-8", "cp1252")
    for candidate in candidates:
        try:
            return data.decode(candidate)
        except UnicodeDecodeError:
            continue
    mend = "Save it as «CSV UTF-8», or as .xlsx."
    raise SheetError("the encoding of this file cannot be told", where=path.as_posix(), mend=mend)


def _separator(text: str, known: Collection[str], path: Path) -> str:
    """The separator that cuts the first line into the most known headers."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    if line.lower().startswith("sep=") and line[4:5] in _SEPARATORS:
        return line[4]
    wanted = {name.casefold() for name in known}
    hits = {sign: sum(cell.strip(' "').casefold() in wanted for cell in line.split(sign)) for sign in _SEPARATORS}
    best = [sign for sign, count in hits.items() if count == max(hits.values())]
    if len(best) > 1:
        best = [sign for sign in best if sign in line]
    if len(best) != 1:
        mend = f"The first row must hold the names of the columns: {', '.join(sorted(known))}."
        names = ", ".join(_SEPARATORS.values())
        raise SheetError(f"cannot tell what separates the columns ({names})", where=f"{path.name}, row 1", mend=mend)
    return best[0]


def _read_xlsx(path: Path, known: Collection[str]) -> Sheet:
    book = _load(path)
    if not book.worksheets:
        mend = "Put the table on a sheet with cells; a chart is none."
        raise SheetError("the file has no sheet with cells", where=path.as_posix(), mend=mend)
    sheet = book.worksheets[0]
    return _sheet(_xlsx_name(path, sheet.title), _filled(_xlsx_rows(sheet)), path)


def _load(path: Path) -> Any:
    data = path.read_bytes()
    try:
        # `read_only` believes the size that the file claims, and some programs claim a wrong one.
        return openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except DAMAGED:
        mend = "Open it in a spreadsheet program and save it as .xlsx again, without a password."
        raise SheetError("not an XLSX file, or a damaged one", where=path.as_posix(), mend=mend) from None


def _xlsx_name(path: Path, title: str) -> str:
    return f"{path.name}, sheet «{title}»"


def _xlsx_rows(sheet: Any) -> list[_Row]:
    return [(number, [_cell(cell) for cell in row]) for number, row in enumerate(sheet.iter_rows(), start=1)]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "e":
        return Cell("", fault="the spreadsheet shows an error here")
    if isinstance(value, datetime):
        return Cell(value.date().isoformat(), is_date=True)
    if isinstance(value, date):
        return Cell(value.isoformat(), is_date=True)
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int | float):
        return Cell(_digits(value, str(cell.number_format)))
    return Cell("" if value is None else str(value).strip())


def _digits(value: float, form: str) -> str:
    """A number as text; a format such as `0000` shows leading zeros, so they are meant."""
    if not float(value).is_integer():
        return str(value)
    return str(int(value)).zfill(len(form) if _ZEROS.fullmatch(form) else 0)


def _filled(rows: Iterable[_Row]) -> list[_Row]:
    """The rows that are not blank, each up to its last filled cell."""
    stripped = [(number, _strip(cells)) for number, cells in rows]
    return [(number, cells) for number, cells in stripped if cells]


def _sheet(name: str, filled: Sequence[_Row], path: Path) -> Sheet:
    if not filled:
        raise SheetError("the table is empty", where=path.as_posix(), mend="The first row names the columns.")
    (header_row, header), *rest = filled
    rows = tuple((number, tuple(cells)) for number, cells in rest)
    return Sheet(name, header_row, tuple(cell.text for cell in header), rows)


def _strip(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Without the blank cells at the end, which spreadsheets add at will."""
    end = max((place for place, cell in enumerate(cells, start=1) if cell.text or cell.fault), default=0)
    return tuple(cells[:end])


def match_header(
    sheet: Sheet, names: Callable[[str], str | None], mend: Callable[[str], str]
) -> tuple[list[str], list[Fault]]:
    """The column that each header means by `names`, "" for none; unknown and repeated headers are faults."""
    columns: list[str] = []
    faults: list[Fault] = []
    for header in sheet.header:
        column = names(header) or ""
        where = sheet.where(sheet.header_row, header)
        if not column:
            faults.append(Fault("unknown-column", f"unknown column «{header}»", where, mend(header)))
        elif column in columns:
            faults.append(Fault("double-column", f"the column «{column}» stands twice", where, "Remove one of them."))
        columns.append(column)
    return columns, faults


def row_cells(sheet: Sheet, columns: Sequence[str]) -> tuple[list[tuple[int, dict[str, Cell]]], list[Fault]]:
    """Rows as cells by column; more cells than headers, and cells that a spreadsheet could not work out, are faults."""
    rows: list[tuple[int, dict[str, Cell]]] = []
    faults: list[Fault] = []
    for number, cells in sheet.rows:
        if len(cells) > len(columns):
            message = f"{len(cells)} cells under {len(columns)} headers"
            faults.append(
                Fault("too-many-cells", message, sheet.where(number), "Put text with the separator in quotation marks.")
            )
        row = dict(zip(columns, (*cells, *[Cell("")] * len(columns)), strict=False))
        row.pop("", None)
        for column, cell in row.items():
            if cell.fault:
                faults.append(Fault("bad-cell", cell.fault, sheet.where(number, column), "Mend the cell."))
        rows.append((number, row))
    return rows, faults
