"""Small datasets by hand: what stands in the rows was counted by hand."""

from dataclasses import replace

import pandas as pd
import pytest
from stats_programme import PLAN, answers, plan_from, roster

from evaltool.stats.days import NO_DAYS
from evaltool.stats.quality import (
    COARSE,
    FEW_ITEMS,
    NO_BATTERY,
    NO_COMPLETE,
    NO_DURATIONS,
    NOT_ASKED,
)
from evaltool.stats.quality_frame import batteries_of, check_interviews, items_of
from evaltool.stats.quality_rows import (
    NO_COLUMN,
    NO_END,
    NO_PAGES,
    NOBODY_BEGAN,
    quality_rows,
    version_rows,
)
from evaltool.stats.rows import FEW_ANSWERS, NO_ANSWERS
from evaltool.stats.units import make_units

LEVELS = {"high": {"en": "High"}, "some": {"en": "Some"}, "low": {"en": "Low"}}


def rows_of(plan, answers, table, books):
    told = [replace(item, book=books.get(item.survey, ())) for item in answers]
    return quality_rows(plan, told, table, make_units(plan, told, table))


def _variable(name, page, **more):
    known = {"question": name, "kind": "category", "scale": None, "categories": {}, "role": None, "derived": False}
    return {"name": name, "page": page, **known, **more}


def _level(name, page):
    return _variable(name, page, scale="descending", categories=LEVELS)


BOOK = [
    _variable("consent", "first", role="consent"),
    _variable("job", "work"),
    _level("trust", "mentor"),
    _level("respect", "mentor"),
    _level("equal", "mentor"),
    _variable("wants__help", "wishes", question="wants", kind="boolean"),
    _variable("wants__more", "wishes", question="wants", kind="boolean"),
    _variable("wants_other", "wishes", question="wants", kind="text"),
    _variable("focus", "wishes", kind="text", derived=True),
]
OPENED = pd.Timestamp("2024-07-01T10:00:00Z")


def _interview(unit, *, seconds=600, helped=False, disposition="I", reach=4, **given):
    """One row of a dataset; pages from the one after `reach` on were not reached."""
    found = {"consent": "yes", "job": "paid", "trust": "high", "respect": "some", "equal": "low", **given}
    row = {"unit": unit, "person": f"p-{unit}", "language": "en", "mode": "self", "helped": helped}
    row |= {"disposition": disposition, "missing": "not_reached" if disposition == "R" else None, "opened_at": OPENED}
    row["completed_at"] = None if seconds is None else OPENED + pd.Timedelta(seconds=seconds)
    place = {"consent": 1, "job": 2, "trust": 3, "respect": 3, "equal": 3, "wants": 4}
    for name, number in place.items():
        value = found.get(name, ("help",))
        reason = "not_reached" if number > reach else value[1:] if str(value).startswith("-") else None
        if name == "wants":
            ticks = {"help": None, "more": None} if reason else {code: code in value for code in ("help", "more")}
            row |= {f"wants__{code}": tick for code, tick in ticks.items()}
        else:
            row[name] = None if reason else value
        row[f"{name}__missing"] = reason
    return row | {"wants_other": given.get("text"), "focus": "yes"}


def _dataset(*rows, survey="end@1", **dispositions):
    plain = answers(survey, **{row["unit"]: row["disposition"] for row in rows}, **dispositions)
    columns = list(_interview("none"))
    frame = pd.DataFrame(list(rows), columns=columns)
    frame["helped"] = frame["helped"].astype("boolean")
    return type(plain)(survey=survey, frame=frame, dispositions=plain.dispositions)


def _rows(*rows, book=BOOK, few=1):
    item = _dataset(*rows)
    checked = check_interviews(item, book)
    everybody = pd.Series(data=True, index=checked.facts.index)
    found = version_rows(checked, everybody, population="", few=few, language="en")
    assert all(row.estimate is not None or row.warning for row in found)
    return {row.statistic: row for row in found}


@pytest.fixture
def plan(tmp_path):
    plan = plan_from(PLAN, tmp_path)
    return plan.model_copy(update={"population": plan.population.model_copy(update={"ended": "finish"})})


# What the codebook tells


def test_a_multiple_choice_is_one_question_and_what_is_calculated_none():
    items = items_of(BOOK)
    assert [item.name for item in items] == ["consent", "job", "trust", "respect", "equal", "wants"]
    assert (items[-1].columns, items[-1].other, items[-1].codes) == (
        ("wants__help", "wants__more"),
        "wants_other",
        ("help", "more"),
    )


