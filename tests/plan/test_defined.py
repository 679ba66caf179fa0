"""Definitions in words, and in what two of them differ: sentences worked out by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from evaltool.plan import Plan
from evaltool.plan.defined import Definition, define, differing, table, why, words_of
from evaltool.survey.model import Attribute, Survey

JOB = {
    "ordinary": {"label": {"da": "Ja", "en": "Yes"}},
    "firm": {"label": {"da": "Eget firma", "en": "Own business"}},
    "practice": {"label": {"da": "I praktik", "en": "In an internship"}},
    "trainee": {"label": {"da": "I praktik", "en": "In an internship"}},
    "no": {"label": {"da": "Nej", "en": "No"}},
}
FOCUS = {
    "label": {"da": "Sprogfokus", "en": "Language focus"},
    "type": "choice",
    "choices": {"yes": {"label": {"da": "Ja", "en": "Yes"}}, "no": {"label": {"da": "Nej", "en": "No"}}},
}
COLUMNS = {
    "year": Attribute.model_validate({"label": {"da": "Årgang", "en": "Cohort"}, "type": "choice"}),
    "focus": Attribute.model_validate(FOCUS),
}


def survey(version: int = 1, job: str = "Have you a job?", choices: Mapping[str, Any] = JOB) -> Survey:
    label = {"da": "Har du et job?", "en": job}
    questions = [
        {"name": "job", "type": "select_one", "label": label, "choices": choices},
        {"name": "school", "type": "select_one", "label": {"da": "Går du i skole?"}, "choices": JOB},
        {"name": "work", "type": "select_one", "label": label, "choices": JOB},
        {"name": "hours", "type": "integer", "label": {"en": "Hours at ${firm}?"}},
    ]
    title, pages = {"da": "S"}, [{"name": "p", "questions": questions}]
    return Survey.model_validate(
        {"survey": "end", "version": version, "language": "da", "title": title, "pages": pages}
    )


def defined(
    side: str, *, language: str = "en", asked: Survey | None = None, population: str = "2022", **more: Any
) -> Definition:
    eligible, label = more.pop("eligible", ""), {"da": "I job", "en": "In work"}
    about = {"survey": "end", "column": "year", "units": {"da": "f"}, "respondents": {"da": "r"}, "eligible": eligible}
    item = {"label": label, "rule": "${job} = 'ordinary' or ${job} = 'firm'", **more}
    plan = {"format": 1, "language": "da", "population": about, "indicators": {"in_work": item}}
    made = Plan.model_validate({**plan, "variables": {}, "attributes": COLUMNS})
    return define(made, "in_work", population, words_of([asked or survey()], COLUMNS, language), side=side)


def told(one: Definition, other: Definition) -> list[str]:
    return list(why(one, other))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            {
                "Name": "In work",
                "Who is counted": "the answer to question “Have you a job?” is “Yes” or “Own business”",
                "Must be answered": "“Have you a job?”",
                "Base": "the course's “Language focus” is “Yes”",
                "Survey": "end",
                "Population": "the course's “Cohort” is “2022”",
                "Were to answer": "all courses of the population",
                "Target": "25 per cent",
            },
        ),
        (
            "da",
            {
                "Navn": "I job",
                "Hvem der tæller med": "svaret på spørgsmål «Har du et job?» er «Ja» eller «Eget firma»",
                "Skal være besvaret": "«Har du et job?»",
                "Base": "forløbets «Sprogfokus» er «Ja»",
                "Spørgeskema": "end",
                "Årgang": "forløbets «Årgang» er «2022»",
                "Skulle svare": "alle forløb i årgangen",
                "Mål": "25 pct.",
            },
        ),
    ],
)
def test_a_definition_stands_in_words(language: str, expected: Mapping[str, str]) -> None:
    made = defined("A", language=language, base="${focus} = 'yes'", target=0.25)
    assert table(made, made) == [[name, words, words] for name, words in expected.items()]


def test_a_variable_is_told_by_its_counted_answers() -> None:
    by_variable = defined("B", rule="", variable="job", counted=("firm", "ordinary"))
    assert told(defined("A"), by_variable) == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Who is counted: B also takes in those for whom the answer to question “Have you a job?” is “No”."),
        ("da", "Hvem der tæller med: B tager også dem med, hvor svaret på spørgsmål «Har du et job?» er «Nej»."),
    ],
)
def test_what_one_has_more_is_told_alone(language: str, expected: str) -> None:
    more = defined("B", language=language, rule="${job} = 'no' or (${job} = 'firm' or ${job} = 'ordinary')")
    assert told(defined("A", language=language), more) == [expected]


def test_each_side_tells_what_only_it_has() -> None:
    one = defined("A", base="${focus} = 'yes' and ${job} != 'no'")
    other = defined("B", base="${hours} > 3 and ${focus} = 'yes'")
    assert told(one, other) == [
        "Base: A also demands that the answer to question “Have you a job?” is known and is not “No”.",
        "Base: B also demands that the answer to question “Hours at …?” is more than 3.",
    ]


def test_what_shares_nothing_stands_whole() -> None:
    other = defined("B", rule="${school} = 'ordinary'", base="${focus} = 'yes'")
    assert told(defined("A"), other) == [
        (
            "Who is counted differs. A: the answer to question “Have you a job?” is “Yes” or “Own business”. "
            "B: the answer to question “Går du i skole?” is “Yes”."
        ),
        "Must be answered differs. A: “Have you a job?”. B: “Går du i skole?”.",
        "Base differs. A: all who were asked. B: the course's “Language focus” is “Yes”.",
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "${job} = 'firm' or ${job} = 'ordinary'",
        "'ordinary' = ${job} or selected(${job}, 'firm')",
        "(${job} = 'ordinary' or ${job} = 'firm') or ${job} = 'firm'",
        "not(not(${job} = 'ordinary' or ${job} = 'firm'))",
    ],
)
def test_another_way_of_writing_is_no_difference(rule: str) -> None:
    one, other = defined("A", base="${hours} > 2"), defined("B", rule=rule, base="2 < ${hours}")
    assert told(one, other) == []
    assert all(first == second for _, first, second in table(one, other))


def test_the_order_of_questions_that_must_be_answered_is_no_difference() -> None:
    assert told(defined("A", answered=("job", "school")), defined("B", answered=("school", "job"))) == []


def test_two_choices_of_one_label_are_told_apart_by_their_codes() -> None:
    one, other = defined("A", rule="${job} = 'practice'"), defined("B", rule="${job} = 'trainee'")
    assert told(one, other) == [
        "Who is counted differs, though the words are the same. A: ${job} = 'practice'. B: ${job} = 'trainee'."
    ]
    words = "the answer to question “Have you a job?” is “In an internship”"
    assert ["Who is counted", f"{words} [${{job}} = 'practice']", f"{words} [${{job}} = 'trainee']"] in table(
        one, other
    )


def test_two_choices_of_one_label_within_a_rule_are_told_apart() -> None:
    shared = "${job} = 'ordinary' or ${job} = "
    one, other = (defined("A", rule=f"{shared}'practice'"), defined("B", rule=f"{shared}'trainee' or ${{job}} = 'no'"))
    (said,) = told(one, other)
    assert said.startswith("Who is counted differs, though the words are the same. A: ${job} = 'ordinary' or")


def test_two_questions_of_one_label_are_told_apart_by_their_names() -> None:
    one, other = defined("A", answered=("job",)), defined("B", answered=("work",))
    assert told(one, other) == ["Must be answered differs, though the words are the same. A: job. B: work."]


def test_the_same_rule_on_a_question_in_other_words_differs() -> None:
    other = defined("B", asked=survey(2, "Are you paid?"))
    assert differing(defined("A"), other) == ["Who is counted", "Must be answered"]
    assert told(defined("A"), other)[0] == (
        "Who is counted differs. A: the answer to question “Have you a job?” is “Yes” or “Own business”. "
        "B: the answer to question “Are you paid?” is “Yes” or “Own business”."
    )


def test_name_and_target_do_not_make_it_another_figure() -> None:
    other = defined("B", label={"en": "Employed"}, target=0.5)
    assert differing(defined("A"), other) == []
    assert table(defined("A"), other)[0] == ["Name", "In work", "Employed"]


@pytest.mark.parametrize("population", ["Autumn '24", 'the "late" ones of \'24'])
def test_a_population_may_have_any_quotation_mark_in_its_name(population: str) -> None:
    one, other = defined("A", population=population), defined("B", population="Spring")
    assert told(one, defined("B", population=population)) == []
    about = "the course's “Cohort” is"
    assert told(one, other) == [f"Population differs. A: {about} “{population}”. B: {about} “Spring”."]


def test_the_words_are_those_of_the_last_version_that_has_them() -> None:
    later = {code: {"label": {"en": f"{code}!"}} for code in ("ordinary", "no")}
    words = words_of([survey(), survey(2, "Are you paid?", later)], COLUMNS, "en")
    assert (
        words.tell("${job} = 'firm' or ${job} = 'no'")
        == "the answer to question “Are you paid?” is “Own business” or “no!”"
    )
