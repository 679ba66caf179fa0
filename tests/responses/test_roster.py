import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.chart import BarChart

from evaltool.errors import RosterError
from evaltool.records import Course
from evaltool.responses.roster import read_roster, read_roster_table, write_roster_table
from evaltool.survey.model import Roster

ROSTER = Roster.model_validate(
    {
        "language": "da",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier", "label": {"da": "Nummer"}},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "name": {"role": "name", "sensitivity": "contact"},
            "language": {"role": "language", "sensitivity": "sensitive"},
            "site": {
                "type": "choice",
                "required": True,
                "label": {"da": "Sted", "en": "Site"},
                "choices": {"north": {"label": {"da": "Nørreby"}}, "south": {"label": {"da": "Sønderby"}}},
            },
            "end": {"type": "date"},
            "visits": {"type": "integer"},
            "cohort": {"type": "integer", "year_of": "end"},
        },
    }
)
TEXT = """person_id;course_id;name;language;Sted;end;visits
0012;c1;Åse Prøve;da;Nørreby;31-12-2021;7
0012;c2;Åse Prøve;da;SOUTH;2022-02-01;
0013;c1;;en;south;;12
"""
EXPECTED = [
    {"language": "da", "site": "north", "end": "2021-12-31", "visits": "7", "cohort": "2021"},
    {"language": "da", "site": "south", "end": "2022-02-01", "cohort": "2022"},
    {"language": "en", "site": "south", "visits": "12"},
]


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "roster.csv"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return path


def faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(RosterError) as caught:
        read_roster(path, ROSTER)
    return [(fault.code, fault.where) for fault in caught.value.faults]


