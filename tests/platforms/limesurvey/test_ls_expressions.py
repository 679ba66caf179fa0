"""Compiled expressions mean on a real LimeSurvey what they mean to us: what it said was recorded."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evaltool.errors import ExpressionError
from evaltool.platforms.limesurvey.expression import (
    Scope,
    compile_test,
    compile_value,
    known_before,
    page_relevance,
)
from evaltool.platforms.limesurvey.names import name_survey
from evaltool.survey.answers import read, read_attributes, reread
from evaltool.survey.expressions import Value, holds
from evaltool.survey.model import Survey
from evaltool.survey.path import walk_path
from tests.platforms.limesurvey.expression_cases import (
    ANSWERS,
    CONSTRAINT_ANSWERS,
    EXPRESSIONS,
    cases_survey,
    constrained_survey,
)
from tests.platforms.limesurvey.record_cases import structure_of

SURVEY = cases_survey()
CASES = Path(__file__).parent / "cases"
EXPRESSION_CASES: dict[str, Any] = json.loads((CASES / "expressions.json").read_text(encoding="utf-8"))
CONSTRAINT_CASES: dict[str, Any] = json.loads((CASES / "constraints.json").read_text(encoding="utf-8"))
RESULTS: list[dict[str, Any]] = EXPRESSION_CASES["results"]


def known(number: int) -> Mapping[str, Value | None]:
    """What our own path knows before the last page."""
    given, roster = ANSWERS[number]
    answers = {name: reread(question, given[name]).value for name, question in SURVEY.by_name.items() if name in given}
    return walk_path(SURVEY, answers, read_attributes(SURVEY.attributes, roster)).values


@pytest.mark.parametrize("number", range(len(ANSWERS)))
@pytest.mark.parametrize("reader", ["calculated", "shown"])
def test_limesurvey_reads_every_expression_as_we_do(number: int, reader: str) -> None:
    values = known(number)
    ours = {text: holds(text, values) for text in EXPRESSIONS}
    assert dict(zip(EXPRESSIONS, RESULTS[number][reader], strict=True)) == ours


def test_enough_was_recorded() -> None:
    assert len(ANSWERS) * len(EXPRESSIONS) >= 300
    assert all(result["submitted"] for result in RESULTS)


def scope_of(survey: Survey, page: str) -> Scope:
    return Scope(survey, name_survey(survey), known_before(survey, page))


def test_the_compiler_still_writes_what_was_recorded() -> None:
    scope = scope_of(SURVEY, "last")
    assert [compile_test(text, scope) for text in EXPRESSIONS] == EXPRESSION_CASES["compiled"]


def test_limesurvey_takes_the_answers_that_we_take() -> None:
    survey = constrained_survey()
    ours: list[bool] = []
    for given in CONSTRAINT_ANSWERS:
        readings = [
            read(question, [given[name]] if isinstance(given[name], str) else given[name])
            for name, question in survey.by_name.items()
            if name in given
        ]
        ours.append(not any(reading.fault for reading in readings))
    assert list(zip(CONSTRAINT_ANSWERS, CONSTRAINT_CASES["accepted"], strict=True)) == list(
        zip(CONSTRAINT_ANSWERS, ours, strict=True)
    )


def test_the_constraints_are_still_what_was_recorded() -> None:
    survey = constrained_survey()
    items = structure_of(survey, name_survey(survey)).items
    tests = {item.title: item.settings["em_validation_q"] for item in items if item.tips}
    assert tests == CONSTRAINT_CASES["compiled"]


def small(pages: list[dict[str, Any]], **more: Any) -> Survey:
    attributes = {"site": {"type": "choice", "choices": {"aarhus": "Aarhus"}}}
    data = {"survey": "small", "version": 1, "language": "en", "title": "Small", "attributes": attributes}
    return Survey.model_validate({**data, **more, "pages": pages}, context={"language": "en"})


CONSENT = {"name": "consent", "type": "select_one", "label": "?", "choices": {"yes": "Yes", "no": "No"}}
MORE = {"name": "more", "type": "select_one", "label": "?", "choices": {"yes": "Yes", "no": "No"}}


def word(name: str) -> dict[str, Any]:
    return {"name": name, "type": "text", "label": "?"}


def test_a_refusal_closes_later_pages_and_never_its_own() -> None:
    survey = small(
        [
            {"name": "one", "questions": [CONSENT]},
            {"name": "two", "relevant": "${site} = 'aarhus'", "questions": [MORE]},
            {"name": "three", "questions": [word("last")]},
        ],
        refusal="${consent} = 'no' or ${more} = 'no'",
    )
    found = {page.name: page_relevance(survey, name_survey(survey), page.name) for page in survey.pages}
    assert found == {
        "one": "1",
        "two": '(TOKEN:ATTRIBUTE_1 == "aarhus") and (!(consent.NAOK == "no"))',
        "three": '(!(consent.NAOK == "no")) and (!((consent.NAOK == "no") or (more.NAOK == "no")))',
    }


@pytest.mark.parametrize(
    ("calculation", "equation"),
    [
        ("${site}", '{if(!is_empty(TOKEN:ATTRIBUTE_1), TOKEN:ATTRIBUTE_1, "")}'),
        ("${consent} = 'yes'", '{if(consent.NAOK == "yes", 1, 0)}'),
        ("'a fixed {text}'", "a fixed \\{text\\}"),
        ("12", "12"),
    ],
)
def test_a_calculation_becomes_an_equation(calculation: str, equation: str) -> None:
    survey = small([{"name": "one", "questions": [CONSENT]}, {"name": "two", "questions": [word("last")]}])
    assert compile_value(calculation, scope_of(survey, "two")) == equation


@pytest.mark.parametrize(
    "expression",
    [
        "${words} = 'a & b'",
        "${words} = '{a}'",
        "${topics} = 'a'",
        "${words} = 5",
        "${words} < 'b'",
        "${consent} < ${more}",
        "${number} = ${words}",
    ],
)
def test_what_limesurvey_would_read_otherwise_is_refused(expression: str) -> None:
    topics = {"name": "topics", "type": "select_multiple", "label": "?", "choices": {"a": "A"}}
    number = {"name": "number", "type": "integer", "label": "?"}
    asked = [CONSENT, MORE, topics, number, word("words")]
    survey = small([{"name": "one", "questions": asked}, {"name": "two", "questions": [word("last")]}])
    with pytest.raises(ExpressionError):
        compile_test(expression, scope_of(survey, "two"))
