import pytest
from stats_reference import agrees, cases

from evaltool.stats.bounds import worst_case

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
