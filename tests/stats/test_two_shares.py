import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from evaltool.errors import StatisticsError
from evaltool.stats import difference, ratio

DIFFERENCES = ("newcombe", "miettinen_nurminen", "mee", "agresti_caffo")


@st.composite
def groups(draw, largest=60):
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


def test_newcombes_printed_score_interval_where_statsmodels_is_wrong():
    # 56/70 - 48/80: Newcombe 1998b prints .0528 to .3382 (method 6, Miettinen-Nurminen)
    found = difference((56, 70), (48, 80), method="miettinen_nurminen")
    assert (round(found.low, 4), round(found.high, 4)) == (0.0528, 0.3382)
    theirs = confint_proportions_2indep(56, 70, 48, 80, method="score", compare="diff")
    assert theirs[1] == pytest.approx(0.3440, abs=1e-4)


@pytest.mark.parametrize("method", ["miettinen_nurminen", "mee"])
@pytest.mark.parametrize(
    ("first", "second"), [((0, 8), (3, 9)), ((5, 5), (0, 5)), ((0, 5), (0, 5)), ((12, 12), (7, 13))]
)
def test_score_interval_exists_where_statsmodels_fails(first, second, method):
    found = difference(first, second, method=method)
    assert -1 <= found.low <= found.estimate <= found.high <= 1
    assert found.low < found.high


def test_mee_equals_wilson_where_one_group_is_empty_of_successes():
    # p1 = 0: the lower end is minus the Wilson upper limit of 3 of 9
    assert difference((0, 8), (3, 9), method="mee").low == pytest.approx(-0.645797864419601, abs=1e-9)


def test_agresti_caffo_stays_in_range_where_statsmodels_does_not():
    theirs = confint_proportions_2indep(1, 1, 0, 1, method="agresti-caffo", compare="diff")
    assert theirs[1] > 1
    assert difference((1, 1), (0, 1), method="agresti_caffo").high == 1


def test_koopman_at_everybody_against_nobody_where_statsmodels_is_wrong():
    found = ratio((1, 1), (0, 1))
    assert found.low == pytest.approx(0.52, abs=0.005)
    assert (found.estimate, found.high) == (math.inf, math.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = confint_proportions_2indep(1, 1, 0, 1, method="score", compare="ratio", correction=False)
    assert theirs[0] == pytest.approx(2.0, abs=0.01)


def test_ratio_of_nobody_and_nobody_is_undefined_in_words_where_statsmodels_gives_nan():
    found = ratio((0, 5), (0, 5))
    assert (found.estimate, found.low, found.high) == (None, 0, math.inf)
    assert "undefined" in found.warning
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = confint_proportions_2indep(0, 5, 0, 5, method="score", compare="ratio", correction=False)
    assert any(math.isnan(end) for end in theirs)


def test_log_interval_at_a_zero_is_refused_in_words():
    found = ratio((0, 5), (3, 5), method="katz_log")
    assert (found.estimate, found.low, found.high) == (0, None, None)
    assert "koopman" in found.warning


@pytest.mark.parametrize("method", DIFFERENCES)
@given(first=groups(), second=groups())
def test_difference_lies_in_its_interval_within_range(method, first, second):
    # Agresti-Caffo is centred elsewhere: it need not hold the difference of all against none
    found = difference(first, second, method=method)
    assert -1 <= found.low <= found.high <= 1
    if method != "agresti_caffo":
        assert found.low - 1e-9 <= found.estimate <= found.high + 1e-9


@pytest.mark.parametrize("method", DIFFERENCES)
@given(first=groups(), second=groups())
def test_exchanging_the_groups_mirrors_the_difference(method, first, second):
    one, two = difference(first, second, method=method), difference(second, first, method=method)
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low), abs=1e-8)


@given(first=groups(), second=groups())
def test_exchanging_the_groups_inverts_the_ratio(first, second):
    one, two = ratio(first, second), ratio(second, first)
    assert one.low == pytest.approx(1 / two.high if two.high else math.inf, rel=1e-7)
    if one.estimate is not None:
        assert one.low <= one.estimate * (1 + 1e-7)


@pytest.mark.parametrize("compare", [difference, ratio])
def test_a_group_without_answers_has_a_warning_and_no_number(compare):
    found = compare((0, 0), (3, 5))
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert found.warning == "no answers in a group"


@pytest.mark.parametrize("first", [(6, 5), (-1, 5), (1.5, 5), (math.nan, 5)])
def test_counts_that_cannot_be_are_errors(first):
    with pytest.raises(StatisticsError):
        difference(first, (3, 5))
