"""Records what a real LimeSurvey makes of rules as its condition designer writes them: `adopted/rules_6.4.2.json`.

By hand: `python -m tests.platforms.limesurvey.record_rules http://127.0.0.1:8092 USER PASSWORD`.
"""

import base64
import json
import sys
from collections.abc import Mapping
from typing import Any

from tests.platforms.limesurvey.record_adopted import ADOPTED, old_lss
from tests.platforms.limesurvey.record_cases import Interview, Server, columns

SID = 770003
RULES = [
    '((Kon.NAOK == "A1"))',
    '((Kon.NAOK != "A1"))',
    '((Kon.NAOK == "-oth-"))',
    '((Emner_SQ001.NAOK == "Y"))',
    '((Emner_SQ001.NAOK != "Y"))',
    '((Alder.NAOK == "18"))',
    '((Alder.NAOK != "18"))',
    '((Alder.NAOK > "17"))',
    '((Alder.NAOK >= "18"))',
    "Alder.NAOK > 17",
    "Alder.NAOK >= 18",
    '((Alder.NAOK < "18"))',
    '((Alder.NAOK <= "18"))',
    "Alder.NAOK < 18",
    "Alder.NAOK <= 18",
    '((Navn.NAOK == "Bo"))',
    '((Navn.NAOK != "Bo"))',
    '((Navn.NAOK == "18"))',
    '!(Kon.NAOK == "A1")',
    '((Kon.NAOK == "A1" or Kon.NAOK == "A2"))',
    'Kon.NAOK == "A1" or Kon.NAOK == "A2" and Alder.NAOK >= 18',
    'Kon == "A1"',
    '!(Kon == "A1")',
    'Alder >= 18 or Kon == "A1"',
    '!(Senere == "A1")',
    '!(Senere.NAOK == "A1")',
]
"""`Senere` is never shown."""

ANSWERS: list[Mapping[str, str]] = [
    {},
    {"Kon": "A1", "Alder": "9", "Navn": "Bo", "Emner[SQ001]": "Y"},
    {"Kon": "A2", "Alder": "18", "Navn": "bo", "Emner[SQ002]": "Y"},
    {"Kon": "-oth-", "Kon[other]": "x", "Alder": "100", "Navn": "18"},
    {"Kon": "A1", "Alder": "17.5"},
    {"Kon": "A2", "Alder": "-1", "Navn": " "},
]

PAIR = [("A1", "Kvinde", "Woman"), ("A2", "Mand", "Man")]
ASKED: list[dict[str, Any]] = [
    {"title": "Kon", "type": "L", "answers": PAIR, "other": "Y"},
    {"title": "Alder", "type": "N"},
    {"title": "Navn", "type": "S"},
    {"title": "Emner", "type": "M", "parts": [("SQ001", "Job", "Job"), ("SQ002", "Andet", "Else")]},
    {"title": "Senere", "type": "L", "answers": PAIR, "relevance": "0"},
]


def record(server: Server) -> dict[str, Any]:
    equations = [
        {"title": f"rule{number}", "type": "*", "texts": (f"{{if({rule}, 1, 0)}}",) * 2, "group": 2}
        for number, rule in enumerate(RULES)
    ]
    asked = [{"texts": (item["title"],) * 2, **item} for item in ASKED]
    groups = [("Et", "One", "1"), ("To", "Two", "1")]
    file = base64.b64encode(old_lss(SID, groups, [*asked, *equations])).decode()
    server.call("delete_survey", SID)
    assert server.call("import_survey", file, "lss", None, SID) == SID
    assert server.call("activate_survey", SID)["status"] == "OK"
    found = {f"{title}[{part}]" if part else title: name for (title, part), name in columns(server, SID).items()}
    for answers in ANSWERS:
        interview = Interview(server, SID, "")
        interview.send({})
        interview.send({found[column]: value for column, value in answers.items()})
        interview.send({})
    exported = server.call("export_responses", SID, "json", "da", "all", "code", "short")
    rows = json.loads(base64.b64decode(exported))["responses"]
    server.call("delete_survey", SID)
    assert len(rows) == len(ANSWERS)
    return {
        "server": "6.4.2",
        "rules": RULES,
        "answers": ANSWERS,
        "holds": [[row[f"rule{number}"] == "1" for number in range(len(RULES))] for row in rows],
    }


if __name__ == "__main__":
    text = json.dumps(record(Server(*sys.argv[1:4])), ensure_ascii=False, indent=1)
    (ADOPTED / "rules_6.4.2.json").write_text(text + "\n", encoding="utf-8", newline="\n")
