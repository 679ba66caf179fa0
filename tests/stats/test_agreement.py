"""Agreement of coders: published worked examples, and where it is undefined."""

import pytest

from evaltool.errors import StatisticsError
from evaltool.stats import cohen_kappa, krippendorff_alpha

# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C: 4 observers, 12 units, . is missing.
OBSERVERS = ("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")


def codes(text: str) -> list[str | None]:
    return [None if code == "." else code for code in text.split()]


def test_alpha_of_four_observers_with_gaps_is_krippendorffs() -> None:
    found = krippendorff_alpha(*map(codes, OBSERVERS))
    assert found.alpha == pytest.approx(0.743, abs=5e-4)
    assert (found.n, found.values) == (11, 40)  # the last unit was coded once


def test_alpha_of_two_observers_is_krippendorffs() -> None:
    # the same paper, example A: ten binary units
    found = krippendorff_alpha(codes("0 1 0 0 0 0 0 0 1 0"), codes("1 1 1 0 0 1 0 0 0 0"))
    assert found.alpha == pytest.approx(0.095, abs=5e-4)


def test_kappa_of_two_raters_is_that_of_the_textbook() -> None:
    # Fleiss, Levin & Paik 2003, table 18.1: 100 subjects, kappa 0.68 with a standard error of 0.087
    table = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    found = cohen_kappa(*zip(*pairs, strict=True))
    assert (found.agreed, found.n) == (89, 100)
    assert found.kappa == pytest.approx((0.89 - 0.66) / (1 - 0.66))
    assert found.se == pytest.approx(0.087, abs=1e-3)
    assert found.interval is not None
    assert found.interval == pytest.approx((found.kappa - 1.959964 * found.se, found.kappa + 1.959964 * found.se))


def test_kappa_is_below_zero_where_coders_agree_less_than_by_chance() -> None:
    assert cohen_kappa(list("aabb"), list("bbaa")).kappa == pytest.approx(-1)


def test_a_coder_with_one_code_only_agrees_by_chance_only() -> None:
    found = cohen_kappa(["x", "-", "-"], ["-", "-", "-"])
    assert (found.kappa, found.se, found.interval) == (0.0, None, None)


def test_units_that_one_of_them_left_out_do_not_count() -> None:
    found = cohen_kappa(["a", "b", None, "a"], ["a", "b", "a", None])
    assert (found.n, found.kappa, found.interval, found.warning) == (
        2,
        1.0,
        None,
        "no interval: the standard error is 0",
    )


@pytest.mark.parametrize(
    ("first", "second", "warning"),
    [
        ("a a a", "a a a", "all codes are the same: agreement beyond chance cannot be told"),
        ("a . .", ". a b", "no unit was coded twice"),
        ("", "", "no unit was coded twice"),
    ],
)
def test_what_cannot_be_told_is_said(first: str, second: str, warning: str) -> None:
    kappa, alpha = cohen_kappa(codes(first), codes(second)), krippendorff_alpha(codes(first), codes(second))
    assert (kappa.kappa, kappa.warning) == (None, warning)
    assert (alpha.alpha, alpha.warning) == (None, warning)


def test_coders_of_different_units_are_refused() -> None:
    with pytest.raises(StatisticsError):
        cohen_kappa(["a"], ["a", "b"])
    with pytest.raises(StatisticsError):
        krippendorff_alpha(["a"], ["a", "b"])
