"""Expected values are worked out by hand, or by pandas from the definition."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltool.errors import StatisticsError
from evaltool.stats.days import NO_DAYS, days_between
from evaltool.stats.quality import (
    COARSE,
    FEW_ITEMS,
    NO_BATTERY,
    NO_COMPLETE,
    NO_DURATIONS,
    NO_RESPONDENTS,
    NOT_ASKED,
    ONE_DURATION,
    break_off,
    duplicate_answers,
    item_nonresponse,
    speeding,
    straight_lining,
)

# Straight-lining


def test_each_measure_of_one_battery_by_hand():
    # 4-4-4-4 | 1-1-2-2: runs of 2, 1-(1/4+1/4) | 5-3-5-5: run of 2, 3/4, 1-(9+1)/16 | 1-2-3-4: no run
    found = straight_lining({"a": [4, 1, 5, 1], "b": [4, 1, 3, 2], "c": [4, 2, 5, 3], "d": [4, 2, 5, 4]})
    assert found.identical == (True, False, False, False)
    assert found.longest == (4, 2, 2, 1)
    assert found.most_common == (1.0, 0.5, 0.75, 0.25)
    assert found.variation == pytest.approx((0, 0.5, 0.375, 0.75))
    assert (found.count, found.n, found.share, found.warning) == (1, 4, 0.25, "")


def test_codes_are_compared_as_words_and_as_categories():
    words = {name: ["high", "high"] for name in "ab"} | {"c": ["high", "low"]}
    categories = pd.DataFrame(words, dtype=pd.CategoricalDtype(["low", "high"]))
    assert straight_lining(words).identical == straight_lining(categories).identical == (True, False)


@pytest.mark.parametrize("gap", [None, np.nan, pd.NA])
def test_who_left_an_item_is_not_judged(gap):
    found = straight_lining({"a": [4, 4], "b": [4, 4], "c": [4, gap]})
    assert (found.n, found.incomplete, found.share) == (1, 1, 1.0)
    assert found.identical == (True, None)
    assert found.longest == (3, None)


def test_two_items_are_no_battery_and_empty_ones_judge_nobody():
    pair = straight_lining({"a": [1], "b": [1]})
    assert (pair.share, pair.n, pair.warning) == (None, 0, NO_BATTERY)
    silent = straight_lining({"a": [None], "b": [None], "c": [None]})
    assert (silent.share, silent.n, silent.incomplete, silent.warning) == (None, 0, 1, NO_COMPLETE)
    assert straight_lining({"a": [], "b": [], "c": []}).warning == NO_RESPONDENTS
    assert straight_lining({}).warning == NO_BATTERY


def test_items_of_different_length_are_an_error():
    with pytest.raises(StatisticsError, match="same number"):
        straight_lining({"a": [1, 2], "b": [1], "c": [1]})


@given(st.lists(st.lists(st.integers(1, 3), min_size=4, max_size=4), min_size=1, max_size=20))
def test_measures_agree_with_pandas_on_any_answers(rows):
    frame = pd.DataFrame(rows, columns=list("abcd"))
    found = straight_lining(frame)
    shares = frame.apply(lambda row: row.value_counts(normalize=True), axis=1).fillna(0)
    assert found.most_common == pytest.approx(tuple(shares.max(axis=1)))
    assert found.variation == pytest.approx(tuple(1 - (shares**2).sum(axis=1)))
    assert found.count == (frame.nunique(axis=1) == 1).sum()
    for row, longest in zip(rows, found.longest, strict=True):
        text = "".join(map(str, row))
        assert longest == max(k for k in range(1, 5) for code in "123" if code * k in text)


# Speeding


def test_faster_than_half_the_median_is_flagged_and_exactly_half_is_not():
    found = speeding([100, 200, 200, 99, 300])  # median 200
    assert found.flags == (False, False, False, True, False)
    assert (found.count, found.n, found.share, found.median, found.limit) == (1, 5, 0.2, 200.0, 100.0)


def test_a_short_route_is_not_haste():
    seconds, questions = [300, 280, 320, 60], [30, 28, 32, 6]  # ten seconds a question, everybody
    assert speeding(seconds).count == 1
    found = speeding(seconds, questions=questions)
    assert (found.count, found.median, found.per_question) == (0, 10.0, True)


def test_the_fraction_is_declared():
    seconds = [100, 100, 100, 45, 35, 25]
    assert [speeding(seconds, fraction=at).count for at in (0.5, 0.4, 0.3)] == [2, 1, 0]  # of 72.5: 36.25, 29, 21.75
    with pytest.raises(StatisticsError, match="fraction"):
        speeding(seconds, fraction=50)


def test_what_cannot_be_judged_is_counted_by_reason_and_moves_no_median():
    found = speeding([100, 100, None, -5, 3601, 100], questions=[10, 10, 10, 10, 10, 0])
    assert found.left_out == {"no_time": 1, "negative": 1, "pause": 1, "no_question": 1}
    assert found.flags == (False, False, None, None, None, None)
    assert (found.n, found.median) == (2, 10.0)
    assert speeding([100, 100, 3601], pause=4000).n == 3
    assert speeding([100, 100, 3600]).n == 3
    assert speeding([10, 10], questions=[30, 30]).share == 0.0


@pytest.mark.parametrize(
    ("seconds", "n", "warning"),
    [
        ([], 0, NO_DURATIONS),
        ([None, None], 0, NO_DURATIONS),
        ([30], 1, ONE_DURATION),
        ([0, 0, 1], 3, COARSE),
        ([9, 9], 2, COARSE),
    ],
)
def test_durations_that_tell_nothing_have_no_share(seconds, n, warning):
    found = speeding(seconds)
    assert (found.share, found.count, found.n, found.warning) == (None, 0, n, warning)
    assert found.flags == (None,) * len(seconds)


def test_durations_and_questions_must_match():
    with pytest.raises(StatisticsError, match="do not match"):
        speeding([1, 2], questions=[1])


# Duplicates


def _battery(*rows, k=10):
    """Each row's answer, repeated over k items with a number of its own so that runs do not matter."""
    return {f"q{place}": [None if code is None else f"{code}{place}" for code in rows] for place in range(k)}