def test_a_battery_is_three_questions_of_a_page_with_the_same_ordered_answers():
    assert batteries_of(items_of(BOOK)) == {"trust..equal": ("trust", "respect", "equal")}
    assert batteries_of(items_of(BOOK[:4])) == {}
    other_page = [*BOOK[:4], _level("equal", "later")]
    assert batteries_of(items_of(other_page)) == {}
    other_words = {**_level("equal", "mentor"), "categories": {**LEVELS, "low": {"en": "Little"}}}
    assert batteries_of(items_of([*BOOK[:4], other_words])) == {}
    unordered = [_variable(name, "mentor", categories=LEVELS) for name in ("a", "b", "c")]
    assert batteries_of(items_of(unordered)) == {}


# Rows of one version


def test_interviews_languages_modes_and_help():
    found = _rows(
        _interview("u1", helped=True),
        _interview("u2") | {"language": "ar"},
        _interview("u3", helped=None) | {"mode": "phone"},
        _interview("u4", disposition="R", reach=0, seconds=None),
    )
    assert (found["interviews"].estimate, found["interviews"].n) == (3.0, 3)
    assert (found["language[en]"].count, found["language[ar]"].count, found["language[ar]"].n) == (2, 1, 3)
    assert (found["mode[phone]"].count, found["mode[self]"].count) == (1, 2)
    assert (found["helped"].count, found["helped"].n, found["helped"].missing) == (1, 2, "unknown=1")
    assert (found["helped[en]"].estimate, found["helped[en]"].n) == (1.0, 1)
    assert (found["helped[ar]"].estimate, found["helped[ar]"].n) == (0.0, 1)


def test_a_survey_that_does_not_ask_who_helped():
    found = _rows(_interview("u1", helped=None))
    assert (found["helped"].estimate, found["helped"].warning) == (None, "nobody was asked whether somebody helped")
    assert "helped[en]" not in found
    item = _dataset(_interview("u1", helped=None))
    frame = item.frame.assign(helper=None, helper__missing="not_answered")
    item = type(item)(survey="end@1", frame=frame, dispositions=item.dispositions)
    checked = check_interviews(item, [_variable("helper", "first", role="helper"), *BOOK])
    rows = version_rows(checked, pd.Series([True]), population="", few=1, language="en")
    assert {row.warning for row in rows if row.statistic.startswith("helped")} == {NO_ANSWERS}


def test_the_language_of_the_interview_is_not_that_of_the_roster():
    item = _dataset(_interview("u1"))
    item.frame["interview_language"] = "so"
    rows = version_rows(check_interviews(item, BOOK), pd.Series([True]), population="", few=1, language="en")
    assert "language[so]" in {row.statistic for row in rows}


def test_a_short_route_is_not_haste_but_a_fast_interview_is():
    # Six questions in 600 s, three of them in 290 s: about a hundred seconds a question; 240 s are forty.
    short = dict.fromkeys(("trust", "respect", "equal"), "-not_applicable")
    found = _rows(
        *[_interview(f"u{i}") for i in range(3)],
        _interview("u4", seconds=290, **short),
        _interview("u5", seconds=240),
        _interview("u6", seconds=90_000),
        _interview("u7", disposition="P", seconds=None),
    )
    speed = found["speeding"]
    assert (speed.count, speed.n, speed.missing) == (1, 5, "no_time=1;pause=1")
    assert found["minutes"].estimate == 10.0  # 4, 4.8, 10, 10, 10
    assert (found["minutes"].n, found["minutes"].missing) == (5, "no_time=1;pause=1")


def test_haste_is_measured_against_the_whole_version():
    item = _dataset(*[_interview(f"u{i}") for i in range(4)], _interview("u5", seconds=100))
    checked = check_interviews(item, BOOK)
    rows = version_rows(checked, checked.facts["unit"] == "u5", population="", few=1, language="en")
    found = {row.statistic: row for row in rows}
    assert (found["speeding"].count, found["speeding"].n) == (1, 1)


