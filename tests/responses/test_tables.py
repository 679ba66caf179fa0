from datetime import date

import pandas as pd
import pytest
from expression_cases import CODES, DAYS, expressions
from hypothesis import given
from hypothesis import strategies as st

from evaltool.errors import ExpressionError
from evaltool.responses.tables import table_holds
from evaltool.survey.expressions import holds

KINDS = {
    "one": "category",
    "two": "category",
    "word": "text",
    "many": "set",
    "more": "set",
    "n": "integer",
    "m": "integer",
    "x": "decimal",
    "day": "date",
    "other_day": "date",
}
VALUES = {
    "category": st.sampled_from(CODES),
    "text": st.sampled_from(CODES),
    "set": st.lists(st.sampled_from(CODES), min_size=1, unique=True).map(lambda codes: tuple(sorted(codes))),
    "integer": st.sampled_from([0, 3, 12]),
    "decimal": st.sampled_from([0.0, 2.5, 3.0]),
    "date": st.sampled_from([date.fromisoformat(day) for day in DAYS]),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | VALUES[kind] for name, kind in KINDS.items()}), max_size=6)


def frame_of(rows, *, ticks):
    """The rows as a dataset has them; sets as one column of lists, or as a column of ticks for each code."""
    columns = {}
    for name, kind in KINDS.items():
        cells = [row[name] for row in rows]
        if kind == "set" and ticks:
            for code in CODES:
                columns[f"{name}__{code}"] = pd.array(
                    [None if cell is None else code in cell for cell in cells], dtype="boolean"
                )
            columns[f"{name}__missing"] = pd.Categorical([None if cell else "refused" for cell in cells])
        elif kind == "set":
            columns[name] = pd.array([None if cell is None else list(cell) for cell in cells], dtype=object)
        elif kind == "category":
            # Another order than the alphabet's: comparing must not follow it.
            columns[name] = pd.Categorical(cells, categories=["c", "a", "b", "unused"], ordered=True)
        else:
            dtype = {"text": "str", "integer": "Int64", "decimal": "Float64", "date": "datetime64[us]"}[kind]
            columns[name] = pd.array(cells, dtype=dtype)
    return pd.DataFrame(columns, index=range(10, 10 + len(rows)))


@given(text=expressions(KINDS), rows=ROWS, ticks=st.booleans())
def test_a_table_is_read_as_the_server_reads_each_interview(text, rows, ticks):
    found = table_holds(text, frame_of(rows, ticks=ticks))
    assert found.tolist() == [holds(text, row) for row in rows]
    assert found.dtype == bool
    assert list(found.index) == list(range(10, 10 + len(rows)))


FRAME = pd.DataFrame({"site": pd.array(["n", None, "s"], dtype="str"), "n": pd.array([1, None, 3], dtype="Int64")})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [True, True, True]),
        ("${site} = 'n'", [True, False, False]),
        ("${site} != 'n'", [False, False, True]),  # no answer is never "other than n"
        ("not(${site} = 'n')", [False, True, True]),
        ("${n} < 2 or ${site} = 's'", [True, False, True]),
        ("${n} >= 1 and ${n} <= 2", [True, False, False]),
        ("${absent} != 'n'", [False, False, False]),
        ("1 < 2", [True, True, True]),
        ("selected(${site}, 's')", [False, False, True]),
    ],
)
def test_expressions_worked_by_hand(text, expected):
    assert table_holds(text, FRAME).tolist() == expected


def test_text_against_a_number_is_a_clear_error():
    with pytest.raises(ExpressionError, match="compares text with a number"):
        table_holds("${site} < 3", FRAME)


def test_days_are_read_from_columns_of_plain_dates_too():
    frame = pd.DataFrame({"day": pd.Series([date(2021, 5, 1), None], dtype=object)})
    assert table_holds("${day} >= '2021-04-30'", frame).tolist() == [True, False]
