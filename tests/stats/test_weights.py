import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stats_reference import agrees, cases

from evaltool.errors import StatisticsError
from evaltool.stats.weights import collapse, kish, rake, trim, weighting_classes


@pytest.mark.parametrize("case", cases("nonresponse", "nonr-v03"))
def test_the_effective_number_agrees_with_the_definition(case):
    effect = kish(case["input"]["weights"])
    agrees(case, {"kish_deff": effect.deff, "n_eff": effect.n_eff, "cv_weights": effect.cv})


@pytest.mark.parametrize("case", cases("nonresponse", "nonr-v05"))
def test_weighting_classes_agree_with_r(case):
    given_ = case["input"]
    found = weighting_classes(given_["class_roster"], given_["class_respondents"], given_["class_successes"])
    assert found.factors == pytest.approx(case["expected"]["factors"])
    adjusted = {"adjusted_share": found.adjusted, "adjusted_se_fpc": found.se_fpc}
    agrees(case, adjusted | {"unadjusted_share": found.unadjusted, "kish_deff": found.kish.deff})


@pytest.mark.parametrize("case", cases("nonresponse", "nonr-v04"))
def test_raking_with_an_empty_cell_agrees_with_r(case):
    rows = case["input"]["rows"]
    raked = rake(rows, case["input"]["margins"])
    by_cell = dict(zip(zip(rows["a"], rows["b"], strict=True), raked.weights, strict=True))
    expected = dict(zip(case["expected"]["cell"], case["expected"]["weight"], strict=True))
    assert {f"{a}/{b}": w for (a, b), w in by_cell.items()} == pytest.approx(expected, rel=1e-6)
    assert raked.possible


@given(st.data())
def test_raked_weights_sum_to_every_margin(data):
    rows = {
        name: [*labels, *data.draw(st.lists(st.sampled_from(labels), min_size=30, max_size=30))]
        for name, labels in (("site", "ABC"), ("age", "xyz"))
    }
    totals = data.draw(st.lists(st.integers(5, 60), min_size=6, max_size=6))
    margins = {"site": dict(zip("ABC", totals[:3], strict=True)), "age": {"x": totals[3], "y": totals[4]}}
    margins["age"]["z"] = max(sum(totals[:3]) - totals[3] - totals[4], 1)
    if sum(margins["age"].values()) != sum(totals[:3]):
        with pytest.raises(StatisticsError, match="different rosters"):
            rake(rows, margins)
        return
    raked = rake(rows, margins)
    if raked.weights is None:
        assert "did not settle" in raked.warning
        return
    for name, margin in margins.items():
        for category, total in margin.items():
            mine = sum(w for w, each in zip(raked.weights, rows[name], strict=True) if each == category)
            assert mine == pytest.approx(total, rel=1e-8)


def test_a_margin_with_an_empty_category_is_left_out_and_named():
    rows = {"site": ["A", "A", "B"], "age": ["x", "y", "x"]}
    raked = rake(rows, {"site": {"A": 10, "B": 8}, "age": {"x": 9, "y": 8, "z": 1}})
    assert not raked.possible
    assert [(gap.margin, gap.category) for gap in raked.empty] == [("age", "z")]
    assert raked.used == ("site",)
    assert "age = z" in raked.warning
    assert list(raked.weights) == [5, 5, 8]


def test_a_category_whose_rows_weigh_nothing_is_empty():
    raked = rake({"site": ["A", "B"]}, {"site": {"A": 10, "B": 8}}, start=[1.0, 0.0])
    assert [gap.category for gap in raked.empty] == ["B"]


def test_a_category_without_units_needs_no_respondent():
    assert rake({"site": ["A", "A"]}, {"site": {"A": 10, "B": 0}}).possible


def test_margins_that_contradict_the_rows_give_no_weights():
    rows = {"a": ["p", "q"], "b": ["m", "k"]}
    raked = rake(rows, {"a": {"p": 20, "q": 10}, "b": {"m": 18, "k": 12}})
    assert raked.weights is None
    assert "did not settle" in raked.warning


