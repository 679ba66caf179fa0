"""A survey that somebody built in LimeSurvey by hand, as it stands there: every question, whatever its type."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from evaltool.platforms.limesurvey.told import Row, Told
from evaltool.text import Text

_ENDS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # others of them are blanks
_TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """An answer or a subquestion. `relevance` is LimeSurvey's rule for showing a subquestion."""

    code: str
    texts: Text
    relevance: str = "1"


@dataclass(frozen=True)
class Foreign:
    """A question as LimeSurvey holds it, with plain texts by language. `number` is LimeSurvey's own for it."""

    number: int
    title: str
    type: str
    texts: Text
    hints: Text = field(default_factory=dict[str, str])
    relevance: str = "1"
    required: bool = False
    other: bool = False
    other_texts: Text = field(default_factory=dict[str, str])
    answers: tuple[Part, ...] = ()
    parts: tuple[Part, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class ForeignGroup:
    """A group of questions, which is a page where LimeSurvey shows group by group."""

    texts: Text
    relevance: str
    questions: tuple[Foreign, ...]


@dataclass(frozen=True)
class ForeignSurvey:
    """All of a survey. `anonymised` and `active` are as far as the source tells."""

    sid: int
    languages: tuple[str, ...]
    title: Text
    groups: tuple[ForeignGroup, ...]
    anonymised: bool
    active: bool

    @property
    def questions(self) -> tuple[Foreign, ...]:
        return tuple(question for group in self.groups for question in group.questions)


def read_foreign(told: Told) -> ForeignSurvey:
    """The survey that is told of."""
    first = str(told.survey["language"])
    languages = (first, *str(told.survey.get("additional_languages") or "").split())
    reader = _Reader(told, languages)
    return ForeignSurvey(
        sid=int(told.survey["sid"]),
        languages=languages,
        title={code: plain(told.languages[code].get("surveyls_title")) for code in languages},
        groups=tuple(reader.group(row) for row in _ordered(told.groups[first], "group_order")),
        anonymised=told.survey.get("anonymized") == "Y",
        active=told.survey.get("active", "Y") == "Y",
    )


def plain(text: object) -> str:
    """The words of a text that LimeSurvey keeps as HTML, on one line."""
    words = _TAG.sub("", _ENDS.sub(" ", _UNSEEN.sub(" ", str(text or ""))))
    return " ".join(_CONTROL.sub("", html.unescape(words)).split())


def _ordered(rows: Iterable[Row], key: str) -> list[Row]:
    return sorted(rows, key=lambda row: int(row[key]))


class _Reader:
    """Looks the same group or question up in every language."""

    def __init__(self, told: Told, languages: tuple[str, ...]):
        self._languages = languages
        self._groups = {code: {int(row["gid"]): row for row in told.groups[code]} for code in languages}
        self._questions = {code: {int(row["qid"]): row for row in told.questions[code]} for code in languages}
        self._properties = told.properties
        self._first = self._questions[languages[0]]

    def group(self, row: Row) -> ForeignGroup:
        gid = int(row["gid"])
        rows = [item for item in self._first.values() if int(item["gid"]) == gid and not int(item["parent_qid"])]
        texts = {code: plain(self._groups[code].get(gid, {}).get("group_name")) for code in self._languages}
        items = tuple(self._question(item) for item in _ordered(rows, "question_order"))
        return ForeignGroup(texts, _rule(row.get("grelevance")), items)

    def _question(self, row: Row) -> Foreign:
        qid = int(row["qid"])
        parts = [item for item in self._first.values() if int(item["parent_qid"]) == qid]
        return Foreign(
            number=qid,
            title=str(row["title"]),
            type=str(row["type"]),
            texts=self._told(qid, "question"),
            hints=self._told(qid, "help"),
            relevance=_rule(row.get("relevance")),
            required=row.get("mandatory") == "Y",
            other=row.get("other") == "Y",
            other_texts={
                code: plain(self._property(qid, code, "attributes_lang").get("other_replace_text"))
                for code in self._languages
            },
            answers=self._answers(qid),
            parts=tuple(self._part(item) for item in _ordered(parts, "question_order")),
            settings={name: str(value or "") for name, value in self._own(qid, "attributes").items()},
        )

    def _part(self, row: Row) -> Part:
        return Part(str(row["title"]), self._told(int(row["qid"]), "question"), _rule(row.get("relevance")))

    def _told(self, qid: int, key: str) -> dict[str, str]:
        return {code: plain(self._questions[code].get(qid, {}).get(key)) for code in self._languages}

    def _property(self, qid: int, language: str, name: str) -> Mapping[str, Any]:
        """LimeSurvey tells «none» as a sentence."""
        value = self._properties[language].get(qid, {}).get(name)
        return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}

    def _own(self, qid: int, name: str) -> Mapping[str, Any]:
        return self._property(qid, self._languages[0], name)

    def _answers(self, qid: int) -> tuple[Part, ...]:
        first = self._own(qid, "answeroptions")
        told = {code: self._property(qid, code, "answeroptions") for code in self._languages}
        return tuple(
            Part(answer, {code: plain(found.get(answer, {}).get("answer")) for code, found in told.items()})
            for answer in sorted(first, key=lambda answer: int(first[answer]["order"]))
        )


def _rule(text: object) -> str:
    """LimeSurvey keeps «always» as 1, and as nothing where a file left it out."""
    return str(text or "").strip() or "1"
