"""Coordinators' sheets: what stands on them, and what comes back."""

import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from evaltool.contacts.vault import Vault
from evaltool.errors import ProjectError, RosterError
from evaltool.project import Project, read_project
from evaltool.records import Deployment
from evaltool.responses.dataset import read_dataset
from evaltool.responses.dispositions import read_findings
from evaltool.responses.sheets import SheetError
from evaltool.server.store import Store
from evaltool.workflows import coordinators, findings
from evaltool.workflows.cleaning import clean
from evaltool.workflows.connecting import database_url
from evaltool.workflows.coordinators import file_names, make_sheets
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.erasing import Who, erase
from evaltool.workflows.fieldwork import import_roster, invite, pull
from evaltool.workflows.findings import read_sheets, silenced
from evaltool.workflows.starting import init_project

HEADER = "person_id;course_id;name;phone;language;site;start_date;end_date;status;coordinator\n"
ROSTER = (
    HEADER
    + """\
P1;C1;Åse Ærø;+45 11 11 11 11;en;north;01-02-2024;30-06-2024;ended;Anna
P2;C2;Bo;+45 22 22 22 22;en;south;01-02-2024;30-06-2024;ended;Anna
P2;C3;Bo;+45 22 22 22 22;en;south;01-02-2024;31-07-2024;ended;Anna
P3;C4;=cmd;0045;en;south;01-02-2024;30-06-2024;ended;Anna
P4;C5;Dea;;en;north;01-02-2024;30-06-2024;ended;anna
P5;C6;Eva;;en;north;01-02-2024;30-06-2024;ended;
"""
)
DAY, LATER = "2024-09-01T08:00:00+00:00", "2024-09-02T08:00:00+00:00"
NAME, PERSON, COURSE, STATUS, FOUND, WHEN, REMARK, LINK = 0, 3, 4, 7, 8, 9, 10, 11
SECRET = "what she wrote in confidence"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Six courses, invited and pulled: C1 answered, C2 refused, C3 has begun, and nobody else has opened it."""
    init_project(tmp_path / "programme")
    project = read_project(tmp_path / "programme")
    with (project.surveys / "roster.yaml").open("a", encoding="utf-8") as file:
        file.write("  coordinator: {label: Coordinator, role: coordinator}\n")
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    import_roster(project, roster)
    release(project, "participant-end", 1)
    invite(project, deploy(project, "participant-end", 1).deployment)
    answer(project, {"C1": "complete", "C2": "refused", "C3": "partial"})
    pull(project)
    at(monkeypatch, DAY)
    return project


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    for module in (coordinators, findings):
        monkeypatch.setattr(module, "now", lambda: moment)


def courses(project: Project) -> dict[str, str]:
    with closing(Vault.open(project.vault)) as vault:
        return {course.course_id: course.unit for course in vault.courses()}


def tokens(project: Project) -> dict[str, str]:
    known = {unit: course for course, unit in courses(project).items()}
    with closing(Vault.open(project.vault)) as vault:
        return {known[link.unit]: link.token for link in vault.links("participant-end@1")}


def answer(project: Project, statuses: Mapping[str, Any]) -> None:
    links = tokens(project)
    with closing(Store.open(database_url(project))) as store:
        for course, status in statuses.items():
            visit = store.find(links[course])
            assert visit is not None
            times = dict.fromkeys(("opened_at", "saved_at"), "2024-08-01T10:00:00+00:00")
            answers = {"better": SECRET}
            assert store.save(visit.interview, replace(visit.interview, status=status, answers=answers, **times))


def deployment(project: Project) -> Deployment:
    return deploy(project, "participant-end", 1).deployment


def make(project: Project, name: str = "sheets") -> Path:
    return make_sheets(project, deployment(project), out=project.root / name).folder


def table(path: Path) -> dict[str, list[Any]]:
    """The rows of the visible sheet by course."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return {str(row[COURSE]): row for row in rows}


