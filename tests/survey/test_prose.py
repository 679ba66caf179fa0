"""Golden sentences, worked out by hand from the rules of formats.md: what is told must be what an expression does."""

import pytest

from evaltool.survey.model import Attribute, Question, Survey
from evaltool.survey.prose import Subject, answer_itself, subjects, tell, tell_value, told_in

YES_NO = {"yes": {"da": "Ja", "en": "Yes"}, "no": {"da": "Nej", "en": "No"}, "some": {"da": "Lidt", "en": "Some"}}
JOB = {code: {"label": label} for code, label in YES_NO.items()} | {
    "hush": {"label": {"da": "-"}, "missing": "refused"}
}
QUESTIONS = [
    {"name": "job", "type": "select_one", "label": {"da": "Job"}, "choices": JOB},
    {"name": "ways", "type": "select_multiple", "label": {"da": "Veje"}, "choices": JOB},
    {"name": "hours", "type": "integer", "label": {"da": "Timer"}},
    {"name": "born", "type": "date", "label": {"da": "Født"}},
    {"name": "words", "type": "text", "label": {"da": "Ord"}},
    {"name": "pay", "type": "decimal", "label": {"da": "Løn"}},
    {"name": "kind", "type": "calculate", "calculation": "${match}"},
    {"name": "works", "type": "calculate", "calculation": "${job} = 'yes'"},
]
MATCH = {
    "label": {"da": "Matchtype", "en": "Kind of match"},
    "type": "choice",
    "choices": {"job": {"label": {"da": "Arbejde", "en": "Work"}}, "fun": {"label": {"da": "Fritid", "en": "Leisure"}}},
}
COLUMNS = {"match": Attribute.model_validate(MATCH), "meetings": Attribute.model_validate({"type": "integer"})}
SURVEY = Survey.model_validate(
    {
        "survey": "s",
        "version": 1,
        "language": "da",
        "title": {"da": "S"},
        "pages": [{"name": "p", "questions": QUESTIONS}],
    }
)
NUMBERS = {"job": "1", "ways": "2", "hours": "3", "born": "4", "words": "5", "pay": "6"}


def known(language: str) -> dict[str, Subject]:
    return subjects(SURVEY, COLUMNS, numbers=NUMBERS, language=language)


