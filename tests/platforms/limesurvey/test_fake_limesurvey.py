"""The fake answers as a real 6.4.2 did: the recorded life of a survey, answer by answer."""

import base64
import json
import re
from collections.abc import Sequence
from typing import Any

from tests.platforms.limesurvey.fake_limesurvey import FakeLimeSurvey
from tests.platforms.limesurvey.fake_respondents import Seen, respond
from tests.platforms.limesurvey.rc2_adapters import ACCOUNT, PASSWORD, Reply, recorded

LIFE = recorded("life_6.4.2.json")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
_PAGE_RECORD = re.compile(r"^\d{10};")


def alike(told: Any) -> Any:
    """An answer without what differs from run to run: times, and the seed of a response."""
    if isinstance(told, dict):
        return {
            name: "a seed" if name == "seed" and isinstance(value, str) else alike(value)
            for name, value in told.items()
        }
    if isinstance(told, list):
        return [alike(item) for item in told]
    return _PAGE_RECORD.sub("seconds;", _TIME.sub("a time", told)) if isinstance(told, str) else told


def number_as_there(fake: FakeLimeSurvey, following: Sequence[dict[str, Any]]) -> None:
    """The real server had surveys before: its numbers go on from theirs."""
    for call, name in (("list_groups", "gid"), ("list_questions", "qid")):
        rows = next(item["result"] for item in following if item.get("call") == call)
        fake.numbers[name] = min(row[name] for row in rows) - 1


def play(fake: FakeLimeSurvey, item: dict[str, Any], key: str) -> tuple[Any, Any]:
    found = fake.answer(item["call"], [key, *item["params"]])
    reply = found if isinstance(found, Reply) else Reply(found)
    exported = item["call"] == "export_responses" and isinstance(reply.result, str)
    return (json.loads(base64.b64decode(reply.result)) if exported else reply.result), reply.error


def answers_come(fake: FakeLimeSurvey, sid: int, told: dict[str, Any]) -> None:
    shown = Seen(**told["shown"]) if "shown" in told else None
    sent = [Seen(**page) for page in told["sent"]]
    respond(fake, sid, told["token"], sent, language=told["language"], shown=shown)


def test_the_fake_answers_as_the_real_one_did() -> None:
    sid = LIFE[0]["params"][0]
    other_sid = next(item["result"] for item in LIFE if isinstance(item.get("result"), int) and item["result"] != sid)
    fake = FakeLimeSurvey(other_sid=other_sid)
    key = fake.answer("get_session_key", [ACCOUNT.user, PASSWORD])
    for place, item in enumerate(LIFE):
        if "interview" in item:
            answers_come(fake, sid, item["interview"])
            continue
        if item["call"] == "import_survey" and (item["result"] == sid or "broken at" in item):
            number_as_there(fake, LIFE[place:])
        result, error = play(fake, item, key)
        told = f"{place}: {item['call']} {str(item['params'])[:200]}"
        assert alike(result) == alike(item["result"]), told
        assert alike(error) == alike(item["error"]), told
