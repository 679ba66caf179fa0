"""One cohort that answered two versions, of which the second put a question to fewer: what is known of the silent."""

import pandas as pd
import pytest
from stats_programme import answers

from evaltool.plan import load_plan
from evaltool.stats.estimate import estimate
from evaltool.survey.footing import Footing
from evaltool.survey.model import Roster, Survey

YES_NO = {"yes": "Yes", "no": "No"}


def survey(version):
    asked = [{"name": name, "type": "select_one", "label": name, "choices": YES_NO} for name in ("met", "job")]
    data = {"survey": "end", "version": version, "language": "en", "title": "end"}
    return Survey.model_validate({**data, "pages": [{"name": "all", "questions": asked}]}, context={"language": "en"})


SURVEYS = {"end@1": survey(1), "end@2": survey(2)}
ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "year": {"type": "integer", "label": "Year"},
            "focus": {"type": "choice", "choices": YES_NO},
            "work": {"type": "choice", "choices": {"job": "Job", "none": "None"}},
        },
    },
    context={"language": "en"},
)
PLAN = """\
format: 1
language: en
population: {survey: end, column: year, units: courses, respondents: participants}
few: 3
indicators:
  job: {label: Job, variable: job, counted: ["yes"], target: 0.3, recorded: {column: work, counted: [job]}}
"""
KNOWN_OF_THE_SILENT = ("bound_low", "bound_high", "tipping", "recorded", "recorded_silent")


@pytest.fixture
def rows_of(tmp_path):
    """The rows by statistic; of ten courses four answered, two of them version 2, one without having met."""
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    plan = load_plan(path, SURVEYS, ROSTER)
    courses = [(f"u{number}", "2021", "yes" if number < 8 else "no", "job") for number in range(10)]
    roster = pd.DataFrame(courses, columns=["unit", "year", "focus", "work"], dtype="str")
    first = [{"unit": f"u{number}", "met": "yes", "job": "yes"} for number in (0, 1)]
    second = [{"unit": "u2", "met": "yes", "job": "yes"}, {"unit": "u3", "met": "no", "job": "yes"}]

    def found(*within, later=2):
        footing = Footing(joins={1: 0, 2: 0}, within=within)
        narrowed = plan.model_copy(update={"footings": {"job": footing}})
        made = estimate(narrowed, [answers("end@1", *first), answers(f"end@{later}", *second)], roster)
        return {row.statistic: row for row in made if row.indicator == "job"}

    return found


def test_where_answers_tell_who_is_compared_nothing_is_said_of_the_silent(rows_of):
    rows = rows_of("${met} = 'yes'")
    assert (rows["share"].count, rows["share"].n) == (3, 3)
    for statistic in KNOWN_OF_THE_SILENT:
        assert (rows[statistic].estimate, rows[statistic].verdict) == (None, "")
        assert "only those who answered are known to be in the base" in rows[statistic].warning
    assert rows["tipping"].missing == "no_interview=6"
    assert rows["recorded_answered"].n == 3


def test_where_the_roster_tells_who_is_compared_the_silent_are_counted_of_them(rows_of):
    rows = rows_of("${focus} = 'yes'")
    assert (rows["bound_low"].count, rows["bound_high"].count, rows["bound_low"].n) == (4, 8, 8)
    assert (rows["recorded"].n, rows["recorded_silent"].n) == (8, 4)


def test_the_base_tells_where_versions_are_compared(rows_of):
    rows = rows_of("${focus} = 'yes'")
    for statistic in KNOWN_OF_THE_SILENT:
        assert rows[statistic].base == "courses; compared where ${focus} = 'yes'"
    for statistic in ("share", "recorded_answered", "recorded_agreement"):
        assert rows[statistic].base == "participants who answered; compared where ${focus} = 'yes'"


def test_one_version_is_not_narrowed(rows_of):
    rows = rows_of("${met} = 'yes'", later=1)
    assert (rows["bound_low"].count, rows["bound_high"].count, rows["bound_low"].n) == (4, 10, 10)
    assert rows["bound_low"].base == "courses"
