"""What workbooks that people fill in have in common: looks, locked cells, a guide, a sheet that says what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from evaltool.responses.sheets import Sheet, SheetError, read_workbook
from evaltool.survey.worksheet import text_cell

HIDDEN = "evaltool"
"""The name of the hidden sheet."""
FONT = "Calibri"
_HEAD = PatternFill("solid", fgColor="1F3864")
_OPEN = PatternFill("solid", fgColor="FFFBD6")
_LINE = Side(style="thin", color="D9D9D9")


def new_book(*titles: str) -> Any:
    """A workbook with these sheets, and the hidden one last."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = titles[0]
    for title in (*titles[1:], HIDDEN):
        book.create_sheet(title)
    book[HIDDEN].sheet_state = "hidden"
    return book


def write_header(sheet: Worksheet, labels: Iterable[str]) -> None:
    for place, label in enumerate(labels, start=1):
        head = text_cell(sheet, 1, place, label)
        head.font, head.fill = Font(name=FONT, bold=True, color="FFFFFF"), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="center")


def dress(cell: Any, *, unlocked: bool, wrap: bool) -> None:
    """How a cell of a table looks; yellow, and the only ones that can be written in, are those unlocked."""
    cell.font = Font(name=FONT)
    cell.alignment = Alignment(wrap_text=wrap, horizontal="left", vertical="top")
    cell.border = Border(bottom=_LINE, right=_LINE)
    if unlocked:
        cell.fill = _OPEN
        cell.protection = Protection(locked=False)


def finish_table(sheet: Worksheet, columns: int, rows: int, *, frozen: str) -> None:
    """Filter, frozen panes, a page that prints, and only the open cells can be written in.

    A column that is sorted alone would give a row another one's words.
    """
    sheet.row_dimensions[1].height = 48
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{rows + 1}"
    sheet.freeze_panes = frozen
    protection: Any = sheet.protection
    protection.sheet = True
    protection.autoFilter = protection.formatColumns = protection.formatRows = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    properties: Any = sheet.sheet_properties
    properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def write_guide(sheet: Worksheet, lines: Sequence[str]) -> None:
    sheet.column_dimensions["A"].width = 110
    for number, line in enumerate(lines, start=1):
        cell = text_cell(sheet, number, 1, line)
        cell.font = Font(name=FONT, bold=number == 1, size=14 if number == 1 else 11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[number].height = 24


def write_texts(sheet: Worksheet, rows: Iterable[Sequence[str]]) -> None:
    for number, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells, start=1):
            text_cell(sheet, number, column, value)


def read_book(path: Path) -> Mapping[str, Sheet]:
    """The sheets of a workbook that came back.

    Raises:
        SheetError: if it is no XLSX file, or only says that one is open.
    """
    if path.name.startswith("~$"):
        mend = "Save and close the workbook there, and give its own file."
        raise SheetError("this only says that a workbook is open in Excel", where=path.as_posix(), mend=mend)
    return read_workbook(path)


def sent_rows(sheet: Sheet) -> list[tuple[str, ...]]:
    """What the hidden sheet holds, row by row."""
    return [sheet.header, *(tuple(cell.text for cell in cells) for _, cells in sheet.rows)]


def fold(text: str) -> str:
    """A label without case and spare blanks."""
    return " ".join(text.split()).casefold()