def test_the_same_answers_of_two_persons_are_flagged():
    found = duplicate_answers(_battery("a", "a", "b"), ["Ann", "Eva", "Ida"])
    assert found.flags == (True, True, False)
    assert (found.count, found.n, found.share) == (2, 3, 2 / 3)


def test_the_same_answers_of_one_person_are_not():
    assert duplicate_answers(_battery("a", "a"), ["Ann", "Ann"]).count == 0
    assert duplicate_answers(_battery("a", "a", "a"), ["Ann", "Ann", "Eva"]).count == 3
    assert duplicate_answers(_battery("a", "a")).count == 2
    assert duplicate_answers(_battery("a", "a"), [None, None]).count == 2


def test_one_other_answer_is_enough_to_differ_and_gaps_must_be_alike():
    other = _battery("a", "a") | {"last": ["x", "y"]}
    assert duplicate_answers(other).count == 0
    gap = _battery("a", "a") | {"last": ["x", None]}
    assert duplicate_answers(gap).count == 0
    both = _battery("a", "a") | {"last": [None, None]}
    assert duplicate_answers(both).count == 2


def test_too_few_answers_are_not_judged():
    found = duplicate_answers(_battery("a", "a", k=9))
    assert (found.share, found.n, found.few_answers, found.flags) == (None, 0, 2, (None, None))
    assert found.warning == FEW_ITEMS
    assert duplicate_answers(_battery("a", "a", k=9), least=9).count == 2
    assert duplicate_answers(_battery("a", None)).flags == (False, None)


def test_nobody_and_nothing_have_words():
    assert duplicate_answers({}).warning == NO_RESPONDENTS
    assert duplicate_answers({}, ["Ann", "Eva"]).warning == FEW_ITEMS
    assert duplicate_answers(_battery()).warning == NO_RESPONDENTS
    silent = duplicate_answers(_battery(None, None), least=0)
    assert (silent.share, silent.warning) == (None, FEW_ITEMS)
    with pytest.raises(StatisticsError, match="do not match"):
        duplicate_answers(_battery("a"), ["Ann", "Eva"])


