"""What units are grouped by, and the weights that follow from it."""

import math

import pandas as pd
import pytest
from stats_programme import PLAN, ROSTER, SURVEYS, answers, plan_from, roster

from evaltool.plan import Weights, load_plan
from evaltool.stats.counting import by_column, count_units, value
from evaltool.stats.groupings import recorded_column
from evaltool.stats.squares import changes, square
from evaltool.stats.units import make_units, measure_states
from evaltool.stats.weighting import weigh

GROUPS = """\
groups:
  where:
    label: Where
    column: site
    levels: {coast: {label: Coast, codes: [south, north]}}
  speech:
    label: How well they speak
    answer: speak
  work:
    label: Work
    answer: job
    levels:
      some: {label: Some work, codes: [paid, own]}
      none: {label: No work, codes: [none]}
comparisons:
  by_work: {by: work, indicators: [active], covariates: [where]}
  by_speech: {by: speech, indicators: [active]}
"""


@pytest.fixture
def plan(tmp_path):
    return plan_from(PLAN + GROUPS, tmp_path)


def test_levels_join_codes_and_are_blank_where_nothing_is_known(plan):
    data = [
        answers(
            "end@1",
            {"unit": "u1", "job": "own", "school": "no", "speak": "well"},
            {"unit": "u2", "job": "-refused", "school": "no", "speak": "a_little"},
        )
    ]
    courses = roster(
        ("u1", "2021", "north", "yes", "ended"),
        ("u2", "2021", "south", "yes", "ended"),
        ("u3", "2021", "", "no", "ended"),
    )
    table = make_units(plan, data, courses).table
    assert table[by_column("where")].tolist() == ["coast", "coast", ""]
    assert table[by_column("work")].tolist() == ["some", "", ""]
    assert table[by_column("speech")].tolist() == ["well", "a_little", ""]


def test_days_fall_in_the_first_band_whose_limit_lies_above(tmp_path):
    columns = dict(ROSTER.columns)
    date = columns["year"].model_copy(update={"type": "date"})
    dated = type(ROSTER)(language="en", columns={**columns, "first": date, "last": date})
    text = PLAN + (
        "groups:\n  length:\n    label: Length\n    days: {start: first, end: last}\n    levels:\n"
        "      short: {label: Short, below: 90}\n      long: {label: Long}\n"
        "comparisons:\n  lengths: {by: length, indicators: [active]}\n"
    )
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    plan = load_plan(path, SURVEYS, dated)
    courses = roster(*[(f"u{number}", "2021", "north", "yes", "ended") for number in range(5)])
    courses["first"] = ["2021-01-01", "2021-01-01", "2021-01-01", "", "2022-01-01"]
    courses["last"] = ["2021-03-31", "2021-04-01", "2021-12-31", "2021-12-31", "2021-12-31"]  # 89, 90, 364 days
    assert make_units(plan, [], courses).table[by_column("length")].tolist() == ["short", "long", "long", "", ""]


def test_what_the_roster_recorded_is_yes_no_or_nothing(tmp_path):
    text = PLAN.replace("    target: 0.3\n", "    target: 0.3\n    recorded: {column: site, counted: [north]}\n")
    courses = roster(*[(site, "2021", site, "yes", "ended") for site in ("north", "south", "")])
    table = make_units(plan_from(text, tmp_path), [], courses).table
    assert table[recorded_column("active")].tolist() == ["yes", "no", ""]


def test_a_change_is_counted_as_a_table_from_low_to_high(plan):
    ends = ["well", "well", "a_little", "well"]
    starts = ["a_little", "well", "well", "a_little"]
    end = answers("end@1", *[{"unit": f"u{i}", "job": "own", "school": "no", "speak": s} for i, s in enumerate(ends)])
    start = answers("start@1", *[{"unit": f"u{i}", "speak": s} for i, s in enumerate(starts)])
    courses = roster(*[(f"u{i}", "2021", "north", "yes", "ended") for i in range(4)])
    units = make_units(plan, [end, start], courses).table
    counts = count_units(units, breakdowns=[], measures=measure_states(plan))
    table = square(plan, plan.indicators["change"], next(iter(counts.values()))["change"])
    assert table == [[0, 2], [1, 1]]  # rows: a little, well at the start
    assert changes(table) == {"higher": 2, "same": 1, "lower": 1}


