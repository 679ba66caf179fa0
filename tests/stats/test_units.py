import pandas as pd
import pytest
from stats_programme import PLAN, answers, plan_from, roster

from evaltool.errors import PlanError
from evaltool.stats.counting import state_column, value
from evaltool.stats.units import NOT_ELIGIBLE, make_units, measure_states


@pytest.fixture
def plan(tmp_path):
    return plan_from(PLAN, tmp_path)


def states(plan, measure, datasets, courses):
    table = make_units(plan, datasets, courses).table
    return dict(zip(table["unit"], table[state_column(measure)].astype(object), strict=True))


ONE = roster(("u1", "2021", "north", "yes", "ended"))


def test_both_job_and_school_is_a_job_only(plan):
    both = [answers("end@1", {"unit": "u1", "job": "own", "school": "yes"})]
    assert states(plan, "active", both, ONE) == {"u1": value("yes")}
    assert states(plan, "school_only", both, ONE) == {"u1": value("no")}


def test_school_without_job_is_both_active_and_school_only(plan):
    school = [answers("end@1", {"unit": "u1", "job": "none", "school": "yes"})]
    assert states(plan, "active", school, ONE) == {"u1": value("yes")}
    assert states(plan, "school_only", school, ONE) == {"u1": value("yes")}


def test_a_partial_interview_counts_when_both_items_are_answered(plan):
    partial = {"unit": "u1", "disposition": "P", "job": "none", "school": "no", "speak": "-not_reached"}
    assert states(plan, "active", [answers("end@1", partial)], ONE) == {"u1": value("no")}
    assert states(plan, "speaks", [answers("end@1", partial)], ONE) == {"u1": "not_reached"}


def test_a_yes_does_not_count_while_the_other_item_is_missing(plan):
    half = {"unit": "u1", "job": "paid", "school": "-refused"}
    assert states(plan, "active", [answers("end@1", half)], ONE) == {"u1": "refused"}


def test_the_first_missing_item_gives_the_reason(plan):
    none = {"unit": "u1", "job": "-dont_know", "school": "-refused"}
    assert states(plan, "active", [answers("end@1", none)], ONE) == {"u1": "dont_know"}


def test_a_break_off_before_the_headline_is_no_interview(plan):
    broken = {"unit": "u1", "disposition": "R", "job": "paid", "school": "yes"}
    assert states(plan, "active", [answers("end@1", broken)], ONE) == {"u1": "no_interview"}
    assert states(plan, "disposition", [answers("end@1", broken)], ONE) == {"u1": "R"}


def test_outside_the_base_is_told_for_silent_units_too_when_the_roster_knows(plan):
    courses = roster(("u1", "2021", "north", "no", "ended"), ("u2", "2021", "north", "yes", "ended"))
    assert states(plan, "speaks", [answers("end@1")], courses) == {"u1": "outside_base", "u2": "no_interview"}


def test_a_base_of_answers_leaves_silent_units_silent(tmp_path):
    plan = plan_from(PLAN.replace("\"${focus} = 'yes'\"", "\"${school} = 'yes'\""), tmp_path)
    courses = roster(("u1", "2021", "north", "no", "ended"), ("u2", "2021", "north", "yes", "ended"))
    data = [answers("end@1", {"unit": "u1", "job": "none", "school": "no", "speak": "well"})]
    assert states(plan, "speaks", data, courses) == {"u1": "outside_base", "u2": "no_interview"}


def test_a_course_that_is_not_eligible_has_only_its_status(plan):
    running = roster(("u1", "2021", "north", "yes", "running"))
    data = [answers("end@1", {"unit": "u1", "job": "paid", "school": "no", "speak": "well"})]
    (row,) = make_units(plan, data, running).table.to_dict("records")
    told = {name: row[state_column(name)] for name in measure_states(plan) if pd.notna(row[state_column(name)])}
    assert told == {"courses": value("running"), NOT_ELIGIBLE: value("running")}


def test_a_course_without_a_year_is_in_no_population(plan):
    courses = roster(("u1", "2021", "north", "yes", "ended"), ("u2", None, "north", "yes", "running"))
    assert list(states(plan, "courses", [], courses)) == ["u1"]


@pytest.mark.parametrize("years", [["2021"], [2021], [2021.0], pd.array([2021], dtype="Int64")])
def test_a_population_is_called_alike_however_the_year_is_stored(plan, years):
    assert list(make_units(plan, [], ONE.assign(year=years)).table["population"]) == ["2021"]


def test_a_question_that_a_version_lacks_was_not_put(tmp_path):
    plan = plan_from(PLAN.replace("distributions: [job]", "distributions: [happy]"), tmp_path)
    courses = roster(("u1", "2021", "north", "yes", "ended"), ("u2", "2021", "north", "yes", "ended"))
    old = answers("end@1", {"unit": "u1", "job": "paid", "school": "no"})
    new = answers("end@2", {"unit": "u2", "job": "paid", "school": "no", "happy": "yes"})
    assert states(plan, "happy", [old, new], courses) == {"u1": "not_applicable", "u2": value("yes")}
    assert states(plan, "happy", [old], courses) == {"u1": "not_applicable", "u2": "no_interview"}


