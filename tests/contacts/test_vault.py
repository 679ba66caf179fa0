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
from evaltool.records import RosterRow

ROW = RosterRow(
    person_id="007",
    course_id="c1",
    language="da",
    contact={"name": "Zubeyda Prøve", "phone": "12345678"},
    attributes={"site": "north"},
)
SECOND = replace(ROW, course_id="c2", attributes={"site": "south"})
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


def test_nothing_personal_is_printed(vault):
    vault.import_rows([ROW])
    vault.invite("d1", [course.unit for course in vault.courses()])
    printed = repr([ROW, *vault.courses(), *vault.links("d1")])
    for secret in ("007", "Zubeyda", "12345678", vault.links("d1")[0].token):
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
    query = text("INSERT INTO people VALUES ('p', :secret, NULL, :secret)")
    with pytest.raises(IntegrityError) as caught, vault.engine.begin() as connection:
        connection.execute(query, {"secret": "Zubeyda"})
    assert "Zubeyda" not in str(caught.value)
