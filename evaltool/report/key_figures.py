"""The report's figures as a workbook: one sheet a chapter, one row a figure, numbers as numbers.

What the report withholds, the workbook withholds: a group with too few answers has its words here, and no number.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from evaltool.report.package import pack, unpack
from evaltool.report.prose import Carrier, Prose
from evaltool.report.row_labels import about_group, group_words, indicator_words, is_share, statistic_words
from evaltool.report.rows import Where
from evaltool.report.source import Source
from evaltool.report.tables import COMPARABLE, passport_lines
from evaltool.report.words import told
from evaltool.results import Estimate
from evaltool.text import say

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*(?:\{[^{}]*\})?\s*$")
_CARRIER = re.compile(r"\{#(ev_\w+)")
_MARKUP = re.compile(r"\[([^\]]*)\]\{[^}]*\}|[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}|\\(.)")
_ILLEGAL_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_HEAD_ROW, _LINE_HEIGHT = 6, 15
_TEXT, _WHOLE, _EXACT, _PER_CENT = "Figure, text", "Figure, whole", "Figure, exact", "Figure, per cent"
_FORMATS = {_TEXT: "@", _WHOLE: "#,##0", _EXACT: "0.000", _PER_CENT: "0%"}
"""The styles of cells, and Excel's formats: each program shows them as its user's language writes numbers."""
_DAY = "mm-dd-yy"
"""Excel's own short date, in whichever order its user writes it."""
_FONT = "Calibri"
_RESPONSE = "response"
_HEAD_FILL, _LINE = PatternFill("solid", fgColor="1F4E5F"), Side(style="thin", color="D5DBE0")

Cell = str | int | float | date | None


@dataclass
class _Shown:
    """An estimate in a chapter: in which section, and how it is shown there."""

    row: Estimate
    section: str
    places: dict[str, None] = field(default_factory=dict[str, None])
    texts: dict[str, None] = field(default_factory=dict[str, None])


@dataclass(frozen=True)
class _Column:
    """A column of the figures: its heading, what it means, how wide it is."""

    head: str
    meaning: str
    width: int


_COLUMNS = (
    _Column("Id", "The figure's number. “evaltool trace” leads from it to the answers.", 26),
    _Column("Section", "The section of the chapter.", 20),
    _Column("Stands in", "Whether it stands in the text, in a table or in a chart.", 13),
    _Column("Indicator", "What is counted.", 36),
    _Column("What", "The kind of figure.", 28),
    _Column("Group", "Whom it is about; “All” is everybody.", 24),
    _Column("Population", "The population it is about.", 14),
    _Column("Number", "How many count.", 11),
    _Column("Base (n)", "Of how many.", 12),
    _Column("Per cent", "The share as the report prints it: whole per cents, and the parts of a sum add up to it.", 12),
    _Column("Value", "The figure itself, not rounded. A share lies between 0 and 1.", 11),
    _Column("Lowest", "The lower end of the 95 per cent interval.", 12),
    _Column("Highest", "The upper end of the 95 per cent interval.", 12),
    _Column("Response rate", "How many of the group answered, where that is known.", 15),
    _Column("Verdict", "Met or not met; of years, whether they can be compared.", 14),
    _Column("To be told", "What must be told with the figure.", 26),
    _Column("Method", "How it was computed.", 30),
    _Column("In the report", "The figure as the report shows it.", 36),
)


def key_figures(source: Source, prose: Prose, title: str) -> bytes:
    """The workbook: what its columns mean, then a sheet for each chapter that has figures."""
    book = openpyxl.Workbook()
    for style in _styles():
        book.add_named_style(style)
    first = book.worksheets[0]
    first.title = _sheet_name(say("Read me", prose.language), [])
    chapters = _chapters(source, title)
    names: list[str] = [first.title]
    for chapter, shown in chapters.items():
        names.append(_sheet_name(chapter, names))
        _write_chapter(book.create_sheet(names[-1]), prose, f"{title} · {chapter}", shown)
    _write_read_me(first, prose, title, list(chapters))
    stream = BytesIO()
    book.save(stream)
    return _undated(stream.getvalue(), prose.context.made_on)


# Which figure stands where


def _chapters(source: Source, title: str) -> dict[str, list[_Shown]]:
    """The figures under each chapter's heading, in their order, each once a section."""
    found: dict[tuple[str, str, str], _Shown] = {}
    for chapter, section, place, carrier in _places(source, title):
        shown = found.setdefault((chapter, section, carrier.row.id), _Shown(carrier.row, section))
        shown.places[place] = shown.texts[carrier.shown] = None
    chapters: dict[str, list[_Shown]] = {}
    for (chapter, _, _), shown in found.items():
        chapters.setdefault(chapter, []).append(shown)
    return chapters