def test_of_two_interviews_the_complete_one_counts_then_the_later_version(plan):
    old = answers("end@1", {"unit": "u1", "job": "paid", "school": "no"})
    new = answers("end@2", {"unit": "u1", "disposition": "P", "job": "none", "school": "no"})
    assert states(plan, "active", [old, new], ONE) == {"u1": value("yes")}
    assert states(plan, "disposition", [new, old], ONE) == {"u1": "I"}
    later = answers("end@2", {"unit": "u1", "job": "none", "school": "no"})
    assert states(plan, "active", [old, later], ONE) == {"u1": value("no")}


@pytest.mark.parametrize(("other", "best"), [("I", "I"), ("R", "R"), ("O", "O"), ("NC", "NC")])
def test_of_two_versions_never_reached_says_least(plan, other, best):
    old, new = answers("end@1", u1=other), answers("end@2", u1="NC")
    assert states(plan, "disposition", [old, new], ONE) == {"u1": best}
    assert states(plan, "disposition", [new, old], ONE) == {"u1": best}


def test_a_unit_without_any_disposition_was_not_reached(plan):
    assert states(plan, "disposition", [answers("end@1", u9="I")], ONE) == {"u1": "NC"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a_little", "well", value("a_little>well")),
        ("well", "well", value("well>well")),
        ("well", "a_little", value("well>a_little")),
        ("-refused", "well", "no_start"),
        (None, "well", "no_start"),
        ("well", "-refused", "refused"),
        ("-refused", "-not_reached", "not_reached"),
    ],
)
def test_change_needs_both_ends(plan, before, after, expected):
    end = answers("end@1", {"unit": "u1", "job": "paid", "school": "no", "speak": after})
    start = [answers("start@1", {"unit": "u1", "speak": before})] if before else []
    assert states(plan, "change", [end, *start], ONE) == {"u1": expected}


def test_the_base_of_a_change_must_hold_in_both_surveys(tmp_path):
    base = "{start: start, variable: speak}\n    base: \"${speak} = 'well'\"\n    base_label: speak well"
    plan = plan_from(PLAN.replace("{start: start, variable: speak}", base), tmp_path)
    end = answers("end@1", {"unit": "u1", "job": "paid", "school": "no", "speak": "well"})
    for before, expected in (("well", value("well>well")), ("a_little", "outside_base")):
        start = answers("start@1", {"unit": "u1", "speak": before})
        assert states(plan, "change", [end, start], ONE) == {"u1": expected}


def test_a_rule_reads_a_question_with_several_answers(tmp_path):
    rule = "\"selected(${wants}, 'help')\"\n    answered: [wants]\n    target: 0.3"
    old = "\"${job} = 'paid' or ${job} = 'own' or ${school} = 'yes'\"\n    answered: [job, school]\n    target: 0.3"
    plan = plan_from(PLAN.replace(old, rule), tmp_path)
    data = answers("end@1", {"unit": "u1"}, {"unit": "u2"}, {"unit": "u3"})
    frame = data.frame.assign(
        wants__help=pd.array([True, False, None], dtype="boolean"),
        wants__rest=pd.array([False, False, None], dtype="boolean"),
        wants__missing=[None, None, "refused"],
    )
    data = type(data)(survey="end@1", frame=frame, dispositions=data.dispositions)
    courses = roster(*[(unit, "2021", "north", "yes", "ended") for unit in ("u1", "u2", "u3")])
    assert states(plan, "active", [data], courses) == {"u1": value("yes"), "u2": value("no"), "u3": "refused"}


def test_a_roster_without_a_needed_column_is_refused(plan):
    with pytest.raises(PlanError, match="no column state, site"):
        make_units(plan, [], ONE.drop(columns=["site", "state"]))


def test_years_that_stand_in_two_ways_are_one_population(plan):
    table = roster(("u1", "2021", "south", "yes", "ended"), ("u2", "2021.0", "south", "yes", "ended"))
    assert set(make_units(plan, [], table).table["population"]) == {"2021"}


@pytest.mark.parametrize("cell", ["twenty", "2021.5", " "])
def test_a_cell_that_is_no_number_is_refused_untold(plan, cell):
    table = roster(("u1", "2021", "south", "yes", "ended"), ("u2", cell, "south", "yes", "ended"))
    with pytest.raises(PlanError) as caught:
        make_units(plan, [], table)
    assert "«year» is no whole number in 1 courses" in caught.value.message
    assert (caught.value.where, caught.value.mend) == (
        "roster table, column year",
        "Correct the roster's cells and import it again.",
    )
    assert "twenty" not in str(caught.value)


def test_a_course_that_stands_twice_is_refused(plan):
    with pytest.raises(PlanError, match="twice"):
        make_units(plan, [], pd.concat([ONE, ONE]))
