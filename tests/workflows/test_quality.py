"""How good the data are, from answers to the printed tables and the file for coding."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from evaltool.contacts.vault import Vault
from evaltool.errors import CleaningError
from evaltool.project import Project
from evaltool.records import Answer
from evaltool.server.store import Store
from evaltool.workflows.cleaning import clean
from evaltool.workflows.connecting import database_url
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.fieldwork import import_roster, invite, pull
from evaltool.workflows.quality import quality

SURVEY = """\
survey: small
version: 1
language: en
title: A survey
pages:
  - name: helper
    title: Help
    questions:
      - {name: helper, type: select_one, role: helper, label: Who helps you?, choices: {nobody: Nobody, mentor: Mentor}}
      - {name: work, type: select_one, role: headline, label: Do you have a job now?, choices: yes_no}
  - name: mentor
    title: Your mentor
    questions:
      - {name: trust, type: select_one, label: Trust, choices: satisfaction}
      - {name: respect, type: select_one, label: Respect, choices: satisfaction}
      - {name: equal, type: select_one, label: Equal worth, choices: satisfaction}
  - name: last
    title: The end
    questions:
      - name: barriers
        type: select_multiple
        label: What is difficult?
        choices: {time: Time, other: {label: Something else, other: true}}
      - name: seen
        type: select_one
        label: Where did you hear of us?
        choices: {friend: A friend, other: {label: Elsewhere, other: true}}
      - {name: both, type: calculate, label: Both, calculation: "${work}"}
"""
OPENED = "2024-07-01T10:00:00+00:00"
SATISFIED = dict.fromkeys(("trust", "respect", "equal"), "satisfied")
FORMULA = '=HYPERLINK("http://example.org";"Ann\x0b")'


@pytest.fixture
def asked(project: Project, roster: Path) -> Project:
    path = project.surveys / "small" / "v1.yaml"
    path.parent.mkdir()
    path.write_text(SURVEY, encoding="utf-8")
    release(project, "participant-end", 1)
    release(project, "small", 1)
    import_roster(project, roster)
    invite(project, deploy(project, "small", 1).deployment)
    return project


def answer(project: Project, course: str, answers: Mapping[str, Answer], *, minutes: int | None) -> None:
    """An interview of so many minutes, broken off where there are none."""
    with closing(Vault.open(project.vault)) as vault:
        units = {found.course_id: found.unit for found in vault.courses()}
        (token,) = [link.token for link in vault.links("small@1") if link.unit == units[course]]
    with closing(Store.open(database_url(project))) as store:
        visit = store.find(token)
        assert visit is not None
        done = f"2024-07-01T10:{minutes:02}:00+00:00" if minutes else None
        status = "complete" if done else "partial"
        times = {"opened_at": OPENED, "saved_at": done or OPENED, "completed_at": done}
        assert store.save(visit.interview, replace(visit.interview, status=status, answers=answers, **times))


@pytest.fixture
def answered(asked: Project) -> Project:
    last = {"barriers": ["time", "other"], "barriers_other": FORMULA, "seen": "other", "seen_other": "At the library"}
    answer(asked, "C1", {"helper": "mentor", "work": "yes", **SATISFIED, **last}, minutes=10)
    mixed = {**SATISFIED, "equal": "neither", "barriers": ["time"], "seen": "friend"}
    answer(asked, "C2", {"helper": "nobody", "work": "no", **mixed}, minutes=2)
    answer(asked, "C3", {"helper": None, "work": "no"}, minutes=None)
    pull(asked)
    clean(asked)
    return asked


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_tables_tell_what_was_answered(run, answered: Project) -> None:
    before = {path: path.read_bytes() for path in answered.root.rglob("*") if path.is_file()}
    shown = run("quality")
    assert shown.returncode == 0, shown.stderr
    told = words(shown.stdout)
    for line in (
        "version interviews helped broken off without answer",
        "small@1 3 1 of 2 (50%) 1 of 3 (33%) 1 of 16 (6%)",
        "version minutes fast alike as another person",
        "small@1 6.0 1 of 2 (50%) 1 of 2 (50%) –",  # 7 questions in 10 and in 2 minutes
        "small@1 en 3 self 3",
        "small@1 trust..equal 1 of 2 (50%)",
        "small@1 mentor 3 1 of 3 (33%)",
        "small@1 helper 1 of 3 (33%) not_answered 1",
        "small@1 barriers 1",
        "small@1 seen 1",
        "nobody answered enough items: equal answers would mean little (duplicates)",
    ):
        assert line in told
    assert "library" not in told
    assert "Ann" not in told
    assert {path: path.read_bytes() for path in answered.root.rglob("*") if path.is_file()} == before


def test_texts_under_other_go_to_a_workbook_with_the_columns_of_corrections(run, answered: Project) -> None:
    file = answered.data / "other.xlsx"
    shown = run("quality", "--others", str(file))
    assert shown.returncode == 0, shown.stderr
    assert "may name people" in shown.stderr
    sheet = openpyxl.load_workbook(file).worksheets[0]
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert header == ["unit", "survey", "variable", "new", "who", "when", "why", "now", "text", "codes"]
    assert [row[1:3] + row[7:] for row in rows] == [
        ["small@1", "barriers", "time other", FORMULA.replace("\x0b", ""), "time other"],
        ["small@1", "seen", "other", "At the library", "friend other"],
    ]
    assert sheet["I2"].data_type == "s"
    assert not list(answered.data.glob("*.part"))


def test_a_text_that_was_coded_waits_no_longer(answered: Project) -> None:
    file = answered.data / "other.xlsx"
    quality(answered, others=file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    for place, value in enumerate(("friend", "Eva", "2024-07-10", "the library is a friend"), start=4):
        sheet.cell(3, place).value = value
    texts = [[str(cell.value or "") for cell in row[:7]] for row in (*sheet.iter_rows(max_row=1), *sheet.iter_rows(3))]
    answered.corrections.write_text("\n".join(";".join(row) for row in texts) + "\n", encoding="utf-8")
    clean(answered)
    (found,) = quality(answered)
    assert (found.rows["other[seen]"].count, found.rows["other[barriers]"].count) == (0, 1)


def test_nobody_answered_yet(run, asked: Project) -> None:
    pull(asked)
    clean(asked)
    shown = run("quality")
    assert shown.returncode == 0, shown.stderr
    assert "small@1: no answers yet" in shown.stdout
    assert "nan" not in shown.stdout.lower()
    assert "Break-off by page: none" in shown.stdout


def test_without_a_dataset_it_says_what_to_run(run, project: Project) -> None:
    shown = run("quality")
    assert shown.returncode == 1
    assert "evaltool clean" in shown.stderr


def test_a_file_that_is_there_is_never_overwritten(answered: Project) -> None:
    file = answered.data / "other.xlsx"
    file.write_bytes(b"coded")
    with pytest.raises(CleaningError, match="there already"):
        quality(answered, others=file)
    assert file.read_bytes() == b"coded"


def test_only_a_workbook_in_a_folder_that_can_be_written(answered: Project) -> None:
    with pytest.raises(CleaningError, match="no workbook"):
        quality(answered, others=answered.data / "other.csv")
    blocked = answered.data / "file"
    blocked.write_bytes(b"")
    with pytest.raises(CleaningError, match="cannot be written"):
        quality(answered, others=blocked / "other.xlsx")
