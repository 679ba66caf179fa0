"""Who is asked: only those who agreed in an earlier survey, and the person who answers."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaltool.contacts.vault import Vault
from evaltool.errors import CleaningError, DefinitionError, PlatformError, RosterError
from evaltool.project import Project, read_project
from evaltool.records import RawResponse
from evaltool.responses.archive import Archive
from evaltool.responses.clean import Cleaned
from evaltool.responses.dataset import write_dataset
from evaltool.responses.steps import LOG_COLUMNS
from evaltool.server.store import Store
from evaltool.survey.load import load_roster
from evaltool.workflows.cleaning import clean
from evaltool.workflows.connecting import database_url
from evaltool.workflows.definitions import check, release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.fieldwork import Invited, import_roster, pull, remind, statuses
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


def answer(project: Project, deployment: str, given: Mapping[str, Mapping[str, str]]) -> None:
    """What these courses sent."""
    with closing(Vault.open(project.vault)) as vault:
        tokens = {link.unit: link.token for link in vault.links(deployment)}
    with closing(Store.open(database_url(project))) as store:
        for course, answers in given.items():
            visit = store.find(tokens[units(project)[course]])
            assert visit is not None
            times = dict.fromkeys(("opened_at", "saved_at", "completed_at"), "2024-07-01T10:00:00+00:00")
            assert store.save(visit.interview, replace(visit.interview, status="complete", answers=answers, **times))


def invite(project: Project, survey: str) -> tuple[Invited, list[dict[str, str]]]:
    release(project, survey, 1)
    out = project.root / "links.csv"
    done = invite_courses(project, deploy(project, survey, 1).deployment, out=out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        return done, list(csv.DictReader(file, delimiter=";"))


def answered(project: Project, key: str, given: Mapping[str, str | None], *, refused: Sequence[str] = ()) -> None:
    """A dataset in which these courses answered the question about being asked again, or refused the interview."""
    with closing(Vault.open(project.vault)) as vault:
        courses = {course.course_id: course for course in vault.courses()}
    codes = {**given, **dict.fromkeys(refused)}
    frame = pd.DataFrame(
        {
            "unit": [courses[course].unit for course in codes],
            "person": [courses[course].person for course in codes],
            "missing": [None] * len(given) + ["refused"] * len(refused),
            "again": pd.Categorical(list(codes.values()), categories=["yes", "no"]),
        }
    )
    empty = pd.DataFrame({"unit": pd.array([], dtype="str")})
    log = pd.DataFrame(columns=list(LOG_COLUMNS), dtype="str")
    inputs = {"ledger_head": "", "corrections": ""}
    write_dataset(project.dataset(key), Cleaned(frame, empty, log), "{}", {"inputs": inputs})


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


def test_who_refused_the_later_version_is_not_asked_again(programme: Project) -> None:
    answered(programme, "participant-end@1", {"C1": "yes", "C2": "yes"})
    answered(programme, "participant-end@2", {}, refused=["C1"])
    _, links = invite(programme, "later")
    assert [link["name"] for link in links] == ["Bea"]


def test_nobody_is_asked_again_because_another_person_agreed(programme: Project, tmp_path: Path) -> None:
    """The mentor who agreed has left; the course has a new one."""
    consents = AGAIN.replace("pages:\n", "")
    add(programme.surveys, "mentor-end", MENTOR + consents)
    add(programme.surveys, "later", LATER.replace("participant-end", "mentor-end") + "respondent: mentor\n")
    invite(programme, "mentor-end")
    answer(programme, "mentor-end@1", {"C1": {"fine": "yes", "again": "yes"}, "C2": {"fine": "yes", "again": "yes"}})
    pull(programme)
    clean(programme)
    changed = tmp_path / "changed.csv"
    changed.write_text(HEADER + "P1;C1;Ada;en;north;30-06-2024;ended;M9;Olga;en\n", encoding="utf-8")
    import_roster(programme, changed)
    done, links = invite(programme, "later")
    assert [link["name"] for link in links] == ["Mia"]
    assert done.notes[0] == "3 courses did not agree («again» of mentor-end)"


@pytest.mark.parametrize("what", ["pulled", "corrected", "first answers"])
def test_what_came_after_the_dataset_counts_before_anybody_is_asked_again(programme: Project, what: str) -> None:
    invite(programme, "participant-end")
    if what != "first answers":
        answer(programme, "participant-end@1", {"C1": {"again": "yes"}})
        pull(programme)
        clean(programme)
        assert len(invite(programme, "later")[1]) == 1
    if what == "corrected":  # she rang, and took it back
        row = f"{units(programme)['C1']},participant-end,again,no,Eva,2024-08-01,rang\n"
        programme.corrections.write_text("unit,survey,variable,new,who,when,why\n" + row, encoding="utf-8")
    else:
        answer(programme, "participant-end@1", {"C2": {"again": "yes"}})
        pull(programme)
    with pytest.raises(CleaningError, match="dataset") as caught:
        invite(programme, "later")
    assert "evaltool clean" in caught.value.mend
    clean(programme)
    if what == "corrected":
        with pytest.raises(RosterError, match="4 courses did not agree"):
            invite(programme, "later")
    else:
        assert "Bea" in [link["name"] for link in invite(programme, "later")[1]]


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
    assert done.notes == (
        "1 courses have no «mentor_id»",
        "2 of 3 have a language that is not deployed (ar 2): they see «en»",
    )
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


def test_only_who_has_not_answered_by_the_last_pull_is_reminded(programme: Project) -> None:
    invited, links = invite(programme, "participant-end")
    assert sorted(link["name"] for link in links) == ["Ada", "Bea", "Cia"]
    answer(programme, "participant-end@1", {"C1": {"again": "yes"}})
    deployment = deploy(programme, "participant-end", 1).deployment
    assert remind(programme, deployment).total == invited.total
    pull(programme)
    out = programme.root / "reminder.csv"
    done = remind(programme, deployment, where='${site} = "south"', out=out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file, delimiter=";"))
    assert (done.total, sorted(link["name"] for link in told)) == (2, ["Bea", "Cia"])
    assert {link["link"] for link in told} <= {link["link"] for link in links}
    with pytest.raises(RosterError, match="nobody is to be reminded"):
        remind(programme, deployment, where='${site} = "north"')


def test_who_has_answered_and_opens_a_second_interview_is_not_reminded(programme: Project) -> None:
    invite(programme, "participant-end")
    deployment = deploy(programme, "participant-end", 1).deployment
    unit = units(programme)["C1"]
    moment = "2024-07-01T10:00:00+00:00"
    first = RawResponse(
        deployment=deployment.id,
        structure_hash=deployment.structure_hash,
        language="en",
        mode="self",
        interview="i1",
        unit=unit,
        person="p_1",
        revision=1,
        opened_at=moment,
        saved_at=moment,
        status="complete",
    )
    other = replace(first, interview="i2", unit=units(programme)["C2"], status="opened")
    again = replace(first, interview="i3", status="opened", saved_at="2024-07-02T10:00:00+00:00")
    linked = replace(other, revision=2, unit=units(programme)["C3"], status="refused")  # it was another course's
    Archive(programme.archive / deployment.id).append([first, other, again, linked], 1, pulled_at=moment)
    assert statuses(programme, deployment) == {unit: "complete", linked.unit: "refused"}


def test_a_record_that_lacks_the_survey_as_it_was_sent_gets_it(programme: Project) -> None:
    """As one of evaltool before it kept that: drift and coordinators' sheets read it."""
    release(programme, "participant-end", 1)
    deploy(programme, "participant-end", 1)
    path = programme.data / "deployments" / "surveys" / "participant-end@1.json"
    sent = path.read_bytes()
    path.unlink()
    deploy(programme, "participant-end", 1)
    assert path.read_bytes() == sent


def test_the_embedded_server_writes_the_links_before_it_says_that_it_sends_no_mail(programme: Project) -> None:
    release(programme, "participant-end", 1)
    out = programme.root / "links.csv"
    with pytest.raises(PlatformError, match="writes no mail"):
        invite_courses(programme, deploy(programme, "participant-end", 1).deployment, out=out, mail=True)
    assert out.is_file()
