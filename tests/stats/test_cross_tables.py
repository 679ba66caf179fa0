from collections.abc import Iterator
from fractions import Fraction
from math import comb, factorial, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, somersd

from evaltool.errors import StatisticsError
from evaltool.stats import (
    adjust_p_values,
    chi_square,
    fisher_table_test,
    linear_by_linear,
    ordinal_association,
    trend_test,
)


def _fill(rows, columns) -> Iterator[list[tuple[int, ...]]]:
    """All tables with these margins, column by column."""
    if len(columns) == 1:
        yield [tuple(rows)]
        return
    for split in _splits(columns[0], rows):
        for rest in _fill([row - cell for row, cell in zip(rows, split, strict=True)], columns[1:]):
            yield [split, *rest]


def _splits(total, caps):
    if len(caps) == 1:
        return [(total,)] if total <= caps[0] else []
    return [(k, *rest) for k in range(min(total, caps[0]) + 1) for rest in _splits(total - k, caps[1:])]


def _fisher(table):
    def weight(columns):
        return Fraction(1, prod(factorial(cell) for column in columns for cell in column))

    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    weights = [weight(filled) for filled in _fill(rows, columns)]
    observed = weight(list(zip(*table, strict=True)))
    return float(sum(w for w in weights if w <= observed) / sum(weights))


@settings(max_examples=40)
@given(st.sampled_from([(2, 2), (2, 4), (3, 2), (3, 3), (3, 4), (4, 3)]), st.data())
def test_fisher_agrees_with_all_tables_counted(shape, data):
    cells = data.draw(st.lists(st.integers(0, 3), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    table = np.array(cells).reshape(shape)
    found = fisher_table_test(table.tolist())
    if found.p is None:
        assert found.warning
    else:
        filled = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
        assert found.p == pytest.approx(_fisher(filled.tolist()), abs=1e-9)


def test_a_table_too_large_for_fisher_is_told_in_words():
    found = fisher_table_test([[50] * 6] * 6)
    assert found.p is None
    assert "too many tables" in found.warning


def test_order_agrees_with_scipy():
    table = [[9, 11, 4, 2, 1], [6, 8, 8, 5, 2], [3, 9, 7, 6, 6]]
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    found = ordinal_association(table)
    assert found.tau_b == pytest.approx(kendalltau(*zip(*pairs, strict=True)).statistic)
    assert found.somers_d == pytest.approx(somersd(table).statistic)
    assert linear_by_linear(table).r == pytest.approx(np.corrcoef(np.array(pairs).T)[0, 1])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=2, max_size=4), st.data())
def test_exact_trend_agrees_with_all_fillings_counted(groups, data):
    n = [size for size, _ in groups]
    x = [min(pair) for pair in groups]
    scores = data.draw(st.lists(st.sampled_from([0.5, 1, 2, 4]), min_size=len(n), max_size=len(n)))
    found = trend_test(x, n, scores=scores)
    if found.warning:
        assert found.p is None
        return
    chances = {}
    for filled in _splits(sum(x), n):
        t = sum(s * k for s, k in zip(scores, filled, strict=True))
        chances[t] = chances.get(t, 0) + prod(comb(size, k) for size, k in zip(n, filled, strict=True))
    total, observed = sum(chances.values()), sum(s * k for s, k in zip(scores, x, strict=True))
    mean = Fraction(sum(Fraction(t) * w for t, w in chances.items()), total)
    far = sum(w for t, w in chances.items() if abs(t - mean) >= abs(observed - mean))
    assert found.exact_two_sided == pytest.approx(far / total, abs=1e-9)
    assert found.exact_increasing == pytest.approx(
        sum(w for t, w in chances.items() if t >= observed) / total, abs=1e-9
    )
    assert found.exact_decreasing == pytest.approx(
        sum(w for t, w in chances.items() if t <= observed) / total, abs=1e-9
    )


@pytest.mark.parametrize(("x", "n"), [([0, 0], [5, 6]), ([5, 6], [5, 6]), ([3], [5]), ([0, 2], [0, 5]), ([], [])])
def test_no_trend_is_told_in_words(x, n):
    found = trend_test(x, n)
    assert (found.chi2, found.exact_two_sided) == (None, None)
    assert "no trend" in found.warning


def test_scores_without_a_common_step_have_no_exact_test():
    found = trend_test([1, 2, 3], [5, 5, 5], scores=[1, 2**0.5, 3**0.5])
    assert found.chi2 is not None
    assert found.exact_two_sided is None
    assert "no exact test" in found.warning


@pytest.mark.parametrize("table", [[[3, 0, 2], [0, 0, 0]], [[0, 0], [0, 0]], [[4], [5]], [[5, 0], [2, 0]]])
def test_one_group_or_one_answer_is_told_in_words(table):
    for test in (chi_square, fisher_table_test, ordinal_association, linear_by_linear):
        assert "nothing to compare" in test(table).warning
    assert (chi_square(table).chi2, chi_square(table).df) == (None, 0)


@pytest.mark.parametrize("table", [[[1, 2], [3]], [[-1, 2], [3, 4]], [[1.5, 2], [3, 4]]])
def test_tables_that_cannot_be_are_errors(table):
    with pytest.raises(StatisticsError):
        chi_square(table)


def test_a_missing_p_value_stays_missing_and_does_not_count():
    assert adjust_p_values([0.02, None, 0.04]) == [0.04, None, 0.04]
    assert adjust_p_values([None]) == [None]


def test_what_is_no_p_value_is_an_error():
    with pytest.raises(StatisticsError, match=r"1\.2"):
        adjust_p_values([0.1, 1.2])