def test_straight_lining_by_battery_and_in_all_of_them():
    second = [_level(name, "later") for name in ("x", "y", "z")]
    same = dict.fromkeys(("trust", "respect", "equal"), "high")
    later = [
        {"x": "low", "y": "low", "z": "low"},
        {"x": "low", "y": "low", "z": "high"},
        {"x": None, "y": None, "z": None},
        {"x": None, "y": None, "z": None},
    ]
    given = [same, same, same, {"trust": "-refused"}]
    rows = [_interview(f"u{i}", **given[i]) for i in range(4)]
    item = _dataset(*rows)
    frame = item.frame.assign(**pd.DataFrame(later))
    checked = check_interviews(type(item)(survey="end@1", frame=frame, dispositions=item.dispositions), BOOK + second)
    every = pd.Series(data=True, index=frame.index)
    found = {row.statistic: row for row in version_rows(checked, every, population="", few=1, language="en")}
    first = found["straight_lining[trust..equal]"]
    assert (first.count, first.n, first.missing) == (3, 3, "incomplete=1")
    assert (found["straight_lining[x..z]"].count, found["straight_lining[x..z]"].n) == (1, 2)
    # u0 in both, u1 in the first only, u2 in the only one she answered whole, u3 answered none whole.
    assert (found["straight_lining"].count, found["straight_lining"].n) == (2, 3)


def _copies(closed, *texts):
    """Interviews with the five closed questions of the book, some more of them, and an open one."""
    more = [_variable(f"q{i}", "many") for i in range(closed - 5)] + [_variable("best", "many", kind="text")]
    rows = [
        _interview(f"u{i}") | {f"q{j}": "a" for j in range(closed - 5)} | {"best": text} for i, text in enumerate(texts)
    ]
    item = _dataset(*rows)
    frame = pd.concat([item.frame, pd.DataFrame(rows)[[entry["name"] for entry in more]]], axis=1)
    return type(item)(survey="end@1", frame=frame, dispositions=item.dispositions), BOOK + more


def _duplicates(item, book):
    every = pd.Series(data=True, index=item.frame.index)
    rows = version_rows(check_interviews(item, book), every, population="", few=1, language="en")
    return next(row for row in rows if row.statistic == "duplicates")


def test_duplicates_are_other_persons_with_the_same_closed_answers():
    item, book = _copies(10, "A", "B", "C", "D")
    item.frame.loc[1, "q4"] = "b"
    item.frame.loc[2, "person"] = item.frame.loc[0, "person"]
    found = _duplicates(item, book)
    assert (found.count, found.n) == (3, 4)


def test_what_is_agreed_to_and_open_answers_are_no_closed_questions():
    found = _duplicates(*_copies(9, "the same", "the same"))
    assert (found.estimate, found.n, found.missing, found.warning) == (None, 0, "few_answers=2", FEW_ITEMS)


def test_break_off_is_told_by_the_first_page_that_was_not_sent():
    found = _rows(
        *[_interview(f"u{i}") for i in range(4)],
        _interview("u5", disposition="P", reach=2, seconds=None),
        _interview("u6", disposition="R", reach=1, seconds=None),
        _interview("u7", disposition="R", reach=0, seconds=None) | {"missing": "refused"},
    )
    assert (found["break_off"].count, found["break_off"].n) == (2, 6)
    pages = [(found[f"break_off[{page}]"].count, found[f"break_off[{page}]"].n) for page in ("first", "work", "mentor")]
    assert pages == [(0, 6), (1, 6), (1, 5)]
    assert (found["break_off[wishes]"].count, found["break_off[wishes]"].n) == (0, 4)


def test_all_pages_sent_but_not_the_last_button_is_a_break_off_at_the_last_page():
    found = _rows(_interview("u1"), _interview("u2", disposition="P", seconds=None))
    assert (found["break_off[wishes]"].count, found["break_off[wishes]"].n) == (1, 2)


def test_item_nonresponse_counts_only_who_was_asked():
    found = _rows(
        _interview("u1", job="-refused"),
        _interview("u2", job="-not_applicable", wants="-not_answered"),
        _interview("u3", job="-dont_know"),
        _interview("u4", disposition="P", reach=1, seconds=None),
        _interview("u5"),
    )
    job = found["item_nonresponse[job]"]
    assert (job.count, job.n, job.missing) == (2, 3, "dont_know=1;refused=1")
    wants = found["item_nonresponse[wants]"]
    assert (wants.count, wants.n, wants.missing) == (1, 4, "not_answered=1")
    # consent 5, job 3, three of the mentor 4 each, wants 4
    assert (found["item_nonresponse"].count, found["item_nonresponse"].n) == (3, 24)
    assert "item_nonresponse[focus]" not in found


def test_texts_under_other_are_counted_and_never_told():
    found = _rows(_interview("u1", text="Ask Ann"), _interview("u2", text="  "), _interview("u3"))
    assert (found["other[wants]"].count, found["other[wants]"].n) == (1, 3)
    assert "Ann" not in repr(found)


# Bad input


def test_nobody_answered():
    found = _rows()
    assert {row.warning for row in found.values()} <= {NO_ANSWERS, NOBODY_BEGAN}
    assert found["interviews"].estimate == 0.0
    assert found["break_off"].warning == NOBODY_BEGAN


