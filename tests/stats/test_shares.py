import doctest
from decimal import Decimal, getcontext
from math import comb

import pytest
from stats_reference import agrees, cases

from evaltool.stats import bounds, rates, shares
from evaltool.stats.shares import exact_test, verdict, wilson


@pytest.mark.parametrize("case", cases("single_proportion"))
def test_wilson_interval_agrees_with_r(case):
    given = case["input"]
    interval = wilson(given["successes"], given["n"], confidence=given["confidence"])
    low, high = interval or (None, None)
    agrees(case, {"wilson_lower": low, "wilson_upper": high})


@pytest.mark.parametrize("case", [case for case in cases("single_proportion") if case.id != "prop1-v06"])
def test_exact_and_midp_tests_agree_with_r(case):
    given = case["input"]
    test = exact_test(given["successes"], given["n"], target=given["target"])
    found = {"exact_p_greater": test.greater, "exact_p_less": test.less}
    agrees(case, {**found, "midp_p_greater": test.midp_greater, "midp_p_less": test.midp_less})


def test_no_answers_give_neither_interval_nor_test():
    assert wilson(0, 0) is None
    assert exact_test(0, 0, target=0.3) is None
    assert verdict(None) == "cannot_tell"


@pytest.mark.parametrize("n", range(1, 61))
def test_interval_ends_are_exact_at_none_and_all(n):
    assert wilson(0, n).low == 0
    assert wilson(n, n).high == 1


def _upper_tail(x, n, target):
    getcontext().prec = 40
    p = Decimal(target)
    return sum((comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(x, n + 1)), Decimal(0))


@pytest.mark.parametrize("n", [1, 5, 20, 40, 87])
def test_verdict_follows_the_exact_tails_by_enumeration(n):
    for x in range(n + 1):
        above, below = _upper_tail(x, n, "0.3"), 1 - _upper_tail(x + 1, n, "0.3")
        expected = "met" if above < Decimal("0.025") else "not_met" if below < Decimal("0.025") else "cannot_tell"
        assert verdict(exact_test(x, n, target=0.3)) == expected, x


def test_ten_of_twenty_against_thirty_per_cent_cannot_be_told():
    assert verdict(exact_test(10, 20, target=0.3)) == "cannot_tell"


@pytest.mark.parametrize("module", [shares, rates, bounds])
def test_docstring_examples(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
