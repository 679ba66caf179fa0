"""Records a whole survey's life on a real LimeSurvey, in `exchanges/life_<version>.json`: the fake must answer alike.

By hand: `python -m tests.platforms.limesurvey.record_exchanges http://127.0.0.1:8092 USER PASSWORD 6.4.2`.
The user needs only the right to create surveys. Of other people's surveys nothing is kept.
"""

import base64
import json
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from lxml import html

from evaltool.platforms.limesurvey.lss import write_lss
from evaltool.platforms.limesurvey.names import Names, name_survey
from evaltool.platforms.limesurvey.structure import Group, Item, Structure
from evaltool.platforms.limesurvey.told import QUESTION_PROPERTIES
from tests.platforms.limesurvey.expression_cases import every_type
from tests.platforms.limesurvey.rc2_adapters import EXCHANGES
from tests.platforms.limesurvey.record_cases import Interview, Server, columns, posted, structure_of

SID = 800_000_000 + int(time.time()) % 100_000_000
"""A number that the server has never had: it remembers for a while which tables there were, and words errors by it."""
MISSING = 987_654_321
SHAPE = ("json", None, "all", "code", "short")
INTERVIEWS: list[dict[str, Any]] = [
    {
        "token": "whole_1",
        "language": "en",
        "sent": [
            {"page": 1, "answers": {"consent": "yes"}},
            {
                "page": 2,
                "answers": {
                    "a_name_that_is_much_too_long_for_it": "other",
                    "a_name_that_is_much_too_long_for_it_other": "Baker's & <co>",
                    "topics": ["time", "other"],
                    "topics_other": "Buses",
                    "count_it": "6",
                    "share": "2.50",
                    "since": "2020-02-29",
                    "words": "two  words",
                    "essay": "one\ntwo",
                },
                "calculated": {"where": "aarhus"},
            },
            {"page": 3, "answers": {"why": "بسبب"}},
        ],
    },
    {
        "token": "started_2",
        "language": "ar",
        "sent": [{"page": 1, "answers": {"consent": "yes"}}],
        "shown": {"page": 2, "calculated": {"where": "aarhus"}},
    },
    {"token": "refused_3", "language": "ar", "sent": [{"page": 1, "answers": {"consent": "no"}}]},
    {
        "token": "empty_pages_4",
        "language": "en",
        "sent": [
            {"page": 1, "answers": {"consent": "yes"}},
            {"page": 2, "answers": {}, "calculated": {"where": "aarhus"}},
            {"page": 3, "answers": {}, "hidden": ["why"]},
        ],
    },
    {
        "token": "started_2",
        "language": "en",
        "sent": [
            {"page": 1, "answers": {"consent": "yes"}},
            {"page": 2, "answers": {"words": "later"}, "calculated": {"where": "aarhus"}},
            {"page": 3, "answers": {}, "hidden": ["why"]},
        ],
    },
]
"""Who answers: the pages that she sends, then the one that she sees. One that shows nothing is passed over.

Who comes back is shown the page that she sent last."""

PEOPLE: list[dict[str, str]] = [
    {"token": "whole_1", "language": "en", "email": "one@example.org", "firstname": "One", "attribute_1": "aarhus"},
    {"token": "started_2", "language": "ar", "email": "bounce2@example.org", "firstname": "", "attribute_1": "aarhus"},
    {"token": "refused_3", "language": "ar", "email": "three@example.org", "firstname": "", "attribute_1": "odense"},
    {"token": "empty_pages_4", "language": "en", "email": "", "firstname": "", "attribute_1": "aarhus"},
]
ODD_PEOPLE: list[dict[str, str]] = [
    {"token": "whole_1", "language": "en", "email": "", "firstname": ""},
    {"token": "a-b_c d~e.f", "language": "en", "email": "", "firstname": ""},
    {"token": "x" * 37, "language": "en", "email": "", "firstname": ""},
    {"token": "no_address", "language": "en", "email": "no-address", "firstname": ""},
    {"token": "no_language", "language": "de", "email": "", "firstname": ""},
    {"token": "no_attribute", "language": "en", "email": "", "firstname": "", "attribute_9": "x", "nonsense": "y"},
    {"language": "en", "email": "", "firstname": ""},
]


