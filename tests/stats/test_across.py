"""Trends and pooled shares over two versions of our own end survey; every count is worked out by hand."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaltool.errors import PlanError
from evaltool.plan import load_plan
from evaltool.project import read_project
from evaltool.stats.estimate import estimate
from evaltool.stats.units import Answers
from evaltool.survey.compare import compare
from evaltool.survey.harmony import Step, harmonise
from evaltool.survey.load import load_definition, load_roster
from evaltool.survey.model import Survey
from evaltool.survey.verdicts import ItemVerdict
from evaltool.workflows.definitions import planned_harmonies

ROOT = Path(__file__).parents[2]

PLAN = """\
format: 1
language: en
population: {survey: mentee-end, column: cohort, units: courses, respondents: mentees}
breakdowns: [site]
indicators:
  helped: {label: Helped, variable: towards_job, counted: [very_high, high]}
  activities: {label: Activities, variable: satisfied_courses, counted: [very_satisfied]}
  often: {label: Often, variable: met, counted: [weekly, twice_month]}
  monthly: {label: Monthly, variable: met, counted: [monthly]}
  happy: {label: Happy, rule: "${satisfied_match} = 'very_satisfied'"}
  childcare: {label: Childcare, rule: "selected(${barriers}, 'childcare')"}
  transport: {label: Transport, rule: "selected(${barriers}, 'transport')"}
