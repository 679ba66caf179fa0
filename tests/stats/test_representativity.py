import math

import pytest

from evaltool.errors import StatisticsError
from evaltool.stats.respondents import r_indicator, standardised_differences

ROWS = {"site": ["A", "A", "B", "B", "B", None], "months": [2, 4, 6, 8, 10, 12]}
ANSWERED = [True, False, True, True, False, False]


def test_differences_by_hand():
    site_a, site_b, months = standardised_differences(ROWS, ANSWERED)
    # respondents: 1 of 3 in A; others: 1 of 2 (one without a site)
    assert site_a.respondents == pytest.approx(1 / 3)
    assert site_a.others == pytest.approx(1 / 2)
    assert site_a.roster == pytest.approx(2 / 5)
    assert site_a.smd == pytest.approx((1 / 3 - 1 / 2) / math.sqrt((2 / 9 + 1 / 4) / 2))
    assert site_a.smd_roster == pytest.approx((1 / 3 - 2 / 5) / math.sqrt(6 / 25))
    assert site_a.missing == 1
    assert site_b.smd == pytest.approx(-site_a.smd)
    # months: 2, 6, 8 (mean 16/3, variance 28/3) against 4, 10, 12 (mean 26/3, variance 52/3)
    assert months.category is None
    assert months.smd == pytest.approx((16 / 3 - 26 / 3) / math.sqrt((28 / 3 + 52 / 3) / 2))
    assert months.smd_roster == pytest.approx((16 / 3 - 7) / math.sqrt(14))


def test_a_side_that_is_empty_has_no_difference():
    (nobody,) = standardised_differences({"site": ["A", "A"]}, [False, False])
    assert (nobody.smd, nobody.others) == (None, 1)
    assert "Nobody" in nobody.warning
    (everybody,) = standardised_differences({"site": ["A", "A"]}, [True, True])
    assert "Everybody" in everybody.warning


def test_no_spread_is_no_difference_or_none_that_could_be_told():
    (same,) = standardised_differences({"site": ["A", "A"]}, [True, False])
    assert same.smd == 0
    apart = standardised_differences({"site": ["A", "B"]}, [True, False])
    assert [line.smd for line in apart] == [None, None]
    assert "no spread" in apart[0].warning
    (one,) = standardised_differences({"months": [1.0, 2.0, 3.0]}, [True, False, False])
    assert one.smd is None


def _two_sites(a, b, size):
    answered = [place < a for place in range(size)] + [place < b for place in range(size)]
    return r_indicator({"site": ["A"] * size + ["B"] * size}, answered)


def test_the_r_indicator_of_two_sites_by_hand():
    found = _two_sites(30, 20, 40)
    variance = 80 / 79 * 0.125**2
    unbiased = variance - (0.75 * 0.25 + 0.5 * 0.5) / 80
    assert found.r == pytest.approx(1 - 2 * math.sqrt(variance))
    assert found.cv == pytest.approx(math.sqrt(variance) / 0.625)
    assert found.r_adjusted == pytest.approx(1 - 2 * math.sqrt(unbiased))
    assert found.cv_adjusted == pytest.approx(math.sqrt(unbiased) / 0.625)
    assert found.warning == ""


@pytest.mark.parametrize(("a", "b"), [(1, 2), (4, 9), (5, 5), (2, 8)])
def test_the_adjustment_is_the_mean_variance_of_the_propensities_and_never_below_0(a, b):
    size = 10
    found = _two_sites(a, b, size)
    # a share of ten has the variance p(1-p)/10, and each unit of a site has its share as propensity
    bias = sum(x / size * (1 - x / size) / size for x in (a, b)) / 2
    assert found.s_adjusted == pytest.approx(math.sqrt(max(found.s**2 - bias, 0)), abs=1e-9)
    assert found.r_adjusted >= found.r


def test_a_number_is_one_column_and_a_missing_text_a_category():
    found = r_indicator({"months": list(range(40))}, [place % 3 > 0 or place > 25 for place in range(40)])
    assert 0 < found.r < 1
    sites = ["A", "B", None, ""] * 20
    answered = [place % 5 > 0 for place in range(80)]
    spelled = ["A", "B", "none", "none"] * 20
    assert r_indicator({"s": sites}, answered).r == pytest.approx(r_indicator({"s": spelled}, answered).r)
    with pytest.raises(StatisticsError, match="missing"):
        r_indicator({"months": [1.0, None]}, [True, False])


def test_a_part_in_which_all_answered_is_said():
    found = _two_sites(10, 4, 10)
    assert "all or none" in found.warning
    assert found.s == pytest.approx(math.sqrt(20 / 19 * 0.3**2), rel=1e-4)
    assert found.s_adjusted == pytest.approx(math.sqrt(20 / 19 * 0.3**2 - 0.24 / 20), rel=1e-3)


def test_few_respondents_for_many_parameters_are_said():
    assert "Fewer than 5" in r_indicator({"site": list("ABCD") * 3}, [True, False, True] * 4).warning


def test_all_or_nobody_answered():
    assert _two_sites(3, 3, 3).r == 1
    nobody = _two_sites(0, 0, 3)
    assert (nobody.r, nobody.warning) == (None, "Nobody answered.")
    assert r_indicator({}, []).warning == "There is no roster."
    with pytest.raises(StatisticsError, match="equally long"):
        r_indicator({"site": ["A"]}, [True, False])
