"""The workbook of one coordinator: her courses, written to be filled in, and read back row by row.

What was sent stands in a hidden sheet, so that an altered course, a lost column and the workbook's age are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaltool.errors import Fault
from evaltool.responses.sheets import Cell, Sheet, SheetError, match_header, row_cells
from evaltool.survey.types import read_date
from evaltool.survey.worksheet import text_cell
from evaltool.workflows.workbook import (
    HIDDEN,
    dress,
    finish_table,
    fold,
    new_book,
    read_book,
    sent_rows,
    write_guide,
    write_header,
    write_texts,
)
from evaltool.yamlfile import nearest

FORMAT = "1"
PERSON, COURSE, NAME = "person_id", "course_id", "name"
FOUND, FOUND_ON, REMARK = "found", "found_on", "remark"
FILLED = (FOUND, FOUND_ON, REMARK)
_DAY = "dd-mm-yyyy"
_KEPT: tuple[str, ...] = (PERSON, COURSE, NAME, FOUND, REMARK)
_OPEN_WIDTHS = {FOUND: 22, FOUND_ON: 16, REMARK: 44}


@dataclass(frozen=True, repr=False)
class Workbook:
    """What a workbook holds. `columns` are labels by key, `reasons` those to choose from.

    `rows` have a text or a day for each column, by its key.
    """

    deployment: str
    made_at: str
    title: str
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, str | date]]
    reasons: Mapping[str, str]
    guide_title: str
    guide: Sequence[str]
    bad_reason: str
    bad_day: str


def write_workbook(path: Path, content: Workbook) -> None:
    """Write the workbook: the courses, how to fill it in, and the hidden sheet."""
    book = new_book(content.title, content.guide_title)
    table, guide, hidden = book.worksheets
    _write_table(table, content)
    write_guide(guide, content.guide)
    reasons = _write_hidden(hidden, content)
    _add_choices(table, content, reasons)
    book.save(path)


def _write_table(sheet: Worksheet, content: Workbook) -> None:
    write_header(sheet, content.columns.values())
    for place, key in enumerate(content.columns, start=1):
        for number, row in enumerate(content.rows, start=2):
            _write_cell(sheet.cell(number, place), key, row.get(key, ""))
        sheet.column_dimensions[get_column_letter(place)].width = _width(content, key)
    finish_table(sheet, len(content.columns), len(content.rows), frozen="B2")


def _width(content: Workbook, key: str) -> int:
    """So wide that nothing of a row has to break, and no word of the header, with room for the filter's arrow."""
    if key in _OPEN_WIDTHS:
        return _OPEN_WIDTHS[key]
    texts = [str(row.get(key, "")) for row in content.rows]
    return max(map(len, [*texts, *(f"{word}   " for word in content.columns[key].split())])) + 2


def _write_cell(cell: Any, key: str, value: str | date) -> None:
    text_cell(cell.parent, cell.row, cell.column, value if isinstance(value, str) else "")
    if isinstance(value, date):
        cell.value = value
    if isinstance(value, date) or key == FOUND_ON:  # as text, a day that is written here would be none
        cell.number_format = _DAY
    dress(cell, unlocked=key in FILLED, wrap=key == REMARK)


def _write_hidden(sheet: Worksheet, content: Workbook) -> str:
    """Returns the cells that hold the labels of the reasons."""
    rows: list[tuple[str, ...]] = [("format", FORMAT), ("deployment", content.deployment), ("made", content.made_at)]
    rows += [("reason", code, label) for code, label in content.reasons.items()]
    first = len(rows) - len(content.reasons) + 1
    labels = f"{HIDDEN}!$C${first}:$C${len(rows)}"
    rows += [("table", content.title)]
    rows += [("column", key, label) for key, label in content.columns.items()]
    rows += [("course", *(str(row.get(key, "")) for key in _KEPT)) for row in content.rows]
    write_texts(sheet, rows)
    return labels


def _add_choices(sheet: Any, content: Workbook, reasons: str) -> None:
    names = list(content.columns)
    last = max(len(content.rows) + 1, 2)
    choice: Any = DataValidation(type="list", formula1=reasons, allow_blank=True)
    choice.error = content.bad_reason
    day: Any = DataValidation(type="date", operator="lessThanOrEqual", formula1="TODAY()", allow_blank=True)
    day.error = content.bad_day
    for rule, key in ((choice, FOUND), (day, FOUND_ON)):
        rule.showErrorMessage = True
        letter = get_column_letter(names.index(key) + 1)
        rule.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(rule)


# Reading


@dataclass(frozen=True)
class Said:
    """What stands in the open cells of one row. `found_on` is an ISO date.

    `cleared` are the open columns in which something was sent, and nothing came back.
    """

    where: str
    person_id: str = field(repr=False)
    course_id: str = field(repr=False)
    reason: str
    found_on: str
    remark: str = field(repr=False)
    cleared: frozenset[str]

    @property
    def key(self) -> tuple[str, str]:
        return self.person_id, self.course_id


@dataclass(frozen=True)
class Returned:
    """A workbook that came back: what it was made for and when, and what it says row by row."""

    file: str
    deployment: str
    made_at: str
    said: Sequence[Said]

    @property
    def keys(self) -> list[tuple[str, str]]:
        return [said.key for said in self.said]


@dataclass(frozen=True)
class _Sent:
    """What the hidden sheet tells of the workbook as it was sent."""

    deployment: str
    made_at: str
    table: str
    columns: Mapping[str, str]
    reasons: Mapping[str, str]
    courses: Mapping[tuple[str, str], Mapping[str, str]] = field(repr=False)
    """What stood in the rows, by the numbers of person and course."""


