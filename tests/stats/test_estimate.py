import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stats_programme import PLAN, answers, plan_from, roster

from evaltool.stats.estimate import estimate


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_from(PLAN, tmp_path_factory.mktemp("plan"))


COURSES = roster(
    *[(f"u{number}", "2021", "north", "yes", "ended") for number in range(1, 7)],
    *[(f"u{number}", "2021", "south", "no", "ended") for number in range(7, 11)],
    ("u11", "2021", "south", "no", "running"),
    ("u12", "2022", "south", "yes", "ended"),
)
# 2021, ten courses that ended: 3 in a job (1 of them also at school), 1 at school only, 1 neither, 1 refuses the
# second item, 1 breaks off before the headline, 3 never answer.
END = answers(
    "end@1",
    {"unit": "u1", "job": "paid", "school": "no", "speak": "well"},
    {"unit": "u2", "job": "own", "school": "yes", "speak": "a_little"},
    {"unit": "u3", "disposition": "P", "job": "paid", "school": "no", "speak": "-not_reached"},
    {"unit": "u4", "job": "none", "school": "yes", "speak": "well"},
    {"unit": "u7", "job": "none", "school": "no", "speak": "well"},
    {"unit": "u8", "job": "none", "school": "-refused", "speak": "a_little"},
    {"unit": "u9", "disposition": "R", "job": "paid", "school": "-not_reached"},
    {"unit": "u11", "job": "paid", "school": "no", "speak": "well"},
    u5="NC",
    u6="NC",
    u10="NC",
)
START = answers("start@1", {"unit": "u1", "speak": "a_little"}, {"unit": "u2", "speak": "a_little"})


def find(rows, indicator, statistic, population="2021", by="", level=""):
    key = (indicator, statistic, population, by, level)
    (row,) = [r for r in rows if (r.indicator, r.statistic, r.population, r.by, r.level) == key]
    return row


@pytest.fixture(scope="module")
def rows(plan):
    return estimate(plan, [END, START], COURSES)


def test_the_share_stands_with_numerator_base_and_reasons(rows):
    share = find(rows, "active", "share")
    assert (share.count, share.n, share.estimate, share.missing) == (4, 5, 0.8, "refused=1")
    assert share.base == "participants who answered"
    # Worked from the formula in `wilson` with z = 1.959964; the cases from R are in test_shares.
    assert share.conf_low == pytest.approx(0.37553, abs=1e-5)
    assert share.conf_high == pytest.approx(0.96378, abs=1e-5)
    assert (share.verdict, share.warning, share.status) == ("", "", "planned")


def test_parts_of_the_share_add_up_without_counting_both_twice(rows):
    assert find(rows, "school_only", "share").count == 1
    assert find(rows, "active", "share").count == 3 + 1


def test_the_target_test_is_exact_and_one_sided(rows):
    test = find(rows, "active", "target_test")
    assert test.estimate == pytest.approx(5 * 0.3**4 * 0.7 + 0.3**5)
    assert (test.comparison, test.verdict, test.count, test.n) == ("target", "cannot_tell", 4, 5)
    midp = find(rows, "active", "target_midp")
    assert midp.estimate == pytest.approx(5 * 0.3**4 * 0.7 / 2 + 0.3**5)


def test_bounds_count_every_eligible_course_also_without_interview(rows):
    low, high = find(rows, "active", "bound_low"), find(rows, "active", "bound_high")
    assert (low.count, low.n, low.estimate, high.count, high.n, high.estimate) == (4, 10, 0.4, 9, 10, 0.9)
    assert (low.verdict, high.verdict) == ("met", "")
    assert (low.base, low.missing) == ("completed courses", "refused=1;no_interview=4")


def test_units_outside_the_base_are_in_no_number_of_it(rows):
    share = find(rows, "speaks", "share")
    assert (share.count, share.n, share.missing) == (2, 3, "not_reached=1")
    assert share.base == "participants who answered; courses with language focus"
    assert [find(rows, "speaks", f"share[{code}]").count for code in ("well", "a_little")] == [2, 1]


def test_change_counts_pairs_only(rows):
    found = [find(rows, "change", f"share[{name}]") for name in ("higher", "same", "lower")]
    assert [(row.count, row.n) for row in found] == [(1, 2), (1, 2), (0, 2)]
    assert found[0].missing == "not_reached=1;no_start=3"


def test_response_rates_count_eligible_courses_only(rows):
    assert [(find(rows, "response", name).count, find(rows, "response", name).n) for name in ("rr1", "rr2")] == [
        (5, 10),
        (6, 10),
    ]
    codes = {code: find(rows, "disposition", f"count[{code}]").count for code in ("I", "P", "R", "NC")}
    assert codes == {"I": 5, "P": 1, "R": 1, "NC": 3}