class Recorder(Server):
    """Keeps each call with its answer, without the session key."""

    def __init__(self, address: str, user: str, password: str):
        self.kept: list[dict[str, Any]] = []
        super().__init__(address, user, password)

    def tell(self, method: str, *arguments: object) -> Any:
        body = {"method": method, "params": [self.key, *arguments], "id": 1}
        answer = httpx.post(f"{self.address}/index.php/admin/remotecontrol", json=body, timeout=120)
        item: dict[str, Any] = {"call": method, "params": list(arguments), "status": answer.status_code}
        told = answer.json() if answer.headers["content-type"].startswith("application/json") else {}
        self.kept.append({**item, "result": told.get("result"), "error": told.get("error")})
        return told.get("result")


def read_back(server: Recorder, structure: Structure) -> None:
    sid = structure.sid
    server.tell("get_survey_properties", sid)
    server.tell("get_survey_properties", sid, ["sid", "active", "language", "additional_languages", "expires", "faxto"])
    for code in structure.languages:
        server.tell("get_language_properties", sid, ["surveyls_title", "surveyls_endtext"], code)
        server.tell("list_groups", sid, code)
        for row in server.tell("list_questions", sid, None, code):
            if not row["parent_qid"]:
                server.tell("get_question_properties", row["qid"], list(QUESTION_PROPERTIES), code)
    server.tell("get_fieldmap", sid)


def refusals(server: Recorder, sid: int, file: str) -> None:
    """What is said of a survey that is not there, and of files that are none."""
    server.tell("get_survey_properties", sid, ["active"])
    server.tell("set_survey_properties", sid, {"expires": "2022-01-01 00:00:00"})
    server.tell("get_language_properties", sid, ["surveyls_title"], "en")
    server.tell("set_language_properties", sid, {"surveyls_title": "x"}, "en")
    for call in ("list_groups", "list_questions", "get_fieldmap", "get_summary", "activate_survey", "delete_survey"):
        server.tell(call, sid)
    server.tell("get_question_properties", MISSING, ["title"], "en")
    server.tell("activate_tokens", sid, [1])
    participants(server, sid)
    server.tell("export_responses", sid, *SHAPE)
    server.tell("get_response_ids", sid, "whole_1")
    server.tell("delete_response", sid, 1)
    server.tell("import_survey", "", "lss", None, sid)
    server.tell("import_survey", base64.b64encode(b"no file").decode(), "lss", None, sid)


def participants(server: Recorder, sid: int) -> None:
    """The calls about participants, where there are none."""
    server.tell("list_participants", sid, 1, 10, False, ["language"])
    server.tell("add_participants", sid, PEOPLE[:1], False)
    server.tell("get_participant_properties", sid, {"token": "whole_1"}, ["tid"])
    server.tell("set_participant_properties", sid, {"token": "whole_1"}, {"language": "ar"})
    server.tell("delete_participants", sid, [1])
    server.tell("invite_participants", sid, [1], True, True)
    server.tell("remind_participants", sid, None, None, [1], True)


def inactive(server: Recorder, structure: Structure, file: str) -> None:
    sid = structure.sid
    server.tell("import_survey", file, "lss", None, sid)
    other = server.tell("import_survey", file, "lss", None, sid)
    server.tell("delete_survey", other)
    server.tell("list_surveys")
    server.kept[-1]["result"] = [row for row in server.kept[-1]["result"] if row["sid"] == sid]
    read_back(server, structure)
    server.tell("get_summary", sid)
    server.tell("export_responses", sid, *SHAPE)
    server.tell("get_response_ids", sid, "whole_1")
    server.tell("delete_response", sid, 1)
    participants(server, sid)
    server.tell("set_survey_properties", sid, {"faxto": "0123456789abcdef", "nonsense": "x", "sid": 5})
    server.tell("set_survey_properties", sid, {"bounceaccountuser": "0123456789abcdef", "nonsense": "x"})
    server.tell("get_survey_properties", sid, ["bounceaccountuser", "sid", "nonsense"])
    server.tell("get_survey_properties", sid, ["nonsense"])
    server.tell("set_language_properties", sid, {"surveyls_title": "Another", "nonsense": "x"}, "ar")
    server.tell("get_language_properties", sid, ["surveyls_title", "nonsense"], "ar")
    server.tell("get_language_properties", sid, ["surveyls_title"], "de")
    server.tell("list_questions", sid, None, "de")
    server.tell("list_groups", sid, "de")
    server.tell("list_groups", sid)


