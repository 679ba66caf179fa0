from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from stats_programme import PLAN, plan_from

from evaltool.stats.counting import Group, Tally, value
from evaltool.stats.rows import Scope
from evaltool.stats.silence import BASE_BY_ANSWERS, NO_COURSES, NOT_ASKED, OUT_OF_REACH, bound_rows

Z = 1.959963984540054


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_from(
        PLAN.replace(
            "distributions:",
            "  at_school:\n    label: At school\n    variable: school\n    counted: ['yes']\n    target: 0.5\n"
            "    base: \"${job} = 'none'\"\n    base_label: without a job\ndistributions:",
        )
        + "comparisons: {job: {by: job_group, indicators: [active]}}\n"
        + "groups: {job_group: {label: Job, answer: job}}\n",
        tmp_path_factory.mktemp("plan"),
    )


def rows(plan, yes, no, *, indicator="active", group=None, **silent):
    """The rows by statistic, of so many that count, do not count and are silent (by reason)."""
    tally = Tally({value("yes"): yes, value("no"): no, **silent})
    scope = Scope(plan, group or Group("2021"), indicator, tally, "base")
    return SimpleNamespace(**{row.statistic: row for row in bound_rows(scope, plan.indicators[indicator], yes)})


def test_bounds_and_their_limits_agree_with_r(plan):
    # Case nonr-v01 of tests/reference/stats: limits from R's uniroot.
    found = rows(plan, 22, 29, no_interview=29)
    assert (found.bound_low.count, found.bound_low.n, found.bound_low.estimate) == (22, 80, 22 / 80)
    assert (found.bound_high.count, found.bound_high.n, found.bound_high.estimate) == (51, 80, 51 / 80)
    assert found.bound_low.conf_low == pytest.approx(0.192885923393102, abs=1e-9)
    assert found.bound_high.conf_high == pytest.approx(0.725904905307544, abs=1e-9)
    assert (found.bound_low.conf_high, found.bound_high.conf_low) == (None, None)
    assert "Imbens-Manski" in found.bound_low.method


def test_the_tipping_point_is_the_smallest_number_of_the_silent_that_reaches_the_target(plan):
    # 30 % of 80 courses are 24; 22 count already.
    point = rows(plan, 22, 29, no_interview=20, refused=9).tipping
    assert (point.estimate, point.count, point.n, point.verdict, point.warning) == (2.0, 2, 29, "cannot_tell", "")
    assert point.missing == "refused=9;no_interview=20"
    assert point.base == "completed courses"


def test_a_target_that_is_safe_needs_nobody_and_one_out_of_reach_has_no_number(plan):
    safe = rows(plan, 3, 2, no_interview=5)
    assert (safe.tipping.estimate, safe.tipping.verdict, safe.bound_low.verdict) == (0.0, "met", "met")
    lost = rows(plan, 1, 9, no_interview=1)
    assert (lost.tipping.estimate, lost.tipping.count, lost.tipping.n) == (None, None, 1)
    assert (lost.tipping.verdict, lost.tipping.warning, lost.bound_low.verdict) == (
        "not_met",
        OUT_OF_REACH,
        "not_met",
    )


def test_without_anybody_silent_the_bounds_are_the_share_and_its_interval(plan):
    # Wilson's limits of 0 of 10 are 0 and z²/(n + z²): Imbens and Manski's would be 0 and 0.
    found = rows(plan, 0, 10)
    assert (found.bound_low.estimate, found.bound_high.estimate) == (0, 0)
    assert (found.bound_low.conf_low, found.bound_high.conf_high) == (0, pytest.approx(Z**2 / (10 + Z**2)))
    assert "Wilson" in found.bound_high.method
    assert "Imbens" not in found.bound_high.method
    assert (found.tipping.estimate, found.tipping.n, found.tipping.warning) == (None, 0, OUT_OF_REACH)


def test_when_nobody_answered_the_share_can_be_anything(plan):
    found = rows(plan, 0, 0, no_interview=10)
    assert (found.bound_low.estimate, found.bound_low.conf_low) == (0, 0)
    assert (found.bound_high.estimate, found.bound_high.conf_high) == (1, 1)
    assert (found.tipping.estimate, found.tipping.n, found.tipping.verdict) == (3, 10, "cannot_tell")


def unable(found, warning):
    for row in (found.bound_low, found.bound_high, found.tipping):
        assert (row.estimate, row.conf_low, row.conf_high, row.verdict) == (None, None, None, "")
        assert row.warning == warning


def test_nobody_to_answer_has_a_warning(plan):
    unable(rows(plan, 0, 0), NO_COURSES)


def test_what_the_roster_cannot_tell_has_no_bounds(plan):
    unable(rows(plan, 2, 2, indicator="at_school", no_interview=3), BASE_BY_ANSWERS)
    unable(rows(plan, 2, 2, not_applicable=1), NOT_ASKED)
    # Those without an answer have no level of a grouping that answers make.
    unable(rows(plan, 2, 2, group=Group("2021", "job_group", "paid")), BASE_BY_ANSWERS)


def test_an_indicator_without_target_has_bounds_without_verdict(plan):
    found = rows(plan, 4, 6, indicator="speaks", no_interview=3)
    assert (found.bound_low.verdict, found.bound_high.count) == ("", 7)
    assert not hasattr(found, "tipping")


def test_few_answers_are_told_beside_the_bounds(plan):
    found = rows(plan, 1, 1, no_interview=5)
    assert {found.bound_low.warning, found.bound_high.warning, found.tipping.warning} == {"few answers"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(yes=st.integers(0, 40), no=st.integers(0, 40), gone=st.integers(0, 30), refused=st.integers(0, 10))
def test_bounds_hold_every_completion_and_the_tipping_point_divides_them(plan, yes, no, gone, refused):
    silent, everybody = gone + refused, yes + no + gone + refused
    if not everybody:
        return
    found = rows(plan, yes, no, no_interview=gone, refused=refused)
    low, high, point = found.bound_low, found.bound_high, found.tipping
    assert 0 <= low.conf_low <= low.estimate <= high.estimate <= high.conf_high <= 1
    shares = [(yes + more) / everybody for more in range(silent + 1)]
    assert (min(shares), max(shares)) == (low.estimate, high.estimate)
    reached = [10 * (yes + more) >= 3 * everybody for more in range(silent + 1)]
    assert point.count == (reached.index(True) if any(reached) else None)
    assert point.verdict == ("met" if all(reached) else "cannot_tell" if any(reached) else "not_met")
    if not silent:
        interval = binomtest(yes, yes + no).proportion_ci(method="wilson")
        assert (low.conf_low, high.conf_high) == pytest.approx((interval.low, interval.high), abs=1e-9)
