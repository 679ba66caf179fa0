import numpy as np
import pytest

from evaltool.errors import StatisticsError
from evaltool.stats.reliability import scale_reliability

SCALE = {
    "a": [1, 4, 3, 4, 5, 2, 1, 4, 3, 5, 3, 2],
    "b": [2, 2, 3, 5, 4, 1, 3, 4, 2, 4, 2, 3],
    "c": [1, 3, 3, 4, 5, 2, 2, 5, 1, 4, 4, 1],
    "d": [2, 1, 4, 3, 5, 3, 3, 3, 2, 5, 2, 2],
}


def test_a_negative_alpha_is_a_finding():
    scale = scale_reliability({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1.5], "c": [2, 4, 1, 3]})
    # Variances 5/3, 59/48, 5/3; the sums 7, 9, 6, 8.5 have variance 91/48.
    assert scale.alpha == pytest.approx(1.5 * (1 - (5 / 3 + 59 / 48 + 5 / 3) / (91 / 48)))
    assert scale.alpha < 0
    assert scale.interval.low < scale.alpha < scale.interval.high


def test_omega_of_three_items_agrees_with_the_closed_form():
    three = {name: SCALE[name] for name in "abc"}
    covariance = np.cov(list(three.values()))
    # Three items determine their factor: loading of a = √(ab·ac/bc).
    ab, ac, bc = covariance[0, 1], covariance[0, 2], covariance[1, 2]
    common = ((ab * ac / bc) ** 0.5 + (ab * bc / ac) ** 0.5 + (ac * bc / ab) ** 0.5) ** 2
    assert scale_reliability(three).omega == pytest.approx(common / covariance.sum(), abs=1e-5)


def test_a_factor_that_explains_more_than_all_of_an_item_is_no_solution():
    # Loading of a: √(ab·ac/bc) on correlations .8, .8, .4 is 1.26.
    rows = np.linalg.cholesky(np.array([[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]]))
    basis = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1], [1, -1, 1, -1, 1, -1, 1, -1]])
    a, b, c = rows @ basis
    scale = scale_reliability({"a": a, "b": b, "c": c})
    assert scale.omega is None
    assert scale.warning == "omega: the factor model has no proper solution"


def test_turning_all_items_changes_nothing():
    turned = {name: [6 - code for code in codes] for name, codes in SCALE.items()}
    assert scale_reliability(turned).omega == pytest.approx(scale_reliability(SCALE).omega)
    assert scale_reliability(turned).alpha == pytest.approx(scale_reliability(SCALE).alpha)


@pytest.mark.parametrize(
    ("items", "warning"),
    [
        ({"a": [1, 2], "b": [None, 2], "c": [1, 1]}, "a scale needs two items and two complete rows"),
        ({"a": [1, 2, 3]}, "a scale needs two items and two complete rows"),
        ({"a": [1, 1, 1], "b": [2, 2, 2], "c": [3, 3, 3]}, "the sum of the items does not vary"),
    ],
)
def test_a_scale_that_cannot_be_has_words(items, warning):
    scale = scale_reliability(items)
    assert (scale.alpha, scale.interval, scale.omega) == (None, None, None)
    assert scale.warning == warning


def test_an_item_that_does_not_vary_has_no_correlation():
    scale = scale_reliability(SCALE | {"e": [3] * 12})
    assert scale.item_total[-1] is None
    assert (scale.omega, scale.alpha_standardised) == (None, None)
    assert "omega" in scale.warning
    assert scale.alpha is not None


def test_two_items_have_alpha_and_no_omega():
    scale = scale_reliability({"a": SCALE["a"], "b": SCALE["b"]})
    assert scale.omega is None
    assert scale.warning.startswith("two items")
    assert scale.alpha_if_dropped == (None, None)


def test_items_of_different_length_are_an_error():
    with pytest.raises(StatisticsError, match="same length"):
        scale_reliability({"a": [1, 2], "b": [1]})
