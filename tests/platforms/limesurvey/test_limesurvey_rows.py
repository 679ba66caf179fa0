"""Rows as raw responses. The rows of `TRIAL` were recorded from LimeSurvey 6.4.2 by answering its pages."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rc2_adapters import recorded

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.names import Names, name_survey
from evaltool.platforms.limesurvey.pull import Row, read_export
from evaltool.platforms.limesurvey.rows import Answering, Source, check_columns, read_row
from evaltool.records import RawResponse
from evaltool.survey.model import Survey

YES_NO = {"yes": "Yes", "no": "No"}


def survey(*pages: dict[str, Any], **more: Any) -> Survey:
    whole = {"survey": "trial", "version": 1, "language": "en", "title": "Trial", "pages": pages, **more}
    return Survey.model_validate(whole, context={"language": "en"})


def choose(name: str, choices: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "select_one", "label": name, "choices": dict(choices), **more}


def ask(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": name, **more}


OTHER = {"label": "Other", "other": True}
TRIAL = survey(
    {"name": "one", "questions": [choose("consent", YES_NO, required=True)]},
    {
        "name": "two",
        "relevant": "${consent} = 'yes'",
        "questions": [
            choose("gender", {"woman": "Woman", "man": "Man", "another": OTHER}),
            ask("age", "integer"),
            ask("start_day", "date"),
            ask("hours", "decimal"),
            ask("why", relevant="${gender} = 'man'"),
        ],
    },
    {
        "name": "three",
        "questions": [
            {**choose("topics", {"job": "Job", "edu": "Education", "else": OTHER}), "type": "select_multiple"},
            ask("words"),
        ],
    },
    {"name": "four", "questions": [ask("last")]},
    refusal="${consent} = 'no'",
    attributes={"site": {"type": "text"}},
)
PEOPLE = {"Code_0001": Answering("u_1", "p_1", {"site": "aarhus"})}


def source(of: Survey = TRIAL, names: Names | None = None, zone: str = "Europe/Copenhagen") -> Source:
    return Source(
        deployment="trial@1",
        structure_hash="hash",
        sid=911001,
        survey=of,
        names=names or name_survey(of),
        zone=ZoneInfo(zone),
        people=PEOPLE,
    )


EMPTY = {
    **dict.fromkeys(("submitdate", "consent", "seen1", "gender", "genderother", "age", "startday", "hours", "why"), ""),
    **dict.fromkeys(("seen2", "topics[job]", "topics[edu]", "topics[else]", "topicsother", "words", "seen3"), ""),
    **dict.fromkeys(("last", "seen4"), ""),
    "id": 1,
    "lastpage": 1,
    "startlanguage": "en",
    "seed": "1",
    "token": "Code_0001",
    "startdate": "2026-11-22 15:18:34",
    "datestamp": "2026-11-22 15:18:38",
    "evaltool": "evaltool trial@1",
}
JOINED = {"attribute_1": "odense", "attribute_2": "u_2", "attribute_3": "p_2"}
"""What LimeSurvey adds from its list of participants, when it is asked to."""
SENT = {"submitdate": "2026-11-22 15:18:38"}
FULL = {
    **EMPTY,
    **SENT,
    "consent": "yes",
    "seen1": "1795357115;en;consent=1;",
    "gender": "man",
    "age": "34",
    "why": "a\r\nb",
    "startday": "2026-08-17 00:00:00",
    "hours": "1.234",
    "seen2": "1795357116;en;gender=1;age=1;startday=1;hours=1;why=1;",
    "topics[job]": "Y",
    "topics[else]": "Y",
    "topicsother": "driving",
    "seen3": "1795357117;da;topics=1;words=1;",
    "seen4": "1795357118;da;last=1;",
}


def response(row: Row, **of: Any) -> RawResponse:
    return read_row(source(**of), row, revision=3)


def test_a_whole_interview() -> None:
    found = response(FULL)
    assert found.answers == {
        "consent": "yes",
        "gender": "man",
        "gender_other": None,
        "age": "34",
        "start_day": "2026-08-17",
        "hours": "1.2340",
        "why": "a\nb",
        "topics": ["job", "else"],
        "topics_other": "driving",
        "words": None,
        "last": None,
    }
    assert (found.status, found.revision, found.interview, found.mode) == ("complete", 3, "ls911001-1", "self")
    assert (found.unit, found.person, found.attributes) == ("u_1", "p_1", {"site": "aarhus"})
    assert (found.deployment, found.structure_hash) == ("trial@1", "hash")


def test_times_are_utc_by_the_clock_of_the_server() -> None:
    found = response(FULL)
    assert found.opened_at == "2026-11-22T14:18:34+00:00"
    assert found.saved_at == found.completed_at == "2026-11-22T14:18:38+00:00"
    assert response(FULL, zone="UTC").opened_at == "2026-11-22T15:18:34+00:00"
    summer = {**FULL, "startdate": "2026-07-01 12:00:00"}
    assert response(summer).opened_at == "2026-07-01T10:00:00+00:00"


def test_of_an_hour_that_comes_twice_the_first_is_taken() -> None:
    assert response({**FULL, "startdate": "2026-10-25 02:30:00"}).opened_at == "2026-10-25T00:30:00+00:00"


def test_pages_and_the_last_language_come_from_the_records() -> None:
    found = response(FULL)
    assert [(page.page, page.language) for page in found.pages] == [
        *[("one", "en"), ("two", "en"), ("three", "da"), ("four", "da")]
    ]
    assert found.pages[0].saved_at == "2026-11-22T14:18:35+00:00"
    assert found.language == "da"


def test_a_page_that_was_shown_and_not_sent_was_never_reached() -> None:
    row = {**EMPTY, "consent": "yes", "seen1": "1795357125;en;consent=1;"}
    row |= {"seen2": "1795357125;en;gender=1;age=1;startday=1;hours=1;why=;"}
    found = response(row)
    assert found.answers == {"consent": "yes"}
    assert (found.status, found.completed_at) == ("partial", None)
    assert [page.page for page in found.pages] == ["one"]


def test_asked_empty_and_never_reached_stay_three_things() -> None:
    row = {**EMPTY, "consent": "yes", "seen1": "1795357119;en;consent=1;", "gender": "woman"}
    row |= {
        "seen2": "1795357121;en;gender=1;age=1;startday=1;hours=1;why=;",
        "seen3": "1795357121;en;topics=1;words=1;",
    }
    answers = response(row).answers
    assert answers["gender"] == "woman"
    assert answers["age"] is None
    assert "why" not in answers
    assert "topics" not in answers


def test_who_went_back_has_not_lost_the_page_she_came_from() -> None:
    row = {**EMPTY, "consent": "yes", "seen1": "1795357132;en;consent=1;", "gender": "woman"}
    row |= {
        "seen2": "1795357137;en;gender=1;age=1;startday=1;hours=1;why=;",
        "seen3": "1795357135;en;topics=1;words=1;",
    }
    row |= {"seen4": "1795357136;en;last=1;"}
    found = response(row)
    assert found.answers["topics"] is None
    assert "last" not in found.answers
    assert [page.page for page in found.pages] == ["one", "three", "two"]


def test_a_refusal_is_one_whether_it_was_sent_or_not() -> None:
    row = {**EMPTY, "consent": "no", "seen1": "1795357124;en;consent=1;"}
    for sent in ({}, SENT):
        found = response({**row, **sent})
        assert (found.status, found.completed_at, found.answers) == ("refused", None, {"consent": "no"})


def test_nothing_answered_is_opened() -> None:
    assert response(EMPTY).status == "opened"
    assert response(EMPTY).answers == {}


def test_an_answer_is_kept_though_the_record_says_it_was_not_shown() -> None:
    row = {**FULL, "seen2": "1795357116;en;gender=1;age=1;startday=1;hours=1;why=;"}
    assert response(row).answers["why"] == "a\nb"


def test_several_choices_never_seen_are_not_no() -> None:
    sent = {**EMPTY, **SENT, "consent": "yes", "seen1": "1;en;consent=1;", "seen2": "1;en;gender=1;"}
    assert "topics" not in response(sent).answers
    assert response({**sent, "seen3": "1;en;topics=1;words=;"}).answers["topics"] is None


def test_a_code_that_nobody_knows_and_a_faulty_number_stay_as_they_are() -> None:
    answers = response({**FULL, "gender": "ZZ", "age": "abc"}).answers
    assert (answers["gender"], answers["age"]) == ("ZZ", "abc")


def test_shortened_names_and_codes_lead_back_to_ours() -> None:
    of = survey(
        {"name": "one", "questions": [choose("work_now", {"own_business": "Own", "own_trade": "Trade"}), ask("lang")]}
    )
    names = name_survey(of)
    assert names.choices["work_now"]["own_trade"] != "own_trade"
    row = {"id": 1, "submitdate": "2026-11-22 15:18:38", "seen1": "1;en;"}
    row |= {names.questions["work_now"]: names.choices["work_now"]["own_trade"], names.questions["lang"]: "Somali"}
    assert response(row, of=of, names=names).answers == {"work_now": "own_trade", "lang": "Somali"}


def test_one_without_a_known_code_stands_for_herself() -> None:
    for number, token in ((7, ""), (8, "deleted")):
        found = response({**FULL, "id": number, "token": token})
        assert found.unit == found.person == f"ls911001-{number}"
        assert found.attributes == {}


def test_a_survey_without_dates_says_so() -> None:
    row = {key: value for key, value in FULL.items() if key not in {"startdate", "datestamp"}}
    found = response({**row, "submitdate": "1980-01-01 00:00:00"})
    assert found.opened_at == found.saved_at == found.completed_at == "1980-01-01T00:00:00+00:00"


def test_columns_that_we_do_not_know_or_miss_are_all_told() -> None:
    check_columns(source(), FULL | JOINED)
    changed = {**FULL, **JOINED, "mood": "1", "sat[trust]": "2"}
    del changed["age"]
    with pytest.raises(PlatformError) as caught:
        check_columns(source(), changed)
    assert [fault.message for fault in caught.value.faults] == [
        "a column «mood» that the survey has not",
        "a column «sat[trust]» that the survey has not",
        "no column «age»",
    ]


def test_no_answer_or_code_is_in_a_repr() -> None:
    assert not any(word in repr(response(FULL)) + repr(source()) for word in ("driving", "Code_0001"))


def test_a_row_that_says_whose_it_is_needs_no_list() -> None:
    found = response({**FULL, **JOINED})
    assert (found.unit, found.person, found.attributes) == ("u_2", "p_2", {"site": "odense"})
    gone = response({**FULL, **dict.fromkeys(JOINED), "token": "Code_0002"})  # no longer on the list
    assert (gone.unit, gone.person, gone.attributes) == ("ls911001-1", "ls911001-1", {})


def test_a_choice_called_other_is_none_of_limesurveys_own() -> None:
    """Recorded: the column of the subquestion `other` has the name that LimeSurvey's own «other» would have."""
    tools = {"phone": "Phone", "other": OTHER}
    trial = survey({"name": "one", "questions": [{**choose("tools", tools), "type": "select_multiple"}]})
    given = {"tools[phone]": "", "tools[other]": "Y", "toolsother": "", "seen1": "1795357115;en;tools=1;"}
    row = {**EMPTY, **SENT, **given}
    assert response(row, of=trial).answers == {"tools": ["other"], "tools_other": None}
    told = response({**row, "toolsother": " Bus   5C "}, of=trial).answers
    assert told == {"tools": ["other"], "tools_other": "Bus   5C"}


