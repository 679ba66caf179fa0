import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from evaltool.platforms.limesurvey.names import RESERVED, Names, name_survey
from evaltool.survey.model import Survey
from tests.platforms.limesurvey.expression_cases import every_type

# Measured on 6.4.2 (LIMESURVEY.md): a code of another form is renamed at random, of two alike one is dropped.
QUESTION, CHOICE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,19}"), re.compile(r"[A-Za-z0-9]{1,5}")


def survey(questions: list[dict[str, Any]]) -> Survey:
    data = {"survey": "s", "version": 1, "language": "en", "title": "S"}
    return Survey.model_validate(
        {**data, "pages": [{"name": "one", "questions": questions}]}, context={"language": "en"}
    )


def asked(*names: str) -> dict[str, str]:
    found = name_survey(survey([{"name": name, "type": "text", "label": "?"} for name in names]))
    return dict(found.questions)


def chosen(kind: str, *codes: str) -> dict[str, str]:
    choices = {code: {"label": code} for code in codes}
    return dict(name_survey(survey([{"name": "q", "type": kind, "label": "?", "choices": choices}])).choices["q"])


def test_names_that_fit_stay_as_they_are() -> None:
    assert asked("job", "age2", "abcdefghijklmnopqrst") == {
        "job": "job",
        "age2": "age2",
        "abcdefghijklmnopqrst": "abcdefghijklmnopqrst",
    }
    assert chosen("select_one", "yes", "no", "five5") == {"yes": "yes", "no": "no", "five5": "five5"}


def test_a_name_that_fits_is_never_taken_by_a_shortened_one_before_it() -> None:
    found = asked("job_since", "jobsince")
    assert found["jobsince"] == "jobsince"
    assert found["job_since"] != "jobsince"


def test_reserved_names_are_given_another() -> None:
    reserved = ["token", "sid", "lang", "qid", "gid", "sgq", "savedid", "self", "that", "this"]
    reserved += [
        "id",
        "startdate",
        "submitdate",
        "datestamp",
        "seed",
        "lastpage",
        "startlanguage",
        "le",
        "and",
        "seen1",
    ]
    found = asked(*reserved)
    assert not set(found.values()) & set(reserved)
    assert all(QUESTION.fullmatch(title) for title in found.values())


def test_codes_of_five_letters_are_told_apart() -> None:
    assert chosen("select_one", "very_satisfied", "very_dissatisfied", "very_sad", "veryd") == {
        "very_satisfied": "verys",
        "very_dissatisfied": "ver01",
        "very_sad": "ver02",
        "veryd": "veryd",
    }


def test_time_is_reserved_among_several_choices_only() -> None:
    assert chosen("select_one", "time") == {"time": "time"}
    assert chosen("select_multiple", "time", "other")["time"] != "time"


NAME = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)


@given(st.lists(NAME, unique=True, min_size=1, max_size=30))
def test_any_names_become_different_ones_that_limesurvey_takes(names: list[str]) -> None:
    found = asked(*names)
    titles = [title.lower() for title in found.values()]
    assert len(set(titles)) == len(names)
    assert all(QUESTION.fullmatch(title) and title not in RESERVED for title in titles)
    assert asked(*names) == found


@given(st.lists(NAME, unique=True, min_size=1, max_size=40))
def test_any_codes_become_different_ones_of_five_letters(codes: list[str]) -> None:
    found = chosen("select_one", *codes)
    assert len({code.lower() for code in found.values()}) == len(codes)
    assert all(CHOICE.fullmatch(code) for code in found.values())


def test_every_name_leads_back_also_from_the_deployment_record() -> None:
    whole = every_type()
    names = Names.from_json(json.loads(json.dumps(name_survey(whole).to_json())))
    assert names == name_survey(whole)
    assert names.questions.keys() == whole.by_name.keys()
    assert {name: found.keys() for name, found in names.choices.items()} == {
        question.name: question.choices.keys() for question in whole.questions if question.choices
    }
    assert names.others.keys() == {"topics", "a_name_that_is_much_too_long_for_it"}
    titles = [*names.questions.values(), *names.others.values()]
    for theirs in (titles, *(list(found.values()) for found in names.choices.values())):
        assert len({name.lower() for name in theirs}) == len(theirs)
