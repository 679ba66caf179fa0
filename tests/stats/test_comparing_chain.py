"""Comparisons from answers and a roster, through units and counts; every count is worked out by hand."""

from pathlib import Path

import pandas as pd
import pytest
from stats_programme import PLAN, answers, plan_from, roster

from evaltool.plan import load_plan
from evaltool.project import read_project
from evaltool.stats.comparing import comparison_rows
from evaltool.stats.counting import count_units
from evaltool.stats.units import Answers, make_units, measure_states
from evaltool.survey.load import load_definition, load_roster
from evaltool.workflows.definitions import planned_harmonies

ROOT = Path(__file__).parents[2]


def _rows(plan, data, table):
    units = make_units(plan, data, table)
    counts = count_units(units.table, breakdowns=plan.groupings, measures=measure_states(plan))
    return comparison_rows(plan, units, counts)


def _find(rows, **wanted):
    (row,) = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return row


# In the north 12 of 16 are active and 16 of 20 courses answered; in the south 6 of 16, of 30 courses. Half of each
# have a language focus.
COURSES = [
    (f"{site}{number}", "2021", site, "yes" if number % 2 else "no", "ended")
    for site, courses in (("north", 20), ("south", 30))
    for number in range(courses)
]
ANSWERED = answers(
    "end@1",
    *(
        {"unit": f"{site}{number}", "job": "paid" if number < active else "none", "school": "no", "speak": speak}
        for site, active in (("north", 12), ("south", 6))
        for number in range(16)
        for speak in ("well" if number % 3 else "a_little",)
    ),
)
COMPARISONS = """\
comparisons:
  sites: {by: site, indicators: [active, speaks], covariates: [focus], reference: south, family: outcomes}
families: {outcomes: holm}
weights: {margins: [focus]}
"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    plan = plan_from(PLAN + COMPARISONS, tmp_path_factory.mktemp("plan"))
    return _rows(plan, [ANSWERED], roster(*COURSES))


def test_raw_weighted_and_standardised_stand_side_by_side(sites):
    found = {row.weighting: row for row in sites if (row.indicator, row.statistic) == ("active", "difference")}
    assert set(found) == {"", "raked", "standardised"}
    # The focus is spread alike, and so are the silent.
    assert [found[weighting].estimate for weighting in ("", "raked")] == pytest.approx([12 / 16 - 6 / 16] * 2)
    assert 0.3 < found["standardised"].estimate < 0.375  # the penalty draws towards no difference
    assert found["standardised"].warning == "penalised likelihood (14 events for 2 parameters)"
    assert {(row.n, row.level, row.comparison) for row in found.values()} == {(32, "north", "sites: south")}


def test_the_base_of_an_indicator_holds_in_its_comparison(sites):
    row = _find(sites, indicator="speaks", statistic="difference", weighting="")
    # Courses with language focus are the odd numbers: 8 a site, of which 3, 9 and 15 speak a little.
    assert (row.n, row.estimate) == (16, pytest.approx(0))
    assert row.base == "participants who answered; courses with language focus"
    standardised = _find(sites, indicator="speaks", statistic="difference", weighting="standardised")
    assert (standardised.estimate, "«focus» is the same for everybody" in standardised.warning) == (None, True)


def test_both_indicators_are_one_family(sites):
    raw = {row.indicator: row.estimate for row in sites if row.statistic == "p_value"}
    adjusted = {row.indicator: row.estimate for row in sites if row.statistic == "p_adjusted"}
    assert raw["active"] < 0.05 < raw["speaks"]
    assert adjusted == {"active": pytest.approx(2 * raw["active"]), "speaks": pytest.approx(raw["speaks"])}


YEARS = """\
format: 1
language: en
population: {survey: mentee-end, column: cohort, units: courses, respondents: mentees}
indicators:
  helped: {label: Helped, variable: towards_job, counted: [very_high, high]}
  activities: {label: Activities, variable: satisfied_courses, counted: [very_satisfied]}
comparisons:
  years: {by: cohort, indicators: [helped, activities], covariates: [site]}
"""


def _version(version, *rows):
    frame = pd.DataFrame([{"language": "da", "disposition": "I", **row} for row in rows])
    cases = frame[["unit", "disposition"]].assign(stage="answered")
    return Answers(survey=f"mentee-end@{version}", frame=frame, dispositions=cases)


def test_verdicts_on_items_decide_which_years_are_compared(tmp_path):
    """Only from version 2 on are courses with social goals asked; all activities were asked about in other words."""
    surveys = [load_definition(ROOT / "surveys", "mentee-end", version) for version in (1, 2)]
    path = tmp_path / "plan.yaml"
    path.write_text(YEARS, encoding="utf-8")
    harmonies = planned_harmonies(read_project(ROOT), surveys)
    known = {survey.key: survey for survey in surveys}
    plan = load_plan(path, known, load_roster(ROOT / "surveys" / "roster.yaml"), harmonies)
    first = [("a1", "very_high"), ("a2", "low"), ("a3", "high"), ("a4", "low")]
    second = [("b1", "high"), ("b2", "low"), ("b3", "low"), ("b4", "very_high"), ("b5", "very_high")]
    data = [
        _version(
            number, *({"unit": unit, "towards_job": code, "satisfied_courses": "very_satisfied"} for unit, code in rows)
        )
        for number, rows in ((1, first), (2, second))
    ]
    table = pd.DataFrame(
        [
            {
                "unit": unit,
                "cohort": "2021" if unit < "b" else "2022",
                "site": "odense",
                "match_kind": "social" if unit in {"b4", "b5"} else "job_education",
            }
            for unit, _ in (*first, *second)
        ],
        dtype="str",
    )
    rows = _rows(plan, data, table)
    helped = _find(rows, indicator="helped", statistic="difference", weighting="")
    assert (helped.n, helped.estimate) == (7, pytest.approx(1 / 3 - 2 / 4))
    assert "match_kind" in helped.base
    for weighting in ("", "standardised"):
        activities = _find(rows, indicator="activities", statistic="difference", weighting=weighting)
        assert (activities.estimate, "alle aktiviteter" in activities.warning) == (None, True)
    test = _find(rows, indicator="activities", statistic="p_value")
    assert (test.estimate, "alle aktiviteter" in test.warning) == (None, True)
