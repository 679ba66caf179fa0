from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import brunnermunzel

from evaltool.stats.superiority import brunner_munzel

CODES = st.lists(st.integers(1, 4), min_size=2, max_size=6)


def studentised(first, second):
    """By the definition, from the comparison of every pair."""
    x, y = np.array(first, float), np.array(second, float)
    wins = (y[None, :] > x[:, None]) + (y[None, :] == x[:, None]) / 2
    variance = np.var(wins.mean(axis=1), ddof=1) / len(x) + np.var(wins.mean(axis=0), ddof=1) / len(y)
    distance = wins.mean() - 0.5
    if variance < 1e-12:
        return 0.0 if abs(distance) < 1e-12 else np.inf
    return abs(distance) / np.sqrt(variance)


@settings(deadline=None, max_examples=40)
@given(CODES, CODES)
def test_permutation_p_agrees_with_every_division_listed(first, second):
    pooled, chosen = [*first, *second], range(len(first) + len(second))
    seen = studentised(first, second)
    divided = [
        studentised([pooled[i] for i in part], [pooled[i] for i in chosen if i not in part])
        for part in combinations(chosen, len(first))
    ]
    expected = (np.array(divided) >= seen * (1 - 1e-9)).mean()
    assert brunner_munzel(first, second, method="permutation").p == pytest.approx(expected)


@settings(deadline=None)
@given(CODES, CODES)
def test_intervals_contain_the_estimate_and_stay_in_range(first, second):
    for method in ("t", "permutation"):
        result = brunner_munzel(first, second, method=method)
        if result.interval_logit is not None:
            assert 0 <= result.interval_logit.low <= result.superiority <= result.interval_logit.high <= 1
            assert -1 <= result.delta_interval.low <= result.delta <= result.delta_interval.high <= 1
            assert result.interval.low <= result.superiority <= result.interval.high
        else:
            assert result.warning


def test_t_version_agrees_with_scipy():
    first, second = [1, 2, 2, 3, 3, 4, 5, 1, 2, 3], [2, 3, 3, 4, 4, 5, 5, 2, 4, 4, 5]
    test, theirs = brunner_munzel(first, second), brunnermunzel(first, second)
    assert test.method == "t"
    assert (test.statistic, test.p) == (pytest.approx(theirs.statistic), pytest.approx(theirs.pvalue))


def test_a_group_under_ten_takes_the_permutation_version():
    assert brunner_munzel([1] * 5 + [2] * 4, [2, 3] * 10).method == "permutation"
    assert brunner_munzel([1] * 5 + [2] * 5, [2, 3] * 10).method == "t"


def test_no_variance_is_told_in_words():
    apart, equal = brunner_munzel([1, 1, 1], [4, 4, 5, 3]), brunner_munzel([2, 2], [2, 2])
    assert (apart.superiority, apart.statistic, apart.interval) == (1.0, None, None)
    assert apart.p == pytest.approx(2 / 35)
    assert "do not overlap" in apart.warning
    assert (equal.superiority, equal.p) == (0.5, pytest.approx(1))
    assert "equal" in equal.warning


def test_one_answer_in_a_group_has_a_superiority_and_no_test():
    result = brunner_munzel([3], [1, 2, 4, 5])
    assert (result.superiority, result.p) == (0.5, None)
    assert result.warning == "a group has one answer only: spread unknown"
    assert brunner_munzel([], [1, 2]).superiority is None


def test_too_many_divisions_are_refused_and_not_replaced_by_another_method():
    result = brunner_munzel(list(range(9)), list(range(100, 160)))
    assert (result.method, result.p) == ("permutation", None)
    assert "method t" in result.warning


def test_permutation_p_agrees_with_r_on_the_pain_scores():
    # Brunner & Munzel's data; R brunnermunzel prints p = 0.008038 (permutation), limits 0.595217 and 0.982705 (t).
    yes, no = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
    assert brunner_munzel(yes, no, method="permutation").p == pytest.approx(0.008038, abs=5e-7)
    assert brunner_munzel(yes, no, method="t").interval == pytest.approx((0.595217, 0.982705), abs=5e-7)
