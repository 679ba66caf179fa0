"""From those who were to answer to those who answered; every count is worked out by hand."""

import pandas as pd
import pytest
from stats_programme import PLAN, plan_from, roster

from evaltool.stats.estimate import estimate
from evaltool.stats.flow import FLOW_STAGES
from evaltool.stats.units import Answers

# u8 was added to the roster after the invitations; u9 is still running, though she has answered.
COURSES = roster(
    *[(f"u{number}", "2021", "north", "yes", "ended") for number in range(1, 6)],
    *[(f"u{number}", "2021", "south", "no", "ended") for number in range(6, 9)],
    ("u9", "2021", "south", "no", "running"),
    ("u10", "2022", "south", "no", "ended"),
)


def outcomes(survey: str, **cases: tuple[str, str]) -> Answers:
    """What `clean` writes of each course: disposition and stage."""
    table = pd.DataFrame([(unit, *case) for unit, case in cases.items()], columns=["unit", "disposition", "stage"])
    frame = table.loc[table["disposition"].isin(["I", "P"]), ["unit", "disposition"]].assign(language="en")
    columns = dict.fromkeys(("job", "school", "speak"), "no")
    return Answers(survey=survey, frame=frame.assign(**columns), dispositions=table)


FIRST = outcomes(
    "end@1",
    u1=("I", "answered"),
    u2=("P", "answered"),
    u3=("R", "begun"),  # broke off before the headline
    u4=("R", "opened"),  # refused on the first page
    u5=("R", "invited"),  # told her coordinator that she would not
    u6=("NC", "invited"),  # wrong number
    u7=("O", "invited"),  # the course was broken off, says the coordinator
    u9=("I", "answered"),
)
STARTED = Answers(survey="start@1", frame=FIRST.frame, dispositions=FIRST.dispositions.assign(stage="answered"))


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_from(PLAN, tmp_path_factory.mktemp("plan"))


def flows(plan, *answers: Answers) -> dict[tuple[str, str], list[int]]:
    """The five counts by population and level; each with the eligible as its base."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in estimate(plan, answers, COURSES):
        if row.indicator == "flow":
            counts = found.setdefault((row.population, row.level), [])
            assert row.statistic == f"count[{FLOW_STAGES[len(counts)]}]"
            counts.append(row.count)
            assert (row.estimate, row.n, row.base) == (row.count, counts[0], "completed courses")
    return found


def test_each_stage_holds_all_who_came_further(plan) -> None:
    assert flows(plan, FIRST, STARTED) == {
        ("2021", ""): [8, 7, 4, 3, 2],
        ("2021", "north"): [5, 5, 4, 3, 2],
        ("2021", "south"): [3, 2, 0, 0, 0],
        ("2022", ""): [1, 0, 0, 0, 0],
        ("2022", "south"): [1, 0, 0, 0, 0],
    }


def test_the_last_stage_is_the_numerator_of_the_response_rate(plan) -> None:
    rows = estimate(plan, [FIRST], COURSES)
    ends = {(r.population, r.by, r.level): (r.count, r.n) for r in rows if r.statistic == "count[answered]"}
    assert ends == {(r.population, r.by, r.level): (r.count, r.n) for r in rows if r.statistic == "rr2"}


def test_of_a_course_that_was_asked_in_two_versions_the_furthest_stage_counts(plan) -> None:
    again = outcomes("end@2", u3=("I", "answered"), u4=("NC", "invited"), u6=("R", "opened"), u10=("R", "begun"))
    assert flows(plan, FIRST, again) == {
        ("2021", ""): [8, 7, 5, 3, 3],
        ("2021", "north"): [5, 5, 4, 3, 3],
        ("2021", "south"): [3, 2, 1, 0, 0],
        ("2022", ""): [1, 1, 1, 1, 0],
        ("2022", "south"): [1, 1, 1, 1, 0],
    }


def test_before_anything_is_deployed_nobody_is_invited(plan) -> None:
    assert flows(plan)["2021", ""] == [8, 0, 0, 0, 0]
