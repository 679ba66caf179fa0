"""A structure written as LimeSurvey's own file (LSS, the form with a table a language, from 5.6 on).

Every setting that respondents or answers depend on is written out: what is left out gets LimeSurvey's defaults.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from babel import Locale
from babel.numbers import get_decimal_symbol
from lxml import etree

from evaltool.platforms.limesurvey.structure import Item, Structure

Row: TypeAlias = Mapping[str, object]
DB_VERSION = 498
"""The oldest version of LimeSurvey's database that takes the file: 5.6."""

_DAY_MONTH_YEAR = 2
SETTINGS: Mapping[str, str] = {
    "gsid": "1",
    "admin": "inherit",
    "adminemail": "inherit",
    "format": "G",
    "template": "inherit",
    "anonymized": "N",
    "datestamp": "Y",
    "savetimings": "N",
    "ipaddr": "N",
    "refurl": "N",
    "tokenanswerspersistence": "Y",
    "alloweditaftercompletion": "N",
    "allowregister": "N",
    "allowsave": "N",
    "allowprev": "Y",
    "usecookie": "N",
    "usecaptcha": "N",
    "listpublic": "N",
    "printanswers": "N",
    "publicstatistics": "N",
    "publicgraphs": "N",
    "assessments": "N",
    "htmlemail": "N",
    "sendconfirmation": "N",
    "emailnotificationto": "",
    "emailresponseto": "",
    "showxquestions": "N",
    "showgroupinfo": "N",
    "shownoanswer": "N",
    "showqnumcode": "X",
    "showwelcome": "N",
    "showprogress": "Y",
    "questionindex": "0",
    "navigationdelay": "0",
    "nokeyboard": "N",
    "autoredirect": "N",
    "tokenlength": "35",
}


def write_lss(structure: Structure) -> bytes:
    """The file; the same structure always gives the same bytes."""
    document = etree.Element("document")
    etree.SubElement(document, "LimeSurveyDocType").text = "Survey"
    etree.SubElement(document, "DBVersion").text = str(DB_VERSION)
    languages = etree.SubElement(document, "languages")
    for code in structure.languages:
        etree.SubElement(languages, "language").text = code
    for name, rows in _tables(structure).items():
        _write_table(document, name, rows)
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _write_table(document: etree._Element, name: str, rows: Iterable[Row]) -> None:  # pyright: ignore[reportPrivateUsage]  # lxml has no public name for it
    table = etree.SubElement(etree.SubElement(document, name), "rows")
    for row in rows:
        element = etree.SubElement(table, "row")
        for key, value in row.items():
            etree.SubElement(element, key).text = str(value)


