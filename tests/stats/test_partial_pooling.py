import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import betabinom, binom
from stats_reference import agrees, cases

from evaltool.errors import StatisticsError
from evaltool.stats.pooling import partial_pooling


@pytest.mark.parametrize("case", cases("binary_regression", "breg-v03"))
def test_partial_pooling_agrees_with_r(case):
    pooled = partial_pooling(case["input"]["successes"], case["input"]["n"])
    strength = {"prior_strength": pooled.prior_strength, "log_likelihood": pooled.log_likelihood}
    agrees(case, {"mu": pooled.mu} | strength)
    assert pooled.shrunken == pytest.approx(case["expected"]["shrunken"], rel=1e-5)


def _likelihood(x, n, mu, strength):
    return sum(betabinom.logpmf(k, size, mu * strength, (1 - mu) * strength) for k, size in zip(x, n, strict=True))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=7))
def test_no_other_parameters_are_more_likely(groups):
    x, n = [yes for yes, _ in groups], [yes + no for yes, no in groups]
    pooled = partial_pooling(x, n)
    if pooled.mu is None:
        assert sum(n) == 0
        return

    def loss(point):
        mu, strength = 1 / (1 + math.exp(-point[0])), math.exp(point[1])
        return -_likelihood(x, n, mu, strength)

    best = -minimize(loss, [0.1, 1.0], method="Nelder-Mead", bounds=[(-12, 12), (-8, 12)]).fun
    assert pooled.log_likelihood >= best - 1e-6


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_shrunken_shares_lie_between_the_raw_one_and_the_common_one(groups):
    x, n = [yes for yes, _ in groups], [yes + no for yes, no in groups]
    pooled = partial_pooling(x, n)
    for yes, size, share, interval in zip(x, n, pooled.shrunken, pooled.intervals, strict=True):
        if size:
            low, high = sorted((yes / size, pooled.mu))
            assert low - 1e-9 <= share <= high + 1e-9
        if interval is not None:
            assert 0 <= interval.low <= interval.high <= 1


def test_groups_that_differ_by_chance_only_are_fully_pooled_and_it_is_said():
    pooled = partial_pooling([5, 6, 4], [10, 11, 9])
    assert pooled.full
    assert pooled.prior_strength == math.inf
    assert pooled.shrunken == (0.5, 0.5, 0.5)
    assert "full pooling" in pooled.warning
    counts = zip([5, 6, 4], [10, 11, 9], strict=True)
    assert pooled.log_likelihood == pytest.approx(sum(binom.logpmf(x, n, 0.5) for x, n in counts))


def test_groups_at_0_and_100_per_cent_are_not_pooled_and_it_is_said():
    pooled = partial_pooling([0, 10, 0], [10, 10, 10])
    assert pooled.shrunken == (0, 1, 0)
    assert pooled.prior_strength == 0
    assert "nothing can be pooled" in pooled.warning


def test_a_group_without_answers_gets_the_common_share():
    pooled = partial_pooling([1, 8, 5, 0], [10, 9, 12, 0])
    assert pooled.shrunken[3] == pytest.approx(pooled.mu)


def test_nobody_and_nonsense():
    assert partial_pooling([0, 0], [0, 0]).mu is None
    assert partial_pooling([], []).warning
    assert partial_pooling([3], [4]).full
    assert "Two groups" in partial_pooling([1, 8], [10, 9]).warning
    with pytest.raises(StatisticsError):
        partial_pooling([3], [2])
    with pytest.raises(StatisticsError):
        partial_pooling([3], [4, 5])
