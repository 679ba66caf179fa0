"""A small programme: two versions of an end survey, a start survey, a roster, and a plan over them."""

from pathlib import Path

import pandas as pd

from evaltool.plan import load_plan
from evaltool.stats.units import Answers
from evaltool.survey.model import Roster, Survey

LEVEL = {"well": "Well", "a_little": "A little", "refused": {"label": "I won't say", "missing": "refused"}}


def _question(name, choices, **more):
    return {"name": name, "type": "select_one", "label": name, "choices": choices, **more}


def _survey(name, version, questions):
    data = {"survey": name, "version": version, "language": "en", "title": name}
    return Survey.model_validate(
        {**data, "pages": [{"name": "all", "questions": questions}]}, context={"language": "en"}
    )


JOB = _question("job", {"paid": "Yes", "own": "Own business", "none": "No"})
SCHOOL = _question("school", {"yes": "Yes", "no": "No"})
SPEAK = _question("speak", LEVEL, scale="descending")
WANTS = {"name": "wants", "type": "select_multiple", "label": "wants", "choices": {"help": "Help", "rest": "Rest"}}

SURVEYS = {
    survey.key: survey
    for survey in (
        _survey("end", 1, [JOB, SCHOOL, SPEAK, WANTS]),
        _survey("end", 2, [JOB, SCHOOL, SPEAK, _question("happy", {"yes": "Yes", "no": "No"})]),
        _survey("start", 1, [SPEAK]),
    )
}

ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "year": {"type": "integer", "label": "Year"},
            "site": {"type": "choice", "choices": {"south": "South", "north": "North"}},
            "focus": {"type": "choice", "choices": {"yes": "Yes", "no": "No"}},
            "state": {"type": "choice", "choices": {"ended": "Ended", "running": "Running"}},
        },
    },
    context={"language": "en"},
)

PLAN = """\
format: 1
language: en
population:
  survey: end
  column: year
  eligible: "${state} = 'ended'"
  status: state
  units: completed courses
  respondents: participants
breakdowns: [site]
headline: active
few: 3
indicators:
  active:
    label: In a job or at school
    rule: "${job} = 'paid' or ${job} = 'own' or ${school} = 'yes'"
    answered: [job, school]
    target: 0.3
  school_only:
    label: At school without a job
    rule: "${school} = 'yes' and not(${job} = 'paid' or ${job} = 'own')"
    answered: [job, school]
  speaks:
    label: Speak well
    variable: speak
    counted: [well]
    base: "${focus} = 'yes'"
    base_label: courses with language focus
  change:
    label: Speak better
    paired: {start: start, variable: speak}
distributions: [job]
"""


def plan_from(text: str, folder: Path):
    path = folder / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return load_plan(path, SURVEYS, ROSTER)


def roster(*rows):
    """A roster table from (unit, year, site, focus, state)."""
    return pd.DataFrame(list(rows), columns=["unit", "year", "site", "focus", "state"], dtype="str")


def answers(survey, *rows, **dispositions):
    """A dataset from one mapping an interview; a text that starts with `-` is the reason for having no answer."""
    records = []
    for row in rows:
        record = {"unit": row["unit"], "disposition": row.get("disposition", "I"), "language": "en"}
        for name, answer in row.items():
            if name not in record:
                reason = answer[1:] if str(answer).startswith("-") else None
                record |= {name: None if reason else answer, f"{name}__missing": reason}
        records.append(record)
    frame = pd.DataFrame(records, columns=None if records else ["unit", "disposition", "language"])
    known = {record["unit"]: record["disposition"] for record in records} | dispositions
    stages = {"I": "answered", "P": "answered", "R": "begun"}  # of all others nothing came back
    cases = [(unit, code, stages.get(code, "invited")) for unit, code in known.items()]
    table = pd.DataFrame(cases, columns=["unit", "disposition", "stage"])
    return Answers(survey=survey, frame=frame, dispositions=table)
