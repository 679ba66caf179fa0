import math
from statistics import fmean, variance
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stats_programme import SURVEYS, answers

from evaltool.plan import load_plan
from evaltool.stats.nonresponse import DO_NOT_LEAD, nonresponse_rows
from evaltool.stats.rows import reliability_warning
from evaltool.stats.units import Units, make_units
from evaltool.stats.weighted import WeightedMean
from evaltool.survey.model import Roster

ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "year": {"type": "integer", "label": "Year"},
            "site": {"type": "choice", "choices": {"south": "South", "north": "North", "west": "West"}},
            "age": {"type": "integer", "label": "Age"},
            "work": {"type": "choice", "choices": {"job": "Job", "none": "None"}},
        },
    },
    context={"language": "en"},
)
PLAN = """\
format: 1
language: en
population: {survey: end, column: year, units: courses, respondents: participants}
few: 3
representativeness: [site, age]
weights: {margins: [site]}
indicators:
  active:
    label: In a job
    rule: "${job} = 'paid'"
    recorded: {column: work, counted: [job]}
  schooled:
    label: At school, of those without a job
    rule: "${school} = 'yes'"
    base: "${job} = 'none'"
    base_label: without a job
    recorded: {column: work, counted: [job]}
"""


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    def write_and_load(text=PLAN):
        path = tmp_path_factory.mktemp("plan") / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        return load_plan(path, SURVEYS, ROSTER)

    return write_and_load


@pytest.fixture(scope="module")
def plan(load):
    return load()


def units(*courses, **columns):
    """A units table of (disposition, site, age); other columns by name. `x` is a course that is not eligible."""
    table = pd.DataFrame(courses, columns=["state:disposition", "by:site", "by:age"], dtype="object")
    table["state:disposition"] = table["state:disposition"].replace("x", None)
    answered = table["state:disposition"].isin(["I", "P"])
    table["population"] = "2021"
    table["weight"] = np.where(answered, 1.0, math.nan)
    for name in ("active", "schooled"):
        table[f"state:{name}"] = np.where(answered, "=yes", "no_interview")
        table[f"recorded:{name}"] = ""
    return Units(table.assign(**columns), {})


def find(rows, statistic, *, indicator="response", population="2021", by="", level=""):
    key = (indicator, statistic, population, by, level)
    (row,) = [r for r in rows if (r.indicator, r.statistic, r.population, r.by, r.level) == key]
    return row


# Three of five in the south answered, one of three in the north; of one course no site is recorded.
COURSES = [
    ("I", "south", "20"),
    ("P", "south", "30"),
    ("I", "south", "40"),
    ("NC", "south", "50"),
    ("R", "south", "60"),
    ("I", "north", "30"),
    ("NC", "north", "40"),
    ("NC", "north", "50"),
    ("NC", "", "60"),
    ("x", "west", "90"),
]


def test_categories_of_respondents_stand_against_the_roster(plan):
    rows = nonresponse_rows(plan, units(*COURSES))
    smd = find(rows, "smd", by="site", level="south")
    # 3 of 4 who answered, 2 of 4 of the others: the variances are 3/16 and 4/16.
    assert smd.estimate == pytest.approx((3 / 4 - 2 / 4) / math.sqrt((3 / 16 + 4 / 16) / 2))
    assert (smd.count, smd.n, smd.missing) == (3, 4, "not_recorded=1")
    respondents = find(rows, "share_respondents", by="site", level="south")
    roster = find(rows, "share_roster", by="site", level="south")
    assert (respondents.estimate, respondents.count, respondents.n) == (3 / 4, 3, 4)
    assert (roster.estimate, roster.count, roster.n, roster.missing) == (5 / 8, 5, 8, "not_recorded=1")
    assert (respondents.base, roster.base) == ("participants who answered", "courses")
    assert [row.level for row in rows if row.statistic == "smd" and row.by == "site"] == ["south", "north"]