@given(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=1, max_size=12))
def test_duplicates_agree_with_pandas(rows):
    frame = pd.DataFrame(rows, columns=list("abc"))
    assert duplicate_answers(frame, least=3).count == frame.duplicated(keep=False).sum()


# Item nonresponse


def test_only_who_was_asked_can_be_missing():
    states = {"answered": 12, "not_answered": 4, "dont_know": 3, "refused": 1, "not_applicable": 30, "not_reached": 5}
    found = item_nonresponse(states)
    assert (found.missing, found.asked, found.rate, found.unasked) == (8, 20, 0.4, 35)
    assert found.reasons == {"not_answered": 4, "dont_know": 3, "refused": 1}


def test_nobody_asked_has_no_rate():
    found = item_nonresponse({"not_applicable": 3})
    assert (found.rate, found.asked, found.warning) == (None, 0, NOT_ASKED)
    assert item_nonresponse({"refused": 2}).rate == 1.0


@pytest.mark.parametrize("states", [{"lost": 1}, {"answered": -1}, {"refused": 0.5}])
def test_states_that_cannot_be_are_errors(states):
    with pytest.raises(StatisticsError):
        item_nonresponse(states)


# Break-off


def test_break_off_is_a_life_table_over_the_pages():
    lines = break_off(["b", None, "b", "c", None, None, None, None], ["a", "b", "c"])
    assert [(line.page, line.reached, line.left) for line in lines] == [("a", 8, 0), ("b", 8, 2), ("c", 6, 1)]
    assert [line.share for line in lines] == [0.0, 0.25, pytest.approx(1 / 6)]
    assert [line.remaining for line in lines] == [1.0, 0.75, 0.625]


def test_a_page_that_nobody_reached_has_no_share():
    assert [line.share for line in break_off(["a"], ["a", "b"])] == [1.0, None]
    assert [(line.reached, line.share, line.remaining) for line in break_off([], ["a"])] == [(0, None, None)]


def test_a_page_that_is_none_is_an_error():
    with pytest.raises(StatisticsError, match="«z»"):
        break_off(["z"], ["a"])


# Days


def test_quartiles_of_days_by_hand():
    found = days_between(["2024-01-01"] * 4, ["2024-01-02", "2024-01-03", "2024-01-05", "2024-01-11"])  # 1 2 4 10
    assert (found.q1, found.median, found.q3) == (1.75, 3.0, 5.5)  # type 7: 1+.75·1, 2+.5·2, 4+.25·6
    assert (found.n, found.negative, found.warning, found.days) == (4, 0, "", (1, 2, 4, 10))


def test_days_of_the_calendar_not_hours():
    late = datetime(2024, 7, 1, 0, 10, tzinfo=UTC)
    assert days_between([date(2024, 6, 30)], [late]).days == (1,)
    assert days_between(["2024-06-30"], ["2024-06-30T23:50:00+00:00"]).days == (0,)
    assert days_between(["2024-06-30"], ["2024-07-01T00:30:00+02:00"]).days == (0,)


def test_answers_before_the_end_stay_in_and_are_told():
    found = days_between(["2024-06-30", "2024-06-30"], ["2024-06-20", "2024-07-10"])
    assert (found.median, found.negative, found.warning) == (0.0, 1, "1 answered before the end")


def test_missing_dates_are_counted_by_side():
    found = days_between(["", None, "2024-06-30", " "], ["2024-07-01", None, pd.NaT, "2024-07-01"])
    assert (found.n, found.median, found.warning) == (0, None, NO_DAYS)
    assert found.left_out == {"no_end": 3, "no_answer": 1}
    assert found.days == (None,) * 4
    assert days_between([], []).warning == NO_DAYS


def test_dates_that_are_none_or_cannot_be_paired_are_errors():
    with pytest.raises(StatisticsError, match="«ended»"):
        days_between(["summer"], ["2024-06-30"])
    with pytest.raises(StatisticsError, match="paired"):
        days_between(["2024-06-30"], [])
