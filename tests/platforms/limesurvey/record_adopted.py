"""Builds a survey in a real LimeSurvey as people do by hand, answers it, and records what adopting it needs.

By hand: `python -m tests.platforms.limesurvey.record_adopted http://127.0.0.1:8092 USER PASSWORD`. Writes into
`adopted/` the file that was imported (the form of 3.x), LimeSurvey's own export of it, and the exchanges.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from xml.sax.saxutils import escape

import httpx
import requests
from lxml import html
from requests.adapters import HTTPAdapter

from evaltool.platforms.limesurvey.account import Account
from evaltool.platforms.limesurvey.pull import sweep
from evaltool.platforms.limesurvey.putting import ask_told
from evaltool.platforms.limesurvey.transport import RemoteControl
from tests.platforms.limesurvey.record_cases import Interview, Server, columns

ADOPTED = Path(__file__).parent / "adopted"
SID = 770001
LANGUAGES = ("da", "en")
Row = dict[str, Any]

SCALE = [("1", "Meget", "A lot"), ("2", "Noget", "Some"), ("3", "Lidt", "A little"), ("4", "Slet ikke", "Not at all")]
GROUPS = [
    ("Baggrund", "Background", "1"),
    ("Forløbet", "The course", "1"),
    ("Til sidst", "In the end", '((Anbefal.NAOK == "Y"))'),
]
QUESTIONS: list[dict[str, Any]] = [
    {
        "title": "Kon",
        "type": "L",
        "texts": ("<p>Er du <b>kvinde</b> eller mand?</p>", "<p>Are you a woman or a man?</p>"),
        "answers": [("A1", "Kvinde", "Woman"), ("A2", "Mand", "Man")],
        "other": "Y",
    },
    {
        "title": "Alder",
        "type": "N",
        "texts": ("Hvor gammel er du?", "How old are you?"),
        "mandatory": "Y",
        "settings": {"num_value_int_only": "1"},
    },
    {
        "title": "Q3",
        "type": "S",
        "texts": ("Hvad hed din mentor?", "What was your mentor called?"),
        "relevance": '((Kon.NAOK == "A2"))',
    },
    {"title": "Info", "type": "X", "texts": ("Nu handler det om forløbet.", "Now about the course."), "group": 2},
    {
        "title": "SatMed",
        "type": "F",
        "texts": ("Hvor meget har du oplevet …", "How much have you felt …"),
        "parts": [("SQ001", "tillid", "trust"), ("SQ002", "god tid", "enough time"), ("X3", "hjælp", "help")],
        "answers": SCALE,
        "group": 2,
    },
    {
        "title": "Emner",
        "type": "M",
        "texts": ("Hvad talte I om?", "What did you talk about?"),
        "parts": [("SQ001", "Job", "Job"), ("SQ002", "Uddannelse", "Education"), ("SQ003", "Netværk", "Network")],
        "other": "Y",
        "group": 2,
    },
    {
        "title": "Hvorfor",
        "type": "T",
        "texts": ("Hvad sagde I om job?", "What did you say about jobs?"),
        "relevance": '((Emner_SQ001.NAOK == "Y"))',
        "group": 2,
    },
    {
        "title": "Svaer",
        "type": "S",
        "texts": ("Var det for meget?", "Was it too much?"),
        "relevance": "count(Emner_SQ001.NAOK, Emner_SQ002.NAOK) > 1",
        "group": 2,
    },
    {"title": "Anbefal", "type": "Y", "texts": ("Vil du anbefale det?", "Would you recommend it?"), "group": 2},
    {"title": "Start", "type": "D", "texts": ("Hvornår begyndte du?", "When did you begin?"), "group": 3},
    {"title": "Points", "type": "5", "texts": ("Hvor mange point?", "How many points?"), "group": 3},
    {
        "title": "Timer",
        "type": "K",
        "texts": ("Hvor mange timer?", "How many hours?"),
        "parts": [("uge", "Om ugen", "A week"), ("ialt", "I alt", "In all")],
        "group": 3,
    },
    {
        "title": "Kom",
        "type": "O",
        "texts": ("Hvordan mødtes I?", "How did you meet?"),
        "answers": [("B1", "Ude", "Out"), ("B2", "Hjemme", "At home")],
        "group": 3,
    },
    {
        "title": "Rang",
        "type": "R",
        "texts": ("Hvad var vigtigst?", "What mattered most?"),
        "answers": [("r1", "Tid", "Time"), ("r2", "Hjælp", "Help")],
        "group": 3,
    },
    {"title": "Regnet", "type": "*", "texts": ("{Alder * 2}", "{Alder * 2}"), "group": 3},
]

# Token, language and answers page by page, by column of an export. A page that is not there was never sent.
PEOPLE: list[tuple[str, str, list[dict[str, str]]]] = [
    (
        "mette2019",
        "da",
        [
            {"Kon": "A1", "Alder": "34"},
            {
                "SatMed[SQ001]": "1",
                "SatMed[SQ002]": "2",
                "SatMed[X3]": "1",
                "Emner[SQ001]": "Y",
                "Emner[SQ002]": "Y",
                "Hvorfor": "Ansøgning\nog CV",
                "Svaer": "nej",
                "Anbefal": "Y",
            },
            {
                "Start": "17.08.2018",
                "Points": "5",
                "Timer[uge]": "2.5",
                "Timer[ialt]": "40",
                "Kom": "B1",
                "Kom[comment]": "på café",
            },
        ],
    ),
    (
        "ali2019",
        "en",
        [
            {"Kon": "A2", "Alder": "28", "Q3": "Bo"},
            {"SatMed[SQ001]": "1", "SatMed[SQ002]": "4", "Emner[other]": "Driving licence", "Anbefal": "Y"},
            {"Points": "4", "Kom": "B2"},
        ],
    ),
    (
        "sam2019",
        "en",
        [
            {"Kon": "-oth-", "Kon[other]": "Neither", "Alder": "41"},
            {"SatMed[SQ001]": "3", "SatMed[SQ002]": "3", "SatMed[X3]": "4", "Emner[SQ003]": "Y", "Anbefal": "N"},
        ],
    ),
    ("eva2019", "da", [{"Kon": "A1", "Alder": "19"}, {"SatMed[SQ001]": "2", "Anbefal": "Y"}, {}]),
    ("rose2019", "da", [{"Kon": "A1", "Alder": "52"}]),
    ("never2019", "da", []),
]


def old_lss(sid: int, groups: Sequence[tuple[str, str, str]], questions: Sequence[Mapping[str, Any]]) -> bytes:
    """A survey in the form of LimeSurvey 3.x: texts in line, a row a language. Groups are names and relevance."""
    tables: dict[str, list[Row]] = {
        "answers": [],
        "groups": [],
        "questions": [],
        "subquestions": [],
        "question_attributes": [],
    }
    for number, (danish, english, relevance) in enumerate(groups, 1):
        for language, name in zip(LANGUAGES, (danish, english), strict=True):
            row: Row = {"gid": number, "sid": sid, "group_name": name, "group_order": number, "description": ""}
            tables["groups"].append({**row, "language": language, "grelevance": relevance})
    for order, question in enumerate(questions, 1):
        _add_question(tables, order, {"sid": sid, **question})
    tables["surveys"] = [
        {"sid": sid, "language": "da", "additional_languages": "en", "anonymized": "N", "format": "G", "datestamp": "Y"}
        | {"tokenanswerspersistence": "Y", "allowprev": "Y", "allowsave": "N", "sendconfirmation": "N", "admin": "Ane"}
    ]
    tables["surveys_languagesettings"] = [
        {"surveyls_survey_id": sid, "surveyls_language": language, "surveyls_title": title}
        for language, title in zip(LANGUAGES, ("Evaluering 2019", "Evaluation 2019"), strict=True)
    ]
    languages = "".join(f"<language>{code}</language>" for code in LANGUAGES)
    written = "".join(_table(name, rows) for name, rows in tables.items())
    head = f"<LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>366</DBVersion><languages>{languages}</languages>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<document>{head}{written}</document>\n'.encode()


def _add_question(tables: dict[str, list[Row]], order: int, question: Mapping[str, Any]) -> None:
    shared: Row = {"sid": question["sid"], "gid": question.get("group", 1), "type": question["type"], "scale_id": 0}
    for place, language in enumerate(LANGUAGES):
        tables["questions"].append(
            {"qid": order, "parent_qid": 0, **shared, "title": question["title"], "question": question["texts"][place]}
            | {"help": "", "other": question.get("other", "N"), "mandatory": question.get("mandatory", "N")}
            | {"question_order": order, "language": language, "relevance": question.get("relevance", "1")}
        )
        for number, (code, *texts) in enumerate(question.get("parts", []), 1):
            tables["subquestions"].append(
                {"qid": order * 100 + number, "parent_qid": order, **shared, "title": code, "question": texts[place]}
                | {"question_order": number, "language": language, "relevance": "1", "other": "N"}
            )
        for number, (code, *texts) in enumerate(question.get("answers", []), 1):
            tables["answers"].append(
                {"qid": order, "code": code, "answer": texts[place], "sortorder": number, "assessment_value": 0}
                | {"language": language, "scale_id": 0}
            )
    for name, value in question.get("settings", {}).items():
        tables["question_attributes"].append({"qid": order, "attribute": name, "value": value})


def _table(name: str, rows: list[Row]) -> str:
    written = "".join(
        f"<row>{''.join(f'<{key}>{escape(str(value))}</{key}>' for key, value in row.items())}</row>\n" for row in rows
    )
    return f"<{name}><rows>\n{written}</rows></{name}>\n"


def build(server: Server) -> None:
    server.call("delete_survey", SID)
    assert (
        server.call("import_survey", base64.b64encode(old_lss(SID, GROUPS, QUESTIONS)).decode(), "lss", None, SID)
        == SID
    )
    assert server.call("activate_survey", SID)["status"] == "OK"
    assert server.call("activate_tokens", SID)["status"] == "OK"
    server.call("add_participants", SID, [{"token": token, "language": code} for token, code, _ in PEOPLE], False)


def answer(server: Server) -> None:
    found = {f"{title}[{part}]" if part else title: name for (title, part), name in columns(server, SID).items()}
    for token, language, pages in PEOPLE:
        if not pages:
            continue
        interview = Interview(server, SID, token)
        begin = {"token": token, "lang": language, "newtest": "Y"}
        interview.page = html.fromstring(interview.client.get(interview.url, params=begin).text)
        interview.send({})  # the page of welcome
        for page in pages:
            given = {found[column]: value for column, value in page.items()}
            interview.send({**given, **_shown(interview, given)})


def _shown(interview: Interview, given: Mapping[str, str]) -> dict[str, str]:
    """A browser says of each question that it shows it: what hangs on an answer of the same page is shown by then."""
    numbers = {re.sub(r"\d+X\d+X(\d+).*", r"\1", column) for column in given}
    known = {item.name for item in interview.form().xpath(".//input[@type='hidden']")}
    return {name: "1" for name in (f"relevance{number}" for number in sorted(numbers)) if name in known}


class Recorder(HTTPAdapter):
    """Keeps every exchange, without the key of the session."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[dict[str, Any]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        response = super().send(request, *args, **options)
        asked, told = json.loads(cast("bytes", request.body)), json.loads(response.content)
        if not asked["method"].endswith("session_key"):
            self.kept.append(
                {
                    "request": {"method": asked["method"], "params": ["KEY", *asked["params"][1:]]},
                    "response": {"result": told["result"], "error": told["error"]},
                    "http_status": response.status_code,
                }
            )
        return response


