import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltool.stats.cells import cells_query
from evaltool.stats.counting import Group, Tally, by_column, count_units, state_column, value

SITES = ["north", "south", ""]
STATES = [value("yes"), value("no"), "refused", "no_interview", None]
UNITS = st.lists(
    st.tuples(
        st.sampled_from(["2021", "2022"]), st.sampled_from(SITES), st.sampled_from(["a", "b"]), st.sampled_from(STATES)
    ),
    min_size=1,
    max_size=60,
)


def _by_pandas(units, by):
    keys = ["population", *([by_column(by)] if by else [])]
    counted = units.groupby([*keys, state_column("job")], dropna=True).size()
    return {(key[0], key[1] if by else "", key[-1]): int(count) for key, count in counted.items()}


@settings(max_examples=60, deadline=None)
@given(UNITS)
def test_counts_are_those_of_pandas(rows):
    columns = ["population", by_column("site"), by_column("kind"), state_column("job")]
    units = pd.DataFrame(rows, columns=columns)
    counts = count_units(units, breakdowns=["site", "kind"], measures={"job": [s for s in STATES if s]})
    for by in ("", "site", "kind"):
        found = {
            (group.population, group.level, state): number
            for group, tallies in counts.items()
            if group.by == by
            for state, number in tallies["job"].states.items()
            if number
        }
        assert found == _by_pandas(units, by)


def test_a_level_without_a_code_is_not_taken_for_everybody():
    units = pd.DataFrame(
        {"population": ["2021", "2021"], by_column("site"): ["", "north"], state_column("x"): ["a", "a"]}
    )
    counts = count_units(units, breakdowns=["site"], measures={"x": ["a"]})
    numbers = {group: tallies["x"].states["a"] for group, tallies in counts.items()}
    assert numbers == {Group("2021"): 2, Group("2021", "site", ""): 1, Group("2021", "site", "north"): 1}


def test_without_breakdowns_only_populations_are_counted():
    units = pd.DataFrame({"population": ["2021"], state_column("x"): ["a"]})
    assert list(count_units(units, breakdowns=[], measures={"x": ["a"]})) == [Group("2021")]


def test_a_quote_in_a_code_stays_text():
    units = pd.DataFrame({"population": ["2021"], state_column("x"): ["it's"]})
    assert count_units(units, breakdowns=[], measures={"x": ["it's"]})[Group("2021")]["x"].states == {"it's": 1}


def test_one_query_holds_all_groups_and_measures():
    query = cells_query("t", [("year",), ("year", "site")], ["a", "b"], weight="w")
    assert query.count("SELECT") == query.count("GROUPING SETS") == 1


def test_a_choice_called_like_a_reason_is_an_answer():
    tally = Tally({value("refused"): 3, "refused": 2, "no_interview": 1, "outside_base": 9})
    assert (tally.of("refused"), tally.answered, tally.missing, tally.silent) == (3, 3, {"refused": 2}, 1)
