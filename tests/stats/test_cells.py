"""Counting from Parquet and from tables: the same numbers as pandas, weights and gaps included."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltool.errors import StatisticsError
from evaltool.stats import count_cells, weighted_mean, weighted_share_of_sums
from evaltool.stats.weighted import Design

ROWS = st.lists(
    st.tuples(
        st.sampled_from([2021, 2022, None]),
        st.sampled_from(["north", "south", None]),
        st.sampled_from(["yes", "no", None]),
        st.sampled_from([1, 2, 3, None]),
        st.none() | st.floats(0, 100),
    ),
    min_size=1,
    max_size=50,
)
GROUPINGS = [("year",), ("year", "site"), ()]


def _table(rows):
    return pd.DataFrame(rows, columns=["year", "site", "job", "level", "w"]).astype(
        {"year": "Int64", "level": "Int64", "w": "float64"}
    )


def _by_pandas(table, grouping, measure):
    marked = table.assign(**{name: table[name].astype("object").fillna("gap") for name in (*grouping, measure)})
    found = {}
    for key, members in marked.groupby([*grouping, measure], dropna=False):
        *level, state = (None if part == "gap" else part for part in key)
        weights = members["w"].dropna()
        sums = (weights.sum(), (weights**2).sum()) if len(weights) else None
        found[tuple(level), state] = (len(members), sums)
    return found


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, on_disk=st.booleans())
def test_cells_are_those_of_pandas(tmp_path_factory, rows, on_disk):
    table = _table(rows)
    source = table
    if on_disk:
        source = tmp_path_factory.mktemp("cells") / "answers.parquet"
        table.to_parquet(source)
    found = count_cells(source, GROUPINGS, ["job", "level"], weight="w")
    assert set(found) == {(grouping, measure) for grouping in GROUPINGS for measure in ("job", "level")}
    for (grouping, measure), cells in found.items():
        expected = _by_pandas(table, grouping, measure)
        counted = {(cell.level, cell.state): (cell.n, cell.sums) for cell in cells}
        assert set(counted) == set(expected)
        for key, (n, sums) in expected.items():
            assert counted[key][0] == n
            assert counted[key][1] == (None if sums is None else pytest.approx(sums))


def test_a_share_from_cells_is_that_of_the_rows():
    table = _table([(2021, "north", job, 1, w) for job, w in [("yes", 1.5), ("no", 0.5), ("yes", 1.0), ("no", 3.0)]])
    cells = {cell.state: cell for cell in count_cells(table, [("year",)], ["job"], weight="w")[("year",), "job"]}
    share = weighted_share_of_sums(cells["yes"].sums, cells["no"].sums, n=4, rows=4)
    rows = weighted_mean([1, 0, 1, 0], Design(weights=table["w"].to_numpy()))
    assert (share.estimate, share.se) == pytest.approx((rows.estimate, rows.se))


def test_without_a_weight_there_are_no_sums():
    assert all(
        cell.sums is None for cell in count_cells(_table([(2021, "a", "yes", 1, 2.0)]), [()], ["job"])[(), "job"]
    )


@pytest.mark.parametrize("weight", [-1.0, math.inf])
def test_a_weight_that_is_none_is_refused(weight):
    with pytest.raises(StatisticsError, match="A weight is infinite or below 0"):
        count_cells(_table([(2021, "a", "yes", 1, weight)]), [()], ["job"], weight="w")


def test_an_unknown_column_is_refused_with_those_there_are(tmp_path):
    path = tmp_path / "answers.parquet"
    _table([(2021, "a", "yes", 1, 2.0)]).to_parquet(path)
    for source in (path, _table([])):
        with pytest.raises(StatisticsError, match="no column town, weight") as told:
            count_cells(source, [("town",)], ["job"], weight="weight")
        assert "year, site, job, level, w" in str(told.value)


def test_no_rows_give_no_cells():
    assert count_cells(_table([]), [("year",)], ["job"])[("year",), "job"] == []


def test_a_file_that_is_not_there_or_is_cut_off_is_an_error_with_its_name(tmp_path):
    whole = tmp_path / "whole.parquet"
    _table([(2021, "a", "yes", 1, 2.0)]).to_parquet(whole)
    (tmp_path / "half.parquet").write_bytes(whole.read_bytes()[:100])
    for name in ("half.parquet", "none.parquet"):
        with pytest.raises(StatisticsError, match="no Parquet file") as told:
            count_cells(tmp_path / name, [("year",)], ["job"])
        assert name in str(told.value)


@pytest.mark.parametrize(
    ("groupings", "measures"),
    [
        ([], ["job"]),
        ([("year",), ("year",)], ["job"]),
        ([("year", "site"), ("site", "year")], ["job"]),
        ([()], ["job", "job"]),
        ([("job",)], ["job"]),
        ([("JOB",)], ["job"]),
    ],
)
def test_what_would_be_counted_twice_is_refused(groupings, measures):
    table = _table([(2021, "a", "yes", 1, 2.0)]).assign(JOB="yes")
    with pytest.raises(StatisticsError, match=r"no grouping|named twice"):
        count_cells(table, groupings, measures)
