import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltool.errors import StatisticsError
from evaltool.stats import difference, ratio

DIFFERENCES = ("newcombe", "miettinen_nurminen", "mee", "agresti_caffo")


@st.composite
def groups(draw, largest=60):
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


def test_mee_equals_wilson_where_one_group_is_empty_of_successes():
    # p1 = 0: the lower end is minus the Wilson upper limit of 3 of 9
    assert difference((0, 8), (3, 9), method="mee").low == pytest.approx(-0.645797864419601, abs=1e-9)


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


def test_log_interval_of_everybody_and_everybody_has_no_width_and_says_so():
    found, score = ratio((6, 6), (9, 9), method="katz_log"), ratio((6, 6), (9, 9))
    assert (found.low, found.high) == (1, 1)
    assert "koopman" in found.warning
    assert score.low < 1 < score.high
    assert score.warning == ""
