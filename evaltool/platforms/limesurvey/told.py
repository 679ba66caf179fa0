"""A structure made of what LimeSurvey's API tells about a survey, so that it can be compared with what was sent.

The API tells one language at a time; the order of everything is that of the numbers LimeSurvey keeps for it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from evaltool.platforms.limesurvey.letters import COLUMNS
from evaltool.platforms.limesurvey.readback import Found
from evaltool.platforms.limesurvey.structure import Group, Item, Option, Structure

Row: TypeAlias = Mapping[str, Any]

QUESTION_PROPERTIES = ("attributes", "attributes_lang", "answeroptions")
"""What `get_question_properties` is asked for, of each question in each language."""
LANGUAGE_PROPERTIES = ("surveyls_title", "surveyls_endtext", *COLUMNS)
"""What `get_language_properties` is asked for, in each language."""


@dataclass(frozen=True)
class Told:
    """Answers of the API as they came, by language: `list_groups`, `list_questions`, `get_language_properties`.

    `properties` are those of `get_question_properties` by language and question number; `survey` is
    `get_survey_properties`.
    """

    survey: Row
    languages: Mapping[str, Row]
    groups: Mapping[str, Iterable[Row]]
    questions: Mapping[str, Iterable[Row]]
    properties: Mapping[str, Mapping[int, Row]]


def read_told(told: Told) -> Found:
    """The survey as LimeSurvey tells it. «Our name» of a page is its number: LimeSurvey has none."""
    first = str(told.survey["language"])
    languages = (first, *str(told.survey.get("additional_languages") or "").split())
    reader = _Reader(told, languages)
    structure = Structure(
        sid=int(told.survey["sid"]),
        languages=languages,
        title={code: _words(told.languages[code].get("surveyls_title")) for code in languages},
        end={code: _words(told.languages[code].get("surveyls_endtext")) for code in languages},
        groups=tuple(reader.group(row) for row in _ordered(told.groups[first], "group_order")),
        attributes=_attributes(told.survey.get("attributedescriptions")),
        letters={name: {code: _words(told.languages[code].get(name)) for code in languages} for name in COLUMNS},
    )
    return Found(structure, {name: _words(value) for name, value in told.survey.items()})


def _words(value: object) -> str:
    return "" if value is None else str(value)


def _ordered(rows: Iterable[Row], key: str) -> list[Row]:
    return sorted(rows, key=lambda row: int(row[key]))


def _attributes(described: object) -> dict[str, str]:
    if not described:
        return {}
    found = cast("dict[str, dict[str, str]]", json.loads(described) if isinstance(described, str) else described)
    return {name: told["description"] for name, told in found.items()} if found else {}


class _Reader:
    """Looks the same group or question up in every language."""

    def __init__(self, told: Told, languages: tuple[str, ...]):
        self._languages = languages
        self._groups = {code: {int(row["gid"]): row for row in told.groups[code]} for code in languages}
        self._questions = {code: {int(row["qid"]): row for row in told.questions[code]} for code in languages}
        self._properties = told.properties

    @property
    def _first(self) -> Mapping[int, Row]:
        return self._questions[self._languages[0]]

    def group(self, row: Row) -> Group:
        gid = int(row["gid"])
        rows = [item for item in self._first.values() if int(item["gid"]) == gid and not int(item["parent_qid"])]
        texts = {code: _words(self._groups[code].get(gid, {}).get("group_name")) for code in self._languages}
        items = tuple(self._item(item) for item in _ordered(rows, "question_order"))
        return Group(str(row["group_order"]), texts, _words(row.get("grelevance")), items)

    def _item(self, row: Row) -> Item:
        qid = int(row["qid"])
        hints = self._told(qid, "help")
        parts = row["type"] == "M"
        return Item(
            title=str(row["title"]),
            type=str(row["type"]),
            texts=self._told(qid, "question"),
            hints=hints if any(hints.values()) else {},
            relevance=_words(row.get("relevance")),
            mandatory=row["mandatory"] == "Y",
            options=self._parts(qid) if parts else self._answers(qid),
            settings=self._settings(qid),
            tips=self._tips(qid),
        )

    def _told(self, qid: int, key: str) -> dict[str, str]:
        return {code: _words(self._questions[code].get(qid, {}).get(key)) for code in self._languages}

    def _parts(self, parent: int) -> tuple[Option, ...]:
        rows = [row for row in self._first.values() if int(row["parent_qid"]) == parent]
        ordered = _ordered(rows, "question_order")
        return tuple(Option(str(row["title"]), self._told(int(row["qid"]), "question")) for row in ordered)

    def _property(self, qid: int, language: str, name: str) -> Mapping[str, Any]:
        """LimeSurvey tells «none» as a sentence."""
        value = self._properties[language].get(qid, {}).get(name)
        return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}

    def _answers(self, qid: int) -> tuple[Option, ...]:
        by_language = {code: self._property(qid, code, "answeroptions") for code in self._languages}
        first = by_language[self._languages[0]]
        codes = sorted(first, key=lambda code: int(first[code]["order"]))
        return tuple(
            Option(code, {language: _words(told.get(code, {}).get("answer")) for language, told in by_language.items()})
            for code in codes
        )

    def _settings(self, qid: int) -> dict[str, str]:
        told = self._property(qid, self._languages[0], "attributes")
        return {name: _words(value) for name, value in told.items()}

    def _tips(self, qid: int) -> dict[str, dict[str, str]]:
        by_language = {code: self._property(qid, code, "attributes_lang") for code in self._languages}
        names = by_language[self._languages[0]]
        return {name: {code: _words(told.get(name)) for code, told in by_language.items()} for name in names}
