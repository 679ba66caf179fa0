"""Gettext files: read strictly, told by line, and changed without touching any other byte."""

import re
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from definitions import SURVEY, write
from hypothesis import given
from hypothesis import strategies as st

from evaltool.errors import DefinitionError
from evaltool.survey.catalogue import (
    Entry,
    change_catalogue,
    new_catalogue,
    parse_catalogue,
    plan_update,
    remember,
    render_entry,
)
from evaltool.survey.load import load_definition

# Written as other tools do: own wrapping, comments, places, an old entry, several blank lines.
FILE = """\
# Translators of the programme.
#
msgid ""
msgstr ""
"Project-Id-Version: small/v1\\n"
"Language: ar\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"X-Generator: Poedit 3.4\\n"


# state: reviewed; by: A. Hassan; on: 2026-03-01
#: small/v1.yaml:4
msgctxt "title"
msgid   "Lille"
msgstr "صغير"
#, fuzzy
#| msgid "Job?"
msgctxt "job.label"
msgid ""
"Arbejde "
"nu?"
msgstr "عمل؟"

# Said by phone.
# state: translated; by: Bo; on: 2026-02-01
#. back-translation: A word?
msgctxt "words.label"
msgid "Ord?"
msgstr "كلمة؟"

#~ msgctxt "old.label"
#~ msgid "Gammel?"
#~ msgstr "قديم؟"
"""


def blocks(text: str) -> dict[str, str]:
    """The lines of each entry by key: everything between blank lines or before the next entry's first line."""
    found: dict[str, str] = {}
    for part in re.split(r"\n(?:\r?\n)+|(?<=\n)(?=#, fuzzy)", text):
        key = re.search(r'msgctxt "([^"]+)"', part)
        found[key[1] if key else "header"] = part.strip("\r\n")
    return found


def test_what_an_entry_says_of_itself_is_read() -> None:
    entries = parse_catalogue(FILE, "ar", where="a.po").entries
    title, job, words = entries["title"], entries["job.label"], entries["words.label"]
    assert (title.state, title.by, title.on, title.where) == ("reviewed", "A. Hassan", "2026-03-01", "a.po:12")
    assert (job.state, job.by, job.former, job.source) == ("draft", "", "Job?", "Arbejde nu?")
    assert (words.comment, words.back, words.state) == ("Said by phone.", "A word?", "translated")
    assert list(parse_catalogue(FILE, "ar", where="a.po").obsolete) == ["old.label"]


def test_a_fuzzy_entry_is_a_draft_whatever_its_comment_says() -> None:
    text = FILE.replace("#: small/v1.yaml:4\n", "#, fuzzy\n")
    assert parse_catalogue(text, "ar", where="a.po").entries["title"].state == "draft"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_changing_one_entry_leaves_every_other_byte(newline: str) -> None:
    text = FILE.replace("\n", newline)
    catalogue = parse_catalogue(text, "ar", where="a.po")
    entry = replace(
        catalogue.entries["job.label"], text="شغل؟", state="translated", by="Eva", on="2026-11-22", former=""
    )
    after = change_catalogue(catalogue, {"job.label": entry})
    start, end = text.index("#, fuzzy"), text.index("# Said by phone.") - len(newline)
    assert after.startswith(text[:start])
    assert after.endswith(text[end:])
    middle = after[start : len(after) - len(text) + end]
    lines = [
        "# state: translated; by: Eva; on: 2026-11-22",
        *('msgctxt "job.label"', 'msgid "Arbejde nu?"', 'msgstr "شغل؟"', ""),
    ]
    assert middle == newline.join(lines)


def test_a_new_key_follows_its_forerunner_and_a_gone_one_becomes_obsolete() -> None:
    catalogue = parse_catalogue(FILE, "ar", where="a.po")
    order = ["title", "job.label", "job.hint", "words.label"]
    update = plan_update(
        catalogue,
        {"title": "Lille", "job.label": "Arbejde nu?", "job.hint": "Tag dig tid."},
        {},
        today="2026-11-22",
    )
    assert (update.added, update.gone) == (("job.hint",), ("words.label",))
    after = change_catalogue(catalogue, update.changed, gone=update.gone, order=order)
    book = polib.pofile(after)
    assert [(entry.msgctxt, bool(entry.obsolete)) for entry in book] == [
        *(("title", False), ("job.label", False), ("job.hint", False), ("words.label", True), ("old.label", True)),
    ]
    kept = {"header", "title", "job.label", "old.label"}
    assert {key: blocks(after)[key] for key in kept} == {key: blocks(FILE)[key] for key in kept}


