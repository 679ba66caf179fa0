"""The workbook of one coder: a row an answer, a column a theme; written to be filled in, and read back cell by cell.

What was sent stands in a hidden sheet, so that altered columns and lost rows are told.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaltool.errors import Fault
from evaltool.responses.sheets import Sheet, SheetError, match_header, row_cells
from evaltool.survey.worksheet import text_cell
from evaltool.text import direction
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

FORMAT = "1"
ROW, POPULATION, LANGUAGE, FLAGS, ANSWER = "row", "population", "language", "flags", "answer"
TRANSLATION, NONE, QUOTE, CLEARED = "translation", "none", "quote", "cleared"
MARKS = frozenset({"x", "X"})
THEME, PRINT = "theme ", "print "
"""Columns of a theme or a language are called so, with its code behind."""
_WIDTHS = {ROW: 13, POPULATION: 12, LANGUAGE: 13, FLAGS: 30, ANSWER: 60, TRANSLATION: 40, PRINT: 40, CLEARED: 20}
_MARK_WIDTH, _LINE_HEIGHT = 13, 15
_HIGHEST = 409  # Excel calls a workbook with a higher row damaged


def is_open(key: str) -> bool:
    """Whether the coder writes in this column."""
    return key in {TRANSLATION, NONE, QUOTE, CLEARED} or key.startswith((THEME, PRINT))


def is_written(key: str, text: str) -> bool:
    """Whether the coder has written this there; the column for quotes can also say that there is no consent."""
    return is_open(key) and (text in MARKS if key == QUOTE else bool(text))


def needs_consent(key: str) -> bool:
    """Whether the column is only open where somebody agreed to be quoted."""
    return key in {QUOTE, CLEARED} or key.startswith(PRINT)


@dataclass(frozen=True)
class CodingRow:
    """The cells of an answer by column. `language` is the code of the one it is in."""

    cells: Mapping[str, str] = field(repr=False)
    language: str
    quotable: bool


@dataclass(frozen=True, repr=False)
class CodingBook:
    """What a workbook holds. `columns` are labels by key; `titles` those of its three sheets.

    `themes` is the list of themes with its header, `no_consent` what stands where nothing may be quoted.
    """

    survey: str
    question: str
    coder: str
    titles: tuple[str, str, str]
    columns: Mapping[str, str]
    rows: Sequence[CodingRow]
    themes: Sequence[Sequence[str]]
    guide: Sequence[str]
    no_consent: str


def write_coding_book(path: Path, content: CodingBook) -> None:
    """Write the workbook, whole or not at all."""
    book = new_book(*content.titles)
    table, themes, guide, hidden = book.worksheets
    _write_table(table, content)
    _write_themes(themes, content.themes)
    write_guide(guide, content.guide)
    write_texts(hidden, _sent(content))
    _save(book, path)


def _save(book: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    book.save(part)
    part.replace(path)


def _write_table(sheet: Worksheet, content: CodingBook) -> None:
    write_header(sheet, content.columns.values())
    for number, row in enumerate(content.rows, start=2):
        lines = max(_lines(key, text) for key, text in row.cells.items())
        sheet.row_dimensions[number].height = min(_LINE_HEIGHT * lines, _HIGHEST)
    dressed: dict[tuple[bool, bool], Any] = {}
    for place, key in enumerate(content.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(key)
        for number, row in enumerate(content.rows, start=2):
            closed = needs_consent(key) and not row.quotable
            text = (content.no_consent if key == QUOTE else "") if closed else row.cells.get(key, "")
            cell = text_cell(sheet, number, place, ILLEGAL_CHARACTERS_RE.sub(" ", text))
            kind = (is_open(key) and not closed, key == ANSWER and direction(row.language) == "rtl")
            if kind in dressed:  # to work out the same style anew for each cell takes most of the time
                cell._style = copy(dressed[kind]._style)
            else:
                dressed[kind] = _dressed(cell, unlocked=kind[0], leftwards=kind[1])
    finish_table(sheet, len(content.columns), len(content.rows), frozen="B2")
    _add_choice(sheet, content)


def _dressed(cell: Any, *, unlocked: bool, leftwards: bool) -> Any:
    dress(cell, unlocked=unlocked, wrap=True)
    if leftwards:
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right", readingOrder=2)
    return cell


def _width(key: str) -> int:
    return _WIDTHS.get(PRINT if key.startswith(PRINT) else key, _MARK_WIDTH)


def _lines(key: str, text: str) -> int:
    """How many lines the text needs in its column: not every program finds it out when it opens a workbook."""
    return sum(1 + len(line) // (_width(key) - 2) for line in text.split("\n"))


def _add_choice(sheet: Any, content: CodingBook) -> None:
    """An x is what a mark can be."""
    rule: Any = DataValidation(type="list", formula1='"x"', allow_blank=True)
    rule.showErrorMessage = True
    for place, key in enumerate(content.columns, start=1):
        if is_open(key) and key != TRANSLATION and not key.startswith(PRINT):
            letter = get_column_letter(place)
            rule.add(f"{letter}2:{letter}{max(len(content.rows) + 1, 2)}")
    sheet.add_data_validation(rule)


def _write_themes(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    write_header(sheet, rows[0])
    for place, width in enumerate((16, 36, 90), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        for number, row in enumerate(rows[1:], start=2):
            dress(text_cell(sheet, number, place, row[place - 1]), unlocked=False, wrap=True)


def _sent(content: CodingBook) -> list[tuple[str, ...]]:
    return [
        ("format", FORMAT),
        ("survey", content.survey),
        ("question", content.question),
        ("coder", content.coder),
        ("table", content.titles[0]),
        *(("column", key, label) for key, label in content.columns.items()),
        *(("row", row.cells[ROW]) for row in content.rows),
    ]


# Reading


@dataclass(frozen=True, repr=False)
class Filled:
    """A workbook that came back: whose it is, and its rows as they are told of and with their cells by column.

    `sent` are the rows that it was made with.
    """

    path: Path
    survey: str
    question: str
    coder: str
    columns: Mapping[str, str]
    sent: tuple[str, ...]
    rows: Sequence[tuple[int, Mapping[str, str]]]
    sheet: Sheet

    def fault(self, code: str, message: str, number: int, key: str, mend: str) -> Fault:
        return Fault(code, message, self.sheet.where(number, self.columns.get(key, key)), mend)


_OURS = "Give a workbook that «evaltool coding make» made; its sheets keep their names."


def read_coding_book(path: Path) -> tuple[Filled, list[Fault]]:
    """Read a workbook that a coder has filled in, and what spreadsheet programs did to its cells.

    Raises:
        SheetError: if it is no workbook of ours, cannot be opened, or its columns are altered.
    """
    sheets = read_book(path)
    hidden = sheets.get(HIDDEN)
    found = [(*row, "", "", "")[:3] for row in sent_rows(hidden)] if hidden else []
    head = {kind: first for kind, first, _ in found}
    if head.get("format") != FORMAT or "coder" not in head:
        raise SheetError("this is no coder's sheet, or one of another version", where=path.as_posix(), mend=_OURS)
    sheet = sheets.get(head.get("table", ""))
    if sheet is None:
        raise SheetError(f"the sheet «{head.get('table')}» is gone", where=path.as_posix(), mend=_OURS)
    columns = {key: label for kind, key, label in found if kind == "column"}
    order = _columns(path, sheet, columns)
    cells, faults = row_cells(sheet, order)
    rows = [(number, {key: cell.text for key, cell in row.items()}) for number, row in cells]
    sent = tuple(first for kind, first, _ in found if kind == "row")
    return Filled(path, head["survey"], head["question"], head["coder"], columns, sent, rows, sheet), faults


def _columns(path: Path, sheet: Sheet, sent: Mapping[str, str]) -> list[str]:
    labels = {fold(label): key for key, label in sent.items()}
    mend = "Take it away; what it says can stand in the translation."
    columns, faults = match_header(sheet, lambda header: labels.get(fold(header)), lambda _: mend)
    for key in sent:
        if key not in columns:
            place = sheet.where(sheet.header_row)
            faults.append(Fault("missing-column", f"the column «{sent[key]}» is missing", place, "Put it back."))
    if faults:
        raise SheetError("the columns are not those that were sent", where=path.as_posix(), mend=_OURS, faults=faults)
    return columns


def holds_rows(path: Path, rows: Collection[str]) -> bool:
    """Whether a coder's workbook has one of these rows. Raises SheetError if it cannot be read."""
    return any(set(row) & set(rows) for sheet in read_book(path).values() for row in sent_rows(sheet))


def forget_rows(path: Path, rows: Collection[str]) -> None:
    """Empty these rows in every sheet of a coder's workbook."""
    book: Any = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            if any(cell.value in rows for cell in cells):
                for cell in cells:
                    cell.value = None
    _save(book, path)
