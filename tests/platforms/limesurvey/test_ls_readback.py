"""What a real 6.4.2 told of the survey of every type, compared with what it was sent."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaltool.platforms.limesurvey.names import name_survey
from evaltool.platforms.limesurvey.readback import differences
from evaltool.platforms.limesurvey.told import Told, read_told
from tests.platforms.limesurvey.expression_cases import every_type
from tests.platforms.limesurvey.record_cases import structure_of

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "cases" / "told.json").read_text(encoding="utf-8"))
SENT = structure_of(every_type(), name_survey(every_type()))


def told(recorded: dict[str, Any]) -> Told:
    properties = {
        language: {int(qid): row for qid, row in found.items()} for language, found in recorded["properties"].items()
    }
    return Told(**{**recorded, "properties": properties})


def messages(change: Callable[[dict[str, Any]], object]) -> list[str]:
    recorded = copy.deepcopy(RECORDED)
    change(recorded)
    return [f"{fault.where}: {fault.message}" for fault in differences(SENT, read_told(told(recorded)))]


def question(recorded: dict[str, Any], title: str, language: str = "en") -> dict[str, Any]:
    return next(row for row in recorded["questions"][language] if row["title"] == title)


def properties(recorded: dict[str, Any], title: str, language: str = "en") -> dict[str, Any]:
    return recorded["properties"][language][str(question(recorded, title)["qid"])]


def test_what_was_sent_stands_there() -> None:
    assert messages(lambda recorded: None) == []


def drop_question(recorded: dict[str, Any]) -> None:
    for language, found in recorded["questions"].items():
        recorded["questions"][language] = [row for row in found if row["title"] != "words"]


def drop_group(recorded: dict[str, Any]) -> None:
    for language, found in recorded["groups"].items():
        recorded["groups"][language] = [row for row in found if row["group_order"] != 3]


def swap(recorded: dict[str, Any]) -> None:
    first, second = question(recorded, "since"), question(recorded, "words")
    first["question_order"], second["question_order"] = second["question_order"], first["question_order"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (drop_question, ["page all: the question «words» is missing"]),
        (drop_group, ["page end: the page is missing"]),
        (
            lambda recorded: question(recorded, "why").update(relevance="1"),
            ["page end, question why: condition: sent «(topics_time33607"],
        ),
        (
            lambda recorded: question(recorded, "consent").update(title="r474q0"),
            [
                "page consent: the question «consent» is missing",
                "page consent: a question «r474q0» that was not sent",
            ],
        ),
        (
            lambda recorded: properties(recorded, "consent")["answeroptions"].pop("no"),
            ["page consent, question consent: the choice «no» is missing"],
        ),
        (
            lambda recorded: properties(recorded, "consent", "ar")["answeroptions"]["no"].update(answer="?"),
            ["page consent, question consent, choice no: label in «ar»: sent «لا», stands there «?»"],
        ),
        (
            lambda recorded: question(recorded, "nothing", "ar").update(question=""),
            ["page all, question topics, choice nothing: label in «ar»: sent «لا شيء», stands there «»"],
        ),
        (
            lambda recorded: question(recorded, "words").update(type="T"),
            ["page all, question words: type: sent «S», stands there «T»"],
        ),
        (
            lambda recorded: question(recorded, "consent").update(mandatory="S"),
            ["page consent, question consent: whether it must be answered: sent «True», stands there «False»"],
        ),
        (
            lambda recorded: properties(recorded, "countit")["attributes"].update(em_validation_q=""),
            ["page all, question countit: setting em_validation_q: sent «(is_empty(countit.NAOK)) or "],
        ),
        (
            lambda recorded: recorded["survey"].update(datestamp="N"),
            ["survey: setting datestamp: sent «Y», stands there «N»"],
        ),
        (
            lambda recorded: recorded["survey"].update(attributedescriptions=None),
            ["survey: participant attributes: sent «{'attribute_1': 'site', "],
        ),
        (
            lambda recorded: recorded["groups"]["ar"][0].update(group_name="x"),
            ["page consent: title in «ar»: sent «هل تريدين؟», stands there «x»"],
        ),
        (
            lambda recorded: recorded["languages"]["ar"].update(surveyls_email_remind="x"),
            ["survey: mail (surveyls_email_remind) in «ar»: sent «مرحبًا \u2068{FIRSTNAME}\u2069"],
        ),
    ],
)
def test_each_difference_is_told_in_our_words(change: Callable[[dict[str, Any]], object], expected: list[str]) -> None:
    assert [message[: len(start)] for message, start in zip(messages(change), expected, strict=True)] == expected


def test_of_long_texts_the_place_of_the_difference_is_shown() -> None:
    def change(recorded: dict[str, Any]) -> None:
        mails = recorded["languages"]["en"]
        mails["surveyls_email_invite"] = mails["surveyls_email_invite"].replace("Thank you!", "You must!")

    (message,) = messages(change)
    assert message == (
        "survey: mail (surveyls_email_invite) in «en»: sent «…give it to others. /  / Thank you!», "
        "stands there «…give it to others. /  / You must!»"
    )


def test_another_order_is_told() -> None:
    (message,) = messages(swap)
    assert message.startswith("page all: the questions stand in another order: ")


def test_a_language_that_is_missing_is_told() -> None:
    found = messages(lambda recorded: recorded["survey"].update(additional_languages=""))
    assert found[0] == "survey: languages: sent «['en', 'ar']», stands there «['en']»"
