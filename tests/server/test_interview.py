"""Contract of all question types on the pure side: what a form makes of an interview."""

from dataclasses import replace

import pytest
from server_samples import SURVEY

from evaltool.records import PageVisit
from evaltool.server.interview import Interview, Screen, locate, take
from evaltool.survey.model import Page, Question, Survey
from evaltool.survey.types import QUESTION_TYPES

BLANK = Interview(
    deployment="d",
    token_hash="h",
    unit="u",
    person="p",
    interview="i",
    language="da",
    status="opened",
    revision=1,
    opened_at="t",
    saved_at="t",
    completed_at=None,
    attributes={},
    answers={},
    pages=(),
    reopened=(),
)
ASKED = [question for question in SURVEY.questions if QUESTION_TYPES[question.type].asks]


def _sent(question: Question, written: list[str]) -> object:
    page = Page(name="only", questions=(question,))
    survey = Survey(survey="one", version=1, language="da", title={"da": "En"}, pages=(page,))
    screen = Screen(page, (question,), 1, 1, reopened=False, last=True, known={})
    visit = PageVisit(page="only", language="da", saved_at="t")
    return take(survey, BLANK, screen, form={question.name: written}, visit=visit)


def _adding_up() -> Survey:
    """The second answer has a constraint that names the first and the roster; the last page hangs on it."""
    rule = {"constraint": ". > ${low} and . >= ${least}", "constraint_message": "Nej."}
    pages = [
        {"name": "first", "questions": [{"name": "low", "type": "integer"}]},
        {"name": "second", "questions": [{"name": "high", "type": "integer", **rule}]},
        {"name": "third", "relevant": "${high} > 6", "questions": [{"name": "word", "type": "text"}]},
    ]
    definition = {"survey": "sum", "version": 1, "language": "da", "title": "Sum", "pages": pages}
    return Survey.model_validate({**definition, "attributes": {"least": {"type": "integer"}}}, context={})


@pytest.mark.parametrize(("low", "page"), [("5", "third"), ("8", None)])
def test_a_stored_answer_counts_while_its_constraint_holds(low: str, page: str | None) -> None:
    saved = tuple(PageVisit(page=name, language="da", saved_at="t") for name in ("first", "second"))
    stands = replace(BLANK, attributes={"least": "6"}, answers={"low": low, "high": "7"}, pages=saved)
    screen = locate(_adding_up(), stands).screen
    assert (screen.page.name if screen else None) == page


def test_the_samples_hold_every_type() -> None:
    assert {question.type for question in SURVEY.questions} == set(QUESTION_TYPES)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.name)
def test_blank_is_shown_and_left_empty(question: Question) -> None:
    for written in ([], [""], ["  "]):
        taken = _sent(question.model_copy(update={"required": False}), written)
        assert isinstance(taken, Interview)
        assert taken.answers[question.name] is None
        assert taken.status == "complete"


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.name)
def test_required_and_blank_is_one_problem(question: Question) -> None:
    problems = _sent(question.model_copy(update={"required": True}), [])
    assert isinstance(problems, list)
    assert [problem.question.name for problem in problems] == [question.name]


@pytest.mark.parametrize("question", [item for item in ASKED if item.choices], ids=lambda question: question.name)
def test_a_code_that_is_no_choice_is_refused(question: Question) -> None:
    assert isinstance(_sent(question, ["nonsense"]), list)


def _two_pages(relevant: str) -> Survey:
    choices = {"yes": "Ja", "no": "Nej"}
    first = {"name": "first", "questions": [{"name": "a", "type": "select_one", "choices": choices}]}
    second = {"name": "second", "relevant": relevant, "questions": [{"name": "b", "type": "text"}]}
    definition = {"survey": "two", "version": 1, "language": "da", "title": "To", "pages": [first, second]}
    return Survey.model_validate(definition, context={"language": "da"})


@pytest.mark.parametrize(("relevant", "last"), [("${a} = 'yes'", False), ("${site} = 'north'", True)])
def test_a_page_is_last_only_if_no_answer_on_it_opens_another(relevant: str, last: bool) -> None:
    """The second page is off the path as it stands: one answer would open it, or nothing can."""
    screen = locate(_two_pages(relevant), BLANK).screen
    assert screen
    assert (screen.number, screen.total, screen.last) == (1, 1, last)