# A survey that was built by hand in LimeSurvey, as adoption names it: no hidden records, LimeSurvey's own «other».
BY_HAND = survey(
    {"name": "a", "questions": [choose("consent", YES_NO), ask("src"), ask("defver")]},
    {
        "name": "b",
        "relevant": "${consent} = 'yes'",
        "questions": [
            choose("gender", {"woman": "Woman", "man": "Man", "another": OTHER}),
            choose("muni", {"aarhus": "Aarhus", "randers": "Randers"}),
            *(ask("age", "integer"), ask("start", "date"), ask("nick")),
        ],
    },
    {
        "name": "c",
        "relevant": "${consent} = 'yes'",
        "questions": [
            *(ask("trust", "integer"), ask("enough", "integer"), ask("why", relevant="${trust} < 3")),
            {**choose("topics", {"job": "J", "edu": "E", "lang": "L", "else": OTHER}), "type": "select_multiple"},
            ask("langmore", relevant="selected(${topics}, 'lang')"),
        ],
    },
    refusal="${consent} = 'no'",
)
HAND_NAMES = Names(
    questions={name: name for name in BY_HAND.by_name} | {"trust": "sat[trust]", "enough": "sat[enough]"},
    choices={
        "consent": {"yes": "Y", "no": "N"},
        "gender": {"woman": "F", "man": "M", "another": "-oth-"},
        "muni": {"aarhus": "aar", "randers": "ran"},
        "topics": {"job": "job", "edu": "edu", "lang": "lang"},
    },
)


