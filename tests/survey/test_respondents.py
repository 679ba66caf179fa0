"""Others than the course's own person who answer: what the roster and a survey must say of them."""

from pathlib import Path

import pytest
from definitions import ROSTER, SURVEY, write

from evaltool.errors import DefinitionError
from evaltool.survey.load import load_roster, load_survey

MENTOR_ID = "  mentor_id: {label: Mentor, sensitivity: identifier, role: person, respondent: mentor}\n"
MENTOR = (
    ROSTER + MENTOR_ID + "  mentor_language: {label: Sprog, sensitivity: contact, role: language, respondent: mentor}\n"
)
ASKED = SURVEY.replace("language: da\n", "language: da\nrespondent: mentor\n", 1)


def faults(folder: Path, survey: str, roster: str) -> list[tuple[str, str]]:
    path = write(folder, survey, roster=roster)
    with pytest.raises(DefinitionError) as caught:
        load_survey(path, load_roster(folder / "roster.yaml"))
    return [(fault.code, fault.where.removeprefix(f"{folder.as_posix()}/")) for fault in caught.value.faults]


def test_a_survey_may_be_answered_by_somebody_whom_the_roster_names(tmp_path: Path) -> None:
    path = write(tmp_path, ASKED, roster=MENTOR)
    roster = load_roster(tmp_path / "roster.yaml")
    assert load_survey(path, roster).respondent == "mentor"
    assert roster.respondents == ("mentor",)
    assert (roster.column("person"), roster.column("person", "mentor")) == ("person_id", "mentor_id")
    assert set(roster.attributes) == {"site", "meetings"}


def test_the_roster_must_say_who_answers(tmp_path: Path) -> None:
    assert faults(tmp_path, ASKED, ROSTER) == [("unknown-respondent", "small/v1.yaml:4")]
    assert faults(tmp_path, ASKED.replace("respondent: mentor", "respondent: boss"), MENTOR) == [
        ("unknown-respondent", "small/v1.yaml:4")
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (MENTOR_ID, "", [("missing-role", "roster.yaml:3")]),
        ("sensitivity: contact, role: language, r", "role: language, r", [("not-protected", "roster.yaml:10")]),
        ("sensitivity: contact, role: language, r", "r", [("not-protected", "roster.yaml:10")]),
        (MENTOR_ID, MENTOR_ID.replace("identifier", "ordinary"), [("not-protected", "roster.yaml:9")]),
        ("role: language, r", "role: course, r", [("bad-role", "roster.yaml:10"), ("not-protected", "roster.yaml:10")]),
    ],
)
def test_what_a_roster_tells_of_others_stays_in_the_vault(
    tmp_path: Path, old: str, new: str, found: list[tuple[str, str]]
) -> None:
    assert sorted(faults(tmp_path, SURVEY, MENTOR.replace(old, new))) == found