def active(server: Recorder, structure: Structure) -> None:
    sid = structure.sid
    for _ in range(2):
        server.tell("activate_survey", sid)
    server.tell("get_survey_properties", sid, ["active", "anonymized"])
    server.tell("set_survey_properties", sid, {"anonymized": "Y", "faxto": "x"})
    server.tell("set_survey_properties", sid, {"bounceaccountuser": "x"})
    server.tell("get_summary", sid)
    server.tell("export_responses", sid, *SHAPE)
    server.tell("list_participants", sid, 1, 10, False, ["language"])
    for _ in range(2):
        server.tell("activate_tokens", sid, list(range(1, len(structure.attributes) + 1)))
    participants(server, sid)
    server.tell("delete_participants", sid, [1])


def invited(server: Recorder, sid: int) -> list[int]:
    columns = ["language", "sent", "remindersent", "completed", "usesleft", "emailstatus", "attribute_1", "attribute_9"]
    server.tell("add_participants", sid, PEOPLE, False)
    server.tell("add_participants", sid, ODD_PEOPLE, False)
    rows = server.tell("list_participants", sid, 1, 10, False, columns)
    server.tell("list_participants", sid, rows[1]["tid"], 2, False, columns)
    server.tell("list_participants", sid, rows[-1]["tid"] + 1, 10, False, columns)
    server.tell("list_participants", sid, 0, 10, False, ["tid"], {"token": "whole_1"})
    server.tell("get_participant_properties", sid, {"token": "started_2"}, ["tid", "token", "attribute_1"])
    server.tell("get_participant_properties", sid, {"token": "nobody"}, ["tid"])
    server.tell("set_participant_properties", sid, {"token": "started_2"}, {"attribute_2": "2020-01-01", "nonsense": 1})
    server.tell("set_participant_properties", sid, rows[0]["tid"], {"language": "ar"})
    numbers = [row["tid"] for row in rows]
    server.tell("delete_participants", sid, [*numbers[4:], MISSING])
    for _ in range(2):
        server.tell("invite_participants", sid, numbers[:4], True, True)
    server.tell("remind_participants", sid, None, None, numbers[:4], True)
    server.tell("list_participants", sid, 1, 10, False, columns)
    server.tell("get_summary", sid)
    return numbers


class Respondent(Interview):
    """Answers with the script that shows what an answer makes relevant, in a language of her own."""

    def __init__(self, server: Server, sid: int, token: str, language: str):
        self.client = httpx.Client(follow_redirects=True, timeout=60)
        self.url = f"{server.address}/index.php/{sid}"
        self.page = html.fromstring(self.client.get(self.url, params={"token": token, "lang": language}).text)

    def send(self, answers: dict[str, str]) -> None:
        for column in answers:
            number = re.findall(r"X(\d+)", column)[1]
            for item in self.form().xpath(f".//input[@name='relevance{number}']"):
                item.set("value", "1")
        super().send(answers)


def interviews(server: Recorder, sid: int, names: Names) -> None:
    survey = every_type()
    found = columns(server, sid)
    titles = {column: f"{title}[{part}]" if part else title for (title, part), column in found.items()}
    for told in INTERVIEWS:
        respondent = Respondent(server, sid, told["token"], told["language"])
        sent: list[dict[str, Any]] = []
        for page in told["sent"]:
            answers = posted(survey.pages[page["page"] - 1], page["answers"], names, found)
            if "hidden" not in page:
                respondent.send(answers)
            sent.append({**page, "answers": {titles[column]: answer for column, answer in answers.items()}})
        server.kept.append({"interview": {**told, "sent": sent}})
        server.tell("export_responses", sid, *SHAPE)
        server.tell("get_summary", sid)


