import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

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
