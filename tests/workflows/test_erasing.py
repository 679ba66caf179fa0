"""Erasing a person from a whole project: nothing of her can be read in any file, and nobody else loses anything."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from evaltool.cli import app
from evaltool.contacts.vault import Vault
from evaltool.errors import EvaltoolError, PlatformError, ProjectError, RosterError
from evaltool.project import Project, read_project
from evaltool.responses.archive import Archive
from evaltool.responses.corrections import without_rows
from evaltool.responses.dispositions import Finding, append_findings
from evaltool.server.store import Store
from evaltool.workflows import erasing
from evaltool.workflows.cleaning import clean
from evaltool.workflows.connecting import database_url
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.doctor import examine
from evaltool.workflows.erased import erased, erased_path, erasures, unfinished
from evaltool.workflows.erasing import Who, erase, put_back
from evaltool.workflows.estimating import analyse
from evaltool.workflows.fieldwork import import_roster, invite, pull
from evaltool.workflows.starting import init_project
from evaltool.workflows.working import deployment_path, read_json, write_json

MENTOR_COLUMNS = """\
  mentor_id: {label: Mentor number, sensitivity: identifier, role: person, respondent: mentor}
  mentor_name: {label: Mentor's name, sensitivity: contact, role: name, respondent: mentor}
"""
MENTOR_END = """\
survey: mentor-end
version: 1
language: en
title: Mentors
respondent: mentor
pages:
  - name: now
    questions:
      - {name: said, type: text, label: How did it go?}
"""
ROSTER = """\
person_id;course_id;name;phone;email;language;site;end_date;status;mentor_id;mentor_name
P1;C1;Zubeyda Ærø;+45 11 22 33 44;zubeyda@example.org;en;north;30-06-2024;ended;P1;Mia Mentorsen
P1;C2;Zubeyda Ærø;+45 11 22 33 44;zubeyda@example.org;en;south;30-06-2024;ended;;
P2;C3;Berta Bentsen;+45 55 66 77 88;berta@example.org;en;south;30-06-2024;ended;P1;Mia Mentorsen
P3;C4;Dea Dorsen;+45 99 88 77 66;dea@example.org;en;south;30-06-2024;ended;;
"""
SAID = {course: f"The words of {course}, no others" for course in ("C1", "C2", "C3", "C4")}
HERS = Who(person_id="P1")
CONTACT = ("Zubeyda", "Ærø", "11 22 33 44", "zubeyda@example.org")


def courses(project: Project) -> dict[str, tuple[str, str]]:
    """Unit and person by course."""
    with closing(Vault.open(project.vault)) as vault:
        return {course.course_id: (course.unit, course.person) for course in vault.courses()}


def answer(project: Project, deployment: str, question: str) -> None:
    """Everybody who was invited sends her words."""
    with closing(Vault.open(project.vault)) as vault:
        tokens = {link.unit: link.token for link in vault.links(deployment)}
    with closing(Store.open(database_url(project))) as store:
        for course, (unit, _) in courses(project).items():
            visit = store.find(tokens.get(unit, ""))
            if visit:
                answers = {"consent": "yes", "work": "yes", question: f"{SAID[course]} in {deployment}"}
                times = dict.fromkeys(("opened_at", "saved_at", "completed_at"), "2024-07-01T10:00:00+00:00")
                assert store.save(
                    visit.interview, replace(visit.interview, status="complete", answers=answers, **times)
                )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in the middle of its life: invited, answered, pulled, corrected, cleaned and analysed."""
    root = tmp_path_factory.mktemp("made") / "programme"
    init_project(root)
    project = read_project(root)
    with (project.surveys / "roster.yaml").open("a", encoding="utf-8") as file:
        file.write(MENTOR_COLUMNS)
    (project.surveys / "mentor-end").mkdir()
    (project.surveys / "mentor-end" / "v1.yaml").write_text(MENTOR_END, encoding="utf-8")
    roster = root.parent / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    import_roster(project, roster)
    for survey, question in (("participant-end", "better"), ("mentor-end", "said")):
        release(project, survey, 1)
        invite(project, deploy(project, survey, 1).deployment)
        answer(project, f"{survey}@1", question)
    pull(project)
    units = {course: unit for course, (unit, _) in courses(project).items()}
    rows = [f"{units[course]},participant-end,work,no,me,01-08-2024,asked her" for course in ("C1", "C3")]
    project.corrections.write_text("\n".join(["unit,survey,variable,new,who,when,why", *rows, ""]), encoding="utf-8")
    common = {"reason": "moved", "disposition": "NC", "aapor": "2.20", "found_on": "", "sheet": "s", "read_at": "r"}
    told = [
        Finding(deployment=name, unit=units[course], **common)
        for name in ("participant-end@1", "mentor-end@1")
        for course in ("C1", "C3")
    ]
    append_findings(project.findings, told)
    (project.data / "sheets" / "participant-end@1" / "20240701T1000").mkdir(parents=True)
    sheet = project.data / "sheets" / "participant-end@1" / "20240701T1000" / "Anna.csv"
    sheet.write_text("P1;C1;Zubeyda Ærø\n", encoding="utf-8")
    clean(project)
    analyse(project)
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Project:
    return read_project(shutil.copytree(made, tmp_path / "programme"))


def tokens_of(project: Project, *units: str) -> list[str]:
    with closing(Vault.open(project.vault)) as vault:
        names = ("participant-end@1", "mentor-end@1")
        return [link.token for name in names for link in vault.links(name) if link.unit in units]


def contents(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the project as it can be read: parts of workbooks, tables as text. Tombstones are left out."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or name.endswith(("ledger.jsonl", "erased.json")):
            continue
        data = path.read_bytes()
        yield name, data
        if path.suffix == ".parquet":
            yield name, pd.read_parquet(io.BytesIO(data)).to_csv().encode()
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                yield from ((name, parts.read(part)) for part in parts.namelist())


def holding(project: Project, texts: list[str]) -> set[tuple[str, str]]:
    return {(name, text) for name, data in contents(project.root) for text in texts if text.encode() in data}


def hers(project: Project) -> list[str]:
    """All that must not be read anywhere: contact data, pseudonyms, tokens, words."""
    found = courses(project)
    units = [found["C1"][0], found["C2"][0]]
    return [*CONTACT, *units, found["C1"][1], *tokens_of(project, *units), SAID["C1"], SAID["C2"]]


def words_of(project: Project, survey: str) -> set[str]:
    frame = pd.read_parquet(project.dataset(survey) / "dataset.parquet")
    return {text[:15] for text in frame["better" if survey.startswith("part") else "said"]}


def test_nothing_of_her_can_be_read_anywhere(project: Project) -> None:
    texts = hers(project)
    assert {text for _, text in holding(project, texts)} == set(texts)
    done = erase(project, HERS, sure=True)
    assert holding(project, texts) == set()
    assert done.gone == (
        "data/invitations/mentor-end@1.xlsx: removed",
        "data/invitations/participant-end@1.xlsx: removed",
        "data/sheets/participant-end@1: removed",
        "data/datasets/mentor-end@1: removed",
        "data/datasets/participant-end@1: removed",
        "build/estimates.csv: removed",
        "build/estimates.codebook.json: removed",
        "build/estimates.manifest.json: removed",
        "data/corrections.csv: 1 rows",
        "data/dispositions.jsonl: 2 findings of coordinators",
        "data/archive/mentor-end@1: 1 records",
        "data/archive/participant-end@1: 2 records",
        "survey platforms: invitation and answers of mentor-end@1 on embedded, participant-end@1 on embedded",
        "data/vault.sqlite: 2 courses and 3 links, with contact data",
    )
    assert not any(text in line for line in (*done.gone, *done.left) for text in ("P1", *texts))
    assert not any("look into it" in line for line in done.left)


def test_the_chain_goes_on_without_her(project: Project) -> None:
    texts = hers(project)
    erase(project, HERS, sure=True)
    assert [item.records for item in pull(project)] == [0, 0]
    clean(project)
    analyse(project)
    assert words_of(project, "participant-end@1") == {"The words of C3", "The words of C4"}
    assert words_of(project, "mentor-end@1") == {"The words of C3"}
    assert set(courses(project)) == {"C3", "C4"}
    assert holding(project, texts) == set()
    assert [
        str(finding.message) for finding in examine(project) if "archives" in finding.message and not finding.ok
    ] == []


def test_a_dry_run_tells_the_same_and_changes_nothing(project: Project) -> None:
    before = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    would = erase(project, HERS, sure=False)
    after = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    assert {path for path in before | after if before.get(path) != after.get(path)} == set()
    done = erase(project, HERS, sure=True)
    assert (would.gone, would.left) == (done.gone, done.left)


def test_one_of_two_courses(project: Project) -> None:
    unit, person = courses(project)["C1"]
    gone = [unit, SAID["C1"], *tokens_of(project, unit)]
    erase(project, Who(person_id="P1", course_id="C1"), sure=True)
    clean(project)
    assert holding(project, gone) == set()
    assert courses(project)["C2"][1] == person
    assert words_of(project, "participant-end@1") == {f"The words of {course}" for course in ("C2", "C3", "C4")}


def test_a_mentor_with_the_same_id_is_another_person(project: Project) -> None:
    with closing(Vault.open(project.vault)) as vault:
        (mentor,) = {link.person for link in vault.links("mentor-end@1")}
    erase(project, Who(person_id="P1", respondent="mentor"), sure=True)
    gone = [mentor, "Mia Mentorsen", f"{SAID['C1']} in mentor-end@1", f"{SAID['C3']} in mentor-end@1"]
    assert holding(project, gone) == set()
    assert project.findings.read_text().count("participant-end@1") == 2
    assert project.findings.read_text().count("mentor-end@1") == 0
    clean(project)
    assert words_of(project, "participant-end@1") == {f"The words of {course}" for course in SAID}
    assert set(courses(project)) == set(SAID)


class CutOffError(Exception):
    """The power went."""


def cut_at(monkeypatch: pytest.MonkeyPatch, place: int, *, done: bool) -> None:
    """The run ends before this step, or when it is done and nothing was noted of it."""
    real = erasing._steps

    def steps(place_: object) -> Iterator[object]:
        for number, step in enumerate(real(place_)):
            if number != place:
                yield step
            else:
                yield replace(step, go=_cut(step.go if done else lambda: None))

    monkeypatch.setattr(erasing, "_steps", steps)


def _cut(go: Callable[[], object]) -> Callable[[], object]:
    def then() -> None:
        go()
        raise CutOffError

    return then


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", range(14))
def test_a_run_that_was_cut_off_is_told_and_finished(
    project: Project, monkeypatch: pytest.MonkeyPatch, place: int, *, done: bool
) -> None:
    """There are 14 steps here, as the first test shows: 8 paths, 2 files, 2 archives, the platforms, the vault."""
    texts = hers(project)
    with monkeypatch.context() as patched:
        cut_at(patched, place, done=done)
        with pytest.raises(CutOffError):
            erase(project, HERS, sure=True)
    assert "is not finished" in unfinished(project)
    if (place, done) == (13, True):  # the vault knows her no more
        with pytest.raises(RosterError, match="knows nobody"):
            erase(project, HERS, sure=True)
        erase(project, None, sure=True)
    else:
        erase(project, HERS, sure=True)
    assert unfinished(project) == ""
    assert holding(project, texts) == set()
    assert len(erasures(project)) == 1


def test_a_disk_that_is_full_when_the_vault_is_written_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = hers(project)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "write_roster_table", full)
        with pytest.raises(OSError, match="No space"):
            erase(project, HERS, sure=True)
    assert unfinished(project)
    erase(project, None, sure=True)
    assert holding(project, texts) == set()


def test_a_platform_that_cannot_be_reached_leaves_the_erasure_unfinished(project: Project, tmp_path: Path) -> None:
    texts = hers(project)
    database = project.data / "server.sqlite"
    shutil.move(database, tmp_path / "away.sqlite")
    database.mkdir()
    with pytest.raises(PlatformError, match="could not be erased everywhere") as caught:
        erase(project, HERS, sure=True)
    assert [fault.code for fault in caught.value.faults] == ["platform", "platform"]
    assert "evaltool erase --again --yes" in caught.value.mend
    # What lies here is gone already; who she is stays known until the platform is reached.
    assert {name for name, _ in holding(project, texts)} == {"data/roster.parquet", "data/vault.sqlite"}
    database.rmdir()
    shutil.move(tmp_path / "away.sqlite", database)
    erase(project, HERS, sure=True)
    assert holding(project, texts) == set()
    assert unfinished(project) == ""


def test_every_command_tells_of_an_unfinished_erasure(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        cut_at(patched, 0, done=False)
        with pytest.raises(CutOffError):
            erase(project, HERS, sure=True)
    for command in (["clean"], ["pull"], ["status"], ["doctor"]):
        result = CliRunner().invoke(app, ["--project", str(project.root), *command])
        assert "is not finished" in result.output, command


@pytest.mark.parametrize("what", ["archive", "server.sqlite", "vault.sqlite", "all"])
def test_an_older_copy_brings_nobody_back(project: Project, tmp_path: Path, what: str) -> None:
    texts = hers(project)
    shutil.copytree(project.data, tmp_path / "backup")
    erase(project, HERS, sure=True)
    for name in ("archive", "server.sqlite", "vault.sqlite") if what == "all" else (what,):
        target = project.data / name
        if target.is_dir():
            shutil.rmtree(target)
            shutil.copytree(tmp_path / "backup" / name, target)
        else:
            shutil.copy(tmp_path / "backup" / name, target)
    assert holding(project, texts) != set()
    if what != "server.sqlite":
        assert [fault.code for fault in put_back(project)][:1] == ["put-back"]
    pull(project)
    clean(project)
    assert words_of(project, "participant-end@1") == {"The words of C3", "The words of C4"}
    assert holding(project, texts) == set()
    erase(project, None, sure=True)
    assert put_back(project) == []
    assert holding(project, texts) == set()


def test_what_somebody_else_made_is_left_and_named(project: Project) -> None:
    report = project.build / "report"
    report.mkdir(parents=True)
    (report / "status-edited-1.docx").write_bytes(b"somebody's words")
    (project.data / "roster-old.csv").write_bytes("P1;Zubeyda Ærø\n".encode("cp1252"))
    with zipfile.ZipFile(project.root / "notes.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sheet.xml", "<c>+45 11 22 33 44</c>" * 99)
    done = erase(project, HERS, sure=True)
    told = [line for line in done.left if "look into it" in line]
    assert told == [
        "build/report/status-edited-1.docx was edited by somebody, and counts her: look into it",
        "data/roster-old.csv holds something of hers: look into it",
        "notes.xlsx holds something of hers: look into it",
    ]


def test_a_file_that_cannot_be_read_is_named(project: Project) -> None:
    path = project.root / "with-a-password.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("roster.csv", "P1;Zubeyda")
    data = bytearray(path.read_bytes())
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag that says it is encrypted
        data[data.index(sign) + place] |= 1
    path.write_bytes(data)
    done = erase(project, HERS, sure=True)
    (told,) = [line for line in done.left if "look into it" in line]
    assert told.startswith("with-a-password.zip cannot be read (")


def test_what_was_sent_to_others_is_named(project: Project) -> None:
    told = "links and coordinators' sheets that were sent out name her: have them deleted there"
    assert told in erase(project, HERS, sure=False).left


def test_a_name_that_an_encoding_lacks_is_found_where_it_stands_only(project: Project, tmp_path: Path) -> None:
    roster = tmp_path / "more.csv"
    roster.write_text(ROSTER.replace("Dea Dorsen", "فاطمة الزهراء"), encoding="utf-8")
    import_roster(project, roster)
    (project.root / "list.txt").write_text("فاطمة الزهراء", encoding="utf-16")
    done = erase(project, Who(person_id="P3"), sure=True)
    assert [line for line in done.left if "look into it" in line] == ["list.txt holds something of hers: look into it"]


def test_a_survey_that_is_anonymised_is_named(project: Project) -> None:
    path = deployment_path(project, "participant-end@1")
    write_json(path, {**read_json(path), "anonymised": True})
    told = "participant-end@1 is anonymised: which answers are hers, nobody can tell"
    assert told in erase(project, HERS, sure=False).left


def test_a_report_goes_but_for_what_was_edited(project: Project) -> None:
    report = project.build / "report"
    report.mkdir(parents=True)
    (report / "status.html").write_text("figures", encoding="utf-8")
    (report / "status.docx").write_text("edited", encoding="utf-8")
    hashes = {"status.html": "any", "status.docx": "the hash before it was edited"}
    (report / "report.manifest.json").write_text(json.dumps({"outputs": hashes}), encoding="utf-8")
    done = erase(project, HERS, sure=True)
    assert [path.name for path in report.iterdir()] == ["status.docx"]
    assert "build/report/status.docx was edited by somebody, and counts her: look into it" in done.left


def test_the_list_of_erasures_holds_pseudonyms_only(project: Project) -> None:
    found = courses(project)
    erase(project, HERS, sure=True)
    (item,) = json.loads(erased_path(project).read_text(encoding="utf-8"))["erasures"]
    assert set(item) == {"pseudonyms", "deployments", "begun_at", "finished_at"}
    assert set(item["pseudonyms"]) == {found["C1"][0], found["C1"][1], found["C2"][0]}
    assert item["deployments"] == ["mentor-end@1", "participant-end@1"]
    assert erased(project) == erased(project, "mentor-end@1") == set(item["pseudonyms"])
    assert erased(project, "later@1") == set()
    for archive in project.archive.iterdir():
        assert Archive(archive).erased() == set(item["pseudonyms"])


def test_a_second_person_is_erased_beside_the_first(project: Project) -> None:
    texts = hers(project)
    erase(project, HERS, sure=True)
    erase(project, Who(person_id="P3"), sure=True)
    clean(project)
    assert words_of(project, "participant-end@1") == {"The words of C3"}
    assert holding(project, [*texts, "Dorsen", SAID["C4"]]) == set()


def test_erasing_again_needs_somebody_who_was_erased(project: Project) -> None:
    with pytest.raises(ProjectError, match="nobody was ever erased"):
        erase(project, None, sure=True)


@pytest.mark.parametrize("content", ['{"format": 2, "erasures": []}', '{"format": 1}', "torn"])
def test_a_list_that_cannot_be_read_is_told(project: Project, content: str) -> None:
    erased_path(project).write_text(content, encoding="utf-8")
    with pytest.raises(EvaltoolError) as caught:
        erase(project, HERS, sure=True)
    assert caught.value.where.endswith("erased.json")
    assert caught.value.mend


def test_the_command_asks_and_tells(project: Project, tmp_path: Path) -> None:
    def run(*words: str, given: str = "") -> str:
        result = CliRunner().invoke(app, ["--project", str(project.root), "erase", *words], input=given)
        return result.output + (str(result.exception) if result.exception else "")

    unknown = run(given="P9\n\n")
    assert "the vault knows nobody with this id" in unknown
    assert "vault.sqlite" in unknown
    dry = run(given="P1\nC1\n")
    assert "data/vault.sqlite: 1 courses and 2 links" in dry
    assert "Nothing was changed." in dry
    assert "C1" in courses(project)
    file = tmp_path / "who.txt"
    file.write_text("\ufeffP1\n", encoding="utf-8")
    done = run("--from", str(file), "--yes")
    assert f"delete {file}" in done.replace("\n", "")
    assert set(courses(project)) == {"C3", "C4"}
    assert "Erased:" in run("--again", "--yes")
    file.write_text("P1\nC1\nC2\n", encoding="utf-8")
    assert "does not name one person" in run("--from", str(file))


def test_rows_of_corrections_go_and_the_others_stay_as_they_were() -> None:
    """Windows-1252 and UTF-16, semicolons, cells with line ends, a row that only mentions her."""
    rows = ["unit;why\r\n", 'u_1;"two\r\nlines; «æ»"\r\n', "u_12;stays\r\n", '"u_2";"as u_1 said"\r\n', "u_3;last"]
    for encoding in ("cp1252", "utf-16"):
        data = "".join(rows).encode(encoding)
        left, count = without_rows(data, ["u_1", "p_1"])
        assert (left, count) == ("".join((rows[0], rows[2], rows[4])).encode(encoding), 2)
        assert without_rows(data, ["u_9"]) == (data, 0)