def test_a_number_of_the_roster_is_told_by_its_means(plan):
    rows = nonresponse_rows(plan, units(*COURSES))
    those, others = [20, 30, 40, 30], [50, 60, 40, 50, 60]
    smd = find(rows, "smd", by="age")
    assert smd.estimate == pytest.approx(
        (fmean(those) - fmean(others)) / math.sqrt((variance(those) + variance(others)) / 2)
    )
    assert find(rows, "mean_respondents", by="age").estimate == fmean(those)
    assert find(rows, "mean_roster", by="age").estimate == pytest.approx(fmean(those + others))
    assert (smd.count, smd.n) == (4, 4)


def test_the_r_indicator_of_two_sites_by_hand(load):
    plan = load(PLAN.replace("[site, age]", "[site]"))
    courses = [("I", "south", "1")] * 30 + [("NC", "south", "1")] * 10
    courses += [("I", "north", "1")] * 20 + [("NC", "north", "1")] * 20
    rows = nonresponse_rows(plan, units(*courses))
    # Propensities 3/4 and 1/2: variance 80/79 · 1/64, less the mean of their own variances over 80 (RISQ 2.1).
    plain = 80 / 79 / 64
    adjusted = plain - (3 / 16 + 4 / 16) / 80
    assert find(rows, "r_indicator").estimate == pytest.approx(1 - 2 * math.sqrt(adjusted))
    assert find(rows, "r_indicator_plain").estimate == pytest.approx(1 - 2 * math.sqrt(plain))
    assert find(rows, "propensity_cv").estimate == pytest.approx(math.sqrt(adjusted) / 0.625)
    assert find(rows, "propensity_cv_plain").estimate == pytest.approx(math.sqrt(plain) / 0.625)
    row = find(rows, "r_indicator")
    assert (row.count, row.n, row.base, row.warning) == (50, 80, "courses", "")
    assert "adjusted" in row.method


def test_a_variable_that_repeats_another_changes_nothing(load):
    courses = [("I", "south", "1")] * 30 + [("NC", "south", "1")] * 10
    courses += [("I", "north", "2")] * 20 + [("NC", "north", "2")] * 20
    once = nonresponse_rows(load(PLAN.replace("[site, age]", "[site]")), units(*courses))
    twice = nonresponse_rows(load(), units(*courses))
    for statistic in ("r_indicator", "r_indicator_plain", "propensity_cv"):
        assert find(twice, statistic).estimate == pytest.approx(find(once, statistic).estimate, abs=1e-9)


def test_numbers_enter_the_propensities_as_they_are(load):
    plan = load(PLAN.replace("[site, age]", "[age]"))
    ages = [20, 25, 30, 35, 40, 45, 50, 55] * 4
    answered = [(number * 7) % 3 > 0 for number in range(len(ages))]
    courses = [("I" if there else "NC", "south", str(age)) for age, there in zip(ages, answered, strict=True)]
    rows = nonresponse_rows(plan, units(*courses))
    model = sm.Logit(np.array(answered, dtype=float), sm.add_constant(np.array(ages, dtype=float))).fit(disp=0)
    expected = 1 - 2 * np.std(model.predict(), ddof=1)
    assert find(rows, "r_indicator_plain").estimate == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("courses", "says"),
    [
        (COURSES, "too few: 4 answered and 5 did not; 3 parameters need 15 of each"),
        ([("NC", "south", "20"), ("R", "north", "30")], "nobody answered"),
        ([("x", "south", "20")], "nobody was to answer"),
        ([("I", "south", "20"), ("NC", "south", "20")] * 30, "one category each"),
        ([("I", "south", "20"), ("NC", "north", "")] * 30, "not recorded of everybody"),
    ],
)
def test_where_propensities_cannot_be_told_there_are_words_and_no_number(plan, courses, says):
    rows = nonresponse_rows(plan, units(*courses))
    for statistic in ("r_indicator", "r_indicator_plain", "propensity_cv", "propensity_cv_plain"):
        row = find(rows, statistic)
        assert row.estimate is None
        assert says in row.warning


