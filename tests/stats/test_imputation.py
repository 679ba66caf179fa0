import pytest

from evaltool.errors import StatisticsError
from evaltool.stats.imputation import pool


def test_equal_imputations_lose_nothing_but_barnard_and_rubins_factor():
    pooled = pool([0.4, 0.4, 0.4], [0.01, 0.01, 0.01], n=51)
    assert [pooled.between, pooled.riv, pooled.total] == pytest.approx([0, 0, 0.01])
    assert pooled.df == pytest.approx(51 / 53 * 50)


def test_endless_complete_data_leave_rubins_df():
    pooled = pool([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    # between 1, added 4/3, total 7/3, λ = 4/7.
    assert pooled.df == pytest.approx(2 / (4 / 7) ** 2)
    assert pooled.riv == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    ("estimates", "variances", "n", "warning"),
    [
        ([0.4], [0.01], 50, "fewer than two imputations"),
        ([], [], 50, "fewer than two imputations"),
        ([0.4, 0.5], [0.0, 0.0], 50, "no variance within"),
        ([0.4, 0.5], [0.1, 0.1], 1, "not more answers than parameters"),
    ],
)
def test_what_cannot_be_pooled_has_words(estimates, variances, n, warning):
    pooled = pool(estimates, variances, n=n)
    assert (pooled.df, pooled.interval) == (None, None)
    assert pooled.warning.startswith(warning)


def test_nonsense_is_an_error():
    with pytest.raises(StatisticsError):
        pool([0.4, 0.5], [0.1])
    with pytest.raises(StatisticsError):
        pool([0.4, 0.5], [0.1, -0.1])
