import re
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from evaltool.contacts.vault import ImportReport, Vault
from evaltool.errors import ProjectError, RosterError
from evaltool.records import RosterPerson, RosterRow

ROW = RosterRow(
    person_id="007",
    course_id="c1",
    language="da",
    contact={"name": "Zubeyda Prøve", "phone": "12345678"},
    attributes={"site": "north"},
)
SECOND = replace(ROW, course_id="c2", attributes={"site": "south"})
MENTOR = RosterPerson(person_id="008", language="en", contact={"name": "Mia Mentor", "phone": "55"})
OTHER = RosterRow(person_id="008", course_id="c1", language="en", contact={"name": "Berta Prøve"})


@pytest.fixture
def vault(tmp_path: Path):
    vault = Vault.open(tmp_path / "contacts" / "vault.sqlite", clock=lambda: "2021-11-22T10:00:00+00:00")
    yield vault
    vault.close()


def test_one_person_with_two_courses_has_one_pseudonym_and_two_units(vault):
    assert vault.import_rows([ROW, SECOND, OTHER]) == ImportReport(added=3, changed=0, unchanged=0, absent=0)
    courses = {(course.person_id, course.course_id): course for course in vault.courses()}
    assert courses["007", "c1"].person == courses["007", "c2"].person != courses["008", "c1"].person
    assert len({course.unit for course in courses.values()}) == 3
    assert all(re.fullmatch(r"u_[a-z2-7]{16}", course.unit) for course in courses.values())
    assert all(re.fullmatch(r"p_[a-z2-7]{16}", course.person) for course in courses.values())
    assert courses["007", "c2"].attributes == {"site": "south"}
    assert courses["008", "c1"].language == "en"


def test_a_second_import_of_the_same_changes_nothing(vault):
    vault.import_rows([ROW, SECOND])
    before = vault.courses()
    assert vault.import_rows([SECOND, ROW]) == ImportReport(added=0, changed=0, unchanged=2, absent=0)
    assert vault.courses() == before


def test_changed_rows_are_counted_and_keep_their_pseudonyms(vault):
    vault.import_rows([ROW, OTHER])
    units = {course.unit for course in vault.courses()}
    moved = replace(ROW, attributes={"site": "west"})
    assert vault.import_rows([moved]) == ImportReport(added=0, changed=1, unchanged=0, absent=1)
    called = replace(moved, contact={"name": "Zubeyda Prøve", "phone": "87654321"})
    assert vault.import_rows([called, OTHER]) == ImportReport(added=0, changed=1, unchanged=1, absent=0)
    assert {course.unit for course in vault.courses()} == units
    person = next(course.person for course in vault.courses() if course.person_id == "007")
    assert vault.contact(person) == {"name": "Zubeyda Prøve", "phone": "87654321"}


def test_contact_data_are_gathered_from_all_rows_of_a_person(vault):
    vault.import_rows([ROW, replace(SECOND, contact={"email": "z@example.org", "phone": ""})])
    (person,) = {course.person for course in vault.courses()}
    assert vault.contact(person) == {"name": "Zubeyda Prøve", "phone": "12345678", "email": "z@example.org"}


def test_the_same_course_twice_imports_nothing(vault):
    with pytest.raises(RosterError, match="1 courses stand twice"):
        vault.import_rows([OTHER, ROW, ROW])
    assert vault.courses() == []


def test_a_link_is_made_once_and_never_changes(vault):
    vault.import_rows([ROW, SECOND, OTHER])
    units = [course.unit for course in vault.courses()]
    vault.invite("d1", units[:2])
    first = vault.links("d1")
    vault.invite("d1", units)
    again = {link.unit: link for link in vault.links("d1")}
    assert len(again) == 3
    assert [again[link.unit] for link in first] == first
    assert len({link.token for link in again.values()}) == 3
    assert all(re.fullmatch(r"[\w-]{24}", link.token) for link in again.values())
    assert {link.name for link in again.values()} == {"Zubeyda Prøve", "Berta Prøve"}
    assert {link.email for link in again.values()} == {""}
    assert vault.links("d2") == []