def test_if_everybody_answered_nobody_differs_and_that_is_said(plan):
    rows = nonresponse_rows(plan, units(("I", "south", "20"), ("P", "north", "30")))
    assert (find(rows, "r_indicator").estimate, find(rows, "propensity_cv").estimate) == (1, 0)
    assert find(rows, "r_indicator").warning == "everybody answered"
    smd = find(rows, "smd", by="site", level="south")
    assert smd.estimate is None
    assert "Everybody answered" in smd.warning
    assert find(rows, "share_respondents", by="site", level="south").estimate == 1 / 2


def test_if_nobody_answered_the_roster_is_still_told(plan):
    rows = nonresponse_rows(plan, units(("NC", "south", "20"), ("R", "north", "30")))
    respondents = find(rows, "share_respondents", by="site", level="south")
    assert (respondents.estimate, respondents.warning) == (None, "nobody answered")
    assert find(rows, "share_roster", by="site", level="south").estimate == 1 / 2
    assert find(rows, "smd", by="site", level="south").estimate is None
    assert (find(rows, "deff").estimate, find(rows, "n_eff").warning) == (None, "nobody answered")


def test_a_plan_without_these_keys_has_none_of_the_rows(load):
    bare = load(PLAN[: PLAN.index("representativeness")] + "indicators: {a: {label: A, rule: \"${job} = 'paid'\"}}\n")
    assert nonresponse_rows(bare, units(*COURSES)) == []


def test_unequal_weights_cost_answers(plan):
    weights = [1, 2, 2, math.nan, math.nan, 3, *[math.nan] * 4]
    rows = nonresponse_rows(plan, units(*COURSES, weight=weights))
    deff, n_eff = find(rows, "deff"), find(rows, "n_eff")
    # Kish: n_eff = (Σw)² / Σw² = 64 / 18.
    assert (deff.estimate, n_eff.estimate) == (pytest.approx(4 * 18 / 64), pytest.approx(64 / 18))
    assert (deff.weighting, n_eff.weighting, deff.n, deff.warning) == ("raked", "raked", 4, "")
    assert n_eff.warning == DO_NOT_LEAD


def test_equal_weights_of_enough_answers_cost_nothing(plan):
    rows = nonresponse_rows(plan, units(*[("I", "south", "20")] * 30))
    assert (find(rows, "deff").estimate, find(rows, "n_eff").estimate, find(rows, "n_eff").warning) == (1, 30, "")


def test_what_was_done_to_weight_is_told(plan):
    made = units(*COURSES)
    noted = Units(made.table, {}, {"2021": "site: a + b are one category now."})
    rows = nonresponse_rows(plan, noted)
    assert find(rows, "deff").warning == "site: a + b are one category now."
    assert find(rows, "n_eff").warning == f"{DO_NOT_LEAD}; site: a + b are one category now."


@pytest.mark.parametrize(("weight", "says"), [(0.0, "No weight is above 0"), (math.nan, "has no weight")])
def test_zero_or_missing_weights_have_no_effective_number(plan, weight, says):
    rows = nonresponse_rows(plan, units(*COURSES, weight=weight))
    for statistic in ("deff", "n_eff"):
        assert find(rows, statistic).estimate is None
        assert says in find(rows, statistic).warning


RECORDS = {
    # Two answers as recorded, one not, one without a record; of the silent two with, three without a job, one unknown.
    "state:active": ["=yes", "=no", "=yes", "no_interview", "refused", "=yes", *["no_interview"] * 3, None],
    "recorded:active": ["yes", "no", "no", "yes", "yes", "", "no", "no", "no", "yes"],
}


