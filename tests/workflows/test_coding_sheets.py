"""Open answers go out to coders and come back: nothing is lost, nobody is named, nobody is quoted against her will."""

import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from evaltool.cli import app
from evaltool.contacts.vault import Vault
from evaltool.errors import ProjectError, ReportError
from evaltool.project import Project, read_project
from evaltool.responses.sheets import SheetError
from evaltool.server.store import Store
from evaltool.workflows.cleaning import clean
from evaltool.workflows.coding import make_sheets, read_sheets
from evaltool.workflows.coding_sheet import read_coding_book
from evaltool.workflows.connecting import database_url
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.erasing import Who, erase
from evaltool.workflows.estimated import read_estimates_manifest, refuse_outdated
from evaltool.workflows.estimating import analyse, datasets
from evaltool.workflows.fieldwork import import_roster, invite, pull
from evaltool.workflows.report_data import with_data
from evaltool.workflows.report_facts import Facts
from evaltool.workflows.starting import init_project

THEMES = """\
format: 1
places: [site]
questions:
  better:
    survey: participant-end
    themes:
      time: {label: {en: More time, da: Mere tid}, meaning: "Longer, or more often."}
      people: {label: {en: More people, da: Flere folk}}
"""
QUOTE = "      - {name: quoted, type: select_one, role: quote, label: May we quote you?, choices: yes_no}\n"
ROSTER = "person_id;course_id;name;phone;email;language;site;end_date;status\n" + "".join(
    f"P{n};C{n};{name};1111111{n};p{n}@example.org;en;north;30-06-2024;ended\n"
    for n, name in enumerate(("Zubeyda Aero", "Berta Bentsen", "Cilla Carlsen", "Dea Dorsen"), start=1)
)
SAID = {
    "C1": ("I wanted more time with Mia.", "yes"),
    "C2": ("=1+1 more people, says berta", "no"),
    "C3": ("Nothing.", "yes"),
    "C4": ("More evenings", "yes"),
}