def fill(path: Path, said: Mapping[str, Mapping[int, Any]], *, to: str = "") -> Path:
    """Write into the rows of these courses, as she would, and save."""
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows(min_row=2):
        for column, value in said.get(str(row[COURSE].value), {}).items():
            row[column].value = value
    target = path.with_name(to or path.name)
    book.save(target)
    return target


def told(project: Project) -> dict[str, tuple[str, str, str, str]]:
    known = {unit: course for course, unit in courses(project).items()}
    return {
        known[item.unit]: (item.reason, item.disposition, item.aapor, item.found_on)
        for item in read_findings(project.findings)
    }


def faults(project: Project, *files: Path) -> list[tuple[str, str]]:
    """Code and place of every fault; nothing is taken in."""
    before = project.findings.read_bytes() if project.findings.exists() else None
    with pytest.raises(SheetError) as refused:
        read_sheets(project, files)
    assert (project.findings.read_bytes() if project.findings.exists() else None) == before
    assert all(fault.mend for fault in refused.value.faults)
    return [(fault.code, fault.where) for fault in refused.value.faults]


# Writing


def test_each_coordinator_has_a_sheet_of_her_own_courses(project: Project) -> None:
    done = make_sheets(project, deployment(project), out=project.root / "sheets")
    assert done.courses == {"No coordinator.xlsx": 1, "Anna.xlsx": 4, "anna (2).xlsx": 1}
    assert {path.name for path in done.folder.iterdir()} == set(done.courses)
    assert done.notes == ("1 courses have no coordinator on the roster: they stand in No coordinator.xlsx",)
    found = table(done.folder / "Anna.xlsx")
    assert list(found) == ["Course number", "C4", "C2", "C3", "C1"]
    assert [found["C1"][place] for place in (NAME, 1, 2, PERSON)] == ["Åse Ærø", "+45 11 11 11 11", "English", "P1"]
    assert [found["C3"][place].date() for place in (5, 6)] == [date(2024, 2, 1), date(2024, 7, 31)]


def test_the_status_is_that_of_the_last_pull_and_who_is_done_has_no_link(project: Project) -> None:
    answer(project, {"C4": "complete"})
    found = table(make(project) / "Anna.xlsx")
    status = {course: (row[STATUS], bool(row[LINK])) for course, row in found.items() if course != "Course number"}
    assert status == {
        "C1": ("answered", False),
        "C2": ("no thanks", False),
        "C3": ("begun", True),
        "C4": ("not opened", True),
    }
    assert found["C3"][LINK] == f"{project.public_url}/s/{tokens(project)['C3']}"


