"""Small definition files for the tests: written to a folder, then loaded as any other."""

from pathlib import Path

from evaltool.survey.load import load_roster, load_survey
from evaltool.survey.model import Survey

ROSTER = """\
format: 1
language: da
columns:
  person_id: {label: Person, sensitivity: identifier, role: person, required: true}
  course_id: {label: Forløb, sensitivity: identifier, role: course, required: true}
  name: {label: Navn, sensitivity: contact, role: name}
  site: {label: Sted, type: choice, choices: {north: Nord, south: Syd}}
  meetings: {label: Møder, type: integer}
"""

LISTS = """\
degree:
  scale: descending
  choices:
    high: I høj grad
    low: I mindre grad
    refused: {label: Jeg vil ikke svare, missing: refused}
"""

SURVEY = """\
survey: small
version: 1
language: da
title: Lille
refusal: "${consent} = 'no'"
pages:
  - name: start
    questions:
      - {name: consent, type: select_one, label: Vil du?, required: true, choices: {"yes": Ja, "no": Nej}}
  - name: work
    questions:
      - {name: where, type: calculate, calculation: "${site}"}
      - {name: ways, type: select_multiple, label: Hvordan?, choices: {bus: Bus, foot: Gang}}
      - {name: born, type: date, label: Født?}
      - {name: job, type: select_one, label: Job?, choices: {"yes": Ja, "no": Nej}}
      - {name: help, type: select_one, label: Hjælp?, choices: degree}
  - name: more
    relevant: "${job} = 'yes'"
    questions:
      - name: hours
        type: integer
        label: Timer?
        constraint: ". >= 0 and . <= 60"
        constraint_message: Fra 0 til 60.
  - name: last
    questions:
      - {name: words, type: text, label: Ord?}
"""


def write(folder: Path, survey: str = SURVEY, *, roster: str = ROSTER, lists: str = LISTS) -> Path:
    """Write the files of one survey folder; returns the definition's path."""
    path = folder / "small" / "v1.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    (folder / "roster.yaml").write_text(roster, encoding="utf-8")
    (folder / "lists.yaml").write_text(lists, encoding="utf-8")
    path.write_text(survey, encoding="utf-8")
    return path


def load(folder: Path, survey: str = SURVEY) -> Survey:
    path = write(folder, survey)
    return load_survey(path, load_roster(folder / "roster.yaml"))