def by_hand(version: str) -> dict[int, RawResponse]:
    [exported] = [
        item["response"]["result"]
        for item in recorded(f"flow_{version}_B_responses_export.json")
        if item["request"]["params"][2:] == ["json", "da", "all", "code", "short"]
    ]
    rows = read_export(exported) or []
    return {int(row["id"]): response(row, of=BY_HAND, names=HAND_NAMES) for row in rows}


# on 5.6 the page stored the day of the recording, whatever was typed (LIMESURVEY.md)
@pytest.mark.parametrize(("version", "start"), [("5.6.33", "2026-11-22"), ("6.4.2", "2026-08-17")])
def test_recorded_interviews_of_a_survey_built_by_hand(version: str, start: str) -> None:
    found = by_hand(version)
    assert found[1].answers == {
        "consent": "yes",
        "src": "sms",
        "defver": "evaltool:midterm@3",
        "gender": "another",
        "gender_other": 'Nonbinær; "x"',
        "muni": "aarhus",
        "age": "34",
        "start": start,
        "nick": "Ænni\u00a0😀",
        "trust": "2",
        "enough": "4",
        "why": 'Linje 1\nLinje 2, "citat"; semikolon',
        "topics": ["job", "lang", "else"],
        "topics_other": "Kørekort",
        "langmore": "Udtale",
    }
    assert [found[number].status for number in (1, 2, 3, 4, 5)] == [
        *["complete", "complete", "refused", "partial", "partial"]
    ]
    assert found[2].language == "ar"
    assert "why" not in found[2].answers
    assert found[2].answers["topics"] is None
    assert found[2].answers["nick"] is None
    assert found[3].answers == {"consent": "no", "src": None, "defver": "evaltool:midterm@3"}
    assert found[4].answers["start"] is None
    assert "trust" not in found[4].answers


def test_recorded_interviews_agree_between_the_versions() -> None:
    old, new = by_hand("5.6.33"), by_hand("6.4.2")
    for number in (2, 3, 4, 6):
        assert old[number].answers == new[number].answers, number
