from datetime import date

import pytest

from evaltool.survey.answers import read, required_but_blank, stored, written
from evaltool.survey.model import Question


def question(kind: str, **more: object) -> Question:
    return Question.model_validate({"name": "q", "type": kind, "label": "?", **more})


CHOICES = {"a": "A", "b": "B", "none": {"label": "None", "exclusive": True}, "no": {"label": "-", "missing": "refused"}}


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("select_one", ["a"], "a"),
        ("select_multiple", ["b", "a"], ("a", "b")),
        ("select_multiple", ["none"], ("none",)),
        ("integer", [" 12 "], 12),
        ("integer", ["٤٥"], 45),
        ("integer", ["۴۵"], 45),
        ("decimal", ["12,5"], 12.5),
        ("decimal", ["12.5"], 12.5),
        ("date", ["2021-02-28"], date(2021, 2, 28)),
        ("date", ["28-02-2021"], date(2021, 2, 28)),
        ("date", ["28.2.2021"], date(2021, 2, 28)),
        ("date", ["٢٨/٠٢/٢٠٢١"], date(2021, 2, 28)),
        ("text", ["  Hej\r\ndu "], "Hej\ndu"),
    ],
)
def test_answers_are_read(kind: str, given: list[str], value: object) -> None:
    asked = question(kind, choices=CHOICES if kind.startswith("select") else {})
    reading = read(asked, given)
    assert (reading.value, reading.missing, reading.fault) == (value, None, "")
    assert read(asked, written(stored(asked, given))).value == value


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("select_one", ["x"], "Choose one"),
        ("select_one", ["a", "b"], "Choose one"),
        ("select_multiple", ["a", "x"], "Choose among"),
        ("select_multiple", ["a", "none"], "cannot be chosen together"),
        ("select_multiple", ["a", "no"], "cannot be chosen together"),
        ("integer", ["12.5"], "whole number"),
        ("integer", ["tolv"], "whole number"),
        ("decimal", ["nan"], "Write a number"),
        ("decimal", ["1e3"], "Write a number"),
        ("date", ["31-02-2021"], "does not exist"),
        ("date", ["2021"], "does not exist"),
        ("text", ["x" * 2001], "at most"),
        ("note", ["x"], "takes no answer"),
    ],
)
def test_impossible_answers_are_faults_and_count_as_not_answered(kind: str, given: list[str], words: str) -> None:
    asked = question(kind, choices=CHOICES if kind.startswith("select") else {})
    reading = read(asked, given)
    assert words in reading.fault
    assert (reading.value, reading.missing) == (None, "not_answered")


def test_a_choice_can_mean_that_there_is_no_answer() -> None:
    reading = read(question("select_one", choices=CHOICES), ["no"])
    assert (reading.value, reading.missing, reading.fault) == (None, "refused", "")


def test_a_constraint_is_read_with_the_answers_before() -> None:
    asked = question("integer", constraint=". >= 0 and . <= ${most}", constraint_message="!")
    assert read(asked, ["5"], {"most": 5}).value == 5
    assert read(asked, ["6"], {"most": 5}).fault == "constraint"


def test_blank_is_not_answered_and_a_fault_only_where_required() -> None:
    for given in ([], [""], ["  "]):
        reading = read(question("text"), given)
        assert (reading.missing, reading.fault) == ("not_answered", "")
        assert not required_but_blank(question("text"), reading)
        assert required_but_blank(question("text", required=True), reading)
