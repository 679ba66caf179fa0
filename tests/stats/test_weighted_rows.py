"""Weighted rows of the whole chain: whom the weights are of, and what is said where there are none."""

import pytest
from stats_programme import PLAN, answers, plan_from, roster

from evaltool.stats.estimate import estimate

WEIGHTS = "weights: {margins: [site], smallest: 1}\n"
COMPARED = "comparisons:\n  sites: {by: site, indicators: [active, early]}\n  jobs: {by: work, indicators: [active]}\n"
WORK = (
    "groups:\n  work:\n    label: Work\n    answer: job\n    levels:\n"
    "      some: {label: Some, codes: [paid, own]}\n      none: {label: None, codes: [none]}\n"
)
EARLY = "  early:\n    label: Spoke well at the start\n    survey: start\n    variable: speak\n    counted: [well]\n"
# Of the north 2 of 2 answer (weight 1), of the south 2 of 6 (weight 3).
SITES = ["north", "north", *["south"] * 6]
COURSES = roster(*[(f"u{number}", "2021", site, "yes", "ended") for number, site in enumerate(SITES)])
END = answers(
    "end@1", *[{"unit": f"u{i}", "job": job, "school": "no"} for i, job in enumerate(["own", "own", "none", "own"])]
)
START = answers("start@1", *[{"unit": f"u{number}", "speak": "well"} for number in range(6)])


def find(rows, indicator, statistic, *, weighting="raked", **more):
    known = {"by": "", "level": "", **more}
    found = [row for row in rows if (row.indicator, row.statistic, row.weighting) == (indicator, statistic, weighting)]
    [row] = [row for row in found if all(getattr(row, name) == wanted for name, wanted in known.items())]
    return row


@pytest.fixture
def rows(tmp_path):
    text = PLAN.replace("distributions:", EARLY + "distributions:") + WEIGHTS + WORK + COMPARED
    return estimate(plan_from(text, tmp_path), [END, START], COURSES)


def test_the_weighted_share_stands_with_the_counts_of_the_plain_one(rows):
    row = find(rows, "active", "share")
    assert (row.estimate, row.count, row.n) == (pytest.approx(5 / 8), 3, 4)
    assert row.conf_low < row.estimate < row.conf_high
    assert row.method == "raked to site; linearised, logit 95 %"


def test_the_weighted_difference_is_that_of_the_weighted_shares(rows):
    row = find(rows, "active", "difference", by="site", level="north")
    assert row.estimate == pytest.approx(1 - 1 / 2)  # within a site all weigh the same


def test_answers_to_another_survey_have_no_weights_and_it_is_said(rows):
    plain, weighted = (find(rows, "early", "share", weighting=weighting) for weighting in ("", "raked"))
    assert (plain.count, plain.n) == (weighted.count, weighted.n) == (6, 6)
    assert (plain.estimate, weighted.estimate, weighted.conf_low) == (1.0, None, None)
    assert weighted.warning == "the weights are of those who answered «end»"
    difference = find(rows, "early", "difference", by="site", level="north")
    assert (difference.estimate, difference.warning.split("; ")[0]) == (None, weighted.warning)


def test_levels_of_an_answer_have_shares_but_no_response(rows):
    assert find(rows, "active", "share", by="work", level="some", weighting="").n == 3
    told = {row.indicator for row in rows if row.by == "work"}
    assert told.isdisjoint({"response", "disposition", "courses"})


def test_what_was_done_to_weight_stands_on_the_share_and_where_weights_failed_everywhere(tmp_path):
    joined = estimate(plan_from(PLAN + WEIGHTS.replace("1}", "3}"), tmp_path), [END], COURSES)
    note = "site: north + south are one category now"
    assert note in find(joined, "active", "share").warning
    assert note not in find(joined, "active", "share", by="site", level="south").warning


def test_where_weights_failed_the_reason_stands_everywhere(tmp_path):
    # Those who answered are north with focus and south without: no weights can give 4 north and 2 with focus.
    places = [("north", "yes"), ("south", "no"), ("north", "no"), ("north", "no"), ("north", "yes"), ("south", "no")]
    courses = roster(*[(f"u{number}", "2021", *place, "ended") for number, place in enumerate(places)])
    told = answers("end@1", *[{"unit": unit, "job": "own", "school": "no"} for unit in ("u0", "u1")])
    text = PLAN + "weights: {margins: [site, focus], smallest: 1}\n" + COMPARED.partition(", early")[0] + "]}\n"
    rows = estimate(plan_from(text, tmp_path), [told], courses)
    for place in ({}, {"by": "site", "level": "north"}):
        row = find(rows, "active", "share", **place)
        assert (row.estimate, row.n) == (None, 2 if not place else 1)
        assert row.warning.startswith("Raking did not settle")
    assert find(rows, "active", "difference", by="site", level="north").warning.startswith("Raking did not settle")


def test_where_nobody_answered_nothing_is_weighted(tmp_path):
    rows = estimate(plan_from(PLAN + WEIGHTS, tmp_path), [answers("end@1", u1="NC")], COURSES)
    row = find(rows, "active", "share")
    assert (row.estimate, row.n) == (None, 0)
    assert "nobody answered" in row.warning


def test_populations_that_are_numbers_follow_each_other_as_numbers(tmp_path):
    years = ["9", "10", "11"]
    courses = roster(*[(f"u{year}", year, "north", "yes", "ended") for year in years])
    told = answers("end@1", *[{"unit": f"u{year}", "job": "own", "school": "no"} for year in years])
    plan = plan_from(PLAN + "comparisons:\n  years: {by: year, indicators: [active]}\n", tmp_path)
    rows = estimate(plan, [told], courses)
    assert [row.population for row in rows if (row.indicator, row.statistic) == ("active", "trend")] == years
    pairs = [(row.level, row.comparison) for row in rows if row.statistic == "difference"]
    assert pairs == [("10", "years: 9"), ("11", "years: 10")]
