import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from stats_reference import agrees, cases

from evaltool.errors import StatisticsError
from evaltool.stats.bounds import imbens_manski, tipping_point, worst_case

CONCLUSIONS = {
    "met": "target met whatever the nonrespondents did",
    "cannot_tell": "depends on the nonrespondents",
}


@pytest.mark.parametrize("case", cases("nonresponse", "nonr-v01", "nonr-v02"))
def test_bounds_agree_with_the_definition(case):
    given = case["input"]
    bounds = worst_case(given["successes"], given["respondents"], given["roster"] - given["respondents"])
    agrees(case, {"bound_lower": bounds.low, "bound_upper": bounds.high})
    assert CONCLUSIONS[bounds.verdict(given["target"])] == case["expected"]["conclusion"]


def test_a_target_that_is_just_reached_is_met_and_one_just_out_of_reach_is_not():
    assert worst_case(3, 5, 5).verdict(0.3) == "met"
    assert worst_case(1, 8, 2).verdict(0.3) == "cannot_tell"
    assert worst_case(1, 9, 1).verdict(0.3) == "not_met"


def test_nobody_has_no_bounds():
    assert worst_case(0, 0, 0) is None


@pytest.mark.parametrize("case", cases("nonresponse", "nonr-v01", "nonr-v02"))
def test_imbens_manski_and_the_tipping_point_agree_with_r(case):
    given = case["input"]
    counts = given["successes"], given["respondents"], given["roster"] - given["respondents"]
    interval = imbens_manski(*counts, confidence=given["confidence"])
    tipping = tipping_point(*counts, target=given["target"])
    found = {
        "imbens_manski_c": interval.c,
        "imbens_manski_lower": interval.low,
        "imbens_manski_upper": interval.high,
        "tipping_successes_needed": tipping.needed,
        "tipping_share_of_nonrespondents": tipping.share,
    }
    agrees(case, found)


def test_an_interval_beyond_0_and_1_is_clipped():
    interval = imbens_manski(1, 3, 1)
    assert interval.low < 0
    assert interval.clipped.low == 0


def test_bounds_at_0_and_1_say_that_chance_is_left_out():
    interval = imbens_manski(0, 0, 5)
    assert (interval.low, interval.high) == (0, 1)
    assert "chance" in interval.warning
    assert imbens_manski(0, 0, 0) is None


@pytest.mark.parametrize(("x", "n", "m"), [(90, 95, 5), (3, 60, 2), (40, 99, 1)])
def test_the_critical_value_solves_its_equation(x, n, m):
    interval, bounds = imbens_manski(x, n, m), worst_case(x, n, m)
    se = max(math.sqrt(b * (1 - b) / (n + m)) for b in (bounds.low, bounds.high))
    coverage = norm.cdf(interval.c + (bounds.high - bounds.low) / se) - norm.cdf(-interval.c)
    assert coverage == pytest.approx(0.95, abs=1e-10)


def test_the_critical_value_at_its_ends():
    assert imbens_manski(5, 10, 90).c == pytest.approx(1.6448536, abs=1e-6)
    assert imbens_manski(0, 4, 0).c == pytest.approx(1.9599640, abs=1e-6)


def test_a_target_is_counted_exactly():
    # 0.07 · 100 is 7.000000000000001 as a float
    assert tipping_point(0, 0, 100, target=0.07).needed == 7


@pytest.mark.parametrize(("x", "n", "m"), [(3, 5, 5), (0, 4, 6), (2, 9, 1), (7, 7, 3), (0, 0, 4)])
@pytest.mark.parametrize("target", [0.1, 0.3, 0.7, 1.0])
def test_the_tipping_point_is_the_first_number_that_reaches_the_target(x, n, m, target):
    reaching = [k for k in range(m + 1) if (x + k) / (n + m) >= target]
    found = tipping_point(x, n, m, target=target)
    assert found.needed == (reaching[0] if reaching else None)
    assert bool(found.warning) == (not reaching)


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(StatisticsError):
        tipping_point(5, 4, 1, target=0.3)
    with pytest.raises(StatisticsError):
        imbens_manski(1, 4, -1)
    with pytest.raises(StatisticsError):
        tipping_point(1, 4, 1, target=30)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_bounds_contain_every_completion_of_the_data(x, others, m):
    bounds = worst_case(x, x + others, m)
    if bounds is None:
        assert x + others + m == 0
        return
    shares = [(x + k) / (x + others + m) for k in range(m + 1)]
    assert (min(shares), max(shares)) == (bounds.low, bounds.high)
    interval = imbens_manski(x, x + others, m)
    assert interval.clipped.low <= bounds.low <= bounds.high <= interval.clipped.high
