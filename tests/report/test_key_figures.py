"""The key figures as a workbook, read back as a spreadsheet program reads them."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from report_samples import context, rows, share

from evaltool.report.definition import ReportDefinition
from evaltool.report.key_figures import key_figures
from evaltool.report.prose import Prose
from evaltool.report.row_labels import group_words, statistic_words
from evaltool.report.rows import Rows
from evaltool.report.source import Template, fill

PARTS = {"job_or_education": ("job", "education")}
DEFINITION = ReportDefinition.model_validate(
    {
        "format": 1,
        "title": {"en": "Report"},
        "subtitle": {"en": "Made up"},
        "file": {"en": "report"},
        "template": {"en": "report.md"},
        "parts": PARTS,
        "charts": {
            "jobs": {"kind": "bars", "indicators": ["job_or_education", "job"], "title": {"en": "Jobs"}},
        },
        "tables": {
            "sites": {"kind": "groups", "by": "site", "indicators": ["job_or_education"]},
            "courses": {"kind": "counts", "by": "site", "indicators": ["courses"]},
        },
    }
)
TEXT = """\
# 1 Jobs

{{ share("job_or_education") }}, {{ percent("job") }} and {{ percent("education") }}. {{ verdict("job_or_education") }}

{{ chart("jobs") }}

# 2 Words without a figure

# 3 Sites/places: how *many* & where they all are [now]

## In each

{{ table("sites") }}

{{ table("courses") }}

# 3 Sites/Places: how many & where they all went
{{ of("response", "rr2") }}
"""


def workbook(text: str = TEXT, some: Any = None, language: str = "en", **changes: Any) -> Any:
    told = Prose(Rows(rows() if some is None else some), context(language, **changes), PARTS)
    made = key_figures(fill(Template(Path("report.md"), text), DEFINITION, told), told, "Report 2021")
    return openpyxl.load_workbook(BytesIO(made))


def figures(sheet: Any) -> list[dict[str, Any]]:
    head = [cell.value for cell in sheet[6]]
    return [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=7)]


def figure(sheet: Any, *, indicator: str, what: str = "share", group: str = "All") -> dict[str, Any]:
    found = [
        row
        for row in figures(sheet)
        if (row["Indicator"].value, row["What"].value, row["Group"].value) == (indicator, what, group)
    ]
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def book() -> Any:
    return workbook()


def test_there_is_a_sheet_for_each_chapter_with_figures_in_their_order(book: Any) -> None:
    assert book.sheetnames == [
        "Read me",
        "1 Jobs",
        "3 Sites places how many & where",  # 31 signs, cut between two words
        "3 Sites Places how many & (2)",  # the same to a program that does not mind capitals
    ]
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_a_figure_stands_once_a_chapter_with_its_places_and_its_numbers(book: Any) -> None:
    row = figure(book["1 Jobs"], indicator="In a job or education")
    assert row["Stands in"].value == "text, chart"
    assert (row["Number"].value, row["Base (n)"].value) == (51, 87)
    assert row["Value"].value == 51 / 87
    assert (row["Per cent"].value, row["Per cent"].number_format) == (0.59, "0%")
    assert (row["Lowest"].value, row["Highest"].value) == (0.4812, 0.6838)
    assert row["Response rate"].value == 87 / 124
    assert row["In the report"].value.startswith("51 of 87 (59 per cent; 95 per cent interval 48–68)")
    assert row["Id"].value.startswith("ev_")


def test_parts_add_up_to_their_whole_as_in_the_report(book: Any) -> None:
    """44 + 15 = 59, though 13 of 87 is 14.9 and 38 of 87 is 43.7."""
    sheet = book["1 Jobs"]
    parts = [figure(sheet, indicator=name)["Per cent"].value for name in ("In a job", "In education without a job")]
    assert parts == [0.44, 0.15]


def test_verdicts_stand_in_words(book: Any) -> None:
    row = figure(book["1 Jobs"], indicator="In a job or education", what="test against the target (p)")
    assert row["Verdict"].value == "met"
    assert row["Per cent"].value is None


def test_what_the_report_withholds_has_no_number(book: Any) -> None:
    sheet = book["3 Sites places how many & where"]
    row = figure(sheet, indicator="In a job or education", group="Site: København-Tingbjerg")
    numbers = ("Number", "Base (n)", "Per cent", "Value", "Lowest", "Highest", "Response rate")
    assert [row[name].value for name in numbers] == [None] * 7
    assert row["In the report"].value == "too few answers"
    shown = figure(sheet, indicator="In a job or education", group="Site: Odense")
    assert (shown["Section"].value, shown["Number"].value) == ("In each", 15)


def test_counts_are_whole_numbers_and_no_shares(book: Any) -> None:
    row = figure(book["3 Sites places how many & where"], indicator="Courses", what="count: Ended")
    assert (row["Number"].value, row["Value"].value, row["Per cent"].value) == (124, 124, None)


def test_every_sheet_says_what_it_is(book: Any) -> None:
    for sheet in book.worksheets:
        assert sheet["A1"].value.startswith("Report 2021")
        assert sheet["B2"].value == "2021"
        assert sheet["B3"].value == datetime(2022, 4, 24)  # noqa: DTZ001  # a day of the calendar
        assert sheet["B3"].is_date
        assert sheet["A4"].value == "MADE-UP DATA"
        assert sheet.oddHeader.center.text == "MADE-UP DATA"
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B7"
        assert sheet.auto_filter.ref.startswith("A6:R")


def test_read_me_explains_every_column_and_has_the_passport(book: Any) -> None:
    told = {row[0]: row[1] for row in book["Read me"].iter_rows(values_only=True) if row[0]}
    heads = [cell.value for cell in book["1 Jobs"][6]]
    assert all(told.get(head) for head in heads)
    assert told["Archive segments"] == "three"
    assert told["Analysis plan (hash)"] == "a" * 12


@pytest.mark.parametrize("begin", ["=1+1", "+45", "-2", "@me"])
def test_words_that_look_like_a_formula_stay_words(begin: str) -> None:
    row = share("job", 38, 87, warning=begin, method=begin)
    cells = figures(workbook('# One\n\n{{ share("job") }}', [row])["One"])[0]
    assert [(cells[name].value, cells[name].data_type) for name in ("To be told", "Method")] == [(begin, "s")] * 2


def test_figures_before_the_first_chapter_and_none_at_all() -> None:
    assert workbook('{{ share("job") }}').sheetnames == ["Read me", "Report 2021"]
    assert workbook("# Words").sheetnames == ["Read me"]


def test_a_chapter_may_be_called_like_the_sheet_that_excel_keeps_for_itself() -> None:
    assert workbook('# History\n{{ share("job") }}\n# Read me\n{{ share("job") }}').sheetnames == [
        "Read me",
        "History (2)",
        "Read me (2)",
    ]


def test_the_workbook_speaks_the_language_of_the_report() -> None:
    sheet = workbook('# Job\n\n{{ share("job") }}', language="da")["Job"]
    assert [cell.value for cell in sheet[6]][:4] == ["Id", "Afsnit", "Står i", "Indikator"]
    assert figures(sheet)[0]["I rapporten"].value == "38 af 87 (44 pct.; 95 pct.-interval 34–54)"


def test_headings_are_not_broken_within_a_word() -> None:
    """Four signs of each column's width go to its edges, the indent and the button of the filter."""
    for language in ("en", "da"):
        sheet = workbook('# Job\n\n{{ share("job") }}', language=language)["Job"]
        widths = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[6]}
        broken = {head: max(map(len, head.split())) for head in widths}
        assert {head: long for head, long in broken.items() if long > widths[head] - 4} == {}


