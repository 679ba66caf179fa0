"""Pooled and panel data by the commands: definitions, links, answers, datasets, and then what researchers get."""

import csv
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from evaltool.contacts.vault import Vault
from evaltool.project import Project
from evaltool.records import Answer
from evaltool.server.store import Store
from evaltool.survey.compare import compare
from evaltool.survey.load import load_definition
from evaltool.workflows.cleaning import clean
from evaltool.workflows.connecting import database_url
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy
from evaltool.workflows.fieldwork import import_roster, invite, pull

SURVEY = """\
survey: {survey}
version: {version}
language: en
title: A survey
refusal: "${{consent}} = 'no'"
pages:
  - name: consent
    title: Will you answer?
    questions:
      - {{name: consent, type: select_one, role: consent, required: true, label: Will you answer?, choices: yes_no}}
      - {{name: link, type: select_one, role: link, label: May we put your answers together?, choices: yes_no}}
      - {{name: research, type: select_one, role: research, label: May researchers use them?, choices: yes_no}}
  - name: now
    title: Now
    questions:
      - {{name: work, type: select_one, role: headline, label: Do you have a job now?, choices: yes_no}}
      - {{name: met, type: select_one, label: How often do you meet?, choices: {met}}}
      - {{name: liked, type: select_one, label: "{liked}", choices: yes_no}}
"""
SHORT, LONG = "{often: Often, seldom: Seldom}", "{often: Often, seldom: Seldom, never: Never}"
VERDICT = """\
  {name}:
    verdict: {verdict}
    reason: {reason}
    by: Eva
    on: 2024-01-01
    of: {of}
"""
CROSSWALK = "    crosswalk: {often: often, seldom: {old: [seldom], new: [seldom, never]}}\n"
AGREED = {"consent": "yes", "link": "yes", "research": "yes"}
JANUARY, JUNE = "2024-01-01T10:00:00+00:00", "2024-06-01T10:00:00+00:00"


def write(project: Project, survey: str, version: int, *, met: str = SHORT, liked: str = "Did you like it?") -> None:
    path = project.surveys / survey / f"v{version}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(SURVEY.format(survey=survey, version=version, met=met, liked=liked), encoding="utf-8")


def write_verdicts(project: Project) -> None:
    old, new = (load_definition(project.surveys, "end", version) for version in (1, 2))
    of = {item.name: item.of for item in compare(old, new)}
    met = VERDICT.format(name="met", verdict="comparable", reason="Never is seldom.", of=of["met"])
    liked = VERDICT.format(name="liked", verdict="not_comparable", reason="Something else is liked.", of=of["liked"])
    head = "format: 1\nsurvey: end\nversion: 2\nagainst: 1\nitems:\n"
    (project.surveys / "end" / "v2.verdicts.yaml").write_text(head + met + CROSSWALK + liked, encoding="utf-8")


def answer(project: Project, deployment: str, course: str, at: str, answers: Mapping[str, Answer]) -> None:
    """As she would: her personal link, and all pages sent."""
    with closing(Vault.open(project.vault)) as vault:
        units = {found.course_id: found.unit for found in vault.courses()}
        (token,) = [link.token for link in vault.links(deployment) if link.unit == units[course]]
    with closing(Store.open(database_url(project))) as store:
        visit = store.find(token)
        assert visit is not None
        times = {"opened_at": at, "saved_at": at, "completed_at": at}
        assert store.save(visit.interview, replace(visit.interview, status="complete", answers=answers, **times))


@pytest.fixture
def answered(project: Project, roster: Path) -> Project:
    """One wave of `start`, two versions of `end`: C1 in the first, C2 and C3 (both of person P2) in the second."""
    write(project, "start", 1, met=LONG)
    write(project, "end", 1)
    write(project, "end", 2, met=LONG, liked="Did you like all of it?")
    write_verdicts(project)
    plan = project.plan.read_text(encoding="utf-8")
    project.plan.write_text(plan + "\npanel: {waves: {before: start, after: end}}\n", encoding="utf-8")
    release(project, "participant-end", 1)
    import_roster(project, roster)
    for survey, version, where in (("start", 1, ""), ("end", 1, "${site} = 'north'"), ("end", 2, "${site} = 'south'")):
        release(project, survey, version)
        invite(project, deploy(project, survey, version).deployment, where=where)
    answer(project, "start@1", "C1", JANUARY, {**AGREED, "work": "no", "met": "often", "liked": "yes"})
    answer(project, "start@1", "C2", JANUARY, {**AGREED, "work": "no", "met": "seldom"})
    answer(project, "start@1", "C3", JANUARY, {**AGREED, "work": "no", "link": "no"})
    answer(project, "end@1", "C1", JUNE, {**AGREED, "work": "yes", "met": "seldom", "liked": "yes"})
    answer(project, "end@2", "C2", JUNE, {**AGREED, "work": "yes", "met": "never", "research": "no"})
    answer(project, "end@2", "C3", JUNE, {**AGREED, "work": "no", "met": "often"})
    pull(project)
    clean(project)
    return project


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest(folder: Path) -> dict[str, object]:
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert found["outputs"] == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != "manifest.json"
    }
    return found


