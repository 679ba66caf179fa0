"""Compiled expressions mean on a real LimeSurvey what they mean to us: what it said was recorded."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evaltool.survey.answers import read_attributes, reread
from evaltool.survey.expressions import Value, holds
from evaltool.survey.path import walk_path
from tests.platforms.limesurvey.expression_cases import ANSWERS, EXPRESSIONS, cases_survey

SURVEY = cases_survey()
RESULTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "expressions.json").read_text(encoding="utf-8")
)["results"]


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
