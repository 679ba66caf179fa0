"""A structure file as LimeSurvey takes it in: numbers given anew, row after row, and no way back when it breaks off."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from tests.platforms.limesurvey.rc2_adapters import EXCHANGES

Row = dict[str, Any]

DEFAULTS: Mapping[str, Mapping[str, Row]] = json.loads(
    (EXCHANGES / "attributes_6.4.2.json").read_text(encoding="utf-8")
)
"""The attributes of a question of each type that was sent without any, as a real 6.4.2 tells them."""

THEMES = {
    "L": "listradio",
    "M": "multiplechoice",
    "N": "numerical",
    "D": "date",
    "S": "shortfreetext",
    "T": "longfreetext",
    "X": "boilerplate",
    "*": "equation",
}
TITLE_LENGTH = 20


class BrokenOffError(Exception):
    """The import stops here; what stands there stays."""


@dataclass
class Question:
    row: Row
    texts: dict[str, Row] = field(default_factory=dict[str, Row])
    answers: list[tuple[Row, dict[str, str]]] = field(default_factory=list[tuple[Row, dict[str, str]]])
    attributes: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    @property
    def title(self) -> str:
        return self.row["title"]

    @property
    def type(self) -> str:
        return self.row["type"]

    def attributes_in(self, language: str = "") -> Row:
        known = DEFAULTS[self.type]["attributes_lang" if language else "attributes"]
        return {name: self.attributes.get((name, language), value) for name, value in known.items()}

    def options_in(self, language: str) -> Row:
        return {row["code"]: {**row["told"], "answer": texts.get(language, "")} for row, texts in self.answers}


@dataclass
class Imported:
    """What the importer has written so far. `texts` are those of the survey by language."""

    row: Row
    texts: dict[str, Row] = field(default_factory=dict[str, Row])
    groups: dict[int, tuple[Row, dict[str, str]]] = field(default_factory=dict[int, tuple[Row, dict[str, str]]])
    questions: dict[int, Question] = field(default_factory=dict[int, Question])

    @property
    def languages(self) -> list[str]:
        return [self.row["language"], *self.row["additional_languages"].split()]

    def ordered(self) -> list[Question]:
        """All questions and their parts, as `list_questions` gives them."""
        place = {gid: int(row["group_order"]) for gid, (row, _) in self.groups.items()}
        return sorted(
            self.questions.values(),
            key=lambda item: (place[item.row["gid"]], item.row["question_order"], item.row["qid"]),
        )

    def whole(self) -> list[Question]:
        return [item for item in self.ordered() if not item.row["parent_qid"]]

    def parts(self, question: Question) -> list[Question]:
        return [item for item in self.ordered() if item.row["parent_qid"] == question.row["qid"]]


@dataclass
class Held(Imported):
    """A survey on the server: its list of participants and its answers, once there are tables for them."""

    attributes: tuple[str, ...] = ()
    participants: list[Row] | None = None
    responses: dict[int, Row] | None = None
    given: dict[str, int] = field(default_factory=lambda: {"tid": 0, "response": 0})

    def number(self, of: str) -> int:
        self.given[of] += 1
        return self.given[of]

    def columns(self) -> list[tuple[Question, Question | None, str]]:
        """The columns of answers by their heading in an export: `title`, `title[part]`."""
        return [
            (question, part, f"{question.title}[{part.title}]" if part else question.title)
            for question in self.whole()
            for part in (self.parts(question) if question.type == "M" else [None])
        ]


def read_tables(data: str) -> dict[str, list[dict[str, str]]] | None:
    """The rows of each table of a file in base64; `None` if it is none."""
    try:
        document = etree.fromstring(base64.b64decode(data))
    except (etree.XMLSyntaxError, binascii.Error):
        return None
    return {
        str(table.tag): [{str(cell.tag): cell.text or "" for cell in row} for row in table.iterfind("rows/row")]
        for table in document
    }


class Importer:
    """Writes into `imported` table after table; `number` gives the numbers of groups and questions.

    It breaks off at a name that is too long, or after `limit` questions.
    """

    def __init__(
        self,
        imported: Imported,
        tables: Mapping[str, list[dict[str, str]]],
        number: Callable[[str], int],
        limit: int | None = None,
    ):
        self.imported, self.number, self.limit = imported, number, limit
        self.tables = tables
        self.gids: dict[str, int] = {}
        self.qids: dict[str, int] = {}

    def rows(self, table: str) -> list[dict[str, str]]:
        return self.tables.get(table, [])

    def run(self) -> None:
        for row in self.rows("surveys_languagesettings"):
            self.imported.texts[row["surveyls_language"]] = dict(row)
        self._groups()
        for table in ("questions", "subquestions"):
            for row in self.rows(table):
                self._question(row)
        for row in self.rows("question_l10ns"):
            words = {"question": row["question"], "help": row["help"]}
            self.imported.questions[self.qids[row["qid"]]].texts[row["language"]] = words
        self._answers()
        for row in self.rows("question_attributes"):
            question = self.imported.questions[self.qids[row["qid"]]]
            question.attributes[row["attribute"], row["language"]] = row["value"]

    def _groups(self) -> None:
        for row in self.rows("groups"):
            gid = self.gids[row["gid"]] = self.number("gid")
            told = {"group_order": int(row["group_order"]), "grelevance": row["grelevance"]}
            self.imported.groups[gid] = (told, {})
        for row in self.rows("group_l10ns"):
            self.imported.groups[self.gids[row["gid"]]][1][row["language"]] = row["group_name"]

    def _question(self, row: Mapping[str, str]) -> None:
        if len(row["title"]) > TITLE_LENGTH or len(self.imported.questions) == self.limit:
            self.number("qid")
            raise BrokenOffError
        qid = self.qids[row["qid"]] = self.number("qid")
        parent = self.qids.get(row["parent_qid"], 0)
        copied = {name: row[name] for name in ("type", "title", "other", "mandatory", "relevance")}
        self.imported.questions[qid] = Question(
            {"qid": qid, "parent_qid": parent, **copied, "gid": self.gids[row["gid"]]}
            | {"question_order": int(row["question_order"]), "scale_id": int(row["scale_id"])}
            | {"question_theme_name": None if parent else THEMES[row["type"]]}
            | {"preg": None, "encrypted": "N", "same_default": 0, "modulename": None, "same_script": 0}
        )

    def _answers(self) -> None:
        words: dict[str, dict[str, str]] = {}
        for row in self.rows("answer_l10ns"):
            words.setdefault(row["aid"], {})[row["language"]] = row["answer"]
        for row in self.rows("answers"):
            told = {"assessment_value": int(row["assessment_value"]), "scale_id": int(row["scale_id"])}
            answer = {"code": row["code"], "told": {**told, "order": int(row["sortorder"])}}
            self.imported.questions[self.qids[row["qid"]]].answers.append((answer, words[row["aid"]]))
