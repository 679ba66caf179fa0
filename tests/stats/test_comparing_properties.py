"""Whatever the answers are: every row has a number in range or a warning in words, and an identity of its own."""

import math

import pytest
from comparing_programme import compared, plan_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COMPARISONS = """\
comparisons:
  kinds: {by: kind, indicators: [job, glad], covariates: [focus, age], family: all}
  sites: {by: site, indicators: [job, glad], covariates: [focus], family: all}
  again: {by: site, indicators: [job], reference: south, status: exploratory}
  met: {by: met, indicators: [job], family: all}
  years: {by: year, indicators: [job, glad], covariates: [site], family: all}
families: {all: holm}
weights: {margins: [site]}
"""
_REASONS = ["refused", "no_interview", "outside_base"]
PERSON = st.fixed_dictionaries(
    {
        "year": st.sampled_from(["2021", "2022", "2023"]),
        "kind": st.sampled_from(["one", "two", ""]),
        "site": st.sampled_from(["north", "south", "east", ""]),
        "focus": st.sampled_from(["yes", "no", "both", ""]),
        "met": st.sampled_from(["often", "seldom", ""]),
        "age": st.sampled_from(["", 20, 30, 41]),
        "job": st.sampled_from(["=yes", "=no", *_REASONS]),
        "glad": st.sampled_from(["=high", "=mid", "=low", *_REASONS]),
        "weight": st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    }
)
ENDS = {"difference": (-1, 1), "cliffs_delta": (-1, 1)}


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_of(COMPARISONS, tmp_path_factory.mktemp("plan"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PERSON, max_size=25), st.integers(1, 12))
def test_every_row_has_a_number_in_range_or_says_why_not(plan, some, times):
    rows = compared(plan, some * times)
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        low, high = ENDS.get(row.statistic, (0, 1))
        numbers = [row.estimate, row.conf_low, row.conf_high, row.std_error]
        assert all(number is None or math.isfinite(number) for number in numbers), row
        if row.estimate is None:
            assert row.warning, row
            assert (row.conf_low, row.conf_high) == (None, None), row
            continue
        assert row.method, row
        assert low - 1e-9 <= row.estimate <= high + 1e-9, row
        if row.conf_low is not None and row.conf_high is not None:
            assert low - 1e-9 <= row.conf_low <= row.estimate + 1e-9, row
            assert row.estimate - 1e-9 <= row.conf_high <= high + 1e-9, row


def test_an_empty_roster_has_no_rows(plan):
    assert compared(plan, []) == []
