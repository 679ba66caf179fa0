"""The JSON Schema of the plan refuses what `load_plan` refuses, as far as JSON Schema can tell it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from plan_groups import FAULTY
from plan_groups import GOOD as GROUPED
from plan_groups import ROSTER as DATED
from plan_groups import SURVEYS as SCALED
from test_plan import FAULTY_INDICATORS, GOOD, ROSTER, SURVEYS

from evaltool.survey.model import Roster, Survey
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


# The new text of faults that need the names of the plan's own groupings, indicators or families, or compare levels.
BEYOND_GROUPS = [
    "breakdowns: [site, lenght]",
    "breakdowns: [site, phone]",
    "{label: Short}",
    "long: {label: Long, below: 300}",
    "mid: {label: Mid, below: 90}, long: {label: Long}",
    "codes: [south, west, north]",
    "codes: [south]",
    "margins: [coast, lenght]",
    "margins: [employed]",
    "ness: [site, size]",
    "ness: [employed]",
    "by: year, indicators: [busi]",
    "by: year, indicators: [change]",
    "covariates: [site, size]",
    "family: mian}\n  sites",
    "by: sight, reference",
    "covariates: [employed]",
    "{main: holm, other: holm}",
    "  happy: {",
]
_KEYS = {3: "population", 4: "breakdowns", 14: "groups", 15: "groups", 16: "weights", 17: "representativeness"}
_KEYS |= dict.fromkeys((6, 7, 8), "indicators") | dict.fromkeys((12, 13), "groups") | {22: "families"}
_KEYS |= dict.fromkeys((19, 20, 21), "comparisons") | dict.fromkeys((24, 25), "scales")


def looker(folder: Path, roster: Roster, surveys: Mapping[str, Survey]) -> Callable[[str], list[str]]:
    names = tuple(sorted({survey.survey for survey in surveys.values()}))
    schema = plan_schema(Known({}, names, roster, ("da", "en"), questions_by_survey(surveys.values())))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    def look(text: str) -> list[str]:
        path = folder / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        return [error.json_path for error in validator.iter_errors(plain(read_yaml(path).data))]

    return look


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    return looker(tmp_path_factory.mktemp("plan"), ROSTER, SURVEYS)


@pytest.fixture(scope="module")
def refused_groups(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    return looker(tmp_path_factory.mktemp("groups"), DATED, SCALED)


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


def test_a_plan_with_groupings_and_all_that_rests_on_them_is_accepted(
    refused_groups: Callable[[str], list[str]],
) -> None:
    assert refused_groups(GROUPED) == []
    assert refused_groups(GROUPED.replace("{main: holm}", "{main: benjamini_hochberg}")) == []
    assert refused_groups(GROUPED.replace("by: site, reference: north", "by: year, reference: '2021'")) == []


@pytest.mark.parametrize("case", [case for case in FAULTY if case[1] not in BEYOND_GROUPS], ids=lambda case: case[1])
def test_a_faulty_grouping_comparison_or_scale_is_refused(
    refused_groups: Callable[[str], list[str]], case: tuple[str, str, int, str, str, str]
) -> None:
    old, new, line, *_ = case
    found = refused_groups(GROUPED.replace(old, new))
    assert found
    key = "groups" if "weights: {m" in new else _KEYS[line]  # what is put before the weights is a grouping
    assert all(place.startswith(f"$.{key}") for place in found)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("breakdowns: [site, coast]", "$.breakdowns[1]"),
        ("representativeness: [coast]", "$.representativeness[0]"),
        ("weights: {margins: [site, coast]}", "$.weights.margins[1]"),
        ("comparisons: {a: {by: coast, indicators: [busy]}}", "$.comparisons.a.by"),
        ("comparisons: {a: {by: site, indicators: [busy], covariates: [coast]}}", "$.comparisons.a.covariates[0]"),
        ("comparisons: {a: {by: site, indicators: [busy], family: main}}", "$.comparisons.a.family"),
    ],
)
def test_a_plan_without_groupings_or_families_cannot_name_one(
    refused_groups: Callable[[str], list[str]], key: str, place: str
) -> None:
    bare = GROUPED[: GROUPED.index("groups:")].replace("breakdowns: [site, length]\n", "")
    assert refused_groups(bare) == []
    assert refused_groups(bare + key + "\n") == [place]


@pytest.mark.parametrize("new", BEYOND_GROUPS)
def test_what_is_beyond_the_schema_in_groupings_is_not_refused(
    refused_groups: Callable[[str], list[str]], new: str
) -> None:
    (old,) = [case[0] for case in FAULTY if case[1] == new]
    assert refused_groups(GROUPED.replace(old, new)) == []
