"""What can happen to a call on its way to LimeSurvey and back, done to the fake at the calls that a plan names."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import requests

from tests.platforms.limesurvey.fake_limesurvey import FakeLimeSurvey
from tests.platforms.limesurvey.rc2_adapters import BROKEN, Reply, Rpc

HALF_AN_IMPORT = 3
"""Questions that stand there when an import has broken off."""

SECRETS_IN_WORDS = "Somebody at CANARY-STATUS@example.org has the code CANARY-STATUS-CODE-1, see `lime_tokens_1`"

Act = Callable[[FakeLimeSurvey, str, list[Any]], Any]


def _before(instead: Callable[[], Any]) -> Act:
    """The call does not arrive."""
    return lambda fake, method, params: instead()


def _after(instead: Callable[[], Any]) -> Act:
    """The call does its work, and the answer is lost."""

    def act(fake: FakeLimeSurvey, method: str, params: list[Any]) -> Any:
        fake.answer(method, params)
        return instead()

    return act


def _halfway(fake: FakeLimeSurvey, method: str, params: list[Any]) -> Any:
    """The server breaks down: an import has done half of its work, everything else nothing."""
    if method == "import_survey":
        fake.import_limit = HALF_AN_IMPORT
        fake.answer(method, params)
        fake.import_limit = None
    return Reply(body=b"<!doctype html><h1>500: Internal Server Error</h1>", status=500)


def _expired(fake: FakeLimeSurvey, method: str, params: list[Any]) -> Any:
    fake.keys.clear()
    return fake.answer(method, params)


def _timeout() -> requests.ReadTimeout:
    return requests.ReadTimeout("Read timed out.")


FAULTS: Mapping[str, Act] = {
    "timeout before": _before(_timeout),
    "timeout after": _after(_timeout),
    "reset before": _before(lambda: BROKEN),
    "reset after": _after(lambda: BROKEN),
    "HTTP 500": _halfway,
    "no permission": _before(lambda: {"status": "No permission"}),
    "unknown status": _before(lambda: {"status": SECRETS_IN_WORDS}),
    "SQL error": _before(lambda: Reply(error=f"CDbCommand failed: SQLSTATE[HY000]: {SECRETS_IN_WORDS}")),
    "expired key": _expired,
    "empty page": _after(lambda: Reply(body=b"")),
    "web page": _before(lambda: Reply(body=b"<!doctype html><title>Maintenance</title>")),
    "broken JSON": _after(lambda: Reply(body=b'{"id": 1, "result": [')),
}
GONE = "gone for good"
"""From the call on that the plan names, nothing arrives any more."""


def wire(fake: FakeLimeSurvey, plan: Mapping[int, str] | None = None) -> Rpc:
    """The way to the fake. `plan` names a fault by the number of the call, from 1 on, login and logout included."""
    faults = plan or {}
    gone = min((number for number, fault in faults.items() if fault == GONE), default=None)
    number = 0

    def answer(method: str, params: list[Any]) -> Any:
        nonlocal number
        number += 1
        if gone is not None and number >= gone:
            return BROKEN
        act = FAULTS[faults[number]] if number in faults else FakeLimeSurvey.answer
        return act(fake, method, params)

    return Rpc(answer)


_KEPT = ("type", "title", "relevance", "mandatory", "question_order", "other")


def content(fake: FakeLimeSurvey) -> str:
    """Everything that stands there, save for the numbers that the server gives to pages, questions and people."""
    found: dict[str, Any] = {}
    for sid, held in fake.surveys.items():
        row = {**held.row, "expires": bool(held.row["expires"]), "datecreated": ""}
        questions = [
            [*(item.row[name] for name in _KEPT), item.texts, item.answers, sorted(item.attributes.items())]
            for item in held.ordered()
        ]
        people = None if held.participants is None else [{**item, "tid": 0} for item in held.participants]
        groups = list(held.groups.values())
        found[str(sid)] = [row, held.texts, groups, questions, held.attributes, people, held.responses]
    return json.dumps([found, sorted(fake.mails)], sort_keys=True, indent=1)


def copied(fake: FakeLimeSurvey) -> FakeLimeSurvey:
    return copy.deepcopy(fake)