_OURS = "Give a workbook that «evaltool sheet make» made; its sheets keep their names."


def read_returned(path: Path, *, today: date) -> tuple[Returned, list[Fault]]:
    """Read a workbook that a coordinator has filled in, and everything that is wrong with its rows.

    Raises:
        SheetError: if it is no workbook of ours, cannot be opened, or its columns are altered.
    """
    sheets = read_book(path)
    sent = _read_sent(sheets.get(HIDDEN), path)
    sheet = sheets.get(sent.table)
    if sheet is None:
        raise SheetError(f"the sheet «{sent.table}» is gone", where=path.as_posix(), mend=_OURS)
    labels = {fold(label): key for key, label in sent.columns.items()}
    columns, faults = match_header(sheet, lambda header: labels.get(fold(header)), _mend_column)
    faults += [
        Fault("missing-column", f"the column «{label}» is missing", sheet.where(sheet.header_row), "Put it back.")
        for key, label in sent.columns.items()
        if key not in columns
    ]
    if faults:
        raise SheetError("the columns are not those that were sent", where=path.as_posix(), mend=_OURS, faults=faults)
    rows, faults = row_cells(sheet, columns)
    reader = _Reader(sheet, sent, today)
    said = [reader.row(number, cells) for number, cells in rows]
    known = [item for item in said if item.key in sent.courses]
    return Returned(path.name, sent.deployment, sent.made_at, known), [*faults, *reader.faults]


def _mend_column(header: str) -> str:
    return "Remove it, and write in the remarks what it says."


def _read_sent(sheet: Sheet | None, path: Path) -> _Sent:
    if sheet is None:
        raise SheetError("this is no coordinator's sheet", where=path.as_posix(), mend=_OURS)
    found = [(*row, *[""] * 6)[:6] for row in sent_rows(sheet)]
    courses = [dict(zip(_KEPT, cells, strict=True)) for kind, *cells in found if kind == "course"]
    head = {kind: first for kind, first, *_ in found}
    if head.get("format") != FORMAT or not _is_moment(head.get("made", "")):
        message = f"the hidden sheet «{HIDDEN}» was altered, or is of another version of evaltool"
        raise SheetError(message, where=path.as_posix(), mend=_OURS)
    return _Sent(
        deployment=head.get("deployment", ""),
        made_at=head["made"],
        table=head.get("table", ""),
        columns={key: label for kind, key, label, *_ in found if kind == "column"},
        reasons={code: label for kind, code, label, *_ in found if kind == "reason"},
        courses={(course[PERSON], course[COURSE]): course for course in courses},
    )


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


class _Reader:
    """Reads row by row and gathers what is wrong."""

    def __init__(self, sheet: Sheet, sent: _Sent, today: date):
        self.faults: list[Fault] = []
        self._sheet, self._sent, self._today = sheet, sent, today
        self._reasons = {fold(label): code for code, label in sent.reasons.items()}
        self._reasons |= {code: code for code in sent.reasons}
        self._seen: dict[tuple[str, str], int] = {}

    def row(self, number: int, cells: Mapping[str, Cell]) -> Said:
        texts = {key: cell.text for key, cell in cells.items()}
        self._check_course(number, texts)
        reason, found_on = self._reason(number, texts[FOUND]), self._day(number, texts[FOUND_ON])
        if found_on and not texts[FOUND]:
            self._fault(
                "alone", "there is a date, but not what was found out", number, FOUND, "Choose it, or clear both."
            )
        sent = self._sent.courses.get((texts[PERSON], texts[COURSE]), {})
        return Said(
            where=self._sheet.where(number),
            person_id=texts[PERSON],
            course_id=texts[COURSE],
            reason=reason,
            found_on=found_on,
            remark=texts[REMARK],
            cleared=frozenset(key for key in (FOUND, REMARK) if sent.get(key) and not texts[key]),
        )

    def _check_course(self, number: int, texts: Mapping[str, str]) -> None:
        key = (texts[PERSON], texts[COURSE])
        if key not in self._sent.courses:
            mend = "Write it back as it was sent. A course that was not on the sheet is not added here."
            self._fault("unknown-course", "no such course was on the sheet as it was sent", number, COURSE, mend)
            return
        if texts.get(NAME, "") != self._sent.courses[key][NAME]:
            mend = "Write the names back as they were sent; a new name belongs on the roster."
            self._fault("changed-name", "another name stands at this course than was sent", number, NAME, mend)
        first = self._seen.setdefault(key, number)
        if first != number:
            self._fault("double-course", f"this course stands in row {first} already", number, COURSE, "Keep one row.")

    def _reason(self, number: int, text: str) -> str:
        code = self._reasons.get(fold(text), "")
        if text and not code:
            mend = nearest(text, self._sent.reasons.values())
            self._fault("unknown-reason", "this is not in the list", number, FOUND, mend)
        return code

    def _day(self, number: int, text: str) -> str:
        try:
            day = read_date(text) if text else None
        except ValueError:
            mend = "Write day-month-year, for instance 24-04-2022."
            self._fault("bad-date", "this is not a date", number, FOUND_ON, mend)
            return ""
        if day and day > self._today:
            self._fault("future-date", "this day has not come yet", number, FOUND_ON, "Write the day it was found out.")
        return day.isoformat() if day else ""

    def _fault(self, code: str, message: str, number: int, key: str, mend: str) -> None:
        where = self._sheet.where(number, self._sent.columns.get(key, key))
        self.faults.append(Fault(code, message, where, mend))