def _places(source: Source, title: str) -> Iterator[tuple[str, str, str, Carrier]]:
    """Chapter, section and kind of place of each carrier. What stands before the first chapter is told by the title."""
    carriers: dict[str, list[Carrier]] = {}
    for carrier in source.carriers:
        carriers.setdefault(carrier.name, []).append(carrier)
    chapter, section = title, ""
    for line in source.markdown.splitlines():
        heading = _HEADING.match(line)
        if heading and len(heading[1]) == 1:
            chapter, section = _plain(heading[2]), ""
        elif heading and len(heading[1]) == 2:
            section = _plain(heading[2])
        for name in _CARRIER.findall(line):
            place = "chart" if name in source.charts else "table" if line.startswith("|") else "text"
            yield from ((chapter, section, place, carrier) for carrier in carriers.get(name, ()))


def _plain(markdown: str) -> str:
    return _MARKUP.sub(lambda found: found[1] or found[2] or "", markdown)


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """At most 31 characters, none of `[]:*?/\\`, no apostrophe at an end, and none twice whatever the case."""
    text = " ".join(_ILLEGAL_IN_NAMES.sub(" ", title).split()).strip("'") or "…"
    used = {name.casefold() for name in (*taken, "History")}  # Excel keeps this one for itself
    for number in range(1, len(used) + 2):
        ending = f" ({number})" if number > 1 else ""
        name = _cut(text, _LONGEST_NAME - len(ending)) + ending
        if name.casefold() not in used:
            return name
    raise AssertionError("more names than sheets")


def _cut(text: str, length: int) -> str:
    """Whole words, as long as there is one."""
    if len(text) <= length:
        return text
    return (text[: length + 1].rpartition(" ")[0] or text[:length]).rstrip(" ,;'")


# Sheets


def _write_chapter(sheet: Worksheet, prose: Prose, title: str, shown: Sequence[_Shown]) -> None:
    _write_top(sheet, prose, title)
    for number, column in enumerate(_COLUMNS, start=1):
        head = _put(sheet, _HEAD_ROW, number, say(column.head, prose.language))
        head.font, head.fill = Font(name=_FONT, bold=True, color="FFFFFF"), _HEAD_FILL
        head.alignment = Alignment(horizontal="left", indent=1, wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for number, figure in enumerate(shown, start=_HEAD_ROW + 1):
        cells = _cells(prose, figure)
        for place, (value, style) in enumerate(cells, start=1):
            _put(sheet, number, place, value).style = style
        sheet.row_dimensions[number].height = _LINE_HEIGHT * max(map(_lines, cells, _COLUMNS))
    sheet.row_dimensions[_HEAD_ROW].height = 2 * _LINE_HEIGHT
    sheet.freeze_panes = f"B{_HEAD_ROW + 1}"
    sheet.auto_filter.ref = f"A{_HEAD_ROW}:{get_column_letter(len(_COLUMNS))}{_HEAD_ROW + len(shown)}"
    _set_page(sheet, prose)


def _lines(cell: tuple[Cell, str], column: _Column) -> int:
    """How many lines the text takes in its column; not every program finds that out by itself."""
    return max(1, len(textwrap.wrap(str(cell[0]), column.width - 3))) if isinstance(cell[0], str) else 1


def _write_top(sheet: Worksheet, prose: Prose, title: str) -> None:
    """What every sheet says of itself: report, population, day, and what the data are."""
    context, language = prose.context, prose.language
    _put(sheet, 1, 1, title).font = Font(name=_FONT, bold=True, size=14)
    _put(sheet, 2, 1, say("Population", language)).font = Font(name=_FONT, bold=True)
    _put(sheet, 2, 2, " · ".join(filter(None, (context.population, about_group(prose)))))
    _put(sheet, 3, 1, say("Made on", language)).font = Font(name=_FONT, bold=True)
    day = _put(sheet, 3, 2, context.made_on)
    day.number_format, day.alignment = _DAY, Alignment(horizontal="left")
    _put(sheet, 4, 1, " · ".join(context.marks)).font = Font(name=_FONT, bold=True, color="C0392B")


def _write_read_me(sheet: Worksheet, prose: Prose, title: str, chapters: Sequence[str]) -> None:
    language = prose.language
    _write_top(sheet, prose, title)
    lead = say("The figures of the report, a sheet for each chapter:", language)
    blocks: list[tuple[str, list[tuple[str, str]]]] = [
        (lead, [("", chapter) for chapter in chapters]),
        (
            say("The columns", language),
            [(say(column.head, language), say(column.meaning, language)) for column in _COLUMNS],
        ),
        (say("Where there is no number", language), [("", say(_WITHHELD, language, few=prose.context.few))]),
        (say("The passport of the figures", language), passport_lines(prose)),
    ]
    row = _HEAD_ROW
    for head, lines in blocks:
        _put(sheet, row, 1, head).font = Font(name=_FONT, bold=True, size=12)
        for label, text in lines:
            row += 1
            for place, value in enumerate((label, text), start=1):
                _put(sheet, row, place, value).alignment = Alignment(wrap_text=True, vertical="top")
        row += 2
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 84
    _set_page(sheet, prose)


_WITHHELD = (
    "The report shows no figure of groups with fewer than {few} answers, and neither does this workbook. "
    "An empty cell means that there is no such number."
)


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> Any:
    """A text stays a text, also where it begins like a formula."""
    cell: Any = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) or None if isinstance(value, str) else value
    if isinstance(cell.value, str):
        cell.data_type = "s"
    return cell