def test_no_sheet_holds_an_answer_a_pseudonym_or_the_link_of_another_one(project: Project) -> None:
    folder = make(project)
    secrets = [SECRET, *courses(project).values(), tokens(project)["C5"]]
    book = openpyxl.load_workbook(folder / "Anna.xlsx")
    texts = [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert len(book.worksheets) == 3
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []


def test_a_name_that_looks_like_a_formula_is_a_text(project: Project) -> None:
    book = openpyxl.load_workbook(make(project) / "Anna.xlsx")
    assert [(cell.value, cell.data_type) for cell in book.worksheets[0]["A"]][1] == ("=cmd", "s")


def test_a_name_with_a_character_that_no_workbook_holds(project: Project) -> None:
    """Some programs write a line break within a cell as a vertical tab."""
    roster = project.root / "more.csv"
    roster.write_text(ROSTER.replace("Dea", "Dea\x0bLund"), encoding="utf-8")
    import_roster(project, roster)
    assert table(make(project) / "anna (2).xlsx")["C5"][NAME] == "Dea Lund"


def test_only_what_she_may_fill_in_is_open(project: Project) -> None:
    sheet = openpyxl.load_workbook(make(project) / "Anna.xlsx").worksheets[0]
    assert sheet.protection.sheet
    assert [cell.column - 1 for cell in sheet[2] if not cell.protection.locked] == [FOUND, WHEN, REMARK]
    assert sheet.cell(2, WHEN + 1).number_format == "dd-mm-yyyy"
    rules = {str(rule.sqref): (rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert rules == {"I2:I5": ("list", "evaltool!$C$4:$C$7"), "J2:J5": ("date", "TODAY()")}
    hidden = sheet.parent["evaltool"]
    assert [hidden.cell(row, 3).value for row in (4, 5, 6, 7)] == [
        *("no thanks", "wrong number", "moved", "course broken off")
    ]


def test_without_a_pull_the_sheet_says_that_it_knows_nothing(project: Project) -> None:
    shutil.rmtree(project.archive)
    shutil.rmtree(project.data / "pulls", ignore_errors=True)
    done = make_sheets(project, deployment(project), out=project.root / "sheets")
    assert "were pulled yet" in done.notes[0]
    column = [row[STATUS] for row in table(done.folder / "Anna.xlsx").values()]
    assert column == ["Status (no answers fetched yet)", None, None, None, None]


def test_a_sheet_that_somebody_may_be_filling_in_is_never_overwritten(project: Project) -> None:
    folder = make(project)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ProjectError, match="something already"):
        make(project)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert make_sheets(project, deployment(project)).folder.parent == project.data / "sheets" / "participant-end@1"


def test_a_roster_that_does_not_say_who_coordinates_is_told(project: Project) -> None:
    path = project.surveys / "roster.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(", role: coordinator", ""), encoding="utf-8")
    with pytest.raises(RosterError, match="coordinator") as refused:
        make(project)
    assert "role: coordinator" in refused.value.mend


def test_file_names_are_safe_on_windows_and_never_alike() -> None:
    odd = ["Anna/Bo", "Anna\\Bo", "ANNA BO", "con", "LPT1.x", "Åse: «øst»?", "..", "a" * 300, "a" * 299 + "b", "\u062f"]
    assert list(file_names(dict(zip(odd, odd, strict=True))).values()) == [
        *("Anna Bo", "Anna Bo (2)", "ANNA BO (3)", "_con", "_LPT1.x", "Åse «øst»", "_"),
        *("a" * 80, "a" * 80 + " (2)", "\u062f"),
    ]


# Reading


def test_what_she_found_out_is_read_and_counts_in_the_dataset(project: Project) -> None:
    path = fill(
        make(project) / "Anna.xlsx",
        {
            "C4": {FOUND: " No  Thanks ", WHEN: date(2024, 8, 31), REMARK: "Mette says so"},
            "C3": {FOUND: "course broken off", WHEN: "30.8.2024"},
        },
    )
    other = fill(path.with_name("anna (2).xlsx"), {"C5": {FOUND: "course broken off"}})
    done = read_sheets(project, [path, other])
    assert (done.reasons, done.new, done.taken_back, done.remarks) == ({"refused": 1, "broken_off": 2}, 3, 0, 1)
    assert told(project) == {
        "C4": ("refused", "R", "2.112", "2024-08-31"),
        "C3": ("broken_off", "O", "2.36", "2024-08-30"),
        "C5": ("broken_off", "O", "2.36", ""),
    }
    clean(project)
    dataset = read_dataset(project.dataset("participant-end@1"))
    found = dict(zip(dataset.dispositions["unit"], dataset.dispositions["disposition"], strict=True))
    unit = courses(project)
    assert {course: found[unit[course]] for course in ("C4", "C3", "C5", "C6")} == {
        "C4": "R",
        "C5": "O",
        "C6": "NC",
        "C3": "R",  # she began, and broke off before the headline: her own doing
    }
    log = dataset.log[dataset.log["step"] == "coordinators"]
    assert set(zip(log["unit"], log["reason"], strict=True)) == {
        *((unit["C4"], "reported"), (unit["C5"], "reported"), (unit["C3"], "not_applied"))
    }
    assert len(dataset.manifest["inputs"]["dispositions"]) == 64


def test_the_same_files_again_change_nothing(project: Project) -> None:
    path = fill(make(project) / "Anna.xlsx", {"C4": {FOUND: "moved"}})
    read_sheets(project, [path])
    before = project.findings.read_bytes()
    assert read_sheets(project, [path, path]).new == 0
    assert project.findings.read_bytes() == before


def test_remarks_name_people_and_stay_in_the_vault(project: Project) -> None:
    path = fill(make(project) / "Anna.xlsx", {"C4": {FOUND: "moved", REMARK: "to Mette Hansen"}, "C1": {REMARK: "ill"}})
    read_sheets(project, [path])
    with closing(Vault.open(project.vault)) as vault:
        assert vault.remarks("participant-end@1") == {
            courses(project)["C4"]: "to Mette Hansen",
            courses(project)["C1"]: "ill",
        }
    assert "Mette" not in project.findings.read_text(encoding="utf-8")
    row = table(make(project, "again") / "Anna.xlsx")["C4"]
    assert (row[FOUND], row[WHEN], row[REMARK]) == ("moved", None, "to Mette Hansen")


def test_who_said_no_is_left_in_peace(project: Project) -> None:
    path = fill(make(project) / "Anna.xlsx", {"C4": {FOUND: "no thanks"}, "C3": {FOUND: "wrong number"}})
    read_sheets(project, [path])
    assert silenced(project, deployment(project)) == {courses(project)["C4"]}
    assert silenced(project, replace(deployment(project), id="another")) == set()
    found = table(make(project, "again") / "Anna.xlsx")
    assert (found["C4"][LINK], bool(found["C3"][LINK])) == (None, True)


def test_a_word_is_taken_back_where_it_was_shown_and_not_by_a_blank_copy(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = make(project) / "Anna.xlsx"
    filled = fill(blank, {"C4": {FOUND: "no thanks", REMARK: "angry"}}, to="filled.xlsx")
    read_sheets(project, [filled])
    done = read_sheets(project, [blank])
    assert (done.taken_back, done.kept) == (0, 1)
    assert silenced(project, deployment(project)) == {courses(project)["C4"]}
    at(monkeypatch, LATER)
    cleared = fill(make(project, "later") / "Anna.xlsx", {"C4": {FOUND: None, REMARK: None}})
    assert read_sheets(project, [cleared]).taken_back == 1
    assert silenced(project, deployment(project)) == set()
    assert told(project)["C4"] == ("", "", "", "")
    with closing(Vault.open(project.vault)) as vault:
        assert vault.remarks("participant-end@1") == {}
    assert faults(project, filled) == [("older-sheet", "filled.xlsx")]


def test_an_older_sheet_is_refused_once_a_newer_one_was_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    old = fill(make(project) / "Anna.xlsx", {"C4": {FOUND: "moved"}})
    read_sheets(project, [old])
    at(monkeypatch, LATER)
    new = make(project, "later") / "Anna.xlsx"
    read_sheets(project, [new])  # says the same again, by not changing it
    again = fill(old, {"C4": {FOUND: "wrong number"}}, to="again.xlsx")
    assert faults(project, again) == [("older-sheet", "again.xlsx")]


@pytest.mark.parametrize(
    ("said", "code", "column"),
    [
        ({FOUND: "nej"}, "unknown-reason", "What was found out"),
        ({FOUND: "moved", WHEN: "yesterday"}, "bad-date", "When (day-month-year)"),
        ({FOUND: "moved", WHEN: date(2024, 9, 2)}, "future-date", "When (day-month-year)"),
        ({WHEN: date(2024, 8, 1)}, "alone", "What was found out"),
        ({COURSE: "C9", FOUND: "moved"}, "unknown-course", "Course number"),
        ({COURSE: "C5", PERSON: "P4"}, "unknown-course", "Course number"),
        ({COURSE: "C3", PERSON: "P2", NAME: "Bo"}, "double-course", "Course number"),
        ({NAME: "Bo"}, "changed-name", "Name"),
    ],
)
def test_a_fault_in_a_row_names_its_place_and_nothing_is_taken_in(
    project: Project, said: dict[int, Any], code: str, column: str
) -> None:
    path = fill(make(project) / "Anna.xlsx", {"C4": said, "C1": {FOUND: "no thanks"}})
    row = 4 if code == "double-course" else 2  # C4 stands first, C3 third
    assert faults(project, path) == [(code, f"Anna.xlsx, sheet «Courses», row {row}, column «{column}»")]


def test_a_day_is_future_by_the_coordinator_s_calendar_only(project: Project) -> None:
    path = fill(make(project) / "Anna.xlsx", {"C4": {FOUND: "moved", WHEN: date(2024, 9, 1)}})
    assert read_sheets(project, [path]).new == 1


def test_two_files_that_contradict_each_other_are_both_left(project: Project) -> None:
    path = make(project) / "Anna.xlsx"
    first = fill(path, {"C4": {FOUND: "moved"}}, to="first.xlsx")
    second = fill(path, {"C4": {FOUND: "no thanks"}, "C1": {FOUND: "moved"}}, to="second.xlsx")
    assert faults(project, first, second) == [
        *(("contradiction", f"second.xlsx, sheet «Courses», row {row}") for row in (2, 5))
    ]


def test_a_course_that_left_the_vault_is_told(project: Project) -> None:
    path = make(project) / "anna (2).xlsx"
    with closing(Vault.open(project.vault)) as vault, vault.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE courses SET course_id = 'C77' WHERE course_id = 'C5'")
    assert faults(project, path) == [("unknown-course", "anna (2).xlsx, sheet «Courses», row 2")]


def test_a_sheet_brings_nobody_back_who_was_erased(project: Project) -> None:
    path = fill(make(project) / "anna (2).xlsx", {"C5": {FOUND: "moved", REMARK: "Dea is in Aarhus"}})
    sheet, old = path.rename(project.root.parent / path.name), project.root.parent / "vault.sqlite"
    shutil.copy(project.vault, old)
    erase(project, Who(person_id="P4"), sure=True)
    shutil.copy(old, project.vault)
    assert faults(project, sheet) == [("unknown-course", "anna (2).xlsx, sheet «Courses», row 2")]


def test_files_that_are_no_sheets_are_told_one_by_one(project: Project) -> None:
    folder = make(project)
    text, foreign, lock = folder / "text.xlsx", folder / "foreign.xlsx", folder / "~$Anna.xlsx"
    text.write_text("no workbook", encoding="utf-8")
    openpyxl.Workbook().save(foreign)
    lock.write_bytes(b"\x05Anna")
    files = [text, foreign, lock, folder / "gone.xlsx", folder / "table.csv", folder / "Anna.xlsx"]
    found = faults(project, *files)
    assert found == [("sheet", path.as_posix()) for path in files[:5]]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "message"),
    [
        ("Courses", "I1", "Found", "the columns are not those that were sent"),
        ("Courses", "M1", "My notes", "the columns are not those that were sent"),
        ("evaltool", "B1", "2", "altered, or is of another version"),
        ("evaltool", "B3", "yesterday", "altered, or is of another version"),
        ("evaltool", "B2", "participant-end@9", "«participant-end@9» is not deployed here"),
    ],
)
def test_a_sheet_that_was_altered_is_refused(project: Project, sheet: str, cell: str, value: str, message: str) -> None:
    path = make(project) / "Anna.xlsx"
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)
    with pytest.raises(SheetError) as refused:
        read_sheets(project, [path])
    assert message in str(refused.value)


def test_rows_in_another_order_or_fewer_of_them_are_no_fault(project: Project) -> None:
    path = make(project) / "Anna.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    sheet.delete_rows(2)
    for number, values in enumerate(reversed(rows), start=2):
        for place, value in enumerate(values, start=1):
            sheet.cell(number, place).value = value
    book.save(path)
    assert read_sheets(project, [fill(path, {"C3": {FOUND: "moved"}})]).new == 1
    assert set(told(project)) == {"C3"}
