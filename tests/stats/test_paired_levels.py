from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from evaltool.errors import StatisticsError
from evaltool.stats.paired_levels import (
    bhapkar,
    bowker,
    level_change,
    paired_top_box,
    signed_rank,
    square_table,
    stuart_maxwell,
)

BEFORE, AFTER = [1, 2, 4, 2, 1], [2, 4, 4, 1, 3]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=9), st.sampled_from(["pratt", "drop"]))
def test_exact_signed_rank_agrees_with_every_sign_listed(change, zeros):
    used = [step for step in change if step or zeros == "pratt"]
    ranks = [rank for step, rank in zip(used, rankdata(np.abs(used)), strict=True) if step] if used else []
    seen = sum(rank for step, rank in zip([s for s in change if s], ranks, strict=True) if step > 0)
    signs = [sum(r for r, up in zip(ranks, ups, strict=True) if up) for ups in product([0, 1], repeat=len(ranks))]
    distance = np.abs(np.array(signs, float) - sum(ranks) / 2)
    expected = (distance >= abs(seen - sum(ranks) / 2) - 1e-9).mean()
    assert signed_rank([0] * len(change), change, zeros=zeros).p_exact == pytest.approx(expected)


@pytest.mark.parametrize(("zeros", "theirs"), [("pratt", "pratt"), ("drop", "wilcox")])
def test_asymptotic_signed_rank_agrees_with_scipy(zeros, theirs):
    change = [0, 1, 2, -1, 2, 3, 0, 0, 1, -2, 1, 1]
    test = signed_rank([0] * 12, change, zeros=zeros)
    found = [
        wilcoxon(change, zero_method=theirs, method="asymptotic", correction=corrected).pvalue
        for corrected in (False, True)
    ]
    assert [test.p_uncorrected, test.p_corrected] == pytest.approx(found)


def test_more_changes_than_can_be_enumerated_are_said():
    test = signed_rank([0] * 1001, [1, -1] * 500 + [1])
    assert test.p_exact is None
    assert "asymptotic" in test.warning


def test_levels_that_no_change_links_lose_a_degree_each():
    table = np.array([[2, 5, 0, 0], [1, 3, 0, 0], [0, 0, 4, 6], [0, 0, 2, 1]], dtype=float)
    # Two 2×2 tables: McNemar's (5−1)²/6 and (6−2)²/8, a degree each.
    assert (stuart_maxwell(table).chi2, stuart_maxwell(table).df) == (pytest.approx(16 / 6 + 16 / 8), 2)


def test_all_changes_alike_have_no_variance_for_bhapkar():
    table = square_table([1, 1, 1], [2, 2, 2])
    assert stuart_maxwell(table).chi2 == pytest.approx(3)
    assert bhapkar(table).chi2 is None
    assert "no variance" in bhapkar(table).warning


def test_nobody_changed_has_words_instead_of_tests():
    table = square_table([3, 3, 2], [3, 3, 2])
    assert [test(table).warning for test in (stuart_maxwell, bhapkar, bowker)] == ["nobody changed"] * 3
    assert signed_rank([3, 3, 2], [3, 3, 2]).warning == "nobody changed"
    assert level_change([3, 3, 2], [3, 3, 2]).sign_test_p == 1


def test_no_complete_pair_has_no_number():
    change = level_change([1, None], [None, 2])
    assert (change.n_pairs, change.n_dropped, change.share_higher, change.sign_test_p) == (0, 2, None, None)
    assert signed_rank([1, None], [None, 2]).p_exact is None
    assert stuart_maxwell(square_table([1, None], [None, 2])).warning == "no complete pairs"
    assert paired_top_box([None], [1], {1}).share_before is None


def test_what_cannot_be_paired_is_an_error():
    with pytest.raises(StatisticsError, match="cannot be paired"):
        level_change([1, 2], [1])
    with pytest.raises(StatisticsError, match="square"):
        bowker(np.zeros((2, 3)))