def test_a_unit_that_is_not_in_the_vault_gets_no_link(vault):
    with pytest.raises(RosterError, match="1 units are not in the vault"):
        vault.invite("d1", ["u_nobody"])


def mentored(row: RosterRow, mentor: RosterPerson = MENTOR) -> RosterRow:
    return replace(row, respondents={"mentor": mentor})


def test_a_mentor_of_two_courses_is_one_person_and_not_the_mentee_of_the_same_number(vault):
    vault.import_rows([mentored(ROW), mentored(SECOND), OTHER])
    courses = {(course.person_id, course.course_id): course for course in vault.courses()}
    mentors = {course.respondents.get("mentor") for course in courses.values()}
    assert courses["007", "c1"].respondents == courses["007", "c2"].respondents
    assert courses["008", "c1"].respondents == {}
    assert len(mentors) == 2  # one, and none
    assert not mentors & {course.person for course in courses.values()}
    assert vault.contact(courses["007", "c1"].respondents["mentor"]) == {"name": "Mia Mentor", "phone": "55"}
    assert vault.contact(courses["008", "c1"].person) == {"name": "Berta Prøve"}


def test_a_mentors_link_is_hers_and_the_mentees_is_the_mentees(vault):
    vault.import_rows([mentored(ROW), OTHER])
    course = next(course for course in vault.courses() if course.person_id == "007")
    vault.invite("mentors", [course.unit], respondent="mentor")
    vault.invite("mentees", [course.unit])
    (mentor,), (mentee,) = vault.links("mentors"), vault.links("mentees")
    assert (mentor.unit, mentor.person, mentor.name) == (course.unit, course.respondents["mentor"], "Mia Mentor")
    assert (mentor.phone, mentor.email, mentor.language) == ("55", "", "en")
    assert (mentee.unit, mentee.person, mentee.name, mentee.language) == (
        *(course.unit, course.person, "Zubeyda Prøve", "da"),
    )
    assert mentor.token != mentee.token


def test_a_link_stays_with_the_mentor_it_was_made_for(vault):
    vault.import_rows([mentored(ROW)])
    (course,) = vault.courses()
    vault.invite("d1", [course.unit], respondent="mentor")
    before = vault.links("d1")
    vault.import_rows([mentored(ROW, replace(MENTOR, person_id="009", contact={"name": "Nina Ny"}))])
    vault.invite("d1", [course.unit], respondent="mentor")
    assert vault.links("d1") == before
    (course,) = vault.courses()
    assert vault.contact(course.respondents["mentor"]) == {"name": "Nina Ny"}


def test_a_course_without_a_mentor_gets_no_link_for_one(vault):
    vault.import_rows([mentored(ROW), OTHER])
    with pytest.raises(RosterError, match="1 units have no mentor in the vault"):
        vault.invite("d1", [course.unit for course in vault.courses()], respondent="mentor")
    assert vault.links("d1") == []


def test_a_change_of_mentors_or_of_their_data_is_a_change_of_the_course(vault):
    vault.import_rows([mentored(ROW), mentored(SECOND), OTHER])
    rows = [mentored(ROW), mentored(SECOND), OTHER]
    assert vault.import_rows(rows) == ImportReport(added=0, changed=0, unchanged=3, absent=0)
    called = replace(MENTOR, contact={"name": "Mia Mentor", "phone": "66"})
    rows = [mentored(ROW, called), mentored(SECOND, called), OTHER]
    assert vault.import_rows(rows) == ImportReport(added=0, changed=2, unchanged=1, absent=0)
    rows = [mentored(ROW, called), SECOND, OTHER]
    assert vault.import_rows(rows) == ImportReport(added=0, changed=1, unchanged=2, absent=0)
    assert sorted(len(course.respondents) for course in vault.courses()) == [0, 0, 1]


def test_a_mentors_language_stands_if_one_of_her_rows_tells_it(vault):
    vault.import_rows([mentored(ROW), mentored(SECOND, RosterPerson(person_id="008"))])
    vault.invite("d1", [course.unit for course in vault.courses()], respondent="mentor")
    assert [link.language for link in vault.links("d1")] == ["en", "en"]