def test_the_record_stands_for_all_for_those_who_answered_and_for_the_silent(plan):
    rows = nonresponse_rows(plan, units(*COURSES, **RECORDS))
    found = {
        name: find(rows, name, indicator="active")
        for name in ("recorded", "recorded_answered", "recorded_silent", "recorded_agreement")
    }
    assert {name: (row.count, row.n, row.missing) for name, row in found.items()} == {
        "recorded": (3, 8, "not_recorded=1"),
        "recorded_answered": (1, 3, "not_recorded=1"),
        "recorded_silent": (2, 5, ""),
        "recorded_agreement": (2, 3, "not_recorded=1"),
    }
    assert found["recorded"].estimate == 3 / 8
    # Wilson's limits of 3 of 8 by R's prop.test(3, 8, correct = FALSE).
    assert (found["recorded"].conf_low, found["recorded"].conf_high) == pytest.approx((0.1368, 0.6943), abs=1e-4)
    bases = [found[name].base for name in ("recorded", "recorded_answered")]
    assert bases == ["courses", "participants who answered"]
    assert {row.warning for row in found.values()} == {""}


def test_courses_outside_the_base_are_in_no_record(plan):
    states = ["outside_base", *RECORDS["state:active"][1:]]
    rows = nonresponse_rows(plan, units(*COURSES, **{**RECORDS, "state:active": states}))
    assert (find(rows, "recorded", indicator="active").count, find(rows, "recorded", indicator="active").n) == (2, 7)


def test_the_silent_outside_the_base_are_in_no_record(plan):
    """The first of three without an interview is outside the base; she has a job on record, and does not count."""
    states = [*RECORDS["state:active"][:3], "outside_base", *RECORDS["state:active"][4:]]
    rows = nonresponse_rows(plan, units(*COURSES, **{**RECORDS, "state:active": states}))
    silent = find(rows, "recorded_silent", indicator="active")
    assert (silent.count, silent.n) == (1, 4)


def test_a_column_that_nobody_has_filled_says_so_in_one_row(plan):
    rows = nonresponse_rows(plan, units(*[(code, "", "") for code, *_ in COURSES]))
    for name in ("site", "age"):
        (row,) = [row for row in rows if row.by == name]
        assert (row.statistic, row.level, row.estimate, row.n) == ("smd", "", None, 0)
        assert (row.missing, row.warning) == ("not_recorded=9", "nothing is recorded")


def test_a_population_where_nobody_was_to_answer_says_so_of_every_column(plan):
    rows = nonresponse_rows(plan, units(("x", "south", "20")))
    for name in ("site", "age"):
        (row,) = [row for row in rows if row.by == name]
        assert (row.statistic, row.missing, row.warning) == ("smd", "", "nobody was to answer")


def test_blank_and_few_records_have_a_warning(plan):
    rows = nonresponse_rows(plan, units(*COURSES, **{**RECORDS, "recorded:active": ""}))
    for statistic in ("recorded", "recorded_agreement"):
        row = find(rows, statistic, indicator="active")
        assert (row.estimate, row.n, row.warning) == (None, 0, "nothing is recorded")
    assert find(rows, "recorded", indicator="active").missing == "not_recorded=9"
    one = ["yes", *[""] * 9]
    few = nonresponse_rows(plan, units(*COURSES, **{**RECORDS, "recorded:active": one}))
    assert find(few, "recorded_agreement", indicator="active").warning == "few records"


def test_where_answers_decide_the_base_nothing_is_known_of_the_silent(plan):
    rows = nonresponse_rows(
        plan, units(*COURSES, **{"state:schooled": RECORDS["state:active"], "recorded:schooled": "yes"})
    )
    for statistic in ("recorded", "recorded_silent"):
        row = find(rows, statistic, indicator="schooled")
        assert row.estimate is None
        assert "only those who answered" in row.warning
    assert find(rows, "recorded_answered", indicator="schooled").count == 4