def _styles() -> Iterator[NamedStyle]:
    """A style a kind of cell: it is set far faster than what it is made of."""
    for name, form in _FORMATS.items():
        # Text keeps away from the edge, too: not every program indents all numbers.
        side = "left" if name == _TEXT else "right"
        layout = Alignment(horizontal=side, indent=1, wrap_text=name == _TEXT, vertical="top")
        yield NamedStyle(name, Font(name=_FONT), border=Border(bottom=_LINE), alignment=layout, number_format=form)


def _set_page(sheet: Worksheet, prose: Prose) -> None:
    """Printed it is as wide as the paper, and every page says what the data are."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    properties: Any = sheet.sheet_properties
    properties.pageSetUpPr.fitToPage = True
    header: Any = sheet.oddHeader
    header.center.text = " · ".join(prose.context.marks)
    if sheet.auto_filter.ref:
        sheet.print_title_rows = f"{_HEAD_ROW}:{_HEAD_ROW}"


# One figure


def _cells(prose: Prose, figure: _Shown) -> list[tuple[Cell, str]]:
    """The cells in the order of the columns, each with its style."""
    row, language = figure.row, prose.language
    places = ", ".join(say(place, language) for place in ("text", "table", "chart") if place in figure.places)
    return [
        *_texts(row.id, figure.section, places, indicator_words(prose, row.indicator), statistic_words(prose, row)),
        *_texts(group_words(prose, row.by, row.level), row.population),
        *_numbers(prose, row),
        *_texts(
            _verdict(prose, row),
            told(row.warning, prose.context),
            told(row.method, prose.context),
            " · ".join(figure.texts),
        ),
    ]


def _verdict(prose: Prose, row: Estimate) -> str:
    """On comparing populations, or on the target: then in the words of text and tables."""
    if row.verdict in COMPARABLE:
        return say(COMPARABLE[row.verdict], prose.language)
    return prose.verdict_word(row) if row.verdict else ""


def _texts(*values: str) -> list[tuple[Cell, str]]:
    return [(value, _TEXT) for value in values]


def _numbers(prose: Prose, row: Estimate) -> list[tuple[Cell, str]]:
    """Number, base, per cent, value, interval, response rate: all empty where the report withholds the figure."""
    if prose.silence(row):
        return [(None, _EXACT)] * 7
    share = is_share(row)
    whole = not share and row.estimate is not None and float(row.estimate).is_integer()
    limits = _PER_CENT if share else _EXACT
    return [
        (row.count, _WHOLE),
        (row.n, _WHOLE),
        (float(prose.rounded(row) / 100) if share else None, _PER_CENT),
        (row.estimate, _WHOLE if whole else _EXACT),
        (row.conf_low, limits),
        (row.conf_high, limits),
        (_response_rate(prose, row) if share and row.indicator != _RESPONSE else None, _PER_CENT),
    ]


def _response_rate(prose: Prose, row: Estimate) -> float | None:
    found = prose.rows.find(_RESPONSE, "rr2", Where(row.population, row.by, row.level))
    return None if found is None or prose.silence(found) else found.estimate


def _undated(workbook: bytes, day: date) -> bytes:
    """The report's own date instead of the clock, so that the same input gives the same bytes."""
    parts, stamp = unpack(workbook), datetime.combine(day, time()).isoformat().encode() + b"Z"
    core = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, parts["docProps/core.xml"])
    return pack({**parts, "docProps/core.xml": core})