def _weighed(sites, answered, **more):
    margins = pd.DataFrame({"site": sites})
    populations = pd.Series("2021", index=margins.index)
    return weigh(Weights(margins=("site",), **more), margins, populations, pd.Series(answered))


def test_weights_sum_to_the_roster_and_only_interviews_have_one():
    made = _weighed(["a"] * 4 + ["b"] * 6, [True] * 4 + [True] * 2 + [False] * 4, smallest=1)
    assert made.weights[:6].tolist() == pytest.approx([1.0] * 4 + [3.0] * 2)
    assert made.weights[6:].isna().all()
    assert made.notes == {"2021": ""}


def test_a_small_band_joins_its_neighbour_and_not_the_next_smallest():
    margins = pd.DataFrame({"lasted": ["short"] * 2 + ["medium"] * 9 + ["long"] * 3})
    populations, answered = pd.Series("2021", index=margins.index), pd.Series(data=True, index=margins.index)
    bands = {"lasted": ("short", "medium", "long")}
    made = weigh(Weights(margins=("lasted",), smallest=3), margins, populations, answered, bands=bands)
    assert made.notes == {"2021": "lasted: short + medium are one category now"}


def test_small_categories_are_joined_and_large_weights_cut_and_both_are_said():
    joined = _weighed(["a"] * 4 + ["b"] * 4 + ["c"], [True] * 4 + [True] + [False] * 3 + [False], smallest=2)
    assert joined.weights.dropna().tolist() == pytest.approx([9 / 5] * 5)  # one category: only the sum changes
    assert "one category" in joined.notes["2021"]
    cut = _weighed(["a"] * 10 + ["b"] * 10, [True] * 9 + [False] + [True] + [False] * 9, smallest=1, trim=2.0)
    assert cut.weights.sum() == pytest.approx(20)
    assert cut.weights.max() == pytest.approx(4)  # twice the mean of 20 / 10
    assert cut.notes["2021"] == "weights cut to 2 times the mean: 1"


def test_where_nobody_answered_there_are_no_weights_and_it_is_said():
    made = _weighed(["a", "b"], [False, False])
    assert made.weights.isna().all()
    assert made.notes == {"2021": "nobody answered"}


def test_a_weighted_share_is_worked_out_from_sums(tmp_path):
    text = PLAN + "weights: {margins: [site], smallest: 1}\n"
    plan = plan_from(text, tmp_path)
    rows = [("north", "own"), ("north", "own"), ("south", "none"), ("south", "own"), *[("south", None)] * 4]
    courses = roster(*[(f"u{i}", "2021", site, "yes", "ended") for i, (site, _) in enumerate(rows)])
    told = [{"unit": f"u{i}", "job": job, "school": "no"} for i, (_, job) in enumerate(rows) if job]
    units = make_units(plan, [answers("end@1", *told)], courses).table
    counts = count_units(units, breakdowns=["site"], measures=measure_states(plan))
    everybody = next(tally["active"] for group, tally in counts.items() if not group.by)
    # Weights 1, 1 (north 2 of 2) and 3, 3 (south 2 of 6): (1 + 1 + 3) / 8.
    share = everybody.weighted("yes")
    assert share.estimate == pytest.approx(5 / 8)
    influence = [1 * 3 / 8, 1 * 3 / 8, 3 * (-5 / 8), 3 * 3 / 8]
    assert share.se == pytest.approx(math.sqrt(4 / 3 * sum(part**2 for part in influence)) / 8)
    assert everybody.states[value("yes")] == 3


def test_whoever_left_the_question_blank_is_of_the_design_and_not_of_the_base(tmp_path):
    plan = plan_from(PLAN + "weights: {margins: [site], smallest: 1}\n", tmp_path)
    told = [{"unit": f"u{i}", "job": job, "school": "no"} for i, job in enumerate(["own", "none", "-refused", "own"])]
    courses = roster(*[(f"u{i}", "2021", "north", "yes", "ended") for i in range(4)])
    table = make_units(plan, [answers("end@1", *told)], courses).table
    counts = count_units(table, breakdowns=[], measures=measure_states(plan))
    share = next(iter(counts.values()))["active"].weighted("yes")
    # Weights of 1: p = 2/3 of three answers, the design has four rows: se² = 4/3 · Σ (y - p)² / 3².
    assert (share.estimate, share.n) == (pytest.approx(2 / 3), 3)
    assert share.se == pytest.approx(math.sqrt(4 / 3 * (2 * (1 / 3) ** 2 + (2 / 3) ** 2)) / 3)