def test_numbers_do_not_touch_the_text_beside_them(book: Any) -> None:
    row = figure(book["1 Jobs"], indicator="In a job or education")
    found = [row[name].alignment for name in ("Number", "Value", "Per cent", "Response rate")]
    assert [(each.horizontal, each.indent) for each in found] == [("right", 1)] * 4
    assert (row["Verdict"].alignment.horizontal, row["Verdict"].alignment.indent) == ("left", 1)


def test_an_english_workbook_quotes_as_english_does() -> None:
    row = share("job", 38, 87, method="Holm over 2 tests of «outcomes»", warning="«job»: version 2: Other words")
    made = workbook('# One\n\n{{ share("job") }}', [row])
    texts = [cell for sheet in made for line in sheet.iter_rows(values_only=True) for cell in line if cell]
    assert not [text for text in map(str, texts) if "«" in text or "»" in text]
    assert "Whom it is about; “All” is everybody." in texts
    assert "Holm over 2 tests of “outcomes”" in texts


YEARS = {"by": "cohort", "level": "2022", "comparison": "years: 2021"}
SITES = {"by": "site", "level": "odense", "comparison": "sites: aarhus"}
OF_SURVEY = {"by": "survey", "level": "mentee-end@1"}


def test_the_themes_of_an_open_question_have_their_words() -> None:
    told = Prose(Rows([]), context("da"))
    row = share("best", 4, 20, statistic="theme[talk]")
    assert statistic_words(told, row) == "andel med temaet: En at tale med"


@pytest.mark.parametrize(
    ("statistic", "where", "what", "group"),
    [
        ("difference", SITES, "forskel på to andele, sammenlignet med Aarhus", "Sted: Odense"),
        ("p_value", YEARS, "test af en forskel (p), sammenlignet med 2021", "Årgang: 2022"),
        ("cramers_v", {"by": "site", "comparison": "sites"}, "styrke (Cramérs V)", "Sted"),
        ("mode[self]", OF_SURVEY, "måde at svare på: selv", "Spørgeskema: mentee-end@1"),
        ("helped[ar]", OF_SURVEY, "fik hjælp til at svare: arabisk", "Spørgeskema: mentee-end@1"),
        ("share_of_interviews", {}, "andel af alle besvarelser", "I alt"),
    ],
)
def test_what_a_figure_is_and_whom_it_is_about_is_told_in_danish(
    statistic: str, where: dict[str, str], what: str, group: str
) -> None:
    told = Prose(Rows([]), context("da"))
    row = share("job", 4, 20, **{**where, "statistic": statistic})
    assert (statistic_words(told, row), group_words(told, row.by, row.level)) == (what, group)


def test_same_input_gives_the_same_bytes() -> None:
    told = [Prose(Rows(rows()), context("en")) for _ in range(2)]
    first, second = (
        key_figures(fill(Template(Path("r.md"), '{{ share("job") }}'), DEFINITION, each), each, "R") for each in told
    )
    assert first == second
