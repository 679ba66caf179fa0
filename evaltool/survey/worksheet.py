"""A workbook for translators without tools of their own: written to be filled in, read again cell by cell.

What was sent stands in a hidden sheet, so that lost rows and altered cells are told.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.formatting.rule import FormulaRule  # pyright: ignore[reportUnknownVariableType]  # its stubs are partial
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaltool.errors import DefinitionError, Fault
from evaltool.survey.catalogue import STATES
from evaltool.survey.exchange import Base, Row, Sent, Task
from evaltool.text import direction
from evaltool.yamlfile import nearest

FORMAT = 1
README, HIDDEN = "Read me", "evaltool"
WIDTHS: Mapping[str, int] = {
    "key": 24,
    "where": 22,
    "kind": 10,
    "limit": 7,
    "context": 34,
    "former source": 30,
    "source": 44,
    "translation": 44,
    "back-translation": 34,
    "state": 12,
    "by": 14,
    "on": 11,
    "machine": 9,
    "comment": 30,
}
COLUMNS = tuple(WIDTHS)
_YOURS = ("translation", "back-translation", "state", "comment")
_READ = ("key", "source", *_YOURS)
_FOREIGN = ("translation",)
_LOCKED = PatternFill("solid", fgColor="EDEDED")
_OPEN = PatternFill("solid", fgColor="FFFFF0")
_HEAD = PatternFill("solid", fgColor="1F3864")
_TOO_LONG = PatternFill("solid", bgColor="F8CBAD")
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, SyntaxError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError),
)
"""What openpyxl lets through from a damaged file; SyntaxError is the errors of both XML parsers that it may use."""
RULES = (
    "Write in the yellow columns only: translation, back-translation, state, comment. Grey cells stay as they are.",
    "Translate what is meant, so that another reader answers the same question. «context» says what to take care of.",
    "Keep what stands in ${…} exactly as it is, for instance ${privacy.phone}: a name or number is put there.",
    "In a script that runs from the right it may look turned round: copy it from «source», and it is right.",
    "Keep the numbers. You may write them in the digits of your script (6, ٦, ۶).",
    "Codes behind the answers are not in this file, and are never translated. Choices must differ from each other.",
    "«limit» is the most characters that fit. A cell that turns red is too long.",
    "«back-translation»: your translation put back into the source's language word by word, best by somebody else.",
    "«state»: draft, translated, reviewed (by a second person), adjudicated (both agreed), pretested (with readers).",
    "A changed translation becomes «translated» by itself. Raise the state of a row that you reviewed and found right.",
    "«former source» is shown where the source has changed: the translation beside it was written for that.",
    "Delete no row, add none, and leave this workbook's sheets and their names as they are. Sorting is fine.",
    "Save as .xlsx, without a password, and send the whole file back.",
)


def write_worksheet(path: Path, sent: Sent, tasks: Sequence[Task]) -> None:
    """Write the workbook, whole or not at all."""
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.title = README
    _write_readme(first, sent, len(tasks))
    _write_tasks(book.create_sheet(sent.language), sent, tasks)
    hidden = book.create_sheet(HIDDEN)
    for number, cells in enumerate(_sent_rows(sent), start=1):
        for column, value in enumerate(cells, start=1):
            text_cell(hidden, number, column, value)
    hidden.sheet_state = "hidden"
    book.active = 1
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    book.save(part)
    part.replace(path)


def _write_readme(sheet: Worksheet, sent: Sent, count: int) -> None:
    sheet.column_dimensions["A"].width = 110
    title = f"Translation of {sent.survey}, version {sent.version}, into «{sent.language}»: {count} texts"
    for number, line in enumerate((title, *RULES), start=1):
        cell = text_cell(sheet, number, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A1"].font = Font(bold=True, size=14)


def _sent_rows(sent: Sent) -> list[tuple[str, ...]]:
    head = {"format": str(FORMAT), "survey": sent.survey, "version": str(sent.version), "language": sent.language}
    return [*head.items(), *(("text", key, *astuple(base)) for key, base in sent.bases.items())]


def _write_tasks(sheet: Worksheet, sent: Sent, tasks: Sequence[Task]) -> None:
    foreign_right = direction(sent.language) == "rtl"
    sheet.sheet_view.rightToLeft = foreign_right
    sheet.freeze_panes = "A2"
    for column, name in enumerate(COLUMNS, start=1):
        head = text_cell(sheet, 1, column, name)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[name]
    for number, task in enumerate(tasks, start=2):
        for column, (name, value) in enumerate(_task_cells(task).items(), start=1):
            cell = text_cell(sheet, number, column, value)
            cell.fill = _OPEN if name in _YOURS else _LOCKED
            foreign = foreign_right and name in _FOREIGN
            cell.alignment = Alignment(
                wrap_text=True,
                vertical="top",
                horizontal="right" if foreign else "left",
                readingOrder=2 if foreign else 1,
            )
        sheet.cell(number, COLUMNS.index("limit") + 1, task.limit).number_format = "0"
    _add_help(sheet, len(tasks) + 1)


def _task_cells(task: Task) -> dict[str, str]:
    entry = task.entry
    state = entry.state if entry.text else ""
    machine = "yes" if entry.machine else ""
    values = (task.key, task.place, task.kind, "", task.context, entry.former, task.source, entry.text, entry.back)
    return dict(zip(COLUMNS, (*values, state, entry.by, entry.on, machine, entry.comment), strict=True))


def text_cell(sheet: Worksheet, row: int, column: int, value: str) -> Any:
    """A cell that spreadsheet programs keep as text: no date, number or formula is made of it."""
    cell: Any = sheet.cell(row, column)
    if value:
        cell.value = value
        cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _add_help(sheet: Any, last: int) -> None:
    """The states to choose from, red for what is too long, and a page that prints."""
    state = get_column_letter(COLUMNS.index("state") + 1)
    choice: Any = DataValidation(type="list", formula1=f'"{",".join(STATES)}"', allow_blank=True)
    choice.error, choice.errorTitle = f"One of: {', '.join(STATES)}", "Unknown state"
    choice.showErrorMessage = True
    sheet.add_data_validation(choice)
    choice.add(f"{state}2:{state}{max(last, 2)}")
    text, limit = (get_column_letter(COLUMNS.index(name) + 1) for name in ("translation", "limit"))
    make_rule: Any = FormulaRule  # pyright: ignore[reportUnknownVariableType]  # its stubs are partial
    rule = make_rule(formula=[f"LEN(${text}2)>${limit}2"], fill=_TOO_LONG)
    sheet.conditional_formatting.add(f"{text}2:{text}{max(last, 2)}", rule)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


# Reading


def read_worksheet(path: Path) -> tuple[Sent, list[Row], list[Fault]]:
    """What the workbook was made for, its rows, and what spreadsheet programs did to their cells.

    Raises:
        DefinitionError: if it is no workbook of an export, or a sheet of it is gone.
    """
    book = _open(path)
    where = path.as_posix()
    mend = "Fill in the file that «evaltool translate export» made; its sheets keep their names."
    if HIDDEN not in book.sheetnames:
        raise DefinitionError("this is no workbook of an export", where=where, mend=mend)
    sent = _read_sent([[str(cell.value or "") for cell in row] for row in book[HIDDEN].iter_rows()], where, mend)
    if sent.language not in book.sheetnames:
        names = ", ".join(f"«{name}»" for name in book.sheetnames if name not in {README, HIDDEN})
        message = f"the file is for «{sent.language}», but there is no sheet of this name ({names or 'none'})"
        raise DefinitionError(message, where=where, mend=mend)
    rows, faults = _read_rows(book[sent.language], f"{path.name}, sheet «{sent.language}»")
    return sent, rows, faults


def _open(path: Path) -> Any:
    data = path.read_bytes()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        mend = "Save it as .xlsx without a password."
        raise DefinitionError("the file has a password, or is an old .xls", where=path.as_posix(), mend=mend)
    try:
        return openpyxl.load_workbook(io.BytesIO(data))
    except DAMAGED:
        mend = "Open it in a spreadsheet program and save it as .xlsx again, without a password."
        raise DefinitionError("not an XLSX file, or a damaged one", where=path.as_posix(), mend=mend) from None


def _read_sent(rows: Sequence[Sequence[str]], where: str, mend: str) -> Sent:
    head = {row[0]: row[1] for row in rows if row[0] != "text"}
    if head.get("format") != str(FORMAT) or not head.get("version", "").isdecimal():
        message = f"the hidden sheet «{HIDDEN}» was altered, or is of another version of evaltool"
        raise DefinitionError(message, where=where, mend=mend)
    bases = {key: Base(*rest[:4]) for kind, key, *rest in rows if kind == "text" and len(rest) >= 4}
    return Sent(head.get("survey", ""), int(head["version"]), head.get("language", ""), bases)


def _read_rows(sheet: Worksheet, where: str) -> tuple[list[Row], list[Fault]]:
    header = [str(cell.value or "").strip().lower() for cell in next(sheet.iter_rows(max_row=1))]
    faults: list[Fault] = []
    for name in _READ:
        if header.count(name) != 1:
            message = f"the column «{name}» {'stands twice' if name in header else 'is missing'}"
            mend = nearest(name, [found for found in header if found and found not in COLUMNS])
            faults.append(Fault("columns", message, f"{where}, row 1", mend or "Put the first row back as it was."))
    if faults:
        return [], faults
    rows: list[Row] = []
    for number, cells in enumerate(sheet.iter_rows(min_row=2), start=2):
        place = f"{where}, row {number}"
        found = {name: cells[header.index(name)] for name in _READ}
        values = {name: _text(cell.value) for name, cell in found.items()}
        if any(values.values()):
            faults += [fault for name in _READ if (fault := _cell_fault(name, found[name], place))]
            rows.append(_row(place, values))
    return rows, faults


def _row(place: str, values: Mapping[str, str]) -> Row:
    return Row(
        where=place,
        key=values["key"],
        source=values["source"],
        text=values["translation"],
        back=values["back-translation"],
        state=values["state"].lower(),
        comment=values["comment"],
    )


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("_x000D_", "").replace("\r\n", "\n").strip()


_MADE = {
    "d": "a date",
    "n": "a number (leading zeros may be lost)",
    "b": "true or false",
    "e": "an error",
    "f": "a formula",
}


def _cell_fault(column: str, cell: Any, place: str) -> Fault | None:
    """A spreadsheet program has made something else of a text."""
    kind = _MADE.get(str(cell.data_type)) if cell.value is not None else None
    if kind is None:
        return None
    mend = "Format the cell as text, and write it again."
    return Fault("not-text", f"the cell has become {kind}", f"{place}, column «{column}»", mend)