def test_what_coordinators_found_out_stays_in_the_base_of_the_response_rate(plan):
    """u5 was reported as a refusal, u6 as a course broken off; nothing but the counts of these codes changes."""
    dispositions = END.dispositions.assign(
        disposition=END.dispositions["disposition"].mask(END.dispositions["unit"] == "u5", "R")
    )
    dispositions["disposition"] = dispositions["disposition"].mask(dispositions["unit"] == "u6", "O")
    reported = type(END)(survey=END.survey, frame=END.frame, dispositions=dispositions)
    rows = estimate(plan, [reported, START], COURSES)
    codes = {code: find(rows, "disposition", f"count[{code}]") for code in ("I", "P", "R", "NC", "O")}
    assert {code: row.count for code, row in codes.items()} == {"I": 5, "P": 1, "R": 2, "NC": 1, "O": 1}
    assert {row.n for row in codes.values()} == {10}
    assert [(find(rows, "response", name).count, find(rows, "response", name).n) for name in ("rr1", "rr2")] == [
        (5, 10),
        (6, 10),
    ]
    high = find(rows, "active", "bound_high")
    assert (high.count, high.n) == (9, 10)


def test_courses_are_counted_over_the_whole_roster(rows):
    assert [find(rows, "courses", f"count[{code}]").count for code in ("ended", "running")] == [10, 1]
    south = find(rows, "courses", "count[running]", by="site", level="south")
    assert (south.count, south.n, south.estimate) == (1, 5, 1.0)


def test_those_who_were_not_to_answer_lead_from_the_roster_to_who_was_asked(rows):
    assert [find(rows, "courses", f"not_eligible[{code}]").count for code in ("ended", "running")] == [0, 1]
    assert find(rows, "courses", "not_eligible[running]").n == 11
    assert find(rows, "response", "rr2").n == 11 - 0 - 1


def test_a_group_without_answers_has_rows_without_a_number(rows):
    share = find(rows, "active", "share", population="2022")
    assert (share.estimate, share.conf_low, share.n, share.warning) == (None, None, 0, "no answers")
    low = find(rows, "active", "bound_low", population="2022")
    high = find(rows, "active", "bound_high", population="2022")
    assert (low.estimate, high.estimate, low.verdict, low.warning) == (0.0, 1.0, "cannot_tell", "")
    test = find(rows, "active", "target_test", population="2022")
    assert (test.estimate, test.verdict) == (None, "cannot_tell")


def test_few_answers_are_marked(rows):
    south = find(rows, "active", "share", by="site", level="south")
    assert (south.count, south.n, south.warning) == (0, 1, "few answers")
    for statistic in ("target_test", "bound_low", "bound_high"):
        assert find(rows, "active", statistic, by="site", level="south").warning == "few answers"
        assert find(rows, "active", statistic).warning == ""
    assert find(rows, "active", "share").warning == ""
    assert find(rows, "speaks", "share", by="site", level="north").warning == ""  # n is 3, few begins below


def test_nobody_eligible_gives_no_rate_and_no_bounds(plan):
    rows = estimate(plan, [], roster(("u1", "2021", "north", "yes", "running")))
    for indicator, statistic in (("response", "rr1"), ("active", "bound_low"), ("active", "bound_high")):
        row = find(rows, indicator, statistic)
        assert (row.estimate, row.warning) == (None, "nobody was to answer")


@pytest.mark.parametrize(
    ("where", "warning"), [("base", "only those who answered"), ("version", "not put to everybody")]
)
def test_no_bounds_where_the_roster_cannot_tell_the_base(tmp_path, where, warning):
    text = PLAN.replace("    counted: [well]\n", "    counted: [well]\n    target: 0.5\n")
    if where == "base":
        text = text.replace("\"${focus} = 'yes'\"", "\"${school} = 'yes'\"")
    silent = answers("end@1", {"unit": "u1", "job": "paid", "school": "no"})
    rows = estimate(plan_from(text, tmp_path), [END if where == "base" else silent], COURSES)
    for statistic in ("bound_low", "bound_high"):
        row = find(rows, "speaks", statistic)
        assert row.estimate is None
        assert warning in row.warning