def test_nothing_personal_is_printed(vault):
    vault.import_rows([mentored(ROW)])
    units = [course.unit for course in vault.courses()]
    vault.invite("d1", units)
    vault.invite("d2", units, respondent="mentor")
    printed = repr([mentored(ROW), MENTOR, *vault.courses(), *vault.links("d1"), *vault.links("d2")])
    for secret in ("007", "Zubeyda", "12345678", "008", "Mia", vault.links("d1")[0].token, vault.links("d2")[0].token):
        assert secret not in printed


def test_replaced_contact_data_are_gone_from_the_file(vault, tmp_path):
    vault.import_rows([ROW])
    vault.import_rows([replace(ROW, contact={"name": "X"})])
    vault.close()
    folder = tmp_path / "contacts"
    assert not any(b"Zubeyda" in path.read_bytes() for path in folder.iterdir())


def test_a_vault_of_a_newer_version_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "vault.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ProjectError, match="version 99"):
        Vault.open(tmp_path / "vault.sqlite")


def test_a_remark_takes_the_place_of_the_former_one_and_a_blank_one_takes_it_away(vault):
    vault.import_rows([ROW, SECOND])
    first, second = (course.unit for course in vault.courses())
    vault.remark("d1", {first: "moved to Mette", second: "on holiday"})
    vault.remark("d2", {first: "of another survey"})
    vault.remark("d1", {first: "back again", second: ""})
    assert (vault.remarks("d1"), vault.remarks("d2")) == ({first: "back again"}, {first: "of another survey"})
    assert vault.remarks("d3") == {}


