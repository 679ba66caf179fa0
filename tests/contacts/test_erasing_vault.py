"""Erasing from the vault: rows and bytes go, and nobody else's."""

from dataclasses import replace
from pathlib import Path

import pytest

from evaltool.contacts.vault import Vault
from evaltool.errors import RosterError
from evaltool.records import RosterPerson, RosterRow

MENTOR = RosterPerson(person_id="007", contact={"name": "Mia Mentor", "phone": "55 66 77 88"})
ROW = RosterRow(
    person_id="007",
    course_id="c1",
    language="da",
    contact={"name": "Zubeyda Prøve", "phone": "12345678"},
    attributes={"site": "havnegade"},
    respondents={"mentor": MENTOR},
)
SECOND = replace(ROW, course_id="c2", respondents={})
OTHER = RosterRow(
    person_id="008",
    course_id="c1",
    language="en",
    contact={"name": "Berta Prøve"},
    respondents={"mentor": MENTOR},
)


@pytest.fixture
def vault(tmp_path: Path):
    """Mentee 007 with two courses, mentee 008, and mentor 007 of both; all have links, and remarks on them."""
    vault = Vault.open(tmp_path / "vault.sqlite")
    vault.import_rows([ROW, SECOND, OTHER])
    units = [course.unit for course in vault.courses()]
    vault.invite("end@1", units)
    mentored = [course.unit for course in vault.courses() if course.respondents]
    vault.invite("mentor@1", mentored, respondent="mentor")
    vault.remark("end@1", {unit: f"remark on {unit} {course_of(vault, unit)}" for unit in units})
    vault.remark("mentor@1", {unit: f"mentor of {unit} {course_of(vault, unit)}" for unit in mentored})
    yield vault
    vault.close()


def course_of(vault, unit):
    return next(f"{item.person_id}/{item.course_id}" for item in vault.courses() if item.unit == unit)


def unit_of(vault, person_id, course_id):
    return next(item.unit for item in vault.courses() if (item.person_id, item.course_id) == (person_id, course_id))


def content(vault):
    folder = Path(vault.engine.url.database).parent
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_person_goes_with_all_her_courses(vault):
    hers = vault.find("007")
    first, second = unit_of(vault, "007", "c1"), unit_of(vault, "007", "c2")
    known = vault.known(hers)
    assert hers > {first, second}
    assert len(hers) == 3
    assert known.courses == 2
    assert known.links == {("end@1", first), ("end@1", second), ("mentor@1", first)}
    tokens = {link.token for name in ("end@1", "mentor@1") for link in vault.links(name) if link.unit in hers}
    assert known.texts == {"Zubeyda Prøve", "12345678", *tokens}
    vault.erase(hers)
    for text in (*hers, *tokens, "Zubeyda", "12345678", "havnegade", "007/c1", "007/c2"):
        assert text.encode() not in content(vault), text
    assert [(course.person_id, course.course_id) for course in vault.courses()] == [("008", "c1")]
    (left,) = vault.links("mentor@1")
    assert (left.name, left.unit) == ("Mia Mentor", unit_of(vault, "008", "c1"))
    assert set(vault.remarks("end@1")) == set(vault.remarks("mentor@1")) == {left.unit}


def test_an_access_code_of_an_adopted_survey_is_known_as_it_stands_elsewhere(vault):
    vault.take_links("old@1", {unit_of(vault, "008", "c1"): "770001:sam2019"})
    assert "sam2019" in vault.known(vault.find("008")).texts


def test_one_of_two_courses_goes_and_she_stays(vault):
    first, second = unit_of(vault, "007", "c1"), unit_of(vault, "007", "c2")
    hers = vault.find("007", course_id="c1")
    assert hers == {first}
    assert "Zubeyda Prøve" not in vault.known(hers).texts
    vault.erase(hers)
    assert {(course.person_id, course.course_id) for course in vault.courses()} == {("007", "c2"), ("008", "c1")}
    assert first.encode() not in content(vault)
    assert {link.unit for link in vault.links("end@1")} == {second, unit_of(vault, "008", "c1")}
    # It was her last but one: the last takes her with it.
    assert len(vault.find("007", course_id="c2")) == 2


def test_somebody_with_the_same_id_in_another_role_is_somebody_else(vault):
    mentor = vault.find("007", respondent="mentor")
    assert len(mentor) == 1
    assert mentor.isdisjoint(vault.find("007"))
    first, other = unit_of(vault, "007", "c1"), unit_of(vault, "008", "c1")
    assert vault.known(mentor).links == {("mentor@1", first), ("mentor@1", other)}
    vault.erase(mentor)
    assert b"Mia Mentor" not in content(vault)
    assert b"mentor of" not in content(vault)
    assert vault.links("mentor@1") == []
    assert [course.respondents for course in vault.courses()] == [{}, {}, {}]
    assert len(vault.links("end@1")) == len(vault.remarks("end@1")) == 3


@pytest.mark.parametrize(
    ("given", "message", "mend"),
    [
        ({"person_id": "7"}, "knows nobody with this id", "with its zeros"),
        ({"person_id": "008", "respondent": "mentor"}, "knows no mentor with this id", "a course's own person"),
        ({"person_id": "007", "course_id": "c9"}, "no such course in the vault, but 2 others", "with its zeros"),
    ],
)
def test_who_is_unknown_is_told_with_the_place(vault, given, message, mend):
    with pytest.raises(RosterError, match=message) as caught:
        vault.find(**given)
    assert mend in caught.value.mend
    assert caught.value.where.endswith("vault.sqlite")
    assert "008" not in str(caught.value)


def test_the_other_role_of_an_id_is_told(tmp_path):
    vault = Vault.open(tmp_path / "vault.sqlite")
    vault.import_rows([replace(ROW, person_id="009")])
    with pytest.raises(RosterError, match="nobody") as caught:
        vault.find("007")
    assert caught.value.mend == "It is the id of a mentor (--respondent mentor)."
    vault.close()


def test_erasing_nobody_known_changes_nothing(vault):
    before = vault.courses()
    vault.erase(["u_nobody", "p_nobody"])
    assert vault.courses() == before
    assert vault.known(["u_nobody"]).links == frozenset()