def answered(server: Recorder, sid: int) -> None:
    columns = ["completed", "usesleft", "sent", "remindersent"]
    server.tell("list_participants", sid, 1, 10, False, columns)
    server.tell("invite_participants", sid, [1], True, True)
    server.tell("export_responses", sid, *SHAPE, 2, 3)
    server.tell("export_responses", sid, *SHAPE, 3, None)
    server.tell("export_responses", sid, *SHAPE, 2, None, ["id"])
    server.tell("export_responses", sid, *SHAPE, 90, 99)
    server.tell("export_responses", sid, "json", "de", "all", "code", "short")
    server.tell("get_response_ids", sid, "whole_1")
    server.tell("get_response_ids", sid, "nobody")
    for _ in range(2):
        server.tell("delete_response", sid, 3)
    server.tell("export_responses", sid, *SHAPE)
    server.tell("get_summary", sid)
    server.tell("delete_participants", sid, [1])
    server.tell("set_survey_properties", sid, {"expires": "2022-01-01 00:00:00"})
    server.tell("get_survey_properties", sid, ["expires", "active"])
    server.tell("set_survey_properties", sid, {"expires": "no date"})
    for _ in range(2):
        server.tell("delete_survey", sid)


def half(server: Recorder, structure: Structure) -> None:
    """A name that is too long breaks the import off in the middle; what stands there stays."""
    last = list(structure.items)[-2].title
    broken = write_lss(structure).replace(f">{last}<".encode(), f">{last}{'x' * 20}<".encode())
    server.tell("import_survey", base64.b64encode(broken).decode(), "lss", None, structure.sid)
    server.kept[-1]["broken at"] = last
    server.tell("get_survey_properties", structure.sid, ["active"])
    server.tell("list_groups", structure.sid, "en")
    rows = server.tell("list_questions", structure.sid, None, "en")
    server.tell("get_question_properties", rows[0]["qid"], list(QUESTION_PROPERTIES), "en")
    server.tell("delete_survey", structure.sid)


def defaults(server: Recorder) -> dict[str, Any]:
    """The attributes of a question of each type that was sent without any."""
    words = {"en": "Words", "ar": "Words"}
    items = tuple(Item(f"q{number}", letter, words) for number, letter in enumerate("LMNDSTX*", start=1))
    group = Group("one", words, "1", items)
    structure = replace(structure_of(every_type(), name_survey(every_type())), sid=SID, groups=(group,))
    server.call("import_survey", base64.b64encode(write_lss(structure)).decode(), "lss", None, SID)
    found = {
        row["type"]: server.call("get_question_properties", row["qid"], ["attributes", "attributes_lang"], "en")
        for row in server.call("list_questions", SID)
    }
    server.call("delete_survey", SID)
    return found


def record(server: Recorder) -> list[dict[str, Any]]:
    names = name_survey(every_type())
    structure = replace(structure_of(every_type(), names), sid=SID)
    sid = structure.sid
    server.call("delete_survey", sid)
    file = base64.b64encode(write_lss(structure)).decode()
    refusals(server, sid, file)
    half(server, structure)
    inactive(server, structure, file)
    active(server, structure)
    invited(server, sid)
    interviews(server, sid, names)
    answered(server, sid)
    return [compact(item) for item in server.kept]


def compact(item: dict[str, Any]) -> dict[str, Any]:
    """An export as the rows it holds."""
    if item.get("call") == "export_responses" and isinstance(item["result"], str):
        return {**item, "result": json.loads(base64.b64decode(item["result"]))}
    return item


def write(path: Path, lines: Iterable[str], around: str) -> None:
    path.write_text(around[0] + "\n" + ",\n".join(lines) + "\n" + around[1] + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    address, user, password, version = sys.argv[1:]
    server = Recorder(address, user, password)
    life = [json.dumps(item, ensure_ascii=False) for item in record(server)]
    write(EXCHANGES / f"life_{version}.json", life, "[]")
    found = [f"{json.dumps(letter)}: {json.dumps(told)}" for letter, told in defaults(server).items()]
    write(EXCHANGES / f"attributes_{version}.json", found, "{}")