def test_each_population_has_its_own_rows(plan):
    made = units(*COURSES)
    made.table.loc[5:, "population"] = "2022"
    rows = nonresponse_rows(plan, made)
    assert find(rows, "share_roster", by="site", level="south").estimate == 1
    assert find(rows, "share_roster", population="2022", by="site", level="north").n == 3


def test_the_rows_stand_on_a_roster_and_answers(plan):
    """From the roster's own columns, through the units that the chain counts, to the same numbers as above."""
    roster = pd.DataFrame(
        [
            (f"u{number}", "2021", site, age, work)
            for number, ((_, site, age), work) in enumerate(
                zip(COURSES[:9], ["job", "none", "none", "job", "job", "", "none", "none", "none"], strict=True)
            )
        ],
        columns=["unit", "year", "site", "age", "work"],
        dtype="str",
    )
    given = answers(
        "end@1",
        *[
            {"unit": f"u{number}", "job": job, "school": "no"}
            for number, job in ((0, "paid"), (1, "none"), (2, "paid"))
        ],
        {"unit": "u5", "disposition": "P", "job": "paid", "school": "-not_reached"},
    )
    rows = nonresponse_rows(plan, make_units(plan, [given], roster))
    assert find(rows, "share_respondents", by="site", level="south").estimate == 3 / 4
    assert find(rows, "share_roster", by="site", level="south").estimate == 5 / 8
    assert (find(rows, "recorded", indicator="active").count, find(rows, "recorded", indicator="active").n) == (3, 8)
    agreement = find(rows, "recorded_agreement", indicator="active")
    assert (agreement.count, agreement.n, agreement.missing) == (2, 3, "not_recorded=1")
    assert find(rows, "n_eff").estimate <= 4


def test_a_weighted_share_that_nchs_would_not_publish_says_so():
    # Korn-Graubard of 50 % with 110 effective answers is under .30 wide; with 20 answers NCHS suppresses.
    assert reliability_warning(WeightedMean(0.5, 0.0476, 120, 119, 110.0)) == ""
    assert "NCHS: 20.0 effective answers are fewer than 30" in reliability_warning(
        WeightedMean(0.5, math.sqrt(0.25 / 20), 40, 39, 20.0)
    )
    assert "NCHS: 29.9 effective answers are fewer than 30" in reliability_warning(
        WeightedMean(0.5, math.sqrt(0.25 / 29.97), 60, 59, 29.97)
    )
    assert reliability_warning(WeightedMean(None, None, 0, 0, None, "Nobody answered.")).endswith("Nobody answered")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["I", "P", "R", "NC", "x"]),
            st.sampled_from(["south", "north", ""]),
            st.sampled_from(["yes", "no", ""]),
            st.sampled_from(["=yes", "=no", "refused"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_counts_are_those_of_the_plain_list(plan, cases):
    courses = [(code, site, "20") for code, site, _, _ in cases]
    states = [None if code == "x" else state if code in "IP" else "no_interview" for code, _, _, state in cases]
    records = [record for _, _, record, _ in cases]
    rows = nonresponse_rows(plan, units(*courses, **{"state:active": states, "recorded:active": records}))
    known = [SimpleNamespace(code=c, record=r, state=s) for (c, _, r, _), s in zip(cases, states, strict=True)]
    eligible = [case for case in known if case.code != "x" and case.record]
    answered = [case for case in eligible if case.state in {"=yes", "=no"}]
    silent = [case for case in eligible if case not in answered]
    for name, members in (("recorded", eligible), ("recorded_answered", answered), ("recorded_silent", silent)):
        row = find(rows, name, indicator="active")
        assert (row.count, row.n) == (sum(case.record == "yes" for case in members), len(members))
    agreement = find(rows, "recorded_agreement", indicator="active")
    assert agreement.count == sum(case.state == f"={case.record}" for case in answered)
    shares = [row.estimate for row in rows if row.statistic == "share_roster" and row.by == "site"]
    assert not shares or sum(shares) == pytest.approx(1)
