import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from evaltool.platforms.limesurvey.lint import lint
from evaltool.platforms.limesurvey.lss import SETTINGS, write_lss
from evaltool.platforms.limesurvey.names import name_survey
from evaltool.platforms.limesurvey.structure import Item, read_record, survey_number
from evaltool.survey.load import load_definition
from evaltool.survey.release import make_release
from evaltool.survey.translations import map_texts
from tests.platforms.limesurvey.expression_cases import every_type
from tests.platforms.limesurvey.record_cases import structure_of

SURVEY = every_type()
STRUCTURE = structure_of(SURVEY, name_survey(SURVEY))
FILE = etree.fromstring(write_lss(STRUCTURE))
ITEMS = {item.title: item for item in STRUCTURE.items}


def rows(table: str) -> list[dict[str, str]]:
    return [{cell.tag: cell.text or "" for cell in row} for row in FILE.findall(f"{table}/rows/row")]


def attributes(title: str) -> dict[tuple[str, str], str]:
    qid = next(row["qid"] for row in rows("questions") if row["title"] == title)
    found = [row for row in rows("question_attributes") if row["qid"] == qid]
    return {(row["attribute"], row["language"]): row["value"] for row in found}


def test_the_same_survey_gives_the_same_bytes() -> None:
    again = every_type()
    assert write_lss(structure_of(again, name_survey(again))) == write_lss(STRUCTURE)


def test_the_number_of_a_deployment_has_nine_digits_and_never_changes() -> None:
    # sha256 of "evaltool limesurvey every-type@3", worked out by sha256sum and perl
    assert survey_number("every-type@3") == STRUCTURE.sid == 541_978_913
    assert 100_000_000 <= survey_number("another@1") <= 999_999_999


def test_no_row_says_what_limesurvey_could_choose_for_itself() -> None:
    (survey,) = rows("surveys")
    assert {name: survey[name] for name in SETTINGS} == dict(SETTINGS)
    wanted = {"anonymized": "N", "datestamp": "Y", "tokenanswerspersistence": "Y", "allowsave": "N", "allowprev": "Y"}
    assert {name: survey[name] for name in wanted} == wanted
    assert (survey["language"], survey["additional_languages"]) == ("en", "ar")


def test_every_text_stands_in_every_language() -> None:
    for table, key in (("group_l10ns", "gid"), ("question_l10ns", "qid"), ("answer_l10ns", "aid")):
        found: dict[str, set[str]] = {}
        for row in rows(table):
            found.setdefault(row[key], set()).add(row["language"])
        assert set(map(frozenset, found.values())) == {frozenset({"en", "ar"})}
    assert len(rows("question_l10ns")) == 2 * (len(rows("questions")) + len(rows("subquestions")))


def test_each_type_has_its_letter() -> None:
    letters = {title: item.type for title, item in ITEMS.items() if not title.startswith(("seen", "evaltool"))}
    assert letters == {
        "aboutit": "X",
        "consent": "L",
        "topics": "M",
        "countit": "N",
        "share": "N",
        "since": "D",
        "words": "S",
        "essay": "T",
        "where": "*",
        "why": "S",
        "topicsother": "S",
        name_survey(SURVEY).questions["a_name_that_is_much_too_long_for_it"]: "L",
        name_survey(SURVEY).others["a_name_that_is_much_too_long_for_it"]: "S",
    }


def test_choices_become_answers_or_subquestions_in_order() -> None:
    consent = next(row["qid"] for row in rows("questions") if row["title"] == "consent")
    assert [row["code"] for row in rows("answers") if row["qid"] == consent] == ["yes", "no"]
    topics = next(row["qid"] for row in rows("questions") if row["title"] == "topics")
    parts = [row["title"] for row in rows("subquestions") if row["parent_qid"] == topics]
    assert parts == ["time33607", "other", "nothing"]


def test_the_marker_says_which_release_it_is() -> None:
    release = f"evaltool every-type@3 every-type@3 {STRUCTURE_HASH}"
    assert attributes("evaltool")["equation", ""] == release
    assert ITEMS["evaltool"].texts == {"en": release, "ar": release}
    assert STRUCTURE.groups[0].items[0].title == "evaltool"


def test_a_page_records_time_language_and_what_was_shown() -> None:
    assert attributes("seen3") == {
        ("equation", ""): "{time()};{LANG};why={why.relevanceStatus};",
        ("hidden", ""): "1",
        ("cssclass", ""): "d-none hidden",
    }
    assert "topics={topics_time33607.relevanceStatus};" in attributes("seen2")["equation", ""]
    # as 6.4.2 wrote it
    record = read_record("1795357798;en;consent=1;topics=;")
    assert record is not None
    assert (record.time, record.language, record.shown) == (1795357798, "en", {"consent": True, "topics": False})
    assert read_record("") is None


def test_conditions_are_compiled_and_a_refusal_closes_the_rest() -> None:
    assert [group.relevance for group in STRUCTURE.groups] == [
        "1",
        '((!is_empty(TOKEN:ATTRIBUTE_1)) and (TOKEN:ATTRIBUTE_1 != "odense")) and (!(consent.NAOK == "no"))',
        '!(consent.NAOK == "no")',
    ]
    assert ITEMS["why"].relevance == (
        '(topics_time33607.NAOK == "Y") and ((!is_empty(countit.NAOK)) and (floatval(countit.NAOK) gt 5))'
    )


