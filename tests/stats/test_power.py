import pytest
from scipy.stats import binom
from statsmodels.stats.proportion import power_proportions_2indep

from evaltool.errors import StatisticsError
from evaltool.stats import detectable_share, n_per_group, target_power, two_share_power


def test_five_answers_can_hardly_find_anything():
    found = target_power(5, target=0.3, true=0.5, alternative="greater")
    # P(X >= 4 | 0.3) = .0308, P(X >= 4 | 0.5) = 6/32
    assert (found.critical, found.power) == (4, pytest.approx(6 / 32))
    assert found.actual_alpha == pytest.approx(binom.sf(3, 5, 0.3))


def test_downwards_and_both_ways():
    less = target_power(20, target=0.5, true=0.2, alternative="less")
    # P(X <= 5 | 0.5) = .0207, P(X <= 6) = .0577
    assert (less.critical_low, less.critical) == (5, 21)
    both = target_power(20, target=0.5, true=0.2)
    assert (both.critical_low, both.critical) == (5, 15)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_answers_to_reject_are_told_in_words(n):
    found = target_power(n, target=0.3, true=0.9, alternative="greater")
    assert (found.critical, found.power) == (n + 1, 0)
    assert found.warning


def test_power_of_two_shares_agrees_with_statsmodels():
    theirs = power_proportions_2indep(0.2, 0.3, 50, ratio=1.6, alpha=0.05, return_results=False)
    assert two_share_power(0.5, 0.3, n1=50, n2=80) == pytest.approx(theirs, abs=0.01)


def test_one_sided_power_agrees_with_statsmodels():
    theirs = power_proportions_2indep(0.2, 0.3, 50, alpha=0.05, alternative="larger", return_results=False)
    assert two_share_power(0.5, 0.3, n1=50, alternative="one_sided") == pytest.approx(theirs, abs=1e-6)
    n = n_per_group(0.5, 0.3, alternative="one_sided")
    assert two_share_power(0.5, 0.3, n1=n, alternative="one_sided") == pytest.approx(0.8)
    low, _ = detectable_share(0.5, n1=n, alternative="one_sided")
    assert low == pytest.approx(0.3)


def test_the_needed_n_has_the_power():
    n = n_per_group(0.3, 0.45, power=0.8)
    assert two_share_power(0.3, 0.45, n1=n) == pytest.approx(0.8)


def test_the_detectable_share_has_the_power_or_is_none():
    low, high = detectable_share(0.3, n1=60, n2=40)
    assert two_share_power(0.3, high, n1=60, n2=40) == pytest.approx(0.8)
    assert low < 0.3 < high
    assert detectable_share(0.3, n1=3) == (None, None)


def test_a_power_that_chance_has_is_an_error():
    with pytest.raises(StatisticsError, match="chance"):
        detectable_share(0.3, n1=60, power=0.01)


def test_nonsense_is_an_error():
    with pytest.raises(StatisticsError):
        n_per_group(0.3, 0.3)
    with pytest.raises(StatisticsError):
        target_power(20, target=1.3, true=0.5)
    with pytest.raises(StatisticsError):
        two_share_power(0.3, 0.4, n1=0)
