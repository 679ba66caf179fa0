"""What the server says, in eight languages: nothing missing, nothing left over, nothing in disorder."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from jinja2 import Environment, nodes
from server_samples import Page, Respondent, app_on, filled_store

from evaltool.server.app import _MESSAGES
from evaltool.server.interview import _blank_message
from evaltool.server.pages import Words
from evaltool.survey.model import Attribute, Question
from evaltool.text import direction, interface_languages, isolate_runs, language_name

PACKAGE = Path(__file__).parents[2] / "evaltool"
TRANSLATED = ("ar", "da", "fa", "so", "ti", "tr", "uk")
SPEAKING = {"say", "plain", "AnswerFault", "Problem"}


def _in_python(file: Path) -> Iterator[str]:
    """First text handed to a function that speaks."""
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and _name(call.func) in SPEAKING:
            texts = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            yield from texts[:1]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _in_template(file: Path) -> Iterator[str]:
    tree = Environment(autoescape=True).parse(file.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr in SPEAKING:
            yield from (part.value for part in call.args if isinstance(part, nodes.Const))


def _all_said() -> set[str]:
    server = PACKAGE / "server"
    python = [*server.glob("*.py"), PACKAGE / "survey" / "types.py"]
    said = {text for file in python for text in _in_python(file)}
    said |= {text for file in server.rglob("*.html") for text in _in_template(file)}
    said |= {text for pair in _MESSAGES.values() for text in pair}
    asked = {"name": "q", "label": "?"}
    one = Question.model_validate({**asked, "type": "select_one", "choices": {"a": "A"}})
    return said | {_blank_message(one), _blank_message(Question.model_validate({**asked, "type": "text"}))}


def _catalogue(language: str) -> polib.POFile:
    return polib.pofile((PACKAGE / "locale" / language / "server.po").read_text(encoding="utf-8"))


def test_the_interface_speaks_eight_languages() -> None:
    assert set(interface_languages()) == {"en", *TRANSLATED}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_has_each_text_that_the_server_says_and_no_other(language: str) -> None:
    catalogue = _catalogue(language)
    assert {"Next", "Choose an answer.", "Thank you!", "The survey has ended"} <= _all_said()
    assert {entry.msgid for entry in catalogue} == _all_said()
    assert len({entry.msgid for entry in catalogue}) == len(catalogue)
    assert catalogue.metadata["Language"] == language
    untold = [entry.msgid for entry in catalogue if entry.msgstr in {"", entry.msgid}]
    assert untold == (["Send"] if language == "da" else [])


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_placeholders_examples_and_ends(language: str) -> None:
    for entry in _catalogue(language):
        for kept in (r"{\w+}", r"\d+(?:-\d+)*"):
            wanted, found = (re.findall(kept, text.replace(",", ".")) for text in (entry.msgid, entry.msgstr))
            assert sorted(found) == sorted(wanted), entry.msgstr
        assert entry.msgid.endswith((".", "!", ":")) == entry.msgstr.endswith((".", "!", ":", "።", "፦")), entry.msgstr
        assert entry.msgstr == unicodedata.normalize("NFC", entry.msgstr).strip()


# Letters that a text must have, and those that only a neighbour's alphabet has.
@pytest.mark.parametrize(
    ("language", "own", "foreign"),
    [
        ("ar", r"[\u0621-\u064a]", "[پچژگکی]"),
        ("fa", r"[\u0621-\u06cc]", "[كيىة]"),
        ("ti", r"[\u1200-\u135a]", "[a-zA-Z]"),
        ("uk", r"[а-яіїєґ]", "[ыэъёa-zA-Z]"),
        ("tr", "[a-zçğıöşü]", "[qwxåæø]"),
        ("so", "[a-z]", "[pvzåæøğş]"),
    ],
)
def test_a_translation_is_written_in_its_own_letters(language: str, own: str, foreign: str) -> None:
    for entry in _catalogue(language):
        words = re.sub(r"{\w+}", "", entry.msgstr)
        assert re.search(own, words, re.IGNORECASE), words
        assert not re.search(foreign, words), words


def test_each_language_is_called_by_its_own_name() -> None:
    """Names and directions from Unicode's CLDR 46, main/<language>.xml and scriptMetadata.txt."""
    named = {language: (language_name(language), direction(language)) for language in interface_languages()}
    assert named == {
        "ar": ("العربية", "rtl"),
        "da": ("dansk", "ltr"),
        "en": ("English", "ltr"),
        "fa": ("فارسی", "rtl"),
        "so": ("Soomaali", "ltr"),
        "ti": ("ትግርኛ", "ltr"),
        "tr": ("Türkçe", "ltr"),
        "uk": ("українська", "ltr"),
    }


