"""Records what a real LimeSurvey makes of every expression for every set of answers, as `cases/expressions.json`.

By hand: `python -m tests.platforms.limesurvey.record_cases http://127.0.0.1:8092 USER PASSWORD`.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from lxml import html

from evaltool.platforms.limesurvey.lss import write_lss
from evaltool.platforms.limesurvey.names import Names, name_survey
from evaltool.platforms.limesurvey.structure import build_structure, read_record
from evaltool.records import Deployment
from evaltool.survey.model import Survey
from evaltool.survey.release import make_release
from tests.platforms.limesurvey.expression_cases import ANSWERS, EXPRESSIONS, Given, cases_survey

CASES = Path(__file__).parent / "cases" / "expressions.json"


class Server:
    def __init__(self, address: str, user: str, password: str):
        self.address = address
        self.key = self.call("get_session_key", user, password, key=False)

    def call(self, method: str, *arguments: object, key: bool = True) -> Any:
        sent = [self.key, *arguments] if key else list(arguments)
        body = {"method": method, "params": sent, "id": 1}
        url = f"{self.address}/index.php/admin/remotecontrol"
        return httpx.post(url, json=body, timeout=120).raise_for_status().json()["result"]


def deploy(server: Server, survey: Survey, names: Names) -> int:
    released = make_release(survey, released_at="2022-01-01T00:00:00+00:00")
    deployment = Deployment(
        id="cases@1",
        survey="cases",
        version=1,
        structure_hash=released.structure_hash,
        texts=released.texts,
        platform="limesurvey",
        deployed_at=released.released_at,
    )
    structure = build_structure(deployment, survey, names)
    server.call("delete_survey", structure.sid)
    file = base64.b64encode(write_lss(structure)).decode()
    assert server.call("import_survey", file, "lss", None, structure.sid) == structure.sid
    assert server.call("activate_survey", structure.sid)["status"] == "OK"
    assert server.call("activate_tokens", structure.sid, list(range(1, len(survey.attributes) + 1)))["status"] == "OK"
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


def record(server: Server) -> dict[str, Any]:
    survey = cases_survey()
    names = name_survey(survey)
    sid = deploy(server, survey, names)
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
    return {"server": "6.4.2", "results": [_results(rows[f"case{number}"], names) for number in range(len(ANSWERS))]}


def _results(row: dict[str, str], names: Names) -> dict[str, Any]:
    shown = read_record(row[names.records["last"]])
    assert shown is not None
    numbers = range(len(EXPRESSIONS))
    return {
        "submitted": bool(row["submitdate"]),
        "row": {key: value for key, value in row.items() if not key.startswith(("holds", "asked"))},
        "calculated": [row[names.questions[f"holds_{number}"]] == "1" for number in numbers],
        "shown": [shown.shown[names.questions[f"asked_{number}"]] for number in numbers],
    }


if __name__ == "__main__":
    CASES.parent.mkdir(exist_ok=True)
    found = record(Server(*sys.argv[1:4]))
    CASES.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