def test_each_population_has_the_same_rows_in_the_same_order(rows):
    statistics = [
        *[("active", name) for name in ("share", "target_test", "target_midp", "bound_low", "bound_high", "tipping")],
        ("school_only", "share"),
        *[("speaks", name) for name in ("share", "share[well]", "share[a_little]")],
        *[("change", name) for name in ("share[higher]", "share[same]", "share[lower]")],
        *[("change", name) for name in ("sign_test", "signed_rank", "stuart_maxwell")],
        *[("job", name) for name in ("share[paid]", "share[own]", "share[none]")],
        *[("response", name) for name in ("rr1", "rr2")],
        *[("disposition", name) for name in ("count[I]", "count[P]", "count[R]", "count[NC]")],
        *[("flow", f"count[{name}]") for name in ("eligible", "invited", "opened", "begun", "answered")],
        *[("courses", f"{name}[{code}]") for name in ("count", "not_eligible") for code in ("ended", "running")],
    ]
    groups = [("2021", "", ""), ("2021", "site", "south"), ("2021", "site", "north")]
    groups += [("2022", "", ""), ("2022", "site", "south")]
    expected = [(*group, *pair) for group in groups for pair in statistics]
    bounds = ("bound_low", "bound_high")  # the headline's stand above
    bases = {"active": (), "school_only": bounds, "speaks": bounds}
    expected += [
        (at, "", "", name, statistic)
        for at in ("2021", "2022")
        for name, more in bases.items()
        for statistic in ("share_of_interviews", "share_of_complete", *more)
    ]
    expected += [(at, "", "", name, "trend") for name in ("active", "school_only", "speaks") for at in ("2021", "2022")]
    counted = [row for row in rows if row.indicator != "quality"]
    assert [(row.population, row.by, row.level, row.indicator, row.statistic) for row in counted] == expected


def test_every_row_has_its_own_id(rows):
    assert len({row.id for row in rows}) == len(rows)


def test_ids_depend_on_neither_words_nor_data(plan, rows, tmp_path):
    words = PLAN.replace("In a job or at school", "Busy").replace("participants", "people").replace("few: 3", "few: 9")
    words = words.replace("courses with language focus", "language courses")
    other = plan_from(words, tmp_path)
    half = answers("end@1", {"unit": "u12", "job": "none", "school": "no"})
    shuffled = COURSES.sample(frac=1, random_state=4).reset_index(drop=True)
    again = estimate(other, [half], shuffled)
    assert _ids(again) == _ids(rows)


def test_ids_do_not_depend_on_the_order_of_the_plan(plan, rows, tmp_path):
    head, indicators = PLAN.split("indicators:\n")
    first, rest = indicators.split("  school_only:\n")
    rest, tail = rest.split("distributions:")
    turned = plan_from(f"{head}indicators:\n  school_only:\n{rest}{first}distributions:{tail}", tmp_path)
    assert list(turned.indicators)[-1] == "active"
    assert {row.id for row in estimate(turned, [END, START], COURSES)} == {row.id for row in rows}


def _ids(rows):
    """Of all but the quality of the data: that is told of each version that was answered."""
    return [row.id for row in rows if row.indicator != "quality"]


def test_order_of_records_changes_no_row(plan, rows):
    frame = END.frame.sample(frac=1, random_state=1)
    turned = type(END)(survey=END.survey, frame=frame, dispositions=END.dispositions[::-1])
    assert estimate(plan, [START, turned], COURSES[::-1]) == rows


def test_a_blank_breakdown_column_is_a_level_of_its_own(plan):
    rows = estimate(plan, [END], COURSES.assign(site=[None, *COURSES["site"][1:]]))
    assert find(rows, "response", "rr1", by="site", level="").n == 1
    assert find(rows, "response", "rr1").n == 10


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["north", "south"]),
        st.sampled_from(["ended", "ended", "running"]),
        st.sampled_from(["I", "P", "R", "NC"]),
        st.sampled_from(["paid", "own", "none", "-not_answered"]),
        st.sampled_from(["yes", "no", "-refused"]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE)
def test_numerators_and_bases_are_those_of_plain_counting(plan, people):
    courses = roster(*[(f"u{i}", "2021", site, "yes", state) for i, (site, state, *_) in enumerate(people)])
    interviews = [
        {"unit": f"u{i}", "disposition": code, "job": job, "school": school}
        for i, (_, _, code, job, school) in enumerate(people)
        if code != "NC"
    ]
    silent = {f"u{i}": "NC" for i, person in enumerate(people) if person[2] == "NC"}
    rows = estimate(plan, [answers("end@1", *interviews, **silent)], courses)
    for level in ("", *{site for site, *_ in people}):
        group = [p for p in people if p[1] == "ended" and level in ("", p[0])]
        told = [p for p in group if p[2] in "IP" and p[3][0] != "-" and p[4][0] != "-"]
        x = sum(job in ("paid", "own") or school == "yes" for *_, job, school in told)
        where = {"by": "site" if level else "", "level": level}
        share, low = find(rows, "active", "share", **where), find(rows, "active", "bound_low", **where)
        assert (share.count, share.n) == (x, len(told))
        assert (low.count, low.n) == ((x, len(group)) if group else (None, None))
        job_only = find(rows, "school_only", "share", **where).count
        assert job_only == sum(job == "none" and school == "yes" for *_, job, school in told)
        rate = find(rows, "response", "rr2", **where)
        assert (rate.count, rate.n) == (sum(p[2] in "IP" for p in group), len(group))
