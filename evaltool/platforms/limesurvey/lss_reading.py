"""A survey as somebody exported it from LimeSurvey (.lss), told in the same rows as by its API.

Both forms are read: that of 3.x and before, with its texts in line and a row a language, and that of later versions.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from lxml import etree

from evaltool.errors import DefinitionError
from evaltool.platforms.limesurvey.told import Told

_Row: TypeAlias = dict[str, str]
_Tables: TypeAlias = Mapping[str, list[_Row]]


def read_lss(data: bytes, *, where: str) -> Told:
    """What the file tells of the survey; whether it is active or anonymised may be missing.

    Raises:
        DefinitionError: if it is no structure file.
    """
    tables = _tables(data, where)
    survey = tables["surveys"][0]
    languages = [survey["language"], *survey.get("additional_languages", "").split()]
    questions = [*tables.get("questions", []), *tables.get("subquestions", [])]
    return Told(
        survey=survey,
        languages={code: _of(tables["surveys_languagesettings"], "surveyls_language", code) for code in languages},
        groups={code: _spoken(tables["groups"], tables.get("group_l10ns"), "gid", code) for code in languages},
        questions={code: _spoken(questions, tables.get("question_l10ns"), "qid", code) for code in languages},
        properties={code: _properties(tables, code) for code in languages},
    )


def _tables(data: bytes, where: str) -> _Tables:
    mend = "In LimeSurvey: Display/Export, «Survey structure (.lss)»."
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise DefinitionError("the file is no survey structure of LimeSurvey", where=where, mend=mend) from None
    tables = {str(table.tag): [_row(row) for row in table.iterfind("rows/row")] for table in root}
    tables = {name: rows for name, rows in tables.items() if rows}
    lacking = {"surveys", "surveys_languagesettings", "groups", "questions"} - tables.keys()
    if root.findtext("LimeSurveyDocType") != "Survey" or lacking:
        raise DefinitionError("the file is no survey structure of LimeSurvey", where=where, mend=mend)
    return tables


def _row(row: etree._Element) -> _Row:  # pyright: ignore[reportPrivateUsage]  # lxml has no public name for it
    return {str(cell.tag): cell.text or "" for cell in row}


def _of(rows: Iterable[_Row], key: str, language: str) -> _Row:
    return next((row for row in rows if row[key] == language), dict[str, str]())


def _spoken(rows: Iterable[_Row], texts: Iterable[_Row] | None, key: str, language: str) -> list[_Row]:
    """The rows with their texts in this language, which stand in the rows themselves or in a table of their own."""
    if texts is None:
        return [row for row in rows if row["language"] == language]
    found = {row[key]: row for row in texts if row["language"] == language}
    return [{**found.get(row[key], {}), **row} for row in rows]


def _properties(tables: _Tables, language: str) -> dict[int, Mapping[str, Any]]:
    answers: dict[str, dict[str, dict[str, str]]] = {}
    texts = {row["aid"]: row["answer"] for row in tables.get("answer_l10ns", []) if row["language"] == language}
    for row in tables.get("answers", []):
        if row.get("language", language) == language:
            told = {"answer": texts.get(row.get("aid", ""), row.get("answer", "")), "order": row["sortorder"]}
            answers.setdefault(row["qid"], {})[row["code"]] = told
    settings: dict[str, dict[str, dict[str, str]]] = {}
    for row in tables.get("question_attributes", []):
        spoken = row.get("language", "")
        if spoken in {"", language}:
            kind = "attributes_lang" if spoken else "attributes"
            settings.setdefault(row["qid"], {}).setdefault(kind, {})[row["attribute"]] = row.get("value", "")
    return {
        int(row["qid"]): {**settings.get(row["qid"], {}), "answeroptions": answers.get(row["qid"], {})}
        for row in tables["questions"]
    }