def test_what_is_asked_under_a_condition_needs_scripts_unless_it_holds_when_the_page_appears() -> None:
    assert attributes("topicsother")["cssclass", ""] == '{if(topics_other.NAOK == "Y", "", "ls-no-js-hidden")}'
    assert ("cssclass", "") not in attributes("words")


def test_settings_follow_the_question() -> None:
    assert ITEMS["consent"].mandatory
    assert attributes("countit")["num_value_int_only", ""] == "1"
    assert attributes("since")["dropdown_dates", ""] == "1"
    assert attributes("countit")["em_validation_q_tip", "ar"] == "ليس أقل من \u20660\u2069." or (
        attributes("countit")["em_validation_q_tip", "ar"] == "ليس أقل من 0."
    )
    assert attributes("essay")["maximum_chars", ""] == "500"
    assert attributes("where")["equation", ""] == '{if(!is_empty(TOKEN:ATTRIBUTE_1), TOKEN:ATTRIBUTE_1, "")}'
    assert all(item.settings.get("hide_tip") == "1" for item in STRUCTURE.items if item.type != "*")


def test_the_text_of_other_is_a_question_of_its_own() -> None:
    other: Item = ITEMS["topicsother"]
    assert (other.type, other.relevance) == ("S", 'topics_other.NAOK == "Y"')
    assert {row["other"] for row in rows("questions")} == {"N"}


def test_texts_are_html_in_which_only_our_expressions_stand() -> None:
    assert STRUCTURE.title["en"] == "Every \\{type\\} &amp; more"
    told = ITEMS["aboutit"].texts
    assert told["en"] == (
        'At {if(TOKEN:ATTRIBUTE_1 == "aarhus", \'The "C" house\', '
        'if(TOKEN:ATTRIBUTE_1 == "odense", "Odense", '
        'str_replace("}", ")", str_replace("{", "(", htmlspecialchars(htmlspecialchars_decode(TOKEN:ATTRIBUTE_1))))))}'
        " since "
        '{if(is_empty(TOKEN:ATTRIBUTE_2), "", join(substr(TOKEN:ATTRIBUTE_2, 8, 2), "-", '
        'substr(TOKEN:ATTRIBUTE_2, 5, 2), "-", substr(TOKEN:ATTRIBUTE_2, 0, 4)))}, '
        '{str_replace("}", ")", str_replace("{", "(", htmlspecialchars(htmlspecialchars_decode(TOKEN:ATTRIBUTE_3))))}: '
        "a &lt; b &amp; \\{c\\}<br />New line"
    )
    assert told["ar"] == "اتصلي \u206633 13\u2069"  # the number keeps its order between Arabic words


def test_participant_attributes_are_described() -> None:
    (survey,) = rows("surveys")
    assert '"attribute_1": {"description": "site"' in survey["attributedescriptions"]
    mark = f"evaltool every-type@3 every-type@3 {make_release(SURVEY, released_at='').structure_hash}"
    assert STRUCTURE.attributes == {
        "attribute_1": "site",
        "attribute_2": "started",
        "attribute_3": "nick",
        "attribute_4": f"unit ({mark})",
        "attribute_5": "person",
    }


def test_every_page_says_that_data_are_made_up_or_a_translation_a_draft() -> None:
    drafted = SURVEY.model_copy(update={"drafts": {"ar": ["title"]}})
    groups = structure_of(drafted, name_survey(drafted), synthetic=True).groups
    assert {group.texts["en"].split(" · ", 1)[1] for group in groups} == {"MADE-UP DATA"}
    assert {group.texts["ar"].count(" · ") for group in groups} == {2}


def test_dates_are_written_day_first_and_decimals_as_the_language_does() -> None:
    found = {row["surveyls_language"]: row for row in rows("surveys_languagesettings")}
    assert {row["surveyls_dateformat"] for row in found.values()} == {"2"}
    assert found["en"]["surveyls_numberformat"] == "0"


@pytest.mark.parametrize("table", ["surveys", "groups", "questions", "subquestions", "answers"])
def test_no_number_is_left_empty(table: str) -> None:
    """An empty whole number aborts the import with an error of the database."""
    keys = {"sid", "gid", "qid", "aid", "parent_qid", "group_order", "question_order", "sortorder", "scale_id"}
    assert all(row[key].isdigit() for row in rows(table) for key in keys & set(row))


def filled(_key: str, text: Mapping[str, str]) -> dict[str, str]:
    return {language: re.sub(r"\$\{privacy\.\w+\}", "33 13 50 88", words) for language, words in text.items()}


def test_every_survey_of_this_repository_becomes_a_file_without_fault() -> None:
    found = sorted(Path("surveys").glob("*/v*.yaml"))
    definitions = [path for path in found if re.fullmatch(r"v\d+\.yaml", path.name)]
    assert definitions
    for path in definitions:
        survey = map_texts(load_definition(Path("surveys"), path.parent.name, int(path.stem[1:])), filled)
        assert lint(survey).faults == ()
        assert b"<language>ti</language>" in write_lss(structure_of(survey, name_survey(survey)))


STRUCTURE_HASH = ITEMS["evaltool"].texts["en"].rsplit(" ", 1)[1]
