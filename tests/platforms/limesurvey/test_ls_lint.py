"""What LimeSurvey's importer swallows without a word (the table in LIMESURVEY.md): mapped by us, or told before."""

from dataclasses import replace
from typing import Any

import pytest

from evaltool.platforms.limesurvey.lint import lint
from evaltool.platforms.limesurvey.names import name_survey
from evaltool.survey.model import Survey
from tests.platforms.limesurvey.expression_cases import every_type


def survey(questions: list[dict[str, Any]], **more: Any) -> Survey:
    data = {"survey": "small", "version": 1, "language": "en", "title": "Small"}
    pages = [{"name": "one", "questions": questions}, {"name": "two", "questions": [text("last")]}]
    return Survey.model_validate({**data, "pages": pages, **more}, context={"language": "en"})


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "text", "label": "?", **more}


def one(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "select_one", "label": "?", "choices": {"yes": "Yes", "no": "No"}, **more}


def codes(found: Survey, **renamed: Any) -> list[str]:
    names = name_survey(found)
    return [fault.code for fault in lint(found, replace(names, **renamed) if renamed else None).faults]


def test_a_survey_of_every_type_has_no_fault() -> None:
    assert lint(every_type()).faults == ()


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("lang_more", "platform-name"),
        ("1lang", "platform-name"),
        ("", "platform-name"),
        ("abcdefghijklmnopqrstu", "platform-name"),
        ("LANG", "platform-reserved"),
        ("this", "platform-reserved"),
        ("startdate", "platform-reserved"),
        ("token", "platform-reserved"),
        ("evaltool", "platform-reserved"),
        ("LAST", "platform-duplicate"),
    ],
)
def test_a_mapping_with_a_name_that_limesurvey_would_rename_is_told(title: str, code: str) -> None:
    found = survey([text("mine")])
    assert codes(found, questions={"mine": title, "last": "last"}) == [code]


@pytest.mark.parametrize(
    ("short", "code"),
    [("toolong", "platform-name"), ("a-b", "platform-name"), ("YES", "platform-duplicate")],
)
def test_a_choice_that_limesurvey_would_drop_is_told(short: str, code: str) -> None:
    assert codes(survey([one("mine")]), choices={"mine": {"yes": "yes", "no": short}}) == [code]


def test_the_part_of_several_choices_that_limesurvey_keeps_for_itself_is_told() -> None:
    found = survey([{**one("mine"), "type": "select_multiple"}])
    assert codes(found, choices={"mine": {"yes": "time", "no": "no"}}) == ["platform-reserved"]


def test_our_own_mapping_needs_no_fault_for_any_of_these() -> None:
    names = ["lang_more", "token", "lang", "this", "startdate", "a_name_that_is_longer_than_twenty"]
    assert codes(survey([text(name) for name in names])) == []


def test_a_language_that_limesurvey_lacks_is_a_fault_and_a_weak_one_a_warning() -> None:
    found = lint(survey([text("mine")], translations=["ku", "ti", "so", "uk", "ar"]))
    assert [fault.code for fault in found.faults] == ["platform-language"]
    assert "kmr or ckb" in found.faults[0].mend
    assert [fault.message[:28] for fault in found.warnings if fault.code == "platform-weak-language"] == [
        "LimeSurvey speaks little «ti",
        "LimeSurvey speaks little «so",
    ]


def test_arabic_digits_are_warned_of_where_numbers_are_asked() -> None:
    number = {"name": "mine", "type": "integer", "label": "?"}
    assert [fault.code for fault in lint(survey([number], translations=["ar"])).warnings] == ["platform-digits"]
    assert lint(survey([number], translations=["uk"])).warnings == ()


def test_a_brace_is_written_so_that_it_is_no_expression_but_not_in_a_message() -> None:
    assert codes(survey([text("mine", label="Write {navn}", hint="{x}")])) == []
    checked = text("mine", constraint=". != 'a'", constraint_message="Not {a}")
    assert codes(survey([checked])) == ["platform-text"]
    assert codes(survey([text("mine", label="a \\{b")])) == ["platform-text"]


def test_signs_that_no_file_can_hold_are_told() -> None:
    assert codes(survey([text("mine", label="a\x0bb")])) == ["platform-text"]


def test_a_title_that_would_be_cut_off_is_told() -> None:
    assert codes(survey([text("mine")], title="x" * 201)) == ["platform-length"]
    assert codes(survey([text("mine")], title="x" * 200)) == []
    # 8 signs, which LimeSurvey is sent as 8 times «{htmlspecialchars_decode("&amp;")}», 34 signs each
    assert codes(survey([text("mine")], title="&" * 8)) == ["platform-length"]
    assert codes(survey([text("mine")], title="&" * 6)) == []


@pytest.mark.parametrize("relevant", ["${mine} = 'a & b'", "${mine} = 5", "${nobody_asks_this} = 'a'"])
def test_a_condition_that_limesurvey_would_show_to_everyone_is_told_with_its_place(relevant: str) -> None:
    pages = [
        {"name": "one", "questions": [text("mine")]},
        {"name": "two", "questions": [text("last", relevant=relevant)]},
    ]
    found = lint(survey([], pages=pages), where=lambda key: f"v1.yaml:7 {key}").faults
    assert [(fault.code, fault.where) for fault in found] == [("platform-expression", "v1.yaml:7 last.relevant")]


def test_a_condition_of_a_page_and_a_constraint_are_compiled_too() -> None:
    pages = [
        {"name": "one", "questions": [text("mine", constraint=". = '<b>'", constraint_message="No.")]},
        {"name": "two", "relevant": "${mine} = '{a}'", "questions": [text("last")]},
        {"name": "three", "questions": [{"name": "made", "type": "calculate", "calculation": "${mine}"}]},
    ]
    found = lint(survey([], pages=pages)).faults
    assert [fault.where.split(": ")[1] for fault in found] == [
        "mine.constraint",
        "page.two.relevant",
        "made.calculation",
    ]


def test_a_refusal_that_holds_before_it_is_asked_is_told() -> None:
    pages = [{"name": "one", "questions": [text("mine")]}, {"name": "two", "questions": [one("consent")]}]
    assert codes(survey([], pages=pages, refusal="not(${consent} = 'yes')")) == ["platform-refusal"]
    assert codes(survey([], pages=pages, refusal="${consent} = 'no'")) == []


def test_a_constraint_of_a_note_is_told() -> None:
    note = {"name": "mine", "type": "note", "label": "?", "constraint": ". = 'a'", "constraint_message": "?"}
    assert "platform-constraint" in codes(survey([note]))


def test_a_fact_that_was_not_filled_in_is_told() -> None:
    assert codes(survey([text("mine", label="Call ${privacy.phone}")])) == ["platform-text"]
