"""The JSON Schemas of survey, lists and roster refuse what the loader refuses, as far as JSON Schema can tell it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from definitions import FAULTY_ROSTERS, FAULTY_SURVEYS, LISTS, ROSTER, SURVEY, spoilt, write
from jsonschema import Draft202012Validator

from evaltool.survey.load import load_roster
from evaltool.survey.schema import Known, definition_schema, lists_schema, roster_schema
from evaltool.yamlfile import plain, read_yaml

# They need a look at several places of a file, or into brackets: `evaltool check` tells them.
BEYOND = [
    # a name that stands twice
    ("name: words,", "name: job,"),
    ("name: last", "name: work"),
    # what is asked later, or nowhere
    ("\"${job} = 'yes'\"", "\"${words} = 'yes'\""),
    ("\"${job} = 'yes'\"", '"${hours} = 1"'),
    ("\"${job} = 'yes'\"", "\"${jobb} = 'yes'\""),
    # what other questions can be compared with
    ("\"${job} = 'yes'\"", "\"${job} = 'maybe'\""),
    ("\"${job} = 'yes'\"", "\"${help} = 'refused'\""),
    ("\"${job} = 'yes'\"", "\"${ways} = 'bus'\""),
    ("\"${job} = 'yes'\"", "\"${born} > '31-12-2021'\""),
    ("\"${job} = 'yes'\"", '"${where} > 3"'),
    ("\"${job} = 'yes'\"", '"${site} = ${meetings}"'),
]
REFUSED = [case[:2] for case in FAULTY_SURVEYS if case[:2] not in BEYOND]


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., list[str]]:
    """Places that the schema refuses in a definition, or in the given text of another file."""

    def look(text: str, make: Callable[[Known], dict[str, object]] = definition_schema) -> list[str]:
        write(tmp_path)
        lists = {"degree": frozenset({"high", "low", "refused"}), "help": frozenset({"nobody", "friend"})}
        known = Known(lists, ("small", "before"), load_roster(tmp_path / "roster.yaml"), ("da",))
        path = tmp_path / "file.yaml"
        path.write_text(text, encoding="utf-8")
        schema = make(known)
        Draft202012Validator.check_schema(schema)
        return [error.json_path for error in Draft202012Validator(schema).iter_errors(plain(read_yaml(path).data))]

    return look


def test_the_good_examples_are_accepted(refused: Callable[..., list[str]]) -> None:
    assert refused(SURVEY) == []
    assert refused(LISTS, lists_schema) == []
    assert refused(ROSTER, roster_schema) == []


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_a_faulty_definition_is_refused(refused: Callable[..., list[str]], old: str, new: str) -> None:
    assert refused(spoilt(SURVEY, old, new))


@pytest.mark.parametrize(("old", "new"), BEYOND)
def test_what_is_beyond_the_schema_is_among_the_faults_and_not_refused(
    refused: Callable[..., list[str]], old: str, new: str
) -> None:
    """So that the list stays true: what the schema learns to refuse leaves it."""
    assert (old, new) in [case[:2] for case in FAULTY_SURVEYS]
    assert refused(spoilt(SURVEY, old, new)) == []


@pytest.mark.parametrize(("old", "new"), [case[:2] for case in FAULTY_ROSTERS])
def test_a_faulty_roster_is_refused(refused: Callable[..., list[str]], old: str, new: str) -> None:
    assert refused(spoilt(ROSTER, old, new), roster_schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("missing: refused", "missing: never"),
        ("scale: descending", "scale: down"),
        ("    high: I høj grad\n    low: I mindre grad\n", ""),
        ("I høj grad", "'I høj grad ${name}'"),
        ("degree:", "Degree:"),
    ],
)
def test_a_faulty_list_is_refused(refused: Callable[..., list[str]], old: str, new: str) -> None:
    assert refused(spoilt(LISTS, old, new), lists_schema)


@pytest.mark.parametrize(
    "question",
    [
        "{name: x, type: select_one, label: X}",
        "{name: x, type: select_one, label: X, choices: {}}",
        "{name: x, type: select_one, label: X, choices: {a: {label: A, missing: refused}}}",
        "{name: x, type: select_one, label: X, choices: {A: A}}",
        "{name: x, type: text, label: X, calculation: '${site}'}",
        "{name: x, type: calculate}",
        "{name: x, type: note, label: X, required: true}",
        "{name: x, type: text, label: {}}",
        "{name: x, type: text, label: X, list_name: degree}",
        "{name: x, type: text, label: X, max_length: 0}",
        "{name: x, type: select_one, label: X, choices: degree, role: helper}",
        "{name: x, type: select_one, label: X, choices: {a: A}, role: helper}",
        "{name: phone-number, type: text, label: X}",
    ],
)
def test_a_faulty_question_is_refused(refused: Callable[..., list[str]], question: str) -> None:
    assert refused(SURVEY + f"      - {question}\n")


@pytest.mark.parametrize(
    "question",
    [
        "{name: x, type: select_one, label: {da: X}, choices: help, role: helper}",
        "{name: x, type: select_one, label: X, choices: {nobody: A, b: {label: {da: B}, missing: null}}, role: helper}",
        "{name: x, type: note, label: 'X ${site}, ${privacy.phone}: 5 $', required: false}",
        "{name: x, type: text, label: X, constraint: ''}",
    ],
)
def test_other_ways_to_write_a_question_are_accepted(refused: Callable[..., list[str]], question: str) -> None:
    assert refused(SURVEY + f"      - {question}\n") == []


@pytest.mark.parametrize("role", ["headline", "helper"])
def test_a_role_that_stands_once_is_refused_twice(refused: Callable[..., list[str]], role: str) -> None:
    asked = f"      - {{name: x, type: select_one, label: X, choices: help, role: {role}}}\n"
    assert refused(SURVEY + asked) == []
    assert refused(SURVEY + asked + asked.replace("name: x", "name: y"))
    earlier = SURVEY.replace("  - name: last\n", asked.replace("name: x", "name: y") + "  - name: last\n")
    assert refused(earlier + asked)


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("", True),
        ("${job} = 'yes'", True),
        ("not(${job}='yes')and(selected(${ways}, \"bus\") or ( ${meetings} >= -2.5 ))", True),
        ("${site} != 'south' or ${job} = ${help}", True),
        ("${job}", True),
        ("${job} = 'yes' and", False),
        ("${job} = yes", False),
        ("${job} = 'yes' ${job}", False),
        ("not ${job} = 'yes'", False),
        ("${site} != 'west'", False),
        ("selected( ${site} , 'west')", False),
        ("${meetings} < '3'", False),
        ("${person_id} = 'x'", False),
    ],
)
def test_an_expression_has_its_form_and_its_columns(
    refused: Callable[..., list[str]], expression: str, fits: bool
) -> None:
    found = refused(SURVEY.replace("\"${job} = 'yes'\"", f"'{expression.replace(chr(39), chr(39) * 2)}'"))
    assert (found == []) is fits


@pytest.mark.parametrize("line", ["attributes: {}", "drafts: {}", "untranslated: {}", 'invite: "${job} = 1"'])
def test_what_loading_fills_is_no_key_and_invite_knows_columns_only(
    refused: Callable[..., list[str]], line: str
) -> None:
    assert refused(SURVEY.replace("title: Lille", f"title: Lille\n{line}"))
