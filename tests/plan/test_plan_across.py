"""What a plan may put together: surveys of one respondent, in the same words, with her consent."""

import pytest

from evaltool.errors import PlanError
from evaltool.plan import load_plan
from evaltool.survey.model import Roster, Survey

HEAD = """\
format: 1
language: en
population: {survey: end, column: year, units: courses, respondents: people}
indicators:
  change: {label: Change, paired: {start: start, variable: mood}, base: "%s", base_label: who agreed}
"""
CONSENT = "${agree} = 'yes'"
ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "year": {"type": "integer"},
            "site": {"type": "choice", "choices": {"south": "South", "north": "North"}},
        },
    },
    context={"language": "en"},
)


def _survey(name: str, *, good: str = "Good", label: str = "Mood?", **more: object) -> Survey:
    mood = {"name": "mood", "type": "select_one", "label": label, "scale": "descending"}
    agree = {"name": "agree", "type": "select_one", "label": "Put together?", "role": "link"}
    questions = [
        {**agree, "choices": {"yes": "Yes", "no": "No"}},
        {**mood, "choices": {"good": good, "bad": "Bad"}},
    ]
    data = {"survey": name, "version": 1, "language": "en", "title": name}
    return Survey.model_validate(
        {**data, "pages": [{"name": "all", "questions": questions}], **more}, context={"language": "en"}
    )


def _codes(tmp_path, start: Survey, base: str = CONSENT, text: str = "") -> list[str]:
    path = tmp_path / "plan.yaml"
    path.write_text(HEAD % base + text, encoding="utf-8")
    surveys = {"end@1": _survey("end"), "start@1": start}
    try:
        load_plan(path, surveys, ROSTER)
    except PlanError as error:
        return [fault.code for fault in error.faults]
    return []


def test_the_same_question_with_consent_is_a_change(tmp_path) -> None:
    assert _codes(tmp_path, _survey("start")) == []
    assert _codes(tmp_path, _survey("start"), f"${{site}} = 'north' and {CONSENT}") == []


@pytest.mark.parametrize("base", ["${site} = 'north'", f"{CONSENT} or ${{site}} = 'north'", "not(${agree} = 'no')"])
def test_a_change_asks_for_consent_to_put_answers_together(tmp_path, base) -> None:
    assert _codes(tmp_path, _survey("start"), base) == ["no-consent"]


@pytest.mark.parametrize("other", [{"label": "How is your mood?"}, {"good": "Very good"}])
def test_a_change_between_two_questions_is_none(tmp_path, other) -> None:
    assert _codes(tmp_path, _survey("start", **other)) == ["not-comparable"]


def test_answers_of_two_people_are_not_put_together(tmp_path) -> None:
    mentors = _survey("start", respondent="mentor")
    panel = "panel: {waves: {first: start, last: end}}\n"
    assert _codes(tmp_path, mentors, text=panel) == ["other-respondent", "other-respondent"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pooled: [chnge]\n", "unknown-indicator"),
        ("pooled: [change]\n", "bad-kind"),
        ("panel: {waves: {first: strat, last: end}}\n", "unknown-survey"),
        ("panel: {waves: {first: start}}\n", "bad-value"),
        ("panel: {wave: {first: start, last: end}}\n", "unknown-key"),
    ],
)
def test_faults_of_what_is_put_together(tmp_path, text, code) -> None:
    assert code in _codes(tmp_path, _survey("start"), text=text)