@pytest.mark.parametrize(
    ("expression", "english", "danish"),
    [
        ("${job} = 'yes'", "the answer to question 1 is “Yes”", "svaret på spørgsmål 1 er «Ja»"),
        ("'yes' = ${job}", "the answer to question 1 is “Yes”", "svaret på spørgsmål 1 er «Ja»"),
        ("selected(${job}, 'yes')", "the answer to question 1 is “Yes”", "svaret på spørgsmål 1 er «Ja»"),
        (
            "${job} = 'yes' or ${job} = 'no' or ${job} = 'some'",
            "the answer to question 1 is “Yes”, “No” or “Some”",
            "svaret på spørgsmål 1 er «Ja», «Nej» eller «Lidt»",
        ),
        # A comparison with no answer is false, != too.
        (
            "${job} != 'no'",
            "the answer to question 1 is known and is not “No”",
            "svaret på spørgsmål 1 kendes og ikke er «Nej»",
        ),
        (
            "${job} != 'no' and ${job} != 'some'",
            "the answer to question 1 is known and is not “No” or “Some”",
            "svaret på spørgsmål 1 kendes og ikke er «Nej» eller «Lidt»",
        ),
        (
            "not(${job} = 'no')",
            "the answer to question 1 is not known, or is not “No”",
            "svaret på spørgsmål 1 ikke kendes eller ikke er «Nej»",
        ),
        (
            "not(${job} = 'no' or ${job} = 'some')",
            "the answer to question 1 is not known, or is not “No” or “Some”",
            "svaret på spørgsmål 1 ikke kendes eller ikke er «Nej» eller «Lidt»",
        ),
        (
            "not(${job} != 'no')",
            "the answer to question 1 is not known, or is “No”",
            "svaret på spørgsmål 1 ikke kendes eller er «Nej»",
        ),
        ("not(not(${job} = 'no'))", "the answer to question 1 is “No”", "svaret på spørgsmål 1 er «Nej»"),
        (
            "${job} != 'no' or ${job} != 'some'",
            (
                "(the answer to question 1 is known and is not “No”) or "
                "(the answer to question 1 is known and is not “Some”)"
            ),
            "(svaret på spørgsmål 1 kendes og ikke er «Nej») eller (svaret på spørgsmål 1 kendes og ikke er «Lidt»)",
        ),
        # Several choices
        ("selected(${ways}, 'no')", "the answer to question 2 includes “No”", "svaret på spørgsmål 2 omfatter «Nej»"),
        (
            "selected(${ways}, 'no') or selected(${ways}, 'yes')",
            "the answer to question 2 includes “No” or “Yes”",
            "svaret på spørgsmål 2 omfatter «Nej» eller «Ja»",
        ),
        (
            "selected(${ways}, 'no') and selected(${ways}, 'yes')",
            "the answer to question 2 includes “No” and “Yes”",
            "svaret på spørgsmål 2 omfatter «Nej» og «Ja»",
        ),
        (
            "not(selected(${ways}, 'no'))",
            "the answer to question 2 is not known, or does not include “No”",
            "svaret på spørgsmål 2 ikke kendes eller ikke omfatter «Nej»",
        ),
        (
            "not(selected(${ways}, 'no') and selected(${ways}, 'yes'))",
            "it is not so that (the answer to question 2 includes “No” and “Yes”)",
            "det ikke er sådan, at (svaret på spørgsmål 2 omfatter «Nej» og «Ja»)",
        ),
        # Brackets where two joiners meet
        (
            "(${job} = 'yes' or ${job} = 'no') and ${match} = 'job'",
            "(the answer to question 1 is “Yes” or “No”) and the course's “Kind of match” is “Work”",
            "(svaret på spørgsmål 1 er «Ja» eller «Nej») og forløbets «Matchtype» er «Arbejde»",
        ),
        (
            "${job} = 'yes' or ${match} = 'job' or ${job} = 'no'",
            "the answer to question 1 is “Yes” or “No” or the course's “Kind of match” is “Work”",
            "svaret på spørgsmål 1 er «Ja» eller «Nej» eller forløbets «Matchtype» er «Arbejde»",
        ),
        (
            "${job} = 'yes' or ${hours} > 3 and ${match} = 'job'",
            (
                "the answer to question 1 is “Yes” or "
                "(the answer to question 3 is more than 3 and the course's “Kind of match” is “Work”)"
            ),
            (
                "svaret på spørgsmål 1 er «Ja» eller "
                "(svaret på spørgsmål 3 er mere end 3 og forløbets «Matchtype» er «Arbejde»)"
            ),
        ),
        (
            "not(${job} = 'yes' and ${hours} = 2)",
            "it is not so that (the answer to question 1 is “Yes” and the answer to question 3 is 2)",
            "det ikke er sådan, at (svaret på spørgsmål 1 er «Ja» og svaret på spørgsmål 3 er 2)",
        ),
        # Numbers, dates, texts
        (
            "${hours} >= 0 and ${hours} <= 500",
            "the answer to question 3 is at least 0 and at most 500",
            "svaret på spørgsmål 3 er mindst 0 og højst 500",
        ),
        (
            "not(${hours} >= 0 and ${hours} <= 500)",
            "it is not so that (the answer to question 3 is at least 0 and at most 500)",
            "det ikke er sådan, at (svaret på spørgsmål 3 er mindst 0 og højst 500)",
        ),
        ("2 < ${hours}", "the answer to question 3 is more than 2", "svaret på spørgsmål 3 er mere end 2"),
        ("${pay} < 2.5", "the answer to question 6 is less than 2.5", "svaret på spørgsmål 6 er mindre end 2,5"),
        ("${hours} = 2022", "the answer to question 3 is 2022", "svaret på spørgsmål 3 er 2022"),
        (
            "not(${hours} > 3)",
            "the answer to question 3 is not known, or is not more than 3",
            "svaret på spørgsmål 3 ikke kendes eller ikke er mere end 3",
        ),
        (
            "${born} >= '2001-04-24'",
            "the answer to question 4 is 24 April 2001 or later",
            "svaret på spørgsmål 4 er 24. april 2001 eller senere",
        ),
        (
            "${born} < '2001-04-24'",
            "the answer to question 4 is before 24 April 2001",
            "svaret på spørgsmål 4 er før 24. april 2001",
        ),
        (
            "${words} > 'm'",
            "the answer to question 5 is after “m” in the alphabet",
            "svaret på spørgsmål 5 er efter «m» i alfabetet",
        ),
        # Two names
        (
            "${meetings} >= ${hours}",
            "the course's “meetings” is at least the answer to question 3",
            "forløbets «meetings» er mindst svaret på spørgsmål 3",
        ),
        (
            "not(${meetings} >= ${hours})",
            "it is not so that (the course's “meetings” is at least the answer to question 3)",
            "det ikke er sådan, at (forløbets «meetings» er mindst svaret på spørgsmål 3)",
        ),
        (
            "${meetings} = ${hours}",
            "the course's “meetings” is the same as the answer to question 3",
            "forløbets «meetings» er det samme som svaret på spørgsmål 3",
        ),
        (
            "${meetings} != ${hours}",
            "the course's “meetings” and the answer to question 3 are both known and are not the same",
            "forløbets «meetings» og svaret på spørgsmål 3 begge kendes og ikke er det samme",
        ),
        # Bare names and constants
        ("${job}", "the answer to question 1 is known", "svaret på spørgsmål 1 kendes"),
        ("not(${job})", "the answer to question 1 is not known", "svaret på spørgsmål 1 ikke kendes"),
        (
            "${hours}",
            "the answer to question 3 is known and is not 0",
            "svaret på spørgsmål 3 kendes og ikke er 0",
        ),
        ("1 = 1", "it is always so", "det altid er sådan"),
        ("not('a' = 'a')", "it is never so", "det aldrig er sådan"),
        # A calculation that is another thing's value is told as that thing
        ("${kind} = 'fun'", "the course's “Kind of match” is “Leisure”", "forløbets «Matchtype» er «Fritid»"),
        ("${works} = 'yes'", "the value of “works” is “yes”", "værdien af «works» er «yes»"),
    ],
)
def test_an_expression_is_told(expression: str, english: str, danish: str) -> None:
    assert tell(expression, "en", known("en")) == english
    assert tell(expression, "da", known("da")) == danish