def test_nobody_and_nonsense():
    assert rake({"site": []}, {"site": {"A": 3}}).weights is None
    with pytest.raises(StatisticsError, match="C"):
        rake({"site": ["A", "C"]}, {"site": {"A": 3, "B": 4}})
    with pytest.raises(StatisticsError, match="missing"):
        rake({"site": ["A"]}, {"site": {"A": 3}}, start=[float("nan")])
    with pytest.raises(StatisticsError, match="equally long"):
        rake({"site": ["A", "A"]}, {"site": {"A": 3}}, start=[1.0])


def test_small_categories_join_the_next_smallest_or_their_neighbour():
    column = ["a"] * 8 + ["b"] * 9 + ["c"] * 2 + ["d"] * 20
    margin = {"a": 10, "b": 12, "c": 6, "d": 30, "e": 4}
    free = collapse(column, margin)
    assert free.margin == {"a + c + e": 20, "b": 12, "d": 30}
    assert set(free.column) == set(free.margin)
    neighbours = collapse(column, margin, ordered=True)
    assert neighbours.margin == {"a": 10, "b + c": 18, "d + e": 34}
    assert "d + e" in neighbours.warning


def test_a_margin_of_few_becomes_one_category():
    only = collapse(["a", "b"], {"a": 3, "b": 4})
    assert only.margin == {"a + b": 7}
    assert "One category" in only.warning


def test_what_is_large_enough_stays():
    assert collapse(["a"] * 5 + ["b"] * 5, {"a": 7, "b": 9}).warning == ""


def test_trimming_shares_out_evenly_until_all_fit():
    # by hand: 8 → 4 leaves 4 for three; 3.9 becomes 5.233 → 4 leaves 1.233 for the two others
    trimmed = trim([3.9, 1, 1, 8], upper=4)
    assert list(trimmed.weights) == pytest.approx([4, 2.95, 2.95, 4])
    assert trimmed.changed == 2
    assert list(trim([1, 2, 3], upper=3).weights) == [1, 2, 3]


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=30), st.floats(1.05, 4))
def test_trimmed_weights_keep_their_sum_and_the_limit(weights, times):
    upper = times * sum(weights) / len(weights)
    trimmed = trim(weights, upper=upper)
    assert trimmed.weights.sum() == pytest.approx(sum(weights))
    assert trimmed.weights.max() <= upper * (1 + 1e-12)
    assert (trimmed.weights >= np.minimum(weights, upper) - 1e-12).all()


def test_limits_that_cannot_be_kept_give_no_weights():
    assert trim([5, 5], upper=4).weights is None
    assert trim([0, 9], upper=8, lower=2).weights is None
    with pytest.raises(StatisticsError):
        trim([5, 5], upper=1, lower=2)


def test_weights_of_zero_and_none_have_no_effective_number():
    assert kish([0, 0]).n_eff is None
    assert kish([]).warning
    assert kish([2, 2, 2]).deff == 1
    with pytest.raises(StatisticsError):
        kish([1, -1])


def test_a_class_without_respondents_is_not_adjusted():
    found = weighting_classes([10, 5], [4, 0], [2, 0])
    assert (found.unadjusted, found.adjusted, found.factors) == (0.5, None, (2.5, None))
    assert "Nobody answered" in found.warning


def test_one_answer_of_a_class_has_no_variance_unless_the_class_is_that_one():
    assert weighting_classes([10, 5], [4, 1], [2, 1]).se_fpc is None
    assert weighting_classes([10, 1], [4, 1], [2, 1]).se_fpc > 0


def test_classes_that_cannot_be_are_refused():
    with pytest.raises(StatisticsError):
        weighting_classes([3], [4], [1])
    with pytest.raises(StatisticsError):
        weighting_classes([30], [4], [5])