def test_a_key_that_comes_back_gets_its_translation_back() -> None:
    catalogue = parse_catalogue(FILE, "ar", where="a.po")
    sources = {key: entry.source for key, entry in catalogue.entries.items()}
    same = plan_update(catalogue, {**sources, "old.label": "Gammel?"}, {}, today="2026-11-22")
    other = plan_update(catalogue, {**sources, "old.label": "Ældre?"}, {}, today="2026-11-22")
    assert (same.changed["old.label"].text, same.changed["old.label"].state) == ("قديم؟", "translated")
    assert (other.changed["old.label"].former, other.changed["old.label"].state) == ("Gammel?", "draft")
    again = parse_catalogue(change_catalogue(catalogue, other.changed), "ar", where="a.po")
    assert again.entries["old.label"] == other.changed["old.label"]
    assert not again.obsolete


def test_a_changed_source_keeps_the_text_and_the_source_it_was_written_for() -> None:
    catalogue = parse_catalogue(FILE, "ar", where="a.po")
    entry = plan_update(catalogue, {"title": "Stor", "job.label": "Hvilket job?"}, {}, today="2026-11-22").changed
    title, job = entry["title"], entry["job.label"]
    assert (title.text, title.former, title.state, title.by) == ("صغير", "Lille", "draft", "A. Hassan")
    assert job.former == "Job?"  # still the source that a person translated
    back = plan_update(catalogue, {"job.label": "Job?"}, {}, today="2026-11-22").changed["job.label"]
    assert (back.former, back.state) == ("", "draft")


def test_an_empty_entry_is_filled_from_the_same_text_elsewhere_as_a_machine_s_draft() -> None:
    elsewhere = parse_catalogue(FILE, "ar", where="a.po")
    memory = remember([elsewhere])
    assert memory == {"Lille": "صغير", "Ord?": "كلمة؟"}  # not what was written for another source
    update = plan_update(
        new_catalogue("other/v1", "ar"), {"x.label": "Ord?", "y.label": "?"}, memory, today="2026-11-22"
    )
    filled = update.changed["x.label"]
    assert (filled.text, filled.state, filled.by, filled.on) == ("كلمة؟", "draft", "machine", "2026-11-22")
    assert (update.changed["y.label"].text, update.prefilled) == ("", ("x.label",))


_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.sampled_from('\n\t"\\'), max_size=200)


@given(_WORDS, _WORDS.filter(bool), st.text("abc .'É", min_size=1, max_size=150).map(str.strip).filter(bool))
def test_whatever_is_written_is_read_again(source: str, text: str, name: str) -> None:
    entry = Entry("a.label", source, text, "reviewed", name, "2026-11-22", former=source + "!")
    catalogue = new_catalogue("small/v1", "ar")
    again = parse_catalogue(change_catalogue(catalogue, {"a.label": entry}), "ar", where="a.po")
    assert again.faults == ()
    assert again.entries["a.label"] == entry
    assert render_entry(entry) in change_catalogue(catalogue, {"a.label": entry})


# Faults, told by line when a survey is loaded

HEAD = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
TRANSLATED = (
    SURVEY.replace("language: da", "language: da\ntranslations: [en]")
    .replace("label: Ord?", "label: 'Ring til ${privacy.phone}, ${site}?'")
    .replace("label: Født?", "label: 'Født før 1990 eller 12 år?'")
)


def one(key: str, source: str, text: str) -> str:
    return f'msgctxt "{key}"\nmsgid "{source}"\nmsgstr "{text}"\n\n'


PHONE = "Ring til ${privacy.phone}, ${site}?"
BORN = "Født før 1990 eller 12 år?"