def test_one_interview_is_marked_as_few_and_gets_no_haste():
    found = _rows(_interview("u1"), few=3)
    assert found["helped"].warning == FEW_ANSWERS
    assert (found["helped"].estimate, found["minutes"].estimate) == (0.0, 10.0)
    assert found["speeding"].estimate is None
    assert found["speeding"].warning.startswith("one duration only")
    assert _rows(_interview("u1"), _interview("u2"), few=2)["helped"].warning == ""


def test_all_answers_missing():
    silent = dict.fromkeys(("consent", "job", "trust", "respect", "equal", "wants"), "-not_answered")
    found = _rows(_interview("u1", **silent), _interview("u2", **silent))
    assert found["item_nonresponse"].estimate == 1.0
    assert found["straight_lining[trust..equal]"].warning == NO_COMPLETE
    assert found["straight_lining"].warning == NO_COMPLETE
    assert found["duplicates"].warning == FEW_ITEMS
    assert found["other[wants]"].warning == NO_ANSWERS


def test_nobody_was_asked_a_question():
    found = _rows(_interview("u1", job="-not_applicable"))
    row = found["item_nonresponse[job]"]
    assert (row.estimate, row.count, row.n, row.warning) == (None, None, 0, NOT_ASKED)


def test_no_battery_and_no_pages():
    assert _rows(_interview("u1"), book=BOOK[:4])["straight_lining"].warning == NO_BATTERY
    old = [{key: value for key, value in item.items() if key not in {"page", "derived"}} for item in BOOK]
    found = _rows(_interview("u1"), book=old)
    assert found["straight_lining"].warning == found["break_off"].warning == NO_PAGES
    assert not any(name.startswith("break_off[") for name in found)
    bare = _rows(_interview("u1"), book=())
    assert (bare["interviews"].n, bare["item_nonresponse"].warning) == (1, NOT_ASKED)


@pytest.mark.parametrize(
    ("column", "statistics"),
    [
        ("missing", {"break_off", "break_off[first]", "break_off[work]", "break_off[mentor]", "break_off[wishes]"}),
        ("person", {"duplicates"}),
        ("mode", {"mode"}),
    ],
)
def test_what_needs_a_column_that_is_not_there_says_so(column, statistics):
    item = _dataset(_interview("u1"), _interview("u2"))
    less = replace(item, frame=item.frame.drop(columns=column))
    checked = check_interviews(less, BOOK)
    everybody = pd.Series(data=True, index=checked.facts.index)
    found = version_rows(checked, everybody, population="", few=1, language="en")
    assert {row.statistic for row in found if row.warning == NO_COLUMN} == statistics
    assert all(row.estimate is None for row in found if row.statistic in statistics)


def test_no_durations_and_durations_of_nought():
    found = _rows(_interview("u1", seconds=None), _interview("u2", seconds=None))
    assert (found["minutes"].warning, found["speeding"].warning) == (NO_DURATIONS, NO_DURATIONS)
    found = _rows(_interview("u1", seconds=0), _interview("u2", seconds=0))
    assert (found["minutes"].estimate, found["minutes"].warning, found["speeding"].estimate) == (0, COARSE, None)


def test_a_dataset_without_the_columns(plan):
    item = answers("end@1", {"unit": "u1", "job": "paid", "school": "no", "speak": "well"})
    rows = rows_of(plan, [item], roster(("u1", "2024", "north", "yes", "ended")), {"end@1": BOOK})
    found = {row.statistic: row for row in rows}
    assert all(row.estimate is not None or row.warning for row in rows)
    assert {found[name].warning for name in ("helped", "minutes", "speeding")} == {NO_COLUMN}
    assert found["item_nonresponse[job]"].estimate == 0.0
    assert found["median"].warning == NO_END


# Populations


def _courses(*rows):
    """A roster table from (unit, year, site, state, finish)."""
    table = roster(*[(unit, year, site, "yes", state) for unit, year, site, state, _ in rows])
    return table.assign(finish=[row[-1] for row in rows])