MENTORED = ROSTER.model_copy(
    update={
        "columns": {
            **ROSTER.columns,
            **Roster.model_validate(
                {
                    "language": "da",
                    "columns": {
                        "mentor_id": {"role": "person", "respondent": "mentor", "sensitivity": "identifier"},
                        "mentor_name": {"role": "name", "respondent": "mentor", "sensitivity": "contact"},
                        "mentor_language": {"role": "language", "respondent": "mentor", "sensitivity": "contact"},
                        "mentor_street": {"respondent": "mentor", "sensitivity": "contact"},
                    },
                }
            ).columns,
        }
    }
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_gives_the_same(tmp_path, encoding, separator):
    rows = read_roster(write(tmp_path, TEXT.replace(";", separator), encoding), ROSTER)
    assert [row.attributes for row in rows] == EXPECTED
    assert [(row.person_id, row.course_id, row.language) for row in rows] == [
        ("0012", "c1", "da"),
        ("0012", "c2", "da"),
        ("0013", "c1", "en"),
    ]
    assert [row.contact for row in rows] == [{"name": "Åse Prøve"}, {"name": "Åse Prøve"}, {}]


def test_a_mentor_is_read_apart_from_the_courses_own_person(tmp_path):
    text = """person_id;course_id;name;language;site;mentor_id;mentor_name;mentor_language;mentor_street
1;c1;Åse;ar;north;1;Mia;da;Nygade 1
2;c1;Bo;so;south;M9;;;
3;c1;;;south;;;;
"""
    first, second, third = read_roster(write(tmp_path, text), MENTORED)
    mentor = first.respondents["mentor"]
    assert (first.person_id, first.language, first.contact) == ("1", "ar", {"name": "Åse"})
    assert (mentor.person_id, mentor.language, mentor.contact) == (
        *("1", "da", {"name": "Mia", "mentor_street": "Nygade 1"}),
    )
    assert first.attributes == {"language": "ar", "site": "north"}
    assert (second.respondents["mentor"].person_id, second.respondents["mentor"].language) == ("M9", "")
    assert third.respondents == {}


def test_a_roster_may_have_no_mentor_columns_though_the_project_knows_them(tmp_path):
    rows = read_roster(write(tmp_path, TEXT), MENTORED)
    assert [row.respondents for row in rows] == [{}, {}, {}]


def test_a_mentor_who_has_a_name_needs_a_number(tmp_path):
    text = "person_id;course_id;site;mentor_id;mentor_name\n1;c1;north;;Mia\n2;c1;north;M2;\n3;c1;north;;\n"
    with pytest.raises(RosterError) as caught:
        read_roster(write(tmp_path, text), MENTORED)
    assert [(fault.code, fault.where) for fault in caught.value.faults] == [
        ("no-person", "roster.csv, row 2, column «mentor_id»")
    ]
    assert "Mia" not in str(caught.value)


def test_excels_own_first_line_is_understood(tmp_path):
    assert len(read_roster(write(tmp_path, "sep=;\n" + TEXT), ROSTER)) == 3


def test_xlsx_keeps_leading_zeros_and_reads_dates_and_numbers_as_text(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["person_id", "course_id", "site", "end", "visits", None])
    sheet.append(["0012", "c1", "north", datetime(2021, 12, 31), 7, None])  # noqa: DTZ001  # a spreadsheet knows no zone
    sheet.append([13, "c1", "Sønderby", date(2022, 2, 1), "12", None])
    sheet.append([None] * 6)
    sheet["A3"].number_format = "0000"
    book.save(tmp_path / "roster.xlsx")
    rows = read_roster(tmp_path / "roster.xlsx", ROSTER)
    assert [row.person_id for row in rows] == ["0012", "0013"]
    assert [row.attributes for row in rows] == [
        {"site": "north", "end": "2021-12-31", "visits": "7", "cohort": "2021"},
        {"site": "south", "end": "2022-02-01", "visits": "12", "cohort": "2022"},
    ]


def test_every_fault_is_told_at_once_with_sheet_row_and_column(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Forløb"
    sheet.append(["person_id", "course_id", "site", "end", "visits", "sted2"])
    sheet.append(["1", "c1", "north", "31-02-2021", 7])
    sheet.append(["1", "c1", "nort", None, "many"])
    sheet.append(["", date(2021, 1, 3), "", "#N/A", 1.5])
    book.save(tmp_path / "roster.xlsx")
    place = "roster.xlsx, sheet «Forløb», row "
    assert sorted(faults(tmp_path / "roster.xlsx")) == sorted(
        [
            ("unknown-column", place + "1, column «sted2»"),
            ("bad-cell", place + "2, column «end»"),
            ("double-course", place + "3, column «course_id»"),
            ("bad-cell", place + "3, column «site»"),
            ("bad-cell", place + "3, column «visits»"),
            ("bad-cell", place + "4, column «person_id»"),
            ("bad-cell", place + "4, column «course_id»"),
            ("bad-cell", place + "4, column «site»"),
            ("bad-cell", place + "4, column «end»"),
            ("bad-cell", place + "4, column «visits»"),
        ]
    )


def test_a_fault_says_what_stands_there_and_how_to_mend_it(tmp_path):
    path = write(tmp_path, "person_id;course_id;site;end\n1;c1;nort;31-02-2021\n")
    with pytest.raises(RosterError) as caught:
        read_roster(path, ROSTER)
    site, end = caught.value.faults
    assert site.mend == "Did you mean «north»?"
    assert end.message == "«31-02-2021» is not a date"
    assert "24-04-2022" in end.mend


def test_what_could_tell_who_somebody_is_does_not_stand_in_an_error(tmp_path):
    columns = {**ROSTER.columns, "origin": ROSTER.columns["site"].model_copy(update={"sensitivity": "sensitive"})}
    path = write(tmp_path, "person_id;course_id;site;origin\n1;c1;north;Atlantis\n")
    with pytest.raises(RosterError) as caught:
        read_roster(path, ROSTER.model_copy(update={"columns": columns}))
    assert [fault.message for fault in caught.value.faults] == ["this is none of the choices"]
    assert "Atlantis" not in str(caught.value)


def test_unknown_and_missing_columns_name_each_other(tmp_path):
    path = write(tmp_path, "person_id;course_id;sitee;end\n1;c1;north;\n")
    with pytest.raises(RosterError) as caught:
        read_roster(path, ROSTER)
    unknown, missing = caught.value.faults
    assert (unknown.code, unknown.mend) == ("unknown-column", "Did you mean «site»?")
    assert (missing.code, missing.mend) == ("missing-column", "Did you mean «sitee»?")


def test_one_course_twice_names_both_rows_and_no_person(tmp_path):
    path = write(tmp_path, "person_id,course_id,site\nX99,c1,north\nX99,c2,north\nX99,c1,north\n")
    with pytest.raises(RosterError) as caught:
        read_roster(path, ROSTER)
    assert "row 4" in caught.value.faults[0].where
    assert caught.value.faults[0].message == "this course stands in row 2 already"
    assert "X99" not in str(caught.value)


def test_a_derived_year_that_is_given_must_agree(tmp_path):
    good = write(tmp_path, "person_id;course_id;site;end;cohort\n1;c1;north;1-2-2021;2021\n")
    assert read_roster(good, ROSTER)[0].attributes["cohort"] == "2021"
    assert [
        code for code, _ in faults(write(tmp_path, "person_id;course_id;site;end;cohort\n1;c1;north;1-2-2021;2022\n"))
    ] == ["bad-year"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"person_id\r\n", "cannot tell what separates"),
        (b"a,b;c\r\n1,2;3\r\n", "cannot tell what separates"),
        (b"person_id;course_id;site\r\n1;c1;\x81\r\n", "encoding of this file cannot be told"),
        (TEXT.encode("utf-16-le"), "encoding of this file cannot be told"),
        (b"\r\n \r\n", "cannot tell what separates"),
        (b'person_id;course_id;site\r\n1;c1;"north\r\n', "not CSV"),
    ],
)
def test_a_csv_that_cannot_be_told_is_refused(tmp_path, data, message):
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(RosterError, match=message):
        read_roster(path, ROSTER)