def record(address: str, user: str, password: str) -> Iterator[dict[str, Any]]:
    recorder = Recorder()
    account = Account(f"{address}/index.php/admin/remotecontrol", user)
    with RemoteControl(account, password, adapter=recorder) as server:
        ask_told(server, SID)
        server.ask("get_survey_properties", SID, ["anonymized"])
        server.ask("get_survey_properties", SID, ["active", "expires"])
        for _rows in sweep(server, SID):
            pass
    yield from recorder.kept


def exported(address: str, user: str, password: str) -> bytes:
    """The structure as LimeSurvey's own admin page exports it."""
    with httpx.Client(base_url=f"{address}/index.php/admin", follow_redirects=True, timeout=60) as client:
        page = html.fromstring(client.get("/authentication/sa/login").text)
        fields = {item.name: item.value or "" for item in page.xpath("//form//input") if item.name}
        fields |= {"user": user, "password": password, "loginlang": "default", "login_submit": "login"}
        client.post("/authentication/sa/login", data=fields)
        answer = client.get(f"/export/sa/survey/action/exportstructurexml/surveyid/{SID}")
    assert b"LimeSurveyDocType" in answer.content, answer.text[:500]
    return answer.content


if __name__ == "__main__":
    ADOPTED.mkdir(exist_ok=True)
    server = Server(*sys.argv[1:4])
    build(server)
    answer(server)
    (ADOPTED / "by_hand_3.lss").write_bytes(old_lss(SID, GROUPS, QUESTIONS))
    (ADOPTED / "by_hand_6.4.2.lss").write_bytes(exported(*sys.argv[1:4]))
    text = json.dumps(list(record(*sys.argv[1:4])), ensure_ascii=False, indent=1)
    (ADOPTED / "rc2_6.4.2.json").write_text(text + "\n", encoding="utf-8", newline="\n")