"""


@pytest.fixture(scope="module")
def known():
    """The two versions as they stand in the project, and the verdicts beside the second."""
    surveys = [load_definition(ROOT / "surveys", "mentee-end", version) for version in (1, 2)]
    return {survey.key: survey for survey in surveys}, planned_harmonies(read_project(ROOT), surveys)


def _plan(known, folder: Path, pooled: str = "[often]"):
    path = folder / "plan.yaml"
    path.write_text(PLAN + f"pooled: {pooled}\n", encoding="utf-8")
    return load_plan(path, known[0], load_roster(ROOT / "surveys" / "roster.yaml"), known[1])


def _answers(version: int, *rows: dict[str, str]) -> Answers:
    frame = pd.DataFrame([{"language": "da", "disposition": "I", **row} for row in rows])
    cases = frame[["unit", "disposition"]].assign(stage="answered")
    return Answers(survey=f"mentee-end@{version}", frame=frame, dispositions=cases)


# In 2021 six women answered version 1: one of those who met monthly or less would now say «every other month».
FIRST = _answers(
    1,
    {"unit": "a1", "met": "weekly", "towards_job": "very_high", "satisfied_courses": "very_satisfied"},
    {"unit": "a2", "met": "twice_month", "towards_job": "low", "satisfied_courses": "satisfied"},
    {"unit": "a3", "met": "monthly", "towards_job": "high", "satisfied_courses": "very_satisfied"},
    {"unit": "a4", "met": "monthly"},
    {"unit": "a5", "met": "rarer"},
    {"unit": "a6"},
)
# In 2022 five answered version 2; b4 and b5 have social goals, and only now are asked whether it helped them.
SECOND = _answers(
    2,
    {"unit": "b1", "met": "weekly", "towards_job": "high", "satisfied_courses": "satisfied"},
    {"unit": "b2", "met": "twice_month", "towards_job": "low", "satisfied_courses": "very_satisfied"},
    {"unit": "b3", "met": "twice_month", "towards_job": "some", "satisfied_courses": "neither"},
    {"unit": "b4", "met": "every_other_month", "towards_job": "very_high", "satisfied_courses": "neither"},
    {"unit": "b5", "met": "rarer", "towards_job": "very_high", "satisfied_courses": "satisfied"},
)


def _roster(**cohorts: str) -> pd.DataFrame:
    social = {"b4", "b5"}
    units = [*(f"a{number}" for number in range(1, 7)), *(f"b{number}" for number in range(1, 6))]
    rows = [
        {
            "unit": unit,
            "cohort": cohorts.get(unit, "2021" if unit < "b" else "2022"),
            "site": "odense" if unit in {"a1", "a4", "b3"} else "aarhus",
            "match_kind": "social" if unit in social else "job_education",
        }
        for unit in units
    ]
    return pd.DataFrame(rows, dtype="str")


def _counted(rows, indicator, statistic, comparison=""):
    wanted = (indicator, statistic, comparison)
    found = [row for row in rows if (row.indicator, row.statistic, row.comparison) == wanted]
    return {(row.population, row.level): (row.count, row.n) for row in found}


def test_a_crosswalked_item_is_counted_over_both_years(known, tmp_path) -> None:
    rows = estimate(_plan(known, tmp_path), [FIRST, SECOND], _roster())
    assert _counted(rows, "often", "trend") == {("2021", ""): (2, 5), ("2022", ""): (3, 5)}
    assert _counted(rows, "often", "share", "pooled") == {
        ("2021–2022", ""): (5, 10),
        ("2021–2022", "odense"): (2, 3),  # a1 weekly, b3 twice a month; a4 monthly
        ("2021–2022", "aarhus"): (3, 7),  # a2, b1, b2; not a3, a5, b4, b5; a6 did not answer
    }


def test_the_last_three_years_are_pooled_up_to_each_of_them(known, tmp_path) -> None:
    """Of a1-a5: 2018 a1, 2019 a2 a3, 2020 a4 a5; of b1-b5: 2021 b1 b2, 2022 the others. a6 answered nothing."""
    years = {
        "a1": "2018",
        "a2": "2019",
        "a3": "2019",
        "a4": "2020",
        "a5": "2020",
        "a6": "2020",
        "b1": "2021",
        "b2": "2021",
    }
    rows = estimate(_plan(known, tmp_path), [FIRST, SECOND], _roster(**years))
    found = _counted(rows, "often", "share", "pooled")
    assert {at: count for at, count in found.items() if not at[1]} == {
        ("2018–2019", ""): (2, 3),  # a1, a2; not a3
        ("2018–2020", ""): (2, 5),
        ("2019–2021", ""): (3, 6),  # a2, b1, b2
        ("2020–2022", ""): (3, 7),  # b1, b2, b3
    }
    assert found["2020–2022", "odense"] == (1, 2)  # b3, not a4
    assert ("2020–2022", "aarhus") in found
    assert len({row.id for row in rows}) == len(rows)


def test_a_trend_breaks_exactly_at_what_is_not_comparable(known, tmp_path) -> None:
    rows = estimate(_plan(known, tmp_path), [FIRST, SECOND], _roster())
    verdicts = {row.indicator: row.verdict for row in rows if row.statistic == "trend" and row.population == "2022"}
    assert verdicts == {
        "helped": "comparable",
        "activities": "not_comparable",
        "often": "comparable",
        "monthly": "not_comparable",  # version 1 had no «every other month»: monthly and rarer are one answer
        "happy": "identical",
        "childcare": "not_comparable",  # offered from version 2 on
        "transport": "comparable",
    }
    broken = next(
        row for row in rows if (row.indicator, row.statistic, row.population) == ("activities", "trend", "2022")
    )
    assert (broken.count, broken.n) == (1, 5)
    assert "alle aktiviteter" in broken.warning
    assert {row.verdict for row in rows if row.statistic == "trend" and row.population == "2021"} == {""}


def test_a_wider_universe_is_compared_within_the_narrower(known, tmp_path) -> None:
    rows = estimate(_plan(known, tmp_path), [FIRST, SECOND], _roster())
    assert _counted(rows, "helped", "trend") == {("2021", ""): (2, 3), ("2022", ""): (1, 3)}
    assert _counted(rows, "helped", "share")["2022", ""] == (3, 5)
    assert all("match_kind" in row.base for row in rows if (row.indicator, row.statistic) == ("helped", "trend"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [("activities", "alle aktiviteter"), ("monthly", "«monthly» and «rarer»"), ("childcare", "«childcare»")],
)
def test_what_is_not_comparable_cannot_be_pooled(known, tmp_path, name, reason) -> None:
    with pytest.raises(PlanError) as caught:
        _plan(known, tmp_path, f"[often, {name}]")
    (fault,) = caught.value.faults
    assert reason in fault.message
    assert fault.where.endswith("plan.yaml:13")


def test_a_cohort_that_answered_both_versions_counts_those_of_most(known, tmp_path) -> None:
    rows = estimate(_plan(known, tmp_path), [FIRST, SECOND], _roster(b1="2021", b2="2021"))
    share = next(
        row for row in rows if (row.indicator, row.statistic, row.population) == ("activities", "share", "2021")
    )
    assert (share.count, share.n) == (2, 3)
    assert "other_version=2" in share.missing
    assert _counted(rows, "often", "share")["2021", ""] == (4, 7)


def test_answers_of_a_cohort_that_answered_both_versions_are_those_of_most(known, tmp_path) -> None:
    """Version 1 offered no «every other month»: beside its answers those of version 2 are no distribution."""
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN + "distributions: [satisfied_courses, satisfied_match]\n", encoding="utf-8")
    plan = load_plan(path, known[0], load_roster(ROOT / "surveys" / "roster.yaml"), known[1])
    second = _answers(
        2, {"unit": "b2", "met": "monthly", "satisfied_courses": "satisfied", "satisfied_match": "neither"}
    )
    rows = estimate(plan, [FIRST, second], _roster(b2="2021"))
    assert _counted(rows, "often", "share")["2021", ""] == (2, 6)  # a1, a2; not a3, a4, a5, b2
    assert _counted(rows, "often", "share[monthly]")["2021", ""] == (2, 5)  # a3, a4 of a1 to a5
    assert _counted(rows, "satisfied_courses", "share[satisfied]")["2021", ""] == (1, 3)  # a2 of a1 to a3
    assert _counted(rows, "satisfied_match", "share[neither]")["2021", ""] == (1, 1)  # the same in both: b2 counts


def test_a_cohort_that_answered_both_versions_is_counted_within_what_both_asked(known, tmp_path) -> None:
    """The two with social goals were asked by version 2 only: mixed with version 1 they would be counted alone."""
    rows = estimate(_plan(known, tmp_path), [FIRST, SECOND], _roster(**{f"b{n}": "2021" for n in range(1, 6)}))
    share = next(row for row in rows if (row.indicator, row.statistic, row.by) == ("helped", "share", ""))
    assert (share.count, share.n) == (3, 6)  # a1, a3, b1 of a1-a3 and b1-b3
    assert "match_kind" in share.base


def test_versions_without_verdicts_break_the_trend(known, tmp_path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    surveys = list(known[0].values())
    plan = load_plan(
        path,
        known[0],
        load_roster(ROOT / "surveys" / "roster.yaml"),
        {"mentee-end": harmonise([Step(survey) for survey in surveys])},
    )
    rows = estimate(plan, [FIRST, SECOND], _roster())
    broken = {row.indicator for row in rows if row.statistic == "trend" and row.verdict == "not_comparable"}
    assert broken == {"helped", "activities", "often", "monthly", "childcare", "transport"}


def test_a_universe_of_answers_is_compared_within_it(tmp_path) -> None:
    """Version 2 asks everybody whether school helps, version 1 only those who go there."""
    old, new = _schools(1, "${school} = 'yes'"), _schools(2, "")
    item = next(item for item in compare(old, new) if item.name == "helps")
    verdict = ItemVerdict(verdict="comparable", of=item.of, within=item.within)
    harmony = harmonise([Step(old), Step(new, {"helps": verdict})])
    text = PLAN.replace("mentee-end", "end").partition("indicators:")[0].replace("breakdowns: [site]\n", "")
    path = tmp_path / "plan.yaml"
    path.write_text(text + "indicators:\n  helps: {label: H, variable: helps, counted: [yes]}\n", encoding="utf-8")
    roster = load_roster(ROOT / "surveys" / "roster.yaml")
    plan = load_plan(path, {old.key: old, new.key: new}, roster, {"end": harmony})
    first = [{"unit": "a1", "school": "yes", "helps": "yes"}, {"unit": "a2", "school": "no"}]
    second = [{"unit": "b1", "school": "yes", "helps": "no"}, {"unit": "b2", "school": "no", "helps": "yes"}]
    data = [replace(_answers(at, *rows), survey=f"end@{at}") for at, rows in ((1, first), (2, second))]
    rows = estimate(plan, data, _roster())
    assert _counted(rows, "helps", "share") == {("2021", ""): (1, 1), ("2022", ""): (1, 2)}
    assert _counted(rows, "helps", "trend") == {("2021", ""): (1, 1), ("2022", ""): (0, 1)}


def test_no_pool_reaches_back_over_a_break(tmp_path) -> None:
    """From version 2 on everybody is asked, and nobody has decided that this is the same."""
    surveys = [_schools(1, "${school} = 'yes'"), _schools(2, ""), _schools(3, "")]
    text = PLAN.replace("mentee-end", "end").partition("indicators:")[0].replace("breakdowns: [site]\n", "")
    text += "indicators:\n  helps: {label: H, variable: helps, counted: [yes]}\npooled: [helps]\n"
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    harmony = {"end": harmonise([Step(survey) for survey in surveys])}
    roster = load_roster(ROOT / "surveys" / "roster.yaml")
    plan = load_plan(path, {survey.key: survey for survey in surveys}, roster, harmony)
    asked = {"a1": (1, "2018"), "a2": (1, "2019"), "a3": (2, "2020"), "a4": (2, "2021"), "a5": (3, "2022")}
    parts: dict[int, list[dict[str, str]]] = {}
    for unit, (version, _) in asked.items():
        parts.setdefault(version, []).append({"unit": unit, "school": "yes", "helps": "yes"})
    data = [replace(_answers(at, *rows), survey=f"end@{at}") for at, rows in parts.items()]
    courses = _roster(**{unit: year for unit, (_, year) in asked.items()})
    rows = estimate(plan, data, courses[courses["unit"].isin(asked)])
    assert _counted(rows, "helps", "share", "pooled") == {
        ("2018–2019", ""): (2, 2),
        ("2020–2021", ""): (2, 2),
        ("2020–2022", ""): (3, 3),
    }


def _schools(version: int, relevant: str) -> Survey:
    yes_no = {"yes": "Yes", "no": "No"}
    school = {"name": "school", "type": "select_one", "label": "School?", "choices": yes_no}
    helps = {"name": "helps", "type": "select_one", "label": "Helps?", "choices": yes_no, "relevant": relevant}
    pages = [{"name": "one", "questions": [school]}, {"name": "two", "questions": [helps]}]
    data = {"survey": "end", "version": version, "language": "en", "title": "End", "pages": pages}
    return Survey.model_validate(data, context={"language": "en"})