# U+2066 begins a left-to-right isolate, U+2068 one that goes by its first letter, U+2069 ends either.
@pytest.mark.parametrize(
    ("written", "isolated"),
    [
        ("هاتف 33 13 50 88.", "هاتف \u206633 13 50 88\u2069."),
        ("+45 33 13 50 88", "\u2066+45 33 13 50 88\u2069"),
        ("24-04-2022 / ۲۴-۰۴-۲۰۲۲", "\u206624-04-2022\u2069 / \u2066۲۴-۰۴-۲۰۲۲\u2069"),
        ("mail@example.org", "\u2066mail@example.org\u2069"),
        ("GDPR (EU 2016/679)،", "\u2066GDPR (EU 2016/679)\u2069،"),
        ("صفحة 1 من 4", "صفحة 1 من 4"),
    ],
)
def test_runs_of_numbers_and_latin_words_keep_their_order(written: str, isolated: str) -> None:
    assert isolate_runs(written, "ar") == isolated
    assert isolate_runs(written, "da") == written


def test_a_fact_cannot_turn_the_text_round_it() -> None:
    columns = {"city": Attribute(), "started": Attribute(type="date")}
    facts = {"city": "نور", "started": "2021-03-04"}
    text = {"da": "Fra ${city}, ${started}.", "ar": "من ${city} في ${started}."}
    assert Words("da", columns, facts).fill(text) == "Fra \u2068نور\u2069, 4. marts 2021."
    assert Words("ar", columns, facts).fill(text) == "من \u2068نور\u2069 في \u20684 مارس 2021\u2069."
    latin = Words("ar", columns, {**facts, "city": "Aarhus C"}).fill(text)
    assert latin.startswith("من \u2068\u2066Aarhus C\u2069\u2069 ")


def test_no_line_ends_inside_a_date_or_a_telephone_number() -> None:
    """U+2060 joins, U+00A0 does not break: Unicode line breaking, classes WJ and GL."""
    assert Words("da").text({"da": "Ring 33 13, 2 - 3, 24-04-2022"}) == "Ring 33\u00a013, 2 - 3, 24-\u206004-\u20602022"


def test_a_fault_of_another_calendar_is_told_in_the_respondents_language(tmp_path: Path) -> None:
    store = filled_store(tmp_path)
    respondent = Respondent(app_on(store))
    respondent.walk({"consent": "yes"}, {"job": "yes"})
    page = Page(respondent.send(lang="ar", since="٢٣/٩/١٤٤٣", months="٤٥"))
    assert page.status == 422
    (fault,) = page.tree.xpath("//*[@id='errors']//a")
    assert (
        fault.text
        == "لا يمكن أن تكون هذه السنة صحيحة. يرجى كتابة السنة الميلادية، مثلًا \u206624-\u206004-\u20602022\u2069."
    )
    store.close()


@pytest.mark.parametrize("language", TRANSLATED)
def test_an_unknown_link_is_told_in_each_language(tmp_path: Path, language: str) -> None:
    store = filled_store(tmp_path)
    page = Page(Respondent(app_on(store)).ask("GET", "/s/nobody", headers={"accept-language": f"{language}-XX"}))
    told = _catalogue(language).find("This link does not work")
    assert told
    assert (page.headings, page.tree.get("dir")) == ([told.msgstr], direction(language))
    store.close()
