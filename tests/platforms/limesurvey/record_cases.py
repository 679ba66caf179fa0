"""Records what a real LimeSurvey makes of our structures, in `cases/`: expressions, constraints, what its API tells.

By hand: `python -m tests.platforms.limesurvey.record_cases http://127.0.0.1:8092 USER PASSWORD [told …]`.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from lxml import html

from evaltool.platforms.limesurvey.expression import Scope, compile_test, known_before
from evaltool.platforms.limesurvey.lss import SETTINGS, write_lss
from evaltool.platforms.limesurvey.names import Names, name_survey
from evaltool.platforms.limesurvey.structure import Structure, build_structure, read_record
from evaltool.platforms.limesurvey.told import LANGUAGE_PROPERTIES, QUESTION_PROPERTIES
from evaltool.records import Deployment
from evaltool.survey.model import Survey
from evaltool.survey.release import make_release
from tests.platforms.limesurvey.expression_cases import (
    ANSWERS,
    CONSTRAINT_ANSWERS,
    EXPRESSIONS,
    Given,
    cases_survey,
    constrained_survey,
    every_type,
)

CASES = Path(__file__).parent / "cases"


class Server:
    def __init__(self, address: str, user: str, password: str):
        self.address = address
        self.key = self.call("get_session_key", user, password, key=False)

    def call(self, method: str, *arguments: object, key: bool = True) -> Any:
        sent = [self.key, *arguments] if key else list(arguments)
        body = {"method": method, "params": sent, "id": 1}
        url = f"{self.address}/index.php/admin/remotecontrol"
        return httpx.post(url, json=body, timeout=120).raise_for_status().json()["result"]


def structure_of(survey: Survey, names: Names, *, synthetic: bool = False) -> Structure:
    released = make_release(survey, released_at="2022-01-01T00:00:00+00:00")
    deployment = Deployment(
        id=survey.key,
        survey=survey.survey,
        version=survey.version,
        structure_hash=released.structure_hash,
        texts=released.texts,
        platform="limesurvey",
        deployed_at=released.released_at,
        synthetic=synthetic,
    )
    return build_structure(deployment, survey, names)


def deploy(server: Server, structure: Structure) -> int:
    server.call("delete_survey", structure.sid)
    file = base64.b64encode(write_lss(structure)).decode()
    assert server.call("import_survey", file, "lss", None, structure.sid) == structure.sid
    assert server.call("activate_survey", structure.sid)["status"] == "OK"
    attributes = list(range(1, len(structure.attributes) + 1))
    assert server.call("activate_tokens", structure.sid, attributes)["status"] == "OK"
    return structure.sid


class Interview:
    """A respondent who posts one page after the other, as a browser without JavaScript does."""

    def __init__(self, server: Server, sid: int, token: str):
        self.client = httpx.Client(follow_redirects=True, timeout=60)
        self.url = f"{server.address}/index.php/{sid}"
        self.page = html.fromstring(self.client.get(self.url, params={"token": token, "lang": "en"}).text)

    def form(self) -> Any:
        return next(iter(self.page.xpath("//form[@id='limesurvey']")), None)

    def send(self, answers: dict[str, str]) -> None:
        form = self.form()
        fields = {item.name: item.value or "" for item in form.xpath(".//input[@type='hidden']") if item.name}
        move = form.xpath(".//button[@name='move' and (@value='movenext' or @value='movesubmit')]")[0].get("value")
        known = {item.get("name") for item in form.xpath(".//*[@name]")}
        sent = {**fields, **{key: value for key, value in answers.items() if key in known}, "move": move}
        missing = set(answers) - known
        assert not missing, missing
        self.page = html.fromstring(self.client.post(self.url, data=sent).text)


def columns(server: Server, sid: int) -> dict[tuple[str, str], str]:
    """Column by title and subquestion."""
    return {
        (item["title"], item.get("aid") or ""): name
        for name, item in server.call("get_fieldmap", sid).items()
        if item.get("qid")
    }


def posted(page: Any, given: Given, names: Names, found: dict[tuple[str, str], str]) -> dict[str, str]:
    sent: dict[str, str] = {}
    for question in page.questions:
        answer, title = given.get(question.name), names.questions[question.name]
        if answer is None:
            continue
        if isinstance(answer, list):
            codes = names.choices[question.name]
            sent |= {found[title, codes[code]]: "Y" for code in answer}
        elif question.type == "select_one":
            sent[found[title, ""]] = names.choices[question.name][answer]
        elif question.type == "date":
            sent[found[title, ""]] = "-".join(reversed(answer.split("-")))
        else:
            sent[found[title, ""]] = answer
        other = given.get(f"{question.name}_other")
        if isinstance(other, str):
            sent[found[names.others[question.name], ""]] = other
    return sent


def record_expressions(server: Server) -> dict[str, Any]:
    survey = cases_survey()
    names = name_survey(survey)
    sid = deploy(server, structure_of(survey, names))
    found = columns(server, sid)
    people = [
        {"token": f"case{number}", "language": "en", **{names.attributes[key]: value for key, value in roster.items()}}
        for number, (_, roster) in enumerate(ANSWERS)
    ]
    server.call("add_participants", sid, people, False)
    for number, (given, _) in enumerate(ANSWERS):
        interview = Interview(server, sid, f"case{number}")
        for page in survey.pages:
            assert interview.form() is not None, (number, page.name, interview.page.text_content()[:2000])
            interview.send(posted(page, given, names, found))
    exported = server.call("export_responses", sid, "json", "en", "all", "code", "short")
    rows = {row["token"]: row for row in json.loads(base64.b64decode(exported))["responses"]}
    server.call("delete_survey", sid)
    results = [_results(rows[f"case{number}"], names) for number in range(len(ANSWERS))]
    return {"server": "6.4.2", "compiled": compiled(survey), "results": results}


def compiled(survey: Survey) -> list[str]:
    """What the server was told of each expression."""
    scope = Scope(survey, name_survey(survey), known_before(survey, "last"))
    return [compile_test(expression, scope) for expression in EXPRESSIONS]


def _results(row: dict[str, str], names: Names) -> dict[str, Any]:
    shown = read_record(row[names.records["last"]])
    assert shown is not None
    numbers = range(len(EXPRESSIONS))
    return {
        "submitted": bool(row["submitdate"]),
        "row": {key: value for key, value in row.items() if not key.startswith(("holds", "asked", "seen3"))},
        "calculated": [row[names.questions[f"holds_{number}"]] == "1" for number in numbers],
        "shown": [shown.shown[names.questions[f"asked_{number}"]] for number in numbers],
    }


def record_constraints(server: Server) -> dict[str, Any]:
    """Whether the server takes each of the answers, or shows the page again."""
    survey = constrained_survey()
    names = name_survey(survey)
    structure = structure_of(survey, names)
    sid = deploy(server, structure)
    found = columns(server, sid)
    people = [{"token": f"case{number}", "language": "en"} for number in range(len(CONSTRAINT_ANSWERS))]
    server.call("add_participants", sid, people, False)
    accepted: list[bool] = []
    for number, given in enumerate(CONSTRAINT_ANSWERS):
        interview = Interview(server, sid, f"case{number}")
        interview.send(posted(survey.pages[0], given, names, found))
        accepted.append("The end." in interview.page.text_content())
    server.call("delete_survey", sid)
    tests = {item.title: item.settings["em_validation_q"] for item in structure.items if item.tips}
    return {"server": "6.4.2", "compiled": tests, "accepted": accepted}


def record_told(server: Server) -> dict[str, Any]:
    """What the API tells of a survey with every type of question, in two languages."""
    structure = structure_of(every_type(), name_survey(every_type()))
    sid = deploy(server, structure)
    codes = structure.languages
    questions = {code: server.call("list_questions", sid, None, code) for code in codes}
    whole = [row["qid"] for row in questions[codes[0]] if not row["parent_qid"]]
    asked = list(QUESTION_PROPERTIES)
    properties = {
        code: {qid: server.call("get_question_properties", qid, asked, code) for qid in whole} for code in codes
    }
    settings = ["sid", "language", "additional_languages", "attributedescriptions", *SETTINGS]
    texts = list(LANGUAGE_PROPERTIES)
    told = {
        "survey": server.call("get_survey_properties", sid, settings),
        "languages": {code: server.call("get_language_properties", sid, texts, code) for code in codes},
        "groups": {code: server.call("list_groups", sid, code) for code in codes},
        "questions": questions,
        "properties": properties,
    }
    server.call("delete_survey", sid)
    return told


RECORDERS = {"expressions": record_expressions, "constraints": record_constraints, "told": record_told}

if __name__ == "__main__":
    CASES.mkdir(exist_ok=True)
    server = Server(*sys.argv[1:4])
    for name in sys.argv[4:] or RECORDERS:
        text = json.dumps(RECORDERS[name](server), ensure_ascii=False, indent=1)
        (CASES / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
