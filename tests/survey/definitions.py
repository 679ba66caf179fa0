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

# What is replaced by what, the code of the fault, and words of its mend.
FAULTY_SURVEYS = [
    ("title: Lille", "titel: Lille", "unknown-key", "title"),
    ("name: words,", "name: job,", "duplicate-name", "another name"),
    ("name: words,", "name: site,", "taken-name", "another name"),
    ("name: last", "name: work", "duplicate-name", ""),
    ("choices: degree", "choices: degre", "unknown-list", "degree"),
    ("\"${job} = 'yes'\"", "\"${words} = 'yes'\"", "routing-later", "Move"),
    ("\"${job} = 'yes'\"", '"${hours} = 1"', "routing-later", "Move"),
    ("\"${job} = 'yes'\"", "\"${jobb} = 'yes'\"", "unknown-name", "job"),
    ("\"${job} = 'yes'\"", "\"${name} = 'x'\"", "unknown-name", ""),
    ("\"${job} = 'yes'\"", "\"${job} = 'maybe'\"", "unknown-code", "yes"),
    ("\"${job} = 'yes'\"", "\"${site} = 'west'\"", "unknown-code", "north"),
    ("\"${job} = 'yes'\"", "\"${help} = 'refused'\"", "unknown-code", "high"),
    ("\"${job} = 'yes'\"", "\"${meetings} = '3'\"", "bad-value", "quotes"),
    ("\"${job} = 'yes'\"", "\"${job} == 'yes'\"", "expression", "${name}"),
    ("type: integer", "type: whole", "bad-value", ""),
    ("        constraint_message: Fra 0 til 60.\n", "", "missing-key", "constraint_message"),
    (", label: Ord?", "", "missing-key", "label"),
    ("label: Ord?", "label: 'Hej ${job}'", "unknown-name", ""),
    ("label: Ord?", "label: Ord?, choices: degree", "needless-key", "Remove"),
    ("survey: small", "survey: tiny", "wrong-place", "Mend"),
    ("\"${job} = 'yes'\"", "\"${ways} = 'bus'\"", "bad-value", "selected("),
    ("\"${job} = 'yes'\"", "\"${born} > '31-12-2021'\"", "bad-value", "year-month-day"),
    ("\"${job} = 'yes'\"", '"${where} > 3"', "unknown-code", "north"),
    ("name: words,", "name: my__words,", "taken-name", "one underscore"),
    ("name: words,", "name: missing,", "taken-name", "another name"),
    ("\"${job} = 'yes'\"", '"${site} = ${meetings}"', "bad-value", "one kind"),
    ("label: Ord?", "label: 'Hej ${site2}'", "unknown-name", "site"),
]

# What is replaced by what, and the code of the fault.
FAULTY_ROSTERS = [
    (", role: person", "", "missing-role"),
    ("choices: {north: Nord, south: Syd}", "", "no-choices"),
    ("type: integer", "type: integer, year_of: end", "unknown-column"),
    ("type: integer", "typ: integer", "unknown-key"),
    ("  meetings:", "  unit:", "taken-name"),
    ("  meetings:", "  disposition:", "taken-name"),
    ("sensitivity: contact, role: name", "role: name", "not-protected"),
    ("sensitivity: identifier, role: course", "sensitivity: ordinary, role: course", "not-protected"),
]


def spoilt(text: str, old: str, new: str) -> str:
    """The file with a fault in it."""
    assert old in text
    return text.replace(old, new, 1)


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
