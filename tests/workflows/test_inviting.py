"""Who is asked: only those who agreed in an earlier survey, and the person who answers."""

import csv
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from evaltool.contacts.vault import Vault
from evaltool.errors import CleaningError, DefinitionError, RosterError
from evaltool.project import Project, read_project
from evaltool.responses.clean import LOG_COLUMNS, Cleaned
from evaltool.responses.dataset import write_dataset
from evaltool.survey.load import load_roster
from evaltool.workflows.definitions import check, release
from evaltool.workflows.fieldwork import Invited, deploy, import_roster
from evaltool.workflows.fieldwork import invite as invite_courses
from evaltool.workflows.made_up import Demo, DemoPopulation, make_roster
from evaltool.workflows.starting import init_project

MENTOR_COLUMNS = """\
  mentor_id: {label: Mentor number, sensitivity: identifier, role: person, respondent: mentor}
  mentor_name: {label: Mentor's name, sensitivity: contact, role: name, respondent: mentor}
  mentor_language:
    {label: M, type: choice, sensitivity: contact, role: language, respondent: mentor, choices: {en: E, ar: A}}
"""
HEADER = "person_id;course_id;name;language;site;end_date;status;mentor_id;mentor_name;mentor_language\n"
ROSTER = (
    HEADER
    + """\
P1;C1;Ada;en;north;30-06-2024;ended;M1;Mia;ar
P2;C2;Bea;en;south;30-06-2024;ended;M1;Mia;ar
P3;C3;Cia;en;south;30-06-2024;ended;;;
P4;C4;Dea;en;north;30-06-2024;running;M2;Nina;
"""
)
AGAIN = """\
  - name: again
    questions:
      - {name: again, type: select_one, role: recontact, label: Again?, choices: yes_no}
"""
LATER = """\
survey: later
version: 1
language: en
title: Later
follows: {survey: participant-end, agreed: again}
pages:
  - name: now
    questions:
      - {name: fine, type: select_one, label: Fine?, choices: yes_no}
"""
MENTOR = LATER.replace("follows: {survey: participant-end, agreed: again}", "respondent: mentor").replace(
    "later", "mentor-end"
)


def add(folder: Path, survey: str, text: str) -> None:
    (folder / survey).mkdir(exist_ok=True)
    (folder / survey / "v1.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def programme(tmp_path: Path) -> Project:
    init_project(tmp_path / "programme")
    project = read_project(tmp_path / "programme")
    for path, text in (("roster.yaml", MENTOR_COLUMNS), ("participant-end/v1.yaml", AGAIN)):
        with (project.surveys / path).open("a", encoding="utf-8") as file:
            file.write(text)
    add(project.surveys, "later", LATER)
    add(project.surveys, "mentor-end", MENTOR)
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    import_roster(project, roster)
    return project


def units(project: Project) -> dict[str, str]:
    with closing(Vault.open(project.vault)) as vault:
        return {course.course_id: course.unit for course in vault.courses()}


def invite(project: Project, survey: str) -> tuple[Invited, list[dict[str, str]]]:
    release(project, survey, 1)
    out = project.root / "links.csv"
    done = invite_courses(project, deploy(project, survey, 1).deployment, out=out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        return done, list(csv.DictReader(file, delimiter=";"))


def answered(project: Project, key: str, given: Mapping[str, str | None]) -> None:
    """A dataset in which these courses answered the question about being asked again."""
    known = units(project)
    codes = pd.Categorical(list(given.values()), categories=["yes", "no"])
    frame = pd.DataFrame({"unit": [known[course] for course in given], "again": codes})
    empty = pd.DataFrame({"unit": pd.array([], dtype="str")})
    log = pd.DataFrame(columns=list(LOG_COLUMNS), dtype="str")
    write_dataset(project.dataset(key), Cleaned(frame, empty, log), "{}", {})


def test_only_who_agreed_in_the_earlier_survey_gets_a_link(programme: Project) -> None:
    answered(programme, "participant-end@1", {"C1": "yes", "C2": "no", "C3": None})
    done, links = invite(programme, "later")
    assert [link["name"] for link in links] == ["Ada"]
    assert done.notes == ("3 courses did not agree («again» of participant-end)",)


def test_of_two_versions_the_later_answer_counts(programme: Project) -> None:
    answered(programme, "participant-end@10", {"C1": "no", "C2": "yes", "C4": None})
    answered(programme, "participant-end@9", {"C1": "yes", "C3": "yes", "C4": "yes"})
    _, links = invite(programme, "later")
    assert sorted(link["name"] for link in links) == ["Bea", "Cia", "Dea"]


def test_without_a_dataset_nobody_is_asked_again(programme: Project) -> None:
    with pytest.raises(CleaningError, match="has no dataset yet") as caught:
        invite(programme, "later")
    assert "evaltool pull, then evaltool clean" in caught.value.mend


def test_if_nobody_agreed_that_is_told(programme: Project) -> None:
    answered(programme, "participant-end@1", {"C1": "no"})
    with pytest.raises(RosterError, match="4 courses did not agree"):
        invite(programme, "later")


def test_the_mentor_gets_the_link_where_she_answers(programme: Project) -> None:
    done, links = invite(programme, "mentor-end")
    assert sorted((link["name"], link["language"]) for link in links) == [("Mia", "ar"), ("Mia", "ar"), ("Nina", "en")]
    assert len({link["link"] for link in links}) == 3
    assert done.notes == ("1 courses have no «mentor_id»",)
    assert (done.new, done.total) == (3, 3)


def test_a_link_of_a_former_mentor_is_left_out(programme: Project, tmp_path: Path) -> None:
    invite(programme, "mentor-end")
    changed = tmp_path / "changed.csv"
    changed.write_text(HEADER + "P1;C1;Ada;en;north;30-06-2024;ended;M9;Olga;en\n", encoding="utf-8")
    import_roster(programme, changed)
    done, links = invite(programme, "mentor-end")
    assert sorted(link["name"] for link in links) == ["Mia", "Nina"]
    assert "1 links were made for a former mentor: left out" in done.notes


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("survey: participant-end", "survey: participants-end", 5, "no survey «participants-end»"),
        ("agreed: again", "agreed: agian", 5, "«agian» is not asked"),
        ("agreed: again", "agreed: work", 5, "does not ask for leave"),
        ("agreed: again", "agreed: again, code: maybe", 5, "«maybe» is not an answer"),
        ("title: Later", "title: Later\nrespondent: mentor", 6, "answered by somebody else"),
    ],
)
def test_what_a_survey_follows_must_be_there(programme: Project, old: str, new: str, line: int, message: str) -> None:
    check(programme)
    add(programme.surveys, "later", LATER.replace(old, new))
    with pytest.raises(DefinitionError) as caught:
        check(programme)
    (fault,) = caught.value.faults
    assert message in fault.message
    assert fault.where.endswith(f"surveys/later/v1.yaml:{line}")


def test_made_up_courses_have_mentors_and_some_have_two_courses(programme: Project) -> None:
    roster = load_roster(programme.surveys / "roster.yaml")
    demo = Demo(format=1, populations={"2024": DemoPopulation(courses=200, surveys={})})
    rows = make_roster(roster, demo, "year")
    names: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        names.setdefault(row["mentor_id"], set()).add((row["mentor_name"], row["mentor_language"]))
    assert 100 < len(names) < 200
    assert all(len(found) == 1 for found in names.values())
    assert "" not in names
    assert not names.keys() & {row["person_id"] for row in rows}
    assert {language for found in names.values() for _, language in found} == {"en", "ar"}
