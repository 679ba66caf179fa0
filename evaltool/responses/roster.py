"""The roster: a row is a course. Read from what coordinators keep, checked whole, turned into plain attributes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from evaltool.errors import Fault, RosterError
from evaltool.records import Course, RosterPerson, RosterRow
from evaltool.responses.sheets import Cell, Sheet, SheetError, match_header, read_sheet, row_cells
from evaltool.survey.model import Attribute, Roster
from evaltool.survey.types import read_date
from evaltool.yamlfile import nearest

_KEYS = ("person", "course")
_WHOLE = re.compile(r"[+-]?\d+")


class _CellError(ValueError):
    """A cell that its column does not take: what is wrong, and how to mend it."""

    def __init__(self, message: str, mend: str):
        super().__init__(message)
        self.message = message
        self.mend = mend


def read_roster(path: Path, roster: Roster) -> list[RosterRow]:
    """Read a roster from CSV or XLSX. Headers are names or labels of columns; choices are codes or labels.

    `year_of` columns are derived. A blank cell has no attribute.

    Raises:
        RosterError: with every fault of the file by sheet, row and column; nothing is read then.
    """
    names = _header_names(roster)
    try:
        sheet = read_sheet(path, names)
    except SheetError as error:
        raise RosterError(error.message, where=error.where, mend=error.mend) from None
    columns, faults = match_header(
        sheet, lambda header: names.get(_fold(header)), lambda header: nearest(header, roster.columns)
    )
    faults += _missing_columns(sheet, roster, columns)
    cells, cell_faults = row_cells(sheet, columns)
    faults += cell_faults
    rows: list[tuple[int, dict[str, str]]] = []
    for number, row in cells:
        values, row_faults = _read_row(row, roster, sheet, number)
        rows.append((number, values))
        faults += row_faults
    faults += _doubles(rows, roster, sheet)
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise RosterError(f"the roster has {count}; nothing was imported", where=path.name, faults=faults)
    return [_roster_row(values, roster) for _, values in rows]


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _header_names(roster: Roster) -> dict[str, str]:
    """Column by folded header: labels in every language, over them the names."""
    labels = {_fold(label): name for name, column in roster.columns.items() for label in column.label.values() if label}
    return labels | {_fold(name): name for name in roster.columns}


def _missing_columns(sheet: Sheet, roster: Roster, columns: Sequence[str]) -> Iterator[Fault]:
    for name, column in roster.columns.items():
        if name not in columns and not column.year_of and _must_be_filled(column):
            unknown = [header for header, found in zip(sheet.header, columns, strict=True) if not found]
            mend = nearest(name, unknown) if unknown else "Add it."
            yield Fault(
                "missing-column", f"the column «{name}» is missing", sheet.where(sheet.header_row), mend or "Add it."
            )


def _must_be_filled(column: Attribute) -> bool:
    return column.required or (column.role in _KEYS and column.respondent is None)


def _read_row(row: Mapping[str, Cell], roster: Roster, sheet: Sheet, number: int) -> tuple[dict[str, str], list[Fault]]:
    values: dict[str, str] = {}
    faults: list[Fault] = []
    for name, column in roster.columns.items():
        try:
            values[name] = _read_cell(row[name], column) if name in row and not row[name].fault else ""
            _check_blank(row, name, column, value=values[name])
        except _CellError as fault:
            faults.append(Fault("bad-cell", fault.message, sheet.where(number, name), fault.mend))
    for name, column in roster.columns.items():
        if column.year_of:
            year = values.get(column.year_of, "")[:4]
            if values.get(name) and values[name] != year:
                message = f"the year is not the one of «{column.year_of}»"
                faults.append(Fault("bad-year", message, sheet.where(number, name), "Leave it blank: it is derived."))
            values[name] = year
    faults += _nameless(values, roster, sheet, number)
    return values, faults


def _nameless(values: Mapping[str, str], roster: Roster, sheet: Sheet, number: int) -> Iterator[Fault]:
    """Who answers for a course beside its own person needs an identifier: her other cells could not be kept."""
    for respondent in roster.respondents:
        key = roster.column("person", respondent)
        filled = [name for name, column in roster.columns.items() if column.respondent == respondent and values[name]]
        if filled and not values[key]:
            message = f"«{filled[0]}» is filled in, but not who that is"
            yield Fault("no-person", message, sheet.where(number, key), "Fill in the identifier too.")


def _check_blank(row: Mapping[str, Cell], name: str, column: Attribute, *, value: str) -> None:
    # A column that is missing altogether is told once, not in every row.
    if name in row and not value and not row[name].fault and _must_be_filled(column):
        raise _CellError("the cell is empty", "Fill it in.")


def _read_cell(cell: Cell, column: Attribute) -> str:
    if not cell.text:
        return ""
    if cell.is_date and column.type != "date":
        raise _CellError("the cell holds a date", "Format the column as text and write it again.")
    readers = {"text": _read_text, "integer": _read_integer, "date": _read_date, "choice": _read_choice}
    return readers[column.type](cell.text, column)


def _read_text(text: str, column: Attribute) -> str:
    return text


def _read_integer(text: str, column: Attribute) -> str:
    if not _WHOLE.fullmatch(text):
        raise _CellError(f"{_shown(text, column)} is not a whole number", "Write digits only.")
    return str(int(text))


def _read_date(text: str, column: Attribute) -> str:
    try:
        return read_date(text).isoformat()
    except ValueError:
        mend = "Write day-month-year or year-month-day, for instance 24-04-2022."
        raise _CellError(f"{_shown(text, column)} is not a date", mend) from None


def _read_choice(text: str, column: Attribute) -> str:
    codes = {_fold(label): code for code, choice in column.choices.items() for label in choice.label.values()}
    codes |= {_fold(code): code for code in column.choices}
    code = codes.get(_fold(text))
    if code is None:
        mend = nearest(text, column.choices) or f"Known: {', '.join(column.choices)}."
        raise _CellError(f"{_shown(text, column)} is none of the choices", mend)
    return code


def _shown(text: str, column: Attribute) -> str:
    """What stands in a cell, unless it could tell who somebody is or what must not be spread."""
    return f"«{text}»" if column.sensitivity == "ordinary" else "this"


def _doubles(rows: Iterable[tuple[int, Mapping[str, str]]], roster: Roster, sheet: Sheet) -> Iterator[Fault]:
    keys = [roster.column(role) for role in _KEYS]
    seen: dict[tuple[str, ...], int] = {}
    for number, values in rows:
        key = tuple(values.get(name, "") for name in keys)
        if all(key) and seen.setdefault(key, number) != number:
            message = f"this course stands in row {seen[key]} already"
            yield Fault("double-course", message, sheet.where(number, keys[1]), "Keep one of the two rows.")


def _roster_row(values: Mapping[str, str], roster: Roster) -> RosterRow:
    others = {name: values.get(roster.column("person", name), "") for name in roster.respondents}
    return RosterRow(
        person_id=values[roster.column("person")],
        course_id=values[roster.column("course")],
        contact=_contact(values, roster),
        language=values.get(roster.column("language"), "") or roster.language,
        attributes={name: values[name] for name in roster.attributes if values.get(name)},
        respondents={
            name: RosterPerson(
                person_id=person_id,
                language=values.get(roster.column("language", name), ""),
                contact=_contact(values, roster, name),
            )
            for name, person_id in others.items()
            if person_id
        },
    )


def _contact(values: Mapping[str, str], roster: Roster, respondent: str | None = None) -> dict[str, str]:
    return {
        column.role or name: values[name]
        for name, column in roster.columns.items()
        if column.sensitivity == "contact"
        and (column.respondent, values.get(name, "") != "") == (respondent, True)
        and column.role != "language"
    }


def write_roster_table(courses: Iterable[Course], path: Path, *, columns: Mapping[str, Attribute]) -> None:
    """Write pseudonyms and attributes (neither contact data nor identifiers) as Parquet: whole numbers, else text.

    Every column of `columns` is written, even if no course has a value there.
    """
    rows = sorted(courses, key=lambda course: course.unit)
    frame = pd.DataFrame({"unit": [row.unit for row in rows], "person": [row.person for row in rows]}, dtype="str")
    for name, column in columns.items():
        texts = pd.Series([row.attributes.get(name) for row in rows], dtype="str")
        frame[name] = pd.to_numeric(texts).astype("Int64") if column.type == "integer" else texts
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    frame.to_parquet(part, index=False)
    part.replace(path)


def read_roster_table(path: Path) -> pd.DataFrame:
    """Read what `write_roster_table` wrote. Raises RosterError if it is not there."""
    if not path.exists():
        raise RosterError("the roster was not imported yet", where=path.as_posix(), mend="Run: evaltool roster FILE")
    return pd.read_parquet(path)