def test_a_constraint_is_told_of_the_answer_itself() -> None:
    question = SURVEY.by_name["hours"]
    told = tell(". >= 0 and . <= ${meetings}", "en", {**known("en"), ".": answer_itself(question, "en")})
    assert told == "the answer is at least 0 and at most the course's “meetings”"


@pytest.mark.parametrize(
    ("calculation", "english", "danish"),
    [
        ("${match}", "the course's “Kind of match”", "forløbets «Matchtype»"),
        ("'fixed'", "“fixed”", "«fixed»"),
        (
            "${job} = 'yes'",
            "“yes” if the answer to question 1 is “Yes”, otherwise “no”",
            "«ja», hvis svaret på spørgsmål 1 er «Ja», ellers «nej»",
        ),
    ],
)
def test_a_calculation_is_told_by_what_it_gives(calculation: str, english: str, danish: str) -> None:
    assert tell_value(calculation, "en", known("en")) == english
    assert tell_value(calculation, "da", known("da")) == danish


def test_a_language_without_words_is_told_in_english_with_its_own_labels() -> None:
    question = Question.model_validate(
        {"name": "job", "type": "select_one", "label": {"xx": "?"}, "choices": {"yes": {"label": {"xx": "Oui"}}}}
    )
    assert (told_in("xx"), told_in("da")) == ("en", "da")
    assert tell(". = 'yes'", "xx", {".": answer_itself(question, "xx")}) == "the answer is “Oui”"
    assert tell("${match} = 'job'", "xx", known("xx")) == "the course's “Kind of match” is “Work”"


# A check computed another way: each sentence above is true of no answer exactly when it says «not known».


@pytest.mark.parametrize("expression", ["not(${job} = 'no')", "${job} != 'no'", "${hours} > 3", "not(${hours} > 3)"])
def test_no_answer_is_told_as_it_is_evaluated(expression: str) -> None:
    from evaltool.survey.expressions import holds

    assert holds(expression, {}) is ("not known" in tell(expression, "en", known("en")))
