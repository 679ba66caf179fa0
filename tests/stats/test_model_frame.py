import pandas as pd
import pytest

from evaltool.errors import StatisticsError
from evaltool.stats.model_frame import model_data, separated


def test_rows_with_a_gap_are_dropped_and_counted():
    table = {"y": [0, 1, None, 1, 0], "site": ["A", None, "B", "B", "A"], "x": [1.0, 2.0, 3.0, 4.0, None]}
    data = model_data(table, "y", ["site", "x"])
    assert (data.rows.tolist(), data.n_dropped, data.n) == ([0, 3], 3, 2)


def test_years_with_a_gap_keep_their_names():
    data = model_data({"y": [0, 1, 1, 0], "cohort": [2022, 2023, None, 2022]}, "y", ["cohort"], categorical=["cohort"])
    assert data.terms == ("(Intercept)", "cohort2023")
    assert data.levels == {"cohort": ("2022", "2023")}


def test_levels_keep_their_own_order_and_unused_ones_have_no_column():
    size = pd.Categorical(["small", "big", "small"], categories=["small", "middle", "big"], ordered=True)
    data = model_data({"y": [0, 1, 1], "size": size}, "y", ["size"])
    assert data.levels == {"size": ("small", "big")}
    assert data.matrix[:, 1].tolist() == [0, 1, 0]


def test_a_reference_level_comes_first():
    data = model_data({"y": [0, 1, 1], "site": ["A", "B", "C"]}, "y", ["site"], reference={"site": "B"})
    assert data.terms == ("(Intercept)", "siteA", "siteC")
    with pytest.raises(StatisticsError, match="no level D"):
        model_data({"y": [0, 1], "site": ["A", "B"]}, "y", ["site"], reference={"site": "D"})


def test_an_ordered_categorical_outcome_becomes_codes_and_words_are_an_error():
    level = pd.Categorical(["low", "high", "low"], categories=["low", "high"], ordered=True)
    assert model_data({"y": level, "x": [1, 2, 3]}, "y", ["x"]).outcome.tolist() == [0, 1, 0]
    with pytest.raises(StatisticsError, match="words without an order"):
        model_data({"y": ["low", "high"], "x": [1, 2]}, "y", ["x"])


def test_one_level_is_a_fault():
    assert model_data({"y": [0, 1], "site": ["A", "A"]}, "y", ["site"]).faults == ("site has one value only",)


def test_separation_among_many_rows_is_settled_by_all_of_them():
    x = list(range(5000))
    apart = [int(value >= 2500) for value in x]
    one_across = [*apart[:1], 1, *apart[2:]]
    assert separated(model_data({"y": apart, "x": x}, "y", ["x"]))
    assert not separated(model_data({"y": one_across, "x": x}, "y", ["x"]))
    assert not separated(model_data({"y": [value % 2 for value in x], "x": [value // 2 for value in x]}, "y", ["x"]))
