"""The mails that LimeSurvey sends for us. The words in capitals are those that 6.4.2 put a name and a link for."""

import re
from collections.abc import Mapping
from pathlib import Path

import polib
import pytest
from lxml import etree

from evaltool.platforms.limesurvey import letters
from evaltool.platforms.limesurvey.lss import write_lss
from evaltool.platforms.limesurvey.names import name_survey
from evaltool.platforms.limesurvey.words import Teller
from tests.platforms.limesurvey.expression_cases import every_type
from tests.platforms.limesurvey.record_cases import structure_of

TRANSLATED = ("ar", "da", "fa", "so", "ti", "tr", "uk")
LOCALE = Path(letters.__file__).parents[2] / "locale"
SURVEY = every_type()


def written(language: str, title: str = "How was it?") -> Mapping[str, str]:
    found = letters.write_letters({language: title}, [language])
    return {column.removeprefix("surveyls_email_"): words[language] for column, words in found.items()}


def test_an_invitation_greets_and_gives_the_link() -> None:
    told = written("da", "Hvordan gik det?")
    assert told["invite_subj"] == "Hvordan gik det?"
    assert told["remind_subj"] == "Du kan stadig svare: Hvordan gik det?"
    assert told["invite"].startswith("Hej {FIRSTNAME}\n\nHvordan gik det?\n\n")
    for mail in ("invite", "remind"):
        assert "\n{SURVEYURL}\n" in told[mail]
        assert "Du bestemmer selv, om du vil svare. Du må gerne sige nej." in told[mail]


def test_between_arabic_words_a_name_keeps_its_own_order() -> None:
    assert written("ar")["invite"].startswith("مرحبًا \u2068{FIRSTNAME}\u2069\n")


def test_a_language_without_our_words_gets_english_ones() -> None:
    assert written("ps")["remind_subj"] == "You can still answer: How was it?"


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_mail_is_translated_whole(language: str) -> None:
    catalogue = polib.pofile((LOCALE / language / "limesurvey.po").read_text(encoding="utf-8"))
    assert [entry.msgid for entry in catalogue] == [letters.INVITATION, letters.REMINDER_SUBJECT, letters.REMINDER]
    for entry in catalogue:
        shape = r"{\w+}|\n\n|\n{link}\n"
        assert re.findall(shape, entry.msgstr) == re.findall(shape, entry.msgid)
        assert entry.msgstr != entry.msgid
        assert entry.fuzzy


def test_nothing_in_a_title_is_markup_or_an_expression_in_a_mail() -> None:
    teller = Teller(SURVEY, name_survey(SURVEY))
    assert teller.tell_in_mail({"en": "a < b & {c}, ${started}"})["en"] == (
        'a {htmlspecialchars_decode("&lt;")} b {htmlspecialchars_decode("&amp;")} \\{c\\}, '
        '{htmlspecialchars_decode(if(is_empty(TOKEN:ATTRIBUTE_2), "", join(substr(TOKEN:ATTRIBUTE_2, 8, 2), "-", '
        'substr(TOKEN:ATTRIBUTE_2, 5, 2), "-", substr(TOKEN:ATTRIBUTE_2, 0, 4))))}'
    )


def test_they_stand_in_the_file_for_every_language() -> None:
    file = etree.fromstring(write_lss(structure_of(SURVEY, name_survey(SURVEY))))
    for row in file.findall("surveys_languagesettings/rows/row"):
        texts = {cell.tag: cell.text or "" for cell in row}
        assert "{SURVEYURL}" in texts["surveyls_email_invite"]
        assert "{SURVEYURL}" in texts["surveyls_email_remind"]
        assert texts["surveyls_email_invite_subj"] in texts["surveyls_email_remind_subj"]