def test_versions_are_pooled_and_what_is_not_comparable_is_named(run, answered: Project) -> None:
    shown = run("pool", "end")
    assert shown.returncode == 0, shown.stderr
    assert "pooled end: 3 interviews of 2 versions" in shown.stdout
    folder = answered.data / "pooled" / "end"
    frame = pd.read_parquet(folder / "dataset.parquet")
    assert sorted(frame["met"]) == ["often", "seldom", "seldom"]
    assert "liked" not in frame
    (left,) = rows(folder / "left_out.csv")
    assert left["variable"] == "liked"
    assert "Something else is liked." in left["reason"]
    assert {row["reason"] for row in rows(folder / "origin.csv") if row["variable"] == "met"} == {
        "version 2: Never is seldom."
    }
    book = json.loads((folder / "codebook.json").read_text(encoding="utf-8"))
    assert [item["name"] for item in book["variables"]] == ["consent", "link", "research", "work", "met"]
    made = manifest(folder)
    assert (made["synthetic"], made["altered"], made["research"]) == (False, False, False)
    assert set(made["inputs"]) == {"end@1", "end@2"}  # pyright: ignore[reportArgumentType]  # an object of JSON


def test_what_is_not_comparable_is_refused_by_name_and_the_old_data_stay(run, answered: Project) -> None:
    assert run("pool", "end").returncode == 0
    before = {path.name: path.read_bytes() for path in (answered.data / "pooled" / "end").iterdir()}
    shown = run("pool", "end", "--only", "liked", "--only", "wrok")
    assert shown.returncode == 1
    assert "Something else is liked." in shown.stderr
    assert "Did you mean «work»" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert {path.name: path.read_bytes() for path in (answered.data / "pooled" / "end").iterdir()} == before


def test_only_answers_that_may_be_used_for_research_are_handed_out(run, answered: Project) -> None:
    shown = run("pool", "end", "--research")
    assert "left out because they may not be used for research: 1" in shown.stderr
    assert len(pd.read_parquet(answered.data / "pooled" / "end" / "dataset.parquet")) == 2


def test_waves_are_linked_by_course_for_those_who_agreed(run, answered: Project) -> None:
    shown = run("panel")
    assert shown.returncode == 0, shown.stderr
    assert "linked: before 2; after 3, of these 2 also at before" in shown.stdout
    assert "persons with more than one course: 1; cluster by person" in shown.stderr
    folder = answered.data / "panel"
    frame = pd.read_parquet(folder / "panel.parquet")
    both = frame[frame.groupby("unit")["unit"].transform("size") == 2]
    paired = both.pivot_table(index="unit", columns="wave", values="met", aggfunc="first", observed=True)
    assert sorted(map(tuple, paired[["before", "after"]].to_numpy().tolist())) == [
        ("often", "seldom"),
        ("seldom", "seldom"),
    ]
    assert set(both["days_since_first"]) == {0, 152}  # 1 January to 1 June of a leap year
    (lost,) = [row for row in rows(folder / "attrition.csv") if (row["wave"], row["among"]) == ("before", "roster")]
    assert (lost["courses"], lost["no_link"], lost["linked"]) == ("3", "1", "2")
    assert {row["variable"] for row in rows(folder / "left_out.csv")} == {"liked"}
    assert set(manifest(folder)["inputs"]) == {"start@1", "end@1", "end@2"}  # pyright: ignore[reportArgumentType]  # an object of JSON


def test_a_panel_without_waves_or_of_another_roster_is_refused(run, answered: Project, roster: Path) -> None:
    roster.write_bytes(roster.read_bytes().replace(b"running", b"broken_off"))
    assert run("roster", str(roster)).returncode == 0
    shown = run("panel")
    assert shown.returncode == 1
    assert "of another roster" in shown.stderr
    assert "evaltool clean" in shown.stderr
    plan = answered.plan.read_text(encoding="utf-8")
    answered.plan.write_text(plan.partition("\npanel:")[0] + "\n", encoding="utf-8")
    assert "the plan names no waves" in run("panel").stderr


def test_a_survey_without_a_dataset_is_told(run, answered: Project) -> None:
    shown = run("pool", "participant-end")
    assert shown.returncode == 1
    assert "there is no dataset of «participant-end»" in shown.stderr
