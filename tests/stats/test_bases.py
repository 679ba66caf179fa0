"""One share of several bases: every number is worked by hand from nine courses."""

import pytest
from stats_programme import PLAN, answers, plan_from, roster

from evaltool.stats.estimate import estimate

COURSES = roster(*[(f"u{number}", "2021", "north", "yes", "ended") for number in range(1, 10)])
# A job or school: u1, u2 and the partial u3; neither: u4; no answer: u5 refuses, the partial u6 came no further;
# no interview: u7 to u9. So 3 of 4 who answered, 3 of 6 interviews, 2 of 3 complete ones, between 3 and 8 of 9.
END = answers(
    "end@1",
    {"unit": "u1", "job": "paid", "school": "no", "speak": "well"},
    {"unit": "u2", "job": "none", "school": "yes", "speak": "well"},
    {"unit": "u3", "disposition": "P", "job": "own", "school": "no", "speak": "-not_reached"},
    {"unit": "u4", "job": "none", "school": "no", "speak": "well"},
    {"unit": "u5", "job": "none", "school": "-refused", "speak": "well"},
    {"unit": "u6", "disposition": "P", "job": "paid", "school": "-not_reached", "speak": "-not_reached"},
    u7="NC",
    u8="NC",
    u9="R",
)


AT_START = "  spoke: {label: Spoke well at the start, survey: start, variable: speak, counted: [well]}\n"


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    plan = plan_from(PLAN.replace("distributions:", AT_START + "distributions:"), tmp_path_factory.mktemp("plan"))
    found = estimate(plan, [END, answers("start@1")], COURSES)
    return {(row.indicator, row.statistic): row for row in found if row.population == "2021" and not row.by}


@pytest.mark.parametrize(
    ("statistic", "count", "n", "missing"),
    [
        ("share", 3, 4, "not_reached=1;refused=1"),
        ("share_of_interviews", 3, 6, "no_interview=3"),
        ("share_of_complete", 2, 3, "refused=1"),
        ("bound_low", 3, 9, "not_reached=1;refused=1;no_interview=3"),
        ("bound_high", 8, 9, "not_reached=1;refused=1;no_interview=3"),
    ],
)
def test_each_base_has_its_own_numbers(rows, statistic, count, n, missing):
    row = rows["active", statistic]
    assert (row.count, row.n, row.missing) == (count, n, missing)
    assert row.estimate == pytest.approx(count / n)


def test_an_indicator_without_a_target_has_bounds_too(rows):
    # At school without a job: u2 of the four who answered both; the other five may all be.
    low, high = rows["school_only", "bound_low"], rows["school_only", "bound_high"]
    assert (low.count, high.count, low.n, low.verdict) == (1, 6, 9, "")


def test_complete_and_partial_are_told_apart_in_the_populations_own_survey_only(rows):
    assert ("spoke", "share_of_interviews") in rows
    assert ("spoke", "share_of_complete") not in rows