@pytest.mark.parametrize("name", ["roster.xlsx", "roster.pdf", "none.csv"])
def test_a_file_that_is_no_table_is_refused(tmp_path, name):
    if name != "none.csv":
        (tmp_path / name).write_bytes(b"not a table")
    with pytest.raises(RosterError):
        read_roster(tmp_path / name, ROSTER)


def workbook(path: Path) -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["person_id", "course_id", "site"])
    book.worksheets[0].append(["0012", "c1", "north"])
    book.save(path)
    return path.read_bytes()


def rezip(path: Path, member: str, data: bytes) -> None:
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, data if name == member else content)


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"</row>", b"<row>"),
        ("xl/worksheets/sheet1.xml", b"<sheetData>", b""),
        ("xl/workbook.xml", b"</sheets>", b""),
        ("xl/workbook.xml", b"sheetId", b"sheetNo"),
        ("[Content_Types].xml", b"sheet.main+xml", b"sheet.none+xml"),
        ("[Content_Types].xml", b"PartName", b"Part"),
    ],
)
def test_an_xlsx_with_damaged_xml_is_refused_in_words(tmp_path, member, old, new):
    path = tmp_path / "roster.xlsx"
    workbook(path)
    with zipfile.ZipFile(path) as book:
        content = book.read(member)
    assert old in content
    rezip(path, member, content.replace(old, new))
    with pytest.raises(RosterError, match="not an XLSX file, or a damaged one") as caught:
        read_roster(path, ROSTER)
    assert (caught.value.where, "save it as .xlsx again" in caught.value.mend) == (path.as_posix(), True)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_truncated_xlsx_is_refused_in_words(tmp_path, keep):
    data = workbook(tmp_path / "roster.xlsx")
    (tmp_path / "roster.xlsx").write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(RosterError, match="damaged"):
        read_roster(tmp_path / "roster.xlsx", ROSTER)


def test_an_xlsx_with_damaged_compression_is_refused_in_words(tmp_path):
    data = bytearray(workbook(tmp_path / "roster.xlsx"))
    place = data.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml")
    data[place : place + 40] = b"\xff" * 40
    (tmp_path / "roster.xlsx").write_bytes(data)
    with pytest.raises(RosterError, match="damaged"):
        read_roster(tmp_path / "roster.xlsx", ROSTER)


def test_an_xlsx_whose_only_sheet_is_a_chart_is_refused_in_words(tmp_path):
    book = openpyxl.Workbook()
    book.create_chartsheet().add_chart(BarChart())
    book.remove(book.worksheets[0])
    book.save(tmp_path / "roster.xlsx")
    with pytest.raises(RosterError, match="no sheet with cells"):
        read_roster(tmp_path / "roster.xlsx", ROSTER)


def test_a_number_too_large_for_a_spreadsheet_is_a_fault_of_its_cell(tmp_path):
    path = tmp_path / "roster.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["person_id", "course_id", "site", "visits"])
    book.worksheets[0].append(["0012", "c1", "north", 7654321])
    book.save(path)
    with zipfile.ZipFile(path) as zipped:
        content = zipped.read("xl/worksheets/sheet1.xml")
    rezip(path, "xl/worksheets/sheet1.xml", content.replace(b"7654321", b"1e999"))
    assert faults(path) == [("bad-cell", "roster.xlsx, sheet «Sheet», row 2, column «visits»")]


def test_a_folder_called_like_a_table_is_refused(tmp_path):
    (tmp_path / "roster.csv").mkdir()
    with pytest.raises(RosterError, match="cannot be opened"):
        read_roster(tmp_path / "roster.csv", ROSTER)


def test_too_many_cells_in_a_row_are_told(tmp_path):
    assert ("too-many-cells", "roster.csv, row 2") in faults(
        write(tmp_path, "person_id,course_id,site,visits\n1,c1,north,1,5\n")
    )


def test_the_roster_table_has_pseudonyms_and_attributes_only(tmp_path):
    courses = [
        Course(
            unit="u_b",
            person="p_1",
            person_id="0012",
            course_id="c1",
            language="da",
            attributes={"site": "north", "visits": "12"},
        ),
        Course(
            unit="u_a", person="p_1", person_id="0012", course_id="c2", language="da", attributes={"end": "2021-12-31"}
        ),
    ]
    columns = {name: ROSTER.attributes[name] for name in ("site", "end", "visits")}
    write_roster_table(courses, tmp_path / "data" / "roster.parquet", columns=columns)
    table = read_roster_table(tmp_path / "data" / "roster.parquet")
    assert table["visits"].to_list() == [pd.NA, 12]
    assert table.drop(columns="visits").fillna("-").to_dict("list") == {
        "unit": ["u_a", "u_b"],
        "person": ["p_1", "p_1"],
        "site": ["-", "north"],
        "end": ["2021-12-31", "-"],
    }


def test_a_roster_that_was_not_imported_is_told(tmp_path):
    with pytest.raises(RosterError, match="not imported"):
        read_roster_table(tmp_path / "roster.parquet")
