import math
import warnings
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import boschloo_exact, chi2_contingency, fisher_exact

from evaltool.stats import barnard_test, boschloo_test, chi_square_2x2, fisher_test, odds_ratio


def _cells(first, second):
    return [[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]]


@pytest.mark.parametrize(
    ("first", "second"), [((2, 6), (5, 7)), ((9, 10), (3, 10)), ((0, 8), (3, 9)), ((12, 20), (4, 15))]
)
def test_boschloo_agrees_with_scipy(first, second):
    table = np.array(_cells(first, second)).T
    found = boschloo_test(first, second)
    theirs = [boschloo_exact(table, alternative=side, n=256).pvalue for side in ("greater", "less", "two-sided")]
    assert [found.greater, found.less, found.two_sided_doubled] == pytest.approx(theirs, abs=2e-4)


def _fisher(first, second):
    (x1, n1), (x2, n2) = first, second
    s = x1 + x2
    chance = {
        k: Fraction(comb(n1, k) * comb(n2, s - k), comb(n1 + n2, s)) for k in range(max(0, s - n2), min(n1, s) + 1)
    }
    two_sided = sum(p for p in chance.values() if p <= chance[x1])
    return two_sided, two_sided - chance[x1] / 2


@given(st.integers(1, 25), st.integers(1, 25), st.data())
def test_fisher_and_its_midp_agree_with_exact_fractions(n1, n2, data):
    first, second = (data.draw(st.integers(0, n1)), n1), (data.draw(st.integers(0, n2)), n2)
    found = fisher_test(first, second)
    assert (found.two_sided, found.midp_two_sided) == pytest.approx(
        [float(p) for p in _fisher(first, second)], abs=1e-9
    )


@settings(max_examples=15)
@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_boschloo_is_never_above_fisher(n1, n2, data):
    first, second = (data.draw(st.integers(0, n1)), n1), (data.draw(st.integers(0, n2)), n2)
    exact, conditional = boschloo_test(first, second), fisher_test(first, second)
    assert exact.greater <= conditional.greater + 1e-9
    assert exact.two_sided_fisher2 <= conditional.two_sided + 1e-9


def test_chi_square_agrees_with_scipy():
    found = chi_square_2x2((7, 15), (3, 22))
    plain, yates = (chi2_contingency(_cells((7, 15), (3, 22)), correction=by) for by in (False, True))
    assert (found.chi2, found.p, found.yates_p) == pytest.approx(
        (plain.statistic, plain.pvalue, yates.pvalue), abs=1e-12
    )


@pytest.mark.parametrize("test", [chi_square_2x2, fisher_test, boschloo_test, barnard_test, odds_ratio])
def test_an_empty_group_has_a_warning_and_no_number(test):
    found = test((0, 0), (2, 5))
    assert found.warning == "no answers in a group"
    assert not any(isinstance(value, float) and math.isnan(value) for value in vars(found).values())
    assert next(iter(vars(found).values())) is None


@pytest.mark.parametrize("count", [0, 5])
def test_a_single_outcome_is_told_in_words(count):
    first = second = (count, 5)
    assert "alike" in chi_square_2x2(first, second).warning
    assert chi_square_2x2(first, second).chi2 is None
    odds = odds_ratio(first, second)
    assert (odds.sample, odds.low, odds.high) == (None, 0, math.inf)
    assert (barnard_test(first, second).two_sided, boschloo_test(first, second).two_sided_doubled) == (1, 1)


def test_unconditional_tests_of_large_groups_are_refused_in_words():
    found = boschloo_test((300, 900), (200, 800))
    assert found.greater is None
    assert "more than" in found.warning


def test_plain_fisher_agrees_with_scipy():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theirs = fisher_exact(_cells((8, 19), (3, 21))).pvalue
    assert fisher_test((8, 19), (3, 21)).two_sided == pytest.approx(theirs, abs=1e-12)
