from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from evaltool.stats.ordinal import kruskal_wallis, mann_whitney, top_box

CODES = st.lists(st.integers(1, 5), min_size=1, max_size=6)


def rank_sums(first, second):
    """Rank sum of group 1 seen, and under every division of the pooled answers."""
    ranks = rankdata([*first, *second])
    divided = [sum(part) for part in combinations(ranks.tolist(), len(first))]
    return float(ranks[: len(first)].sum()), np.array(divided)


@settings(deadline=None, max_examples=60)
@given(CODES, CODES)
def test_exact_rank_sum_agrees_with_every_division_listed(first, second):
    seen, divided = rank_sums(first, second)
    test = mann_whitney(first, second)
    centre = len(first) * (len(first) + len(second) + 1) / 2
    assert test.p_exact == pytest.approx((abs(divided - centre) >= abs(seen - centre) - 1e-9).mean())
    smaller = min((divided <= seen + 1e-9).mean(), (divided >= seen - 1e-9).mean())
    assert test.p_exact_doubled == pytest.approx(min(1, 2 * smaller))


def test_equal_answers_have_no_asymptotic_p_and_an_exact_one():
    test = mann_whitney([2, 2, 2], [2, 2])
    assert (test.p_corrected, test.p_uncorrected) == (None, None)
    assert test.p_exact == pytest.approx(1)
    assert test.warning == "all answers are equal"


def test_an_empty_group_is_said():
    assert mann_whitney([None, None], [1, 2]).warning == "a group has no answers"
    assert mann_whitney([None, None], [1, 2]).p_corrected is None
    assert mann_whitney([None, None], [1, 2]).median2 == 1.5


def test_many_answers_leave_the_exact_p_out_and_say_so():
    test = mann_whitney([1, 2] * 400, [2, 3] * 400)
    assert test.p_exact is None
    assert "exact" in test.warning
    assert test.p_corrected < 1e-6


def test_groups_without_answers_are_left_out_of_the_k_group_test():
    test, without = kruskal_wallis([[1, 2, 2], [], [4, 4, 5]]), kruskal_wallis([[1, 2, 2], [4, 4, 5]])
    assert (test.h, test.df, test.n) == (without.h, 1, (3, 0, 3))
    assert test.mean_ranks[1] is None
    assert test.warning == "groups without answers left out: 1"


@pytest.mark.parametrize(
    ("groups", "warning"),
    [
        ([[2, 2], [2], [2]], "all answers are equal"),
        ([[1, 2], []], "fewer than two groups have answers"),
        ([[], []], "fewer than two groups have answers"),
    ],
)
def test_a_k_group_test_that_cannot_be_has_words_instead_of_numbers(groups, warning):
    test = kruskal_wallis(groups)
    assert (test.h, test.df, test.p, test.epsilon_squared) == (None, None, None, None)
    assert test.warning == warning


def test_top_box_counts_answers_only():
    box = top_box([1, 2, 3, 4, 5, 5, None, float("nan")], {1, 2, 3})
    assert (box.count, box.n, box.share) == (3, 6, 0.5)
    assert box.interval.low == pytest.approx(0.18761629)
    assert top_box([None], {1}).warning == "no answers"