def faults(folder: Path, body: bytes, *, lists: bytes | None = None) -> list[tuple[str, int]]:
    write(folder, TRANSLATED)
    (folder / "small" / "v1.en.po").write_bytes(body)
    if lists is not None:
        (folder / "lists.en.po").write_bytes(lists)
    with pytest.raises(DefinitionError) as caught:
        load_definition(folder, "small", 1)
    return [(fault.code, int(fault.where.rpartition(":")[2])) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (HEAD + one("words.label", PHONE, "Call ${privacy.phone}?"), [("placeholder", 6)]),
        (HEAD + one("words.label", PHONE, "Call ${privcy.phone}, ${site}?"), [("placeholder", 6)]),
        (HEAD + one("words.label", PHONE, "Call ${ privacy.phone}, ${site}?"), [("placeholder", 6)]),
        (HEAD + one("words.label", PHONE, "Call ${privacy.phone}, ${site}, ${site2}?"), [("placeholder", 6)]),
        (HEAD + one("words.label", PHONE, "Call ${privacy.phone}, ${site}, ${ site}?"), [("placeholder", 6)]),
        (HEAD + one("job.label", "Job?", "Job ${site}?"), [("placeholder", 6)]),
        (HEAD + one("born.label", BORN, "Born before 1999 or 12 years?"), [("digits", 6)]),
        (HEAD + one("born.label", BORN, "متولد ۱۹۹۰ أو ١٣؟"), [("digits", 6)]),
        (HEAD + one("job.choice.yes", "Ja", "Yes") + one("job.choice.no", "Nej", " yes"), [("same-choice", 10)]),
        (HEAD + one("job.label", "Job?", "A job?") + one("job.label", "Job?", "Work?"), [("double-entry", 10)]),
        (HEAD.replace("UTF-8", "ISO-8859-1"), [("charset", 1)]),
        (HEAD.replace("Language: en", "Language: tr"), [("other-language", 1)]),
        (HEAD + "# state: revewed; by: Bo\n" + one("job.label", "Job?", "Job?"), [("unknown-state", 6)]),
        (HEAD + one("job.label", "Job?", "A job?").replace('job?"\n\n', "jo"), [("not-gettext", 8)]),
        (HEAD + 'msgctxt "job.label"\nmsgid "Job?"\n', [("not-gettext", 6)]),
        (HEAD + 'msgid "Job?"\nmsgstr "Job?"\n', [("no-key", 6)]),
        (HEAD + 'msgctxt "job.label"\nmsgid "Job?"\nmsgstr "a "job""\n', [("not-gettext", 8)]),
        ("", [("not-gettext", 1)]),
        (one("job.label", "Job?", "Job?"), [("not-gettext", 1)]),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, body: str, expected: list[tuple[str, int]]) -> None:
    assert faults(tmp_path, body.encode()) == expected


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    body = (HEAD + one("job.label", "Job?", "Tør du?")).encode("cp1252")
    assert faults(tmp_path, body) == [("charset", 8)]


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    lists = HEAD + one("list.degree.high", "I høj grad", "High") + one("list.degree.low", "I mindre grad", "High")
    body = HEAD + one("title", "Stor", "Large") + one("words.label", PHONE, "Call")
    assert faults(tmp_path, body.encode(), lists=lists.encode()) == [
        *(("same-choice", 10), ("stale-translation", 6), ("placeholder", 10)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "متولد قبل ١٩٩٠ أو ١٢ سنة؟",  # Arabic-Indic digits
        "قبل از ۱۹۹۰ یا ۱۲ سال؟",  # Persian digits
        "Born before 1990, or 12 years and 6 months?",  # the source may say it in a word
        "Born before 1,990 or 12?",
    ],
)
def test_digits_of_any_script_are_the_same_numbers(tmp_path: Path, text: str) -> None:
    write(tmp_path, TRANSLATED)
    (tmp_path / "small" / "v1.en.po").write_text(HEAD + one("born.label", BORN, text), encoding="utf-8")
    assert load_definition(tmp_path, "small", 1).by_name["born"].label["en"] == text


@pytest.mark.parametrize(("text", "right"), [("مرة أو مرتين", True), ("1 أو 3", False), ("مرة أو 2", True)])
def test_one_and_two_may_be_forms_of_the_noun(tmp_path: Path, text: str, right: bool) -> None:
    write(tmp_path, TRANSLATED.replace("Født før 1990 eller 12 år?", "1 eller 2 gange?"))
    body = HEAD + one("born.label", "1 eller 2 gange?", text)
    (tmp_path / "small" / "v1.en.po").write_text(body, encoding="utf-8")
    if right:
        load_definition(tmp_path, "small", 1)
    else:
        with pytest.raises(DefinitionError, match="other digits"):
            load_definition(tmp_path, "small", 1)