def test_each_population_has_its_own_rows_of_the_versions_it_was_to_answer(plan):
    first = _dataset(_interview("u1", helped=True), _interview("u2"), _interview("u9", helped=True), u3="NC")
    second = _dataset(_interview("u4", helped=True), survey="end@2")
    table = _courses(
        ("u1", "2023", "north", "ended", ""),
        ("u2", "2024", "north", "ended", ""),
        ("u3", "2022", "north", "ended", ""),
        ("u4", "2024", "north", "ended", ""),
        ("u9", "2024", "north", "running", ""),  # not eligible
    )
    rows = rows_of(plan, [first, second], table, {"end@1": BOOK, "end@2": BOOK})
    helped = {(row.population, row.level): (row.count, row.n, row.warning) for row in rows if row.statistic == "helped"}
    assert helped == {
        ("2022", "end@1"): (None, 0, NO_ANSWERS),
        ("2023", "end@1"): (1, 1, FEW_ANSWERS),
        ("2024", "end@1"): (0, 1, FEW_ANSWERS),
        ("2024", "end@2"): (1, 1, FEW_ANSWERS),
    }
    assert len({row.id for row in rows}) == len(rows)
    quality = [row for row in rows if row.indicator == "quality"]
    assert {(row.by, row.status) for row in quality} == {("survey", "exploratory")}


def test_days_to_the_answer_by_population_and_breakdown(plan):
    item = _dataset(
        _interview("u1"),
        _interview("u2"),
        _interview("u3", disposition="P", seconds=None),  # opened only: the day she opened
        _interview("u4"),
        u5="NC",
    )
    table = _courses(
        ("u1", "2024", "north", "ended", "2024-06-30"),  # 1 day
        ("u2", "2024", "north", "ended", "2024-06-28"),  # 3
        ("u3", "2024", "south", "ended", "2024-06-21"),  # 10
        ("u4", "2024", "south", "ended", None),
        ("u5", "2024", "south", "ended", "2024-01-01"),  # never answered
    )
    rows = rows_of(plan, [item], table, {"end@1": BOOK})
    days = {(row.by, row.level, row.statistic): row for row in rows if row.indicator == "days_to_answer"}
    whole = [days["", "", statistic] for statistic in ("q1", "median", "q3")]
    assert [row.estimate for row in whole] == [2.0, 3.0, 6.5]
    assert {(row.n, row.missing, row.status) for row in whole} == {(3, "no_end=1", "planned")}
    assert (days["site", "north", "median"].estimate, days["site", "north", "median"].n) == (2.0, 2)
    assert days["", "", "median"].warning == ""  # 3 are not few in this plan
    south = days["site", "south", "median"]
    assert (south.estimate, south.n, south.missing, south.warning) == (10.0, 1, "no_end=1", FEW_ANSWERS)


def test_of_two_versions_the_complete_interview_gives_the_days(plan):
    early = _interview("u1", disposition="P", seconds=None)
    late = _interview("u1") | {"completed_at": OPENED + pd.Timedelta(days=5)}
    table = _courses(("u1", "2024", "north", "ended", "2024-06-30"))
    answered = [_dataset(early, survey="end@2"), _dataset(late)]
    rows = rows_of(plan, answered, table, {})
    assert [row.estimate for row in rows if (row.indicator, row.by) == ("days_to_answer", "")] == [6.0, 6.0, 6.0]


def test_answers_before_the_end_are_told_in_every_row(plan):
    item = _dataset(_interview("u1"), _interview("u2"), _interview("u3"))
    table = _courses(*[(f"u{i}", "2024", "north", "ended", end) for i, end in ((1, "2024-07-11"), (2, "2024-07-01"))])
    rows = rows_of(plan, [item], table, {"end@1": BOOK})
    days = [row for row in rows if row.indicator == "days_to_answer"]
    assert [row.estimate for row in days[:3]] == [-5.0, -7.5, -2.5]
    assert {row.warning for row in days} == {f"{FEW_ANSWERS}; 1 answered before the end"}


def test_days_that_cannot_be_counted_have_words(plan):
    blank = _courses(("u1", "2024", "north", "ended", ""))
    rows = rows_of(plan, [_dataset(_interview("u1"))], blank, {})
    assert {row.warning for row in rows if row.indicator == "days_to_answer"} == {NO_DAYS}
    rows = rows_of(plan, [_dataset(u1="NC")], blank, {})
    assert {row.warning for row in rows if row.indicator == "days_to_answer"} == {NO_ANSWERS}
    rows = rows_of(plan, [], blank, {})
    assert {row.warning for row in rows} == {NO_ANSWERS}
    rows = rows_of(plan, [_dataset(_interview("u1"))], blank.drop(columns="finish"), {})
    assert {row.warning for row in rows if row.indicator == "days_to_answer"} == {NO_END}


def test_no_days_where_the_plan_names_no_end(tmp_path):
    plan = plan_from(PLAN, tmp_path)
    rows = rows_of(plan, [_dataset(_interview("u1"))], _courses(("u1", "2024", "north", "ended", "")), {})
    assert {row.indicator for row in rows} == {"quality"}