# As evaltool wrote it before it knew mentors.
VERSION_1 = """
CREATE TABLE people (person TEXT NOT NULL, person_id TEXT NOT NULL, language TEXT NOT NULL, contact TEXT NOT NULL,
    PRIMARY KEY (person), UNIQUE (person_id));
CREATE TABLE courses (unit TEXT NOT NULL, person TEXT NOT NULL, course_id TEXT NOT NULL, attributes TEXT NOT NULL,
    PRIMARY KEY (unit), UNIQUE (person, course_id), FOREIGN KEY(person) REFERENCES people (person));
CREATE TABLE links (deployment TEXT NOT NULL, unit TEXT NOT NULL, token TEXT NOT NULL, created_at TEXT NOT NULL,
    PRIMARY KEY (deployment, unit), FOREIGN KEY(unit) REFERENCES courses (unit), UNIQUE (token));
INSERT INTO people VALUES ('p_1', '007', 'da', '{"name": "Zubeyda"}'), ('p_2', '008', 'en', '{}');
INSERT INTO courses VALUES ('u_1', 'p_1', 'c1', '{"site": "north"}'), ('u_2', 'p_1', 'c2', '{}');
INSERT INTO courses VALUES ('u_3', 'p_2', 'c1', '{}');
INSERT INTO links VALUES ('d1', 'u_2', 'token-2', '2021-11-22'), ('d1', 'u_3', 'token-3', '2021-11-23');
PRAGMA user_version = 1;
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "vault.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1)
    connection.close()
    return path


def schema_of(path: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_master").fetchall()
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return {(name, " ".join(sql.replace('"', "").split())) for name, sql in rows}


def test_a_vault_of_version_1_is_taken_up_and_nothing_is_lost(old, tmp_path):
    vault = Vault.open(old)
    links = [(link.unit, link.person, link.token, link.created_at) for link in vault.links("d1")]
    assert links == [("u_2", "p_1", "token-2", "2021-11-22"), ("u_3", "p_2", "token-3", "2021-11-23")]
    courses = [(course.unit, course.person, course.person_id, course.course_id) for course in vault.courses()]
    assert courses == [("u_1", "p_1", "007", "c1"), ("u_2", "p_1", "007", "c2"), ("u_3", "p_2", "008", "c1")]
    assert vault.courses()[0].attributes == {"site": "north"}
    assert vault.contact("p_1") == {"name": "Zubeyda"}
    assert vault.import_rows([mentored(ROW)]) == ImportReport(added=0, changed=1, unchanged=0, absent=2)
    vault.close()
    Vault.open(tmp_path / "new.sqlite").close()
    assert schema_of(old) == schema_of(tmp_path / "new.sqlite")
    Vault.open(old).close()


def test_a_vault_of_version_2_gets_room_for_remarks(tmp_path):
    path = tmp_path / "vault.sqlite"
    vault = Vault.open(path)
    vault.import_rows([ROW])
    vault.close()
    new = schema_of(path)
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TABLE remarks; PRAGMA user_version = 2;")
    connection.close()
    vault = Vault.open(path)
    (course,) = vault.courses()
    vault.remark("d1", {course.unit: "call Mette"})
    assert vault.remarks("d1") == {course.unit: "call Mette"}
    vault.close()
    assert schema_of(path) == new


def test_a_way_up_that_fails_leaves_the_vault_as_it_was(old):
    before = schema_of(old)
    with sqlite3.connect(old) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO courses VALUES ('u_9', 'p_nobody', 'c', '{}')")
    connection.close()
    with pytest.raises(ProjectError, match="FOREIGN KEY"):
        Vault.open(old)
    with sqlite3.connect(old) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM links").fetchone() == (2,)
        connection.execute("DELETE FROM courses WHERE unit = 'u_9'")
    connection.close()
    assert schema_of(old) == before


def test_a_vault_is_found_again(vault, tmp_path):
    vault.import_rows([ROW])
    vault.close()
    again = Vault.open(tmp_path / "contacts" / "vault.sqlite")
    assert [course.person_id for course in again.courses()] == ["007"]
    again.close()


@pytest.mark.parametrize("folder", ["a%20b", "a#b", "år 1", *([] if sys.platform == "win32" else ["a?b"])])
def test_a_folder_may_have_any_name(tmp_path, folder):
    path = tmp_path / folder / "vault.sqlite"
    vault = Vault.open(path)
    vault.import_rows([ROW])
    vault.close()
    assert path.stat().st_size > 0
    assert [found.name for found in tmp_path.iterdir()] == [folder]


def each_verb(vault):
    return (
        lambda: vault.import_rows([ROW]),
        vault.courses,
        lambda: vault.contact("p_1"),
        lambda: vault.invite("d1", []),
        lambda: vault.links("d1"),
    )


def test_a_locked_vault_is_told_and_nothing_is_written(vault, tmp_path):
    path = tmp_path / "contacts" / "vault.sqlite"
    vault.close()  # the next connection does not wait
    event.listen(vault.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    for verb in each_verb(vault):
        with pytest.raises(ProjectError, match="database is locked") as caught:
            verb()
        assert caught.value.where == path.as_posix()
        assert "Close the other program" in caught.value.mend
    other.close()
    assert vault.courses() == []


def test_a_full_disk_is_told_without_names_and_numbers(vault):
    vault.close()
    event.listen(vault.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(ProjectError, match="full") as caught:
        vault.import_rows([replace(ROW, contact={"name": "Zubeyda" * 5000})])
    assert "Make room on the disk" in str(caught.value)
    assert "Zubeyda" not in str(caught.value)
    assert vault.courses() == []


@pytest.mark.parametrize("content", [b"no database" * 100, None])
def test_what_is_no_database_is_told_when_opening(tmp_path, content):
    path = tmp_path / "vault.sqlite"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(ProjectError, match=r"cannot be used: (file is not a database|unable to open)") as caught:
        Vault.open(path)
    assert (caught.value.where, bool(caught.value.mend)) == (path.as_posix(), True)


def test_errors_of_the_database_never_show_what_was_written(vault):
    query = text("INSERT INTO people VALUES ('p', '', :secret, NULL, :secret)")
    with pytest.raises(IntegrityError) as caught, vault.engine.begin() as connection:
        connection.execute(query, {"secret": "Zubeyda"})
    assert "Zubeyda" not in str(caught.value)