def answer(project: Project, courses: Mapping[str, tuple[str, str]]) -> None:
    with closing(Vault.open(project.vault)) as vault:
        tokens = {link.unit: link.token for link in vault.links("participant-end@1")}
        units = {course.course_id: course.unit for course in vault.courses()}
    with closing(Store.open(database_url(project))) as store:
        for course, (words, may) in courses.items():
            visit = store.find(tokens[units[course]])
            assert visit is not None
            answers = {"consent": "yes", "work": "yes", "better": words, "quoted": may}
            times = dict.fromkeys(("opened_at", "saved_at", "completed_at"), "2024-07-01T10:00:00+00:00")
            assert store.save(visit.interview, replace(visit.interview, status="complete", answers=answers, **times))
    pull(project)
    clean(project)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three of four have answered."""
    root = tmp_path_factory.mktemp("made") / "programme"
    init_project(root)
    project = read_project(root)
    with (project.surveys / "participant-end" / "v1.yaml").open("a", encoding="utf-8") as file:
        file.write(QUOTE)
    (project.analysis / "themes.yaml").write_text(THEMES, encoding="utf-8")
    roster = root.parent / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    import_roster(project, roster)
    release(project, "participant-end", 1)
    invite(project, deploy(project, "participant-end", 1).deployment)
    answer(project, {course: SAID[course] for course in ("C1", "C2", "C3")})
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Project:
    return read_project(Path(shutil.copytree(made, tmp_path / "programme")))


def book_of(project: Project, coder: str) -> Path:
    return project.build / "coding" / f"participant-end.better.{coder}.xlsx"


def make(project: Project, *coders: str, both: float | None = None) -> list[Path]:
    return list(make_sheets(project, "participant-end", "better", coders, both=both).files)


def sheet_rows(path: Path) -> dict[str, dict[str, str]]:
    """The cells of each row, by the first word of its answer."""
    filled, _ = read_coding_book(path)
    return {cells["answer"].split()[0]: dict(cells) for _, cells in filled.rows}


def write(path: Path, changes: Mapping[str, Mapping[str, str | None]]) -> None:
    """Fill in cells by the first word of the answer and the column."""
    filled, _ = read_coding_book(path)
    places = {key: place for place, key in enumerate(filled.columns, start=1)}
    book: Any = openpyxl.load_workbook(path)
    for number, cells in filled.rows:
        for key, text in changes.get(cells["answer"].split()[0], {}).items():
            book.worksheets[0].cell(number, places[key]).value = text
    book.save(path)


QUOTED = {"theme time": "x", "quote": "x", "print en": "I wanted more time.", "print da": "Mere tid.", "cleared": "x"}
CODED = {"I": QUOTED, "=1+1": {"theme people": "x"}, "Nothing.": {"none": "x"}}


def coded(project: Project) -> Path:
    (path,) = make(project, "anna")
    write(path, CODED)
    read_sheets(project, [path])
    return path


def test_a_sheet_holds_answers_and_flags_and_no_way_to_a_person(project: Project) -> None:
    (path,) = make(project, "anna")
    rows = sheet_rows(path)
    assert {row["answer"] for row in rows.values()} == {SAID[course][0] for course in ("C1", "C2", "C3")}
    assert rows["I"]["flags"] == "a capital letter: «Mia»"
    assert rows["=1+1"]["flags"] == "a known name"
    assert (rows["=1+1"]["quote"], rows["I"]["quote"]) == ("no consent", "")
    book: Any = openpyxl.load_workbook(path)
    texts = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value}
    with closing(Vault.open(project.vault)) as vault:
        hidden = {text for course in vault.courses() for text in (course.unit, course.person, course.course_id)}
    assert not [text for text in texts for secret in (*hidden, "Bentsen", "example.org") if secret in text]
    answers = list(book.worksheets[0].iter_rows(min_row=2))
    assert all(cell.data_type in {"s", "n"} for row in answers for cell in row)  # none is a formula
    locked = {row[4].value: row[-1].protection.locked for row in answers}
    assert [locked[SAID[course][0]] for course in ("C1", "C2")] == [False, True]
    assert [cell.value for cell in book.worksheets[1][2]] == ["time", "More time", "Longer, or more often."]


def test_finished_work_is_kept_and_new_answers_are_added(project: Project) -> None:
    path = coded(project)
    before = sheet_rows(path)
    answer(project, {"C4": SAID["C4"]})
    done = make_sheets(project, "participant-end", "better", ["anna"])
    assert (done.answers, done.kept) == (4, 3)
    after = sheet_rows(path)
    assert {word: after[word] for word in before} == before
    assert after["More"]["none"] == ""
    path.unlink()
    make(project, "anna")  # what was read is there again
    assert {word: sheet_rows(path)[word] for word in before} == before


def test_themes_are_counted_and_cleared_words_are_quoted(project: Project) -> None:
    coded(project)
    rows, _ = analyse(project)
    found = {row.statistic: (row.count, row.n) for row in rows if row.indicator == "better"}
    assert found == {"theme[time]": (1, 3), "theme[people]": (1, 3), "coded": (3, 3)}
    (quote,) = quotes(project)
    assert (quote.indicator, quote.themes, quote.words) == (
        "better",
        ("time",),
        {"en": "I wanted more time.", "da": "Mere tid."},
    )
    assert quote.language == ""  # only three wrote in it


def quotes(project: Project) -> tuple[Any, ...]:
    facts = Facts(project, read_estimates_manifest(project), ("2024",))
    return with_data(facts.context("2024", "en"), facts, datasets(project)).quotes


def consents(project: Project, course_id: str, may: str) -> None:
    with closing(Vault.open(project.vault)) as vault:
        unit = next(course.unit for course in vault.courses() if course.course_id == course_id)
    head, row = "unit,survey,variable,new,who,when,why", f"{unit},participant-end,quoted,{may},me,2024-08-01,she called"
    project.corrections.write_text(f"{head}\n{row}\n", encoding="utf-8")
    clean(project)


def test_consent_is_that_of_the_data_when_it_is_printed(project: Project) -> None:
    path = coded(project)
    consents(project, "C1", "no")
    analyse(project)
    assert quotes(project) == ()
    make(project)
    row = sheet_rows(path)["I"]
    assert [row[key] for key in ("theme time", "quote", "print en", "cleared")] == ["x", "no consent", "", ""]
    read_sheets(project, [path])
    assert "wanted more time" not in (project.data / "coding" / "better.json").read_text(encoding="utf-8")


def test_who_agrees_later_can_be_quoted_in_the_next_sheet(project: Project) -> None:
    path = coded(project)
    consents(project, "C2", "yes")
    make(project)
    assert sheet_rows(path)["=1+1"]["quote"] == ""
    read_sheets(project, [path])


def test_what_was_read_from_a_copy_stands_in_the_next_sheet(project: Project, tmp_path: Path) -> None:
    (path,) = make(project, "anna")
    copy = Path(shutil.copy(path, tmp_path / "back.xlsx"))
    write(copy, CODED)
    read_sheets(project, [copy])
    answer(project, {"C4": SAID["C4"]})
    make(project)
    assert {word: row["none"] for word, row in sheet_rows(path).items()} == {
        "I": "", "=1+1": "", "Nothing.": "x", "More": ""
    }  # fmt: skip
    write(path, {"More": {"theme time": "x"}})
    read_sheets(project, [path])
    (again,) = read_sheets(project, [copy])  # an older sheet leaves alone what it was not made with
    assert (again.coded, again.notes) == ({"anna": (4, 4)}, ())


def test_words_that_were_cleared_with_a_known_name_are_told(project: Project) -> None:
    (path,) = make(project, "anna")
    write(path, {"I": {**QUOTED, "print en": "More time with berta"}})
    (found,) = read_sheets(project, [path])
    (note,) = found.notes
    assert f"({sheet_rows(path)['I']['row']})" in note
    assert "berta" not in note


def test_a_report_of_other_marks_than_were_counted_is_refused(project: Project) -> None:
    path = coded(project)
    analyse(project)
    refuse_outdated(project, read_estimates_manifest(project))
    write(path, {"Nothing.": {"none": None, "theme time": "x"}})
    read_sheets(project, [path])
    with pytest.raises(ReportError, match="marks of coders have changed"):
        refuse_outdated(project, read_estimates_manifest(project))


def test_two_coders_agree_as_worked_by_hand(project: Project) -> None:
    for path in make(project, "anna", "bo"):
        write(path, CODED)
    write(book_of(project, "bo"), {"=1+1": {"theme people": None, "none": "x"}})
    shown = CliRunner().invoke(
        app, ["-p", str(project.root), "coding", "read", *(str(book_of(project, name)) for name in ("anna", "bo"))]
    )
    assert shown.exit_code == 0, shown.output
    assert "anna has coded 3 of 3 answers" in shown.output
    assert "too few to tell" in shown.output
    rows, _ = analyse(project)
    found = {row.statistic: row for row in rows if row.indicator == "better"}
    # time: both see it in the same one answer. people: anna in one, bo in none: p_o = p_e = 2/3, so kappa is 0
    assert [found[f"kappa[{theme}]"].estimate for theme in ("time", "people")] == [1.0, 0.0]
    # sets {time} {time} | {people} {} | {} {}: alpha = 1 - 5 * 2 / (36 - (4 + 1 + 9)) = 12/22
    assert found["alpha"].estimate == pytest.approx(12 / 22)
    assert found["theme[people]"].count == 1  # anna's word
    assert found["alpha"].base.endswith("who wrote an answer that both coders coded")


FAULTS = {
    "bad-mark": {"I": {"theme time": "maybe"}},
    "both": {"I": {"none": "x"}},
    "changed-answer": {"I": {"answer": "I wanted less."}},
    "unknown-row": {"I": {"row": "r123"}},
    "no-consent": {"=1+1": {"quote": "x"}},
    "not-cleared": {"I": {"cleared": None}},
    "no-words": {"I": {"print en": None, "print da": None}},
    "no-quote": {"I": {"quote": None}},
    "quote-without-theme": {"I": {"theme time": None, "none": "x"}},
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_told_with_row_and_column_and_nothing_is_stored(project: Project, code: str) -> None:
    (path,) = make(project, "anna")
    write(path, CODED)
    write(path, FAULTS[code])
    before = (project.data / "coding" / "better.json").read_bytes()
    with pytest.raises(SheetError) as told:
        read_sheets(project, [path])
    fault = next(fault for fault in told.value.faults if fault.code == code)
    assert ", row " in fault.where
    assert ", column «" in fault.where
    assert fault.mend
    assert "time with Mia" not in str(told.value)
    assert (project.data / "coding" / "better.json").read_bytes() == before


def test_words_to_print_that_look_like_a_name_are_told_by_kind_only(project: Project) -> None:
    (path,) = make(project, "anna")
    write(path, {"I": {**QUOTED, "print en": "More time with Mia and berta", "cleared": None}})
    with pytest.raises(SheetError) as told:
        read_sheets(project, [path])
    assert "hold a capital letter, a known name: nobody has said" in str(told.value)
    assert "Mia" not in str(told.value)


def test_all_faults_of_all_files_are_told_at_once(project: Project, tmp_path: Path) -> None:
    anna, bo = make(project, "anna", "bo")
    copy = Path(shutil.copy(anna, tmp_path / "copy.xlsx"))
    book: Any = openpyxl.load_workbook(bo)
    book.worksheets[0].delete_rows(2)
    book.save(bo)
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    with pytest.raises(SheetError) as told:
        read_sheets(project, [anna, bo, copy, other])
    assert {fault.code for fault in told.value.faults} == {"missing-rows", "double-file", "sheet"}


def test_a_theme_that_was_taken_off_the_list_is_told(project: Project) -> None:
    (path,) = make(project, "anna")
    write(path, CODED)
    (project.analysis / "themes.yaml").write_text(THEMES.replace("people:", "persons:"), encoding="utf-8")
    with pytest.raises(SheetError) as told:
        read_sheets(project, [path])
    assert [(fault.code, fault.where.rpartition("column ")[2]) for fault in told.value.faults] == [
        ("unknown-theme", "«More people»")
    ]
    analyse(project)
    make(project)
    assert sheet_rows(path)["=1+1"]["theme persons"] == ""


def test_a_theme_that_nobody_could_mark_is_told(project: Project) -> None:
    path = coded(project)
    added = "      trust: {label: {en: More trust, da: Mere tillid}}\n"
    (project.analysis / "themes.yaml").write_text(THEMES + added, encoding="utf-8")
    (found,) = read_sheets(project, [path])
    (note,) = found.notes
    assert "before there was the theme trust" in note


def test_two_columns_of_one_name_are_refused_before_anybody_codes(project: Project) -> None:
    (project.analysis / "themes.yaml").write_text(THEMES.replace("More people", "language"), encoding="utf-8")
    with pytest.raises(ProjectError, match="would be called «language»"):
        make(project, "anna")
    assert not (project.data / "coding").exists()


def test_a_sheet_of_another_project_is_refused(project: Project, tmp_path: Path, made: Path) -> None:
    other = read_project(Path(shutil.copytree(made, tmp_path / "other")))
    make(project, "anna")
    (path,) = make(other, "anna")
    with pytest.raises(SheetError) as told:
        read_sheets(project, [path])
    assert "belongs to other data" in str(told.value)


def test_a_later_make_remembers_coders_and_overlap(project: Project) -> None:
    make(project, "anna", "bo", both=0.34)
    answer(project, {"C4": SAID["C4"]})
    done = make_sheets(project, "participant-end", "better")
    assert set(done.files) == {book_of(project, "anna"), book_of(project, "bo")}
    assert (done.answers, sum(done.files.values())) == (4, 4 + done.both)
    assert done.both < 3
    (project.data / "coding" / "better.json").unlink()
    with pytest.raises(ProjectError, match="one or two coders code a question, not 0"):
        make_sheets(project, "participant-end", "better")


def test_a_third_coder_and_a_question_without_themes_are_refused(project: Project) -> None:
    make(project, "anna", "bo")
    with pytest.raises(ProjectError, match="one or two coders"):
        make(project, "cille")
    with pytest.raises(ProjectError, match="the same file on some systems"):
        make(project, "Anna")
    with pytest.raises(ProjectError, match="no themes are listed"):
        make_sheets(project, "participant-end", "betterr", ["anna"])


def test_whoever_is_erased_goes_from_marks_and_sheets(project: Project) -> None:
    path = coded(project)
    cut_off = Path(shutil.copy(path, f"{path}.part"))
    told = erase(project, Who(person_id="P1"), sure=False)
    assert any("data/coding/better.json: 1 answers" in line for line in told.gone)
    erase(project, Who(person_id="P1"), sure=True)
    assert "more time" not in (project.data / "coding" / "better.json").read_text(encoding="utf-8")
    book: Any = openpyxl.load_workbook(path)
    cells = [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not any("time with Mia" in cell or "wanted more time" in cell for cell in cells)
    assert not cut_off.exists()
    clean(project)
    read_sheets(project, [path])  # the others' marks are as they were
    analyse(project)
    assert set(sheet_rows(path)) == {"=1+1", "Nothing."}
