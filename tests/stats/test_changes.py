from itertools import product
from math import comb
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm
from stats_programme import PLAN, plan_from

from evaltool.stats.changes import paired_rows
from evaltool.stats.counting import Group, Tally
from evaltool.stats.rows import Scope


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_from(PLAN, tmp_path_factory.mktemp("plan"))


EVERYBODY = Group("2021")


def rows(plan, square, group=EVERYBODY, **missing):
    pairs = {f"={start}>{end}": int(n) for start, row in enumerate(square) for end, n in enumerate(row)}
    scope = Scope(plan, group, "change", Tally({**pairs, **missing}), "base")
    return SimpleNamespace(**{row.statistic: row for row in paired_rows(scope, square)})


# Start in rows, end in columns, low to high: 8 pairs up (6 by one step, 2 by two), 2 down by one, 5 as before.
SQUARE = [[2, 4, 2], [1, 1, 2], [0, 1, 2]]


def test_the_sign_test_is_the_binomial_of_those_who_moved(plan):
    found = rows(plan, SQUARE, no_start=3)
    assert found.sign_test.estimate == pytest.approx(2 * sum(comb(10, k) for k in range(3)) / 2**10)
    assert (found.sign_test.n, found.sign_test.missing, found.sign_test.warning) == (15, "no_start=3", "")


def test_signed_ranks_are_exact_over_all_signs_with_the_unchanged_in_the_ranks(plan):
    # Ranks by Pratt: five zeros take 1-5; eight changes of one step share 6-13, that is 9.5; two of two 14.5.
    ranks = np.array([9.5] * 8 + [14.5] * 2)
    up = 9.5 * 6 + 14.5 * 2
    sums = np.array([np.dot(signs, ranks) for signs in product((0, 1), repeat=10)])
    expected = (abs(sums - ranks.sum() / 2) >= up - ranks.sum() / 2 - 1e-9).mean()
    found = rows(plan, SQUARE).signed_rank
    assert found.estimate == pytest.approx(expected)
    assert found.method.endswith("exact")


def test_stuart_maxwell_by_hand(plan):
    # Rows 8, 4, 3 and columns 3, 6, 6; d = (5, -2), S = [[8 + 3 - 4, -5], [-5, 4 + 6 - 2]].
    d, s = np.array([5.0, -2.0]), np.array([[7.0, -5.0], [-5.0, 8.0]])
    found = rows(plan, SQUARE).stuart_maxwell
    assert found.estimate == pytest.approx(chi2.sf(d @ np.linalg.solve(s, d), 2))


def test_over_a_thousand_changes_the_normal_approximation_is_named(plan):
    found = rows(plan, [[0, 600], [500, 0]]).signed_rank
    # All ranks are 550.5: W+ = 600 · 550.5, mean 550 · 550.5, variance 1100 · 550.5² / 4; half a rank is taken off.
    z = (50 * 550.5 - 0.5) / (550.5 * np.sqrt(1100) / 2)
    assert found.estimate == pytest.approx(2 * norm.sf(z))
    assert found.method.endswith("normal")
    assert found.warning == ""


def test_nobody_changed(plan):
    found = rows(plan, [[3, 0], [0, 2]])
    assert (found.sign_test.estimate, found.signed_rank.estimate) == (1, 1)
    assert found.stuart_maxwell.estimate is None
    for row in (found.sign_test, found.signed_rank, found.stuart_maxwell):
        assert (row.warning, row.n) == ("nobody changed", 5)


@pytest.mark.parametrize("square", [[[0, 0], [0, 0]], [[0]]])
def test_without_pairs_there_are_words_and_no_number(plan, square):
    found = rows(plan, square, no_start=4)
    for row in (found.sign_test, found.signed_rank, found.stuart_maxwell):
        assert (row.estimate, row.n, row.warning, row.missing) == (None, 0, "no complete pairs", "no_start=4")


def test_few_pairs_are_told(plan):
    assert rows(plan, [[0, 2], [0, 0]]).sign_test.warning == "few answers"
    assert rows(plan, [[2, 0], [0, 0]]).sign_test.warning == "few answers; nobody changed"


def test_tests_of_a_breakdown_are_exploratory(plan):
    assert {row.status for row in vars(rows(plan, SQUARE)).values()} == {"planned"}
    assert {row.status for row in vars(rows(plan, SQUARE, Group("2021", "site", "north"))).values()} == {"exploratory"}


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=9, max_size=9))
def test_p_values_know_neither_direction_nor_unused_codes(plan, cells):
    square = np.array(cells).reshape(3, 3)
    found, turned = rows(plan, square), rows(plan, square.T)
    wider = rows(plan, np.pad(square, ((0, 1), (0, 1))))
    for name in ("sign_test", "signed_rank", "stuart_maxwell"):
        p = getattr(found, name).estimate
        assert p is not None or getattr(found, name).warning
        if p is not None:
            assert 0 <= p <= 1
            assert getattr(turned, name).estimate == pytest.approx(p)
            assert getattr(wider, name).estimate == pytest.approx(p)