@dataclass
class _Tables:
    """Rows as they are collected; the importer gives every number anew, they only tie the rows together."""

    structure: Structure
    groups: list[Row] = field(default_factory=list[Row])
    group_l10ns: list[Row] = field(default_factory=list[Row])
    questions: list[Row] = field(default_factory=list[Row])
    subquestions: list[Row] = field(default_factory=list[Row])
    question_l10ns: list[Row] = field(default_factory=list[Row])
    answers: list[Row] = field(default_factory=list[Row])
    answer_l10ns: list[Row] = field(default_factory=list[Row])
    question_attributes: list[Row] = field(default_factory=list[Row])

    def question_number(self) -> int:
        return len(self.questions) + len(self.subquestions) + 1

    def collect(self) -> None:
        for gid, group in enumerate(self.structure.groups, start=1):
            self.groups.append({"gid": gid, "group_order": gid, "grelevance": group.relevance})
            for language in self.structure.languages:
                self.group_l10ns.append({"gid": gid, "language": language, "group_name": group.texts[language]})
            for order, item in enumerate(group.items, start=1):
                self._add_item(item, gid, order)

    def _add_item(self, item: Item, gid: int, order: int) -> None:
        qid = self.question_number()
        shared = {"gid": gid, "type": item.type, "other": "N", "scale_id": 0}
        mandatory = "Y" if item.mandatory else "N"
        self.questions.append(
            {"qid": qid, "parent_qid": 0, **shared, "title": item.title, "mandatory": mandatory}
            | {"question_order": order, "relevance": item.relevance}
        )
        for language in self.structure.languages:
            words = {"question": item.texts[language], "help": item.hints.get(language, "")}
            self.question_l10ns.append({"qid": qid, "language": language, **words})
        self._add_settings(item, qid)
        for number, option in enumerate(item.options, start=1):
            if item.type == "M":
                self._add_part(qid, number, shared, code=option.code, texts=option.texts)
            else:
                self._add_answer(qid, number, code=option.code, texts=option.texts)

    def _add_settings(self, item: Item, qid: int) -> None:
        for name, value in item.settings.items():
            self.question_attributes.append({"qid": qid, "attribute": name, "value": value, "language": ""})
        for name, tip in item.tips.items():
            for language in self.structure.languages:
                self.question_attributes.append(
                    {"qid": qid, "attribute": name, "value": tip[language], "language": language}
                )

    def _add_part(self, parent: int, order: int, shared: Row, *, code: str, texts: Mapping[str, str]) -> None:
        qid = self.question_number()
        self.subquestions.append(
            {"qid": qid, "parent_qid": parent, **shared, "title": code, "mandatory": "N"}
            | {"question_order": order, "relevance": "1"}
        )
        for language in self.structure.languages:
            self.question_l10ns.append({"qid": qid, "language": language, "question": texts[language], "help": ""})

    def _add_answer(self, qid: int, order: int, *, code: str, texts: Mapping[str, str]) -> None:
        aid = len(self.answers) + 1
        self.answers.append(
            {"aid": aid, "qid": qid, "code": code, "sortorder": order, "assessment_value": 0, "scale_id": 0}
        )
        for language in self.structure.languages:
            self.answer_l10ns.append({"aid": aid, "language": language, "answer": texts[language]})


def _tables(structure: Structure) -> dict[str, list[Row]]:
    tables = _Tables(structure)
    tables.collect()
    found: dict[str, list[Row]] = {
        "surveys": [_survey_row(structure)],
        "surveys_languagesettings": [_language_row(structure, language) for language in structure.languages],
        "groups": tables.groups,
        "group_l10ns": tables.group_l10ns,
        "questions": tables.questions,
        "subquestions": tables.subquestions,
        "question_l10ns": tables.question_l10ns,
        "answers": tables.answers,
        "answer_l10ns": tables.answer_l10ns,
        "question_attributes": tables.question_attributes,
    }
    return {name: rows for name, rows in found.items() if rows}


def _survey_row(structure: Structure) -> Row:
    first, *others = structure.languages
    described = attribute_descriptions(structure.attributes)
    return {
        "sid": structure.sid,
        "language": first,
        "additional_languages": " ".join(others),
        **SETTINGS,
        **({"attributedescriptions": described} if structure.attributes else {}),
    }


def attribute_descriptions(attributes: Mapping[str, str]) -> str:
    """LimeSurvey's JSON of what its participant attributes are called."""
    fixed = {"mandatory": "N", "show_register": "N", "encrypted": "N", "cpdbmap": ""}
    return json.dumps({name: {"description": told, **fixed} for name, told in attributes.items()})


def _language_row(structure: Structure, language: str) -> Row:
    return {
        "surveyls_survey_id": structure.sid,
        "surveyls_language": language,
        "surveyls_title": structure.title[language],
        "surveyls_endtext": structure.end[language],
        **{column: words[language] for column, words in structure.letters.items()},
        "surveyls_dateformat": _DAY_MONTH_YEAR,
        "surveyls_numberformat": 1 if get_decimal_symbol(Locale.parse(language)) == "," else 0,
    }
