"""The JSON Schema of the plan refuses what `load_plan` refuses, as far as JSON Schema can tell it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from test_plan import FAULTY_INDICATORS, GOOD, ROSTER, SURVEYS

from evaltool.survey.schema import Known
from evaltool.workflows.schemas import plan_schema, questions_by_survey
from evaltool.yamlfile import plain, read_yaml

# They need two parts of the plan, or two surveys, at once: `evaltool check` tells them.
BEYOND = [
    # «mood» has another scale in the other survey
    "{label: X, paired: {start: start, variable: mood}}",
    # «late» is asked in one of the two surveys only
    "{label: X, paired: {start: start, variable: mood}, base: \"${late} = 'a'\", base_label: b}",
]


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[str], list[str]]:
    known = Known({}, ("end", "start"), ROSTER, ("da", "en"), questions_by_survey(SURVEYS.values()))
    schema = plan_schema(known)
    Draft202012Validator.check_schema(schema)

    def look(text: str) -> list[str]:
        path = tmp_path / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        return [error.json_path for error in Draft202012Validator(schema).iter_errors(plain(read_yaml(path).data))]

    return look


def test_a_good_plan_is_accepted(refused: Callable[[str], list[str]]) -> None:
    assert refused(GOOD) == []
    assert refused(GOOD + "  change: {label: C, paired: {start: start, variable: mood}, survey: end}\n") == []
    assert refused(GOOD + "distributions: [job]\nfew: 5\n") == []


@pytest.mark.parametrize("indicator", [case[0] for case in FAULTY_INDICATORS if case[0] not in BEYOND])
def test_a_faulty_indicator_is_refused(refused: Callable[[str], list[str]], indicator: str) -> None:
    found = refused(GOOD + f"  wrong: {indicator}\n")
    assert found
    assert all(place.startswith("$.indicators.wrong") for place in found)


@pytest.mark.parametrize("indicator", BEYOND)
def test_what_is_beyond_the_schema_is_among_the_faults_and_not_refused(
    refused: Callable[[str], list[str]], indicator: str
) -> None:
    """So that the list stays true: what the schema learns to refuse leaves it."""
    assert indicator in [case[0] for case in FAULTY_INDICATORS]
    assert refused(GOOD + f"  wrong: {indicator}\n") == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("format: 1", "format: 2", "$.format"),
        ("survey: end", "survey: edn", "$.population.survey"),
        ("column: year", "column: yaer", "$.population.column"),
        ("'ended'", "'endet'", "$.population.eligible"),
        ("units: courses", "status: year\n  units: courses", "$.population.status"),
        ("{en: people, da: personer}", "{da: personer}", "$.population.respondents"),
        ("breakdowns: [site]", "breakdowns: [site, phone]", "$.breakdowns[1]"),
        ("  happy:", "  response:", "$.indicators"),
        ("headline: busy", "headline: busy\ndistributions: [wish]", "$.distributions[0]"),
        ("headline: busy", "headline: busy\ndistributions: [nothing]", "$.distributions[0]"),
        ("headline: busy", "headline: busy\nvariables: {}", "$"),
    ],
)
def test_a_faulty_plan_is_refused_at_its_place(
    refused: Callable[[str], list[str]], old: str, new: str, place: str
) -> None:
    assert old in GOOD
    assert refused(GOOD.replace(old, new)) == [place]
