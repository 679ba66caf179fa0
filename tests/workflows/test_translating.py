"""The translators' loop: a changed source, a workbook out, filled in and back, and all that may happen to it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polib
import pytest

from evaltool.errors import BusyError, DefinitionError, EvaltoolError
from evaltool.project import Project, read_project
from evaltool.survey.exchange import Reviewer
from evaltool.survey.load import load_definition
from evaltool.workflows.translating import export, status, take_in, update
from evaltool.workflows.working import working

TODAY = "2026-11-22"
LANGUAGES = ("en", "ar", "tr", "fa", "so", "ti", "uk")
ROSTER = """\
format: 1
language: da
columns:
  person_id: {label: Person, sensitivity: identifier, role: person, required: true}
  course_id: {label: Forløb, sensitivity: identifier, role: course, required: true}
"""
LISTS = """\
yes_no:
  translation_note: A plain yes and no.
  choices: {"yes": Ja, "no": Nej}
"""
SURVEY = """\
survey: small
version: 1
language: da
translations: [en, ar, tr, fa, so, ti, uk]
title: Lille
pages:
  - name: start
    title: Vil du?
    questions:
      - {name: consent, type: select_one, role: consent, label: Vil du svare?, required: true, choices: yes_no}
  - name: work
    questions:
      - {name: job, type: select_one, role: headline, translation_note: Any., label: Har du et job?, choices: yes_no}
      - {name: phone, type: note, label: "Ring til ${privacy.phone} før kl. 16."}
      - name: born
        type: select_one
        label: Født?
        hint: Skriv 2 tal.
        choices: {a: "0-2 år", b: "007", c: Sjældent}
"""
SOURCES = {
    "title": "Lille",
    "page.start.title": "Vil du?",
    "consent.label": "Vil du svare?",
    "list.yes_no.yes": "Ja",
    "list.yes_no.no": "Nej",
    "job.label": "Har du et job?",
    "phone.label": "Ring til ${privacy.phone} før kl. 16.",
    "born.label": "Født?",
    "born.hint": "Skriv 2 tal.",
    "born.choice.a": "0-2 år",
    "born.choice.b": "007",
    "born.choice.c": "Sjældent",
}


def catalogue(language: str, keys: list[str]) -> str:
    """As another program writes it: other wrapping, a comment of its own, an entry that is no more."""
    head = (
        '# Kept by hand.\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Language: {language}\\n"\n"X-Generator: Poedit 3.4\\n"\n\n'
    )
    body = "".join(
        f'# state: reviewed; by: Bo; on: 2026-01-01\n#: {key}\nmsgctxt "{key}"\nmsgid ""\n"{SOURCES[key]}"\n'
        f'msgstr   "{language}: {SOURCES[key]}"\n\n\n'
        for key in keys
    )
    return head + body + '#~ msgctxt "old.label"\n#~ msgid "Gammel"\n#~ msgstr "Old"\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A survey with seven translations, all reviewed."""
    root = tmp_path / "programme"
    (root / "surveys" / "small").mkdir(parents=True)
    (root / "evaltool.toml").write_text('format = 1\nname = "x"\nlanguage = "da"\n', encoding="utf-8")
    files = {"roster.yaml": ROSTER, "lists.yaml": LISTS, "small/v1.yaml": SURVEY}
    for language in LANGUAGES:
        shared = [key for key in SOURCES if key.startswith("list.")]
        files[f"lists.{language}.po"] = catalogue(language, shared)
        files[f"small/v1.{language}.po"] = catalogue(language, [key for key in SOURCES if key not in shared])
    for name, text in files.items():
        newline = "\r\n" if name.endswith(".tr.po") else "\n"
        (root / "surveys" / name).write_text(text, encoding="utf-8", newline=newline)
    return read_project(root)


def change(project: Project, old: str, new: str) -> None:
    path = project.surveys / "small" / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def stored(project: Project, language: str = "ar") -> dict[str, polib.POEntry]:
    """What the files say, read by polib."""
    paths = (project.surveys / f"lists.{language}.po", project.surveys / "small" / f"v1.{language}.po")
    return {entry.msgctxt or "": entry for path in paths for entry in polib.pofile(str(path)) if not entry.obsolete}


def others(path: Path, key: str) -> list[bytes]:
    """The entries of a file as bytes, without the one of this key: cut where two line ends stand together."""
    parts = re.split(rb"(?:\r?\n){2,}", path.read_bytes())
    kept = [part for part in parts if f'msgctxt "{key}"'.encode() not in part]
    assert len(kept) == len(parts) - 1
    return kept


def sheet_of(path: Path, language: str = "ar") -> tuple[Any, Any, dict[str, int]]:
    """The workbook, its sheet, and the row of each key."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book[language]
    return book, sheet, {str(row[0].value): row[0].row for row in sheet.iter_rows(min_row=2)}


def column(sheet: Any, name: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == name)


def sent_out(project: Project, *, todo: bool = False, language: str = "ar") -> Path:
    return export(project, "small", 1, language, to=None, todo=todo, today=TODAY).path


def fill(path: Path, key: str, *, name: str = "translation", value: object) -> None:
    book, sheet, rows = sheet_of(path)
    sheet.cell(rows[key], column(sheet, name)).value = value
    book.save(path)


HASSAN = Reviewer("A. Hassan", "2026-12-01")


def refused(project: Project, path: Path, reviewer: Reviewer = HASSAN) -> list[tuple[str, str]]:
    """Codes and places of the faults; the files are as they were."""
    before = {file: file.read_bytes() for file in project.surveys.rglob("*.po")}
    with pytest.raises(DefinitionError) as caught:
        take_in(project, path, reviewer)
    assert {file: file.read_bytes() for file in project.surveys.rglob("*.po")} == before
    return [(fault.code, fault.where.partition(", ")[2]) for fault in caught.value.faults]


def test_a_changed_sentence_goes_through_the_loop_and_nothing_else_is_touched(project: Project) -> None:
    change(project, "Har du et job?", "Har du et job nu?")
    with pytest.raises(DefinitionError, match="translate update small"):
        load_definition(project.surveys, "small", 1)
    files = {language: project.surveys / "small" / f"v1.{language}.po" for language in LANGUAGES}
    before = {language: others(path, "job.label") for language, path in files.items()}
    lists = {path: path.read_bytes() for path in project.surveys.glob("lists.*.po")}

    assert {item.path for item in update(project, today=TODAY)} == set(files.values())
    for language, path in files.items():
        entry = stored(project, language)["job.label"]
        assert (entry.fuzzy, entry.msgid, entry.previous_msgid) == (True, "Har du et job nu?", "Har du et job?")
        assert entry.msgstr == f"{language}: Har du et job?"
        assert others(path, "job.label") == before[language]
    assert load_definition(project.surveys, "small", 1).drafts == dict.fromkeys(LANGUAGES, ("job.label",))

    path = sent_out(project, todo=True)
    book, sheet, rows = sheet_of(path)
    assert list(rows) == ["job.label"]
    row = {sheet.cell(1, place).value: sheet.cell(2, place).value for place in range(1, sheet.max_column + 1)}
    assert (row["source"], row["former source"]) == ("Har du et job nu?", "Har du et job?")
    assert (row["translation"], row["state"], row["by"], row["context"]) == (
        *("ar: Har du et job?", "draft", "Bo", "Any."),
    )
    sheet.cell(2, column(sheet, "translation")).value = "هل لديك عمل الآن؟"
    sheet.cell(2, column(sheet, "back-translation")).value = "Do you have work now?"
    book.save(path)
    done = take_in(project, path, HASSAN)

    assert list(done.changed) == ["job.label"]
    entry = stored(project)["job.label"]
    assert (entry.fuzzy, entry.msgstr, entry.previous_msgid) == (False, "هل لديك عمل الآن؟", None)
    assert entry.tcomment == "state: translated; by: A. Hassan; on: 2026-12-01"
    assert entry.comment == "back-translation: Do you have work now?"
    for language, file in files.items():
        assert others(file, "job.label") == before[language]
    assert {path: path.read_bytes() for path in lists} == lists
    assert set(load_definition(project.surveys, "small", 1).drafts) == set(LANGUAGES) - {"ar"}


def test_a_file_in_step_stays_as_it_is(project: Project) -> None:
    before = {file: file.read_bytes() for file in project.surveys.rglob("*.po")}
    assert update(project, today=TODAY) == []
    assert {file: file.read_bytes() for file in project.surveys.rglob("*.po")} == before


def test_a_new_language_gets_its_files_filled_from_what_is_known(project: Project) -> None:
    change(project, "translations: [en,", "translations: [pl, en,")
    update(project, today=TODAY)
    assert {key: entry.msgid for key, entry in stored(project, "pl").items()} == SOURCES
    assert load_definition(project.surveys, "small", 1).untranslated["pl"] == tuple(SOURCES)
    change(project, "label: Født?", "label: Nej")
    update(project, today=TODAY)
    entry = stored(project, "tr")["born.label"]
    assert (entry.msgstr, entry.fuzzy) == ("tr: Født?", True)  # what a person wrote is kept, not replaced


def test_a_new_question_is_prefilled_with_the_same_text_of_another(project: Project) -> None:
    change(project, "c: Sjældent}", "c: Sjældent, d: Nej}")
    update(project, "small", today=TODAY)
    entry = stored(project)["born.choice.d"]
    assert (entry.msgstr, entry.fuzzy) == ("ar: Nej", True)
    assert entry.tcomment == f"state: draft; by: machine; on: {TODAY}"


def test_rows_that_nobody_changed_are_not_touched(project: Project) -> None:
    path = sent_out(project)
    before = {file: file.read_bytes() for file in project.surveys.rglob("*.po")}
    assert take_in(project, path, HASSAN).changed == {}
    assert {file: file.read_bytes() for file in project.surveys.rglob("*.po")} == before


def test_a_raised_state_clears_the_draft_and_may_be_imported_twice(project: Project) -> None:
    change(project, "Født?", "Født hvornår?")
    path = sent_out(project)
    fill(path, "born.label", name="state", value="Reviewed")
    assert list(take_in(project, path, HASSAN).changed) == ["born.label"]
    entry = stored(project)["born.label"]
    assert (entry.fuzzy, entry.previous_msgid, entry.msgstr) == (False, None, "ar: Født?")
    assert entry.tcomment == "state: reviewed; by: A. Hassan; on: 2026-12-01"
    assert take_in(project, path, Reviewer("C", "2026-12-02")).changed == {}


def test_a_shared_list_s_translation_goes_into_its_own_file(project: Project) -> None:
    path = sent_out(project)
    fill(path, "list.yes_no.no", value="كلا")
    take_in(project, path, Reviewer("A. Hassan", "2026-12-01", "adjudicated"))
    assert stored(project)["list.yes_no.no"].tcomment.startswith("state: adjudicated")
    assert "كلا" in (project.surveys / "lists.ar.po").read_text(encoding="utf-8")


def test_a_po_file_goes_through_the_loop_too(project: Project, tmp_path: Path) -> None:
    change(project, "Født?", "Født hvornår?")
    path = export(project, "small", 1, "ar", to=tmp_path / "out.po", todo=False, today=TODAY).path
    book = polib.pofile(str(path), wrapwidth=60)
    entries = {entry.msgctxt: entry for entry in book}
    entries["born.label"].msgstr, entries["born.label"].flags = "متى ولدت؟", []
    entries["job.label"].msgstr, entries["job.label"].flags = "عمل؟", ["fuzzy"]
    entries["title"].comment += "\nback-translation: A title that says in some words how small the whole thing is."
    book.save(str(path))
    changed = take_in(project, path, HASSAN).changed
    assert {key: now.state for key, (_, now) in changed.items()} == {
        "title": "reviewed",
        "job.label": "draft",
        "born.label": "translated",
    }
    assert stored(project)["title"].comment.endswith("in some words how small the whole thing is.")
    assert stored(project)["job.label"].fuzzy
    book.remove(entries["title"])
    book.save(str(path))
    with pytest.raises(DefinitionError, match="1 of 12 rows are lost: title"):
        take_in(project, path, HASSAN)


# What may happen to a workbook


@pytest.mark.parametrize(
    ("key", "name", "value", "code"),
    [
        ("born.choice.a", "translation", datetime(2026, 2, 1, tzinfo=UTC).replace(tzinfo=None), "not-text"),
        ("born.choice.b", "translation", 7, "not-text"),
        ("born.choice.b", "translation", "7", "digits"),
        ("born.label", "translation", True, "not-text"),
        ("born.label", "translation", "=A1+1", "not-text"),
        ("born.label", "translation", "#REF!", "not-text"),
        ("born.hint", "translation", "اكتبي 3 أرقام", "digits"),
        ("phone.label", "translation", "اتصلي قبل الساعة ١٦", "placeholder"),
        ("phone.label", "translation", "اتصلي على ${ privacy.phone} قبل الساعة ١٦", "placeholder"),
        ("phone.label", "translation", None, "emptied"),
        ("born.choice.c", "translation", "ن" * 81, "too-long"),
        ("list.yes_no.no", "translation", "ar: Ja", "same-choice"),
        ("job.label", "source", "Har du job?", "altered-source"),
        ("job.label", "state", "done", "unknown-state"),
        ("job.label", "state", "translated", "state-back"),
        ("job.label", "comment", "state: pretested; by: me", "bad-comment"),
        ("job.label", "translation", "a\u2028b", "control-sign"),
    ],
)
def test_a_bad_cell_is_told_with_its_row(project: Project, key: str, name: str, value: object, code: str) -> None:
    path = sent_out(project)
    fill(path, key, name=name, value=value)
    _, _, rows = sheet_of(path)
    ((found, where),) = refused(project, path)
    assert (found, where.partition(", column")[0]) == (code, f"sheet «ar», row {rows[key]}")


def _drop(rows: int) -> Callable[[Any], None]:
    return lambda sheet: sheet.delete_rows(3, rows)


def _double(sheet: Any) -> None:
    sheet.append([cell.value for cell in sheet[2]])


def _unknown(sheet: Any) -> None:
    sheet.append(["job.labl", *[None] * 6, "x"])


def _rename(sheet: Any) -> None:
    sheet.cell(1, column(sheet, "translation")).value = "Übersetzung"


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_drop(2), [("lost-rows", "")]),
        (_double, [("double-row", "sheet «ar», row 14")]),
        (_unknown, [("unknown-key", "sheet «ar», row 14")]),
        (_rename, [("columns", "sheet «ar», row 1")]),
    ],
)
def test_lost_doubled_and_unknown_rows_are_told(
    project: Project, damage: Callable[[Any], None], expected: list[tuple[str, str]]
) -> None:
    path = sent_out(project)
    book, sheet, _ = sheet_of(path)
    damage(sheet)
    book.save(path)
    found = refused(project, path)
    assert found[: len(expected)] == expected


def test_all_faults_are_told_at_once(project: Project) -> None:
    path = sent_out(project)
    fill(path, "job.label", value=7)
    fill(path, "phone.label", value="x")
    fill(path, "born.label", name="state", value="?")
    assert [code for code, _ in refused(project, path)] == ["not-text", "placeholder", "digits", "unknown-state"]


def test_a_source_that_changed_after_the_export_refuses_only_work_on_it(project: Project) -> None:
    path = sent_out(project)
    change(project, "Har du et job?", "Har du et job nu?")
    update(project, today=TODAY)
    fill(path, "born.label", value="مولود؟")
    assert take_in(project, path, HASSAN).outdated == ("job.label",)
    fill(path, "job.label", value="عمل؟")
    assert [code for code, _ in refused(project, path)] == ["outdated-source"]


def test_work_of_somebody_else_is_not_written_over(project: Project, tmp_path: Path) -> None:
    first = sent_out(project)
    second = tmp_path / "second.xlsx"
    second.write_bytes(first.read_bytes())
    fill(first, "born.label", value="مولود؟")
    fill(second, "born.label", value="ولدت؟")
    take_in(project, first, HASSAN)
    assert [code for code, _ in refused(project, second)] == ["changed-since"]


def _sheet_renamed(book: Any) -> None:
    book["ar"].title = "en"


def _hidden_gone(book: Any) -> None:
    del book["evaltool"]


def _other_version(book: Any) -> None:
    book["evaltool"]["B3"].value = "2"


def _other_survey(book: Any) -> None:
    book["evaltool"]["B2"].value = "large"


def _other_language(book: Any) -> None:
    book["evaltool"]["B4"].value = "de"
    book["ar"].title = "de"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_sheet_renamed, "for «ar», but there is no sheet"),
        (_hidden_gone, "no workbook of an export"),
        (_other_version, "no small version 2"),
        (_other_survey, "no large version 1"),
        (_other_language, "no translation «de»"),
    ],
)
def test_a_workbook_of_something_else_is_refused(project: Project, damage: Callable[[Any], None], message: str) -> None:
    path = sent_out(project)
    book = openpyxl.load_workbook(path)
    damage(book)
    book.save(path)
    with pytest.raises(DefinitionError, match=message):
        take_in(project, path, HASSAN)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (b"key;translation\n", "not an XLSX file"),
        (b"", "not an XLSX file"),
    ],
)
def test_what_is_no_workbook_is_refused(project: Project, tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "back.xlsx"
    path.write_bytes(data)
    with pytest.raises(DefinitionError, match=message):
        take_in(project, path, HASSAN)


@pytest.mark.parametrize("name", ["", " ", "machine", "Machine ", "a;b"])
def test_only_a_person_takes_a_draft_in(project: Project, name: str) -> None:
    with pytest.raises(DefinitionError, match="only a person"):
        take_in(project, sent_out(project), Reviewer(name, TODAY))


def test_two_at_once_are_refused(project: Project) -> None:
    path = sent_out(project)
    with working(project), pytest.raises(BusyError):
        take_in(project, path, HASSAN)


@pytest.mark.parametrize("name", ["translation", "back-translation", "state", "comment"])
def test_an_export_does_not_write_over_somebody_s_work(project: Project, name: str) -> None:
    path = sent_out(project)
    assert sent_out(project) == path  # untouched, so it is made anew
    fill(path, "job.label", name=name, value="pretested" if name == "state" else "عمل؟")
    with pytest.raises(EvaltoolError, match="somebody has worked in this file"):
        sent_out(project)


def test_a_workbook_keeps_texts_as_texts_and_reads_from_the_right(project: Project) -> None:
    _, sheet, rows = sheet_of(sent_out(project))
    assert sheet.sheet_view.rightToLeft
    assert sheet.freeze_panes == "A2"
    assert not sheet_of(sent_out(project, language="en"), "en")[1].sheet_view.rightToLeft
    cell = sheet.cell(rows["born.choice.b"], column(sheet, "source"))
    assert (cell.value, cell.number_format, cell.data_type) == ("007", "@", "s")
    limits = {key: sheet.cell(row, column(sheet, "limit")).value for key, row in rows.items()}
    assert (limits["born.choice.c"], limits["job.label"], limits["title"]) == (80, 250, 120)


def test_a_text_that_looks_like_a_formula_stays_a_text(project: Project) -> None:
    change(project, "label: Født?", 'label: "=Født"')
    path = sent_out(project)
    _, sheet, rows = sheet_of(path)
    cell = sheet.cell(rows["born.label"], column(sheet, "source"))
    assert (cell.value, cell.data_type) == ("=Født", "s")
    assert take_in(project, path, HASSAN).changed == {}


# How far it is


def test_status_counts_states_and_names_what_blocks_production(project: Project) -> None:
    change(project, "Har du et job?", "Har du et job nu?")
    (arabic,) = [item for item in status(project, "small") if item.language == "ar"]
    assert (arabic.texts, arabic.counts["reviewed"], arabic.counts["draft"], arabic.counts["changed"]) == (12, 11, 1, 1)
    assert arabic.blocking == ("job.label",)


def test_expected_minutes_are_words_by_speed_and_seconds_by_answer(project: Project) -> None:
    (english,) = [item for item in status(project) if item.language == "en"]
    # each text once where it is shown, "en:" before it: page 3; consent 4 + 2×2; job 5 + 2×2; phone 7;
    # born 2 + 4 + 3 + 2 + 2. Three questions with choices, four seconds each.
    assert english.minutes == pytest.approx((3 + 8 + 9 + 7 + 13) / 228 + 3 * 4 / 60)


def test_an_unknown_survey_or_language_names_the_known_ones(project: Project) -> None:
    with pytest.raises(DefinitionError, match="small"):
        update(project, "smal", today=TODAY)
    with pytest.raises(DefinitionError, match="There are: en, ar"):
        export(project, "small", 1, "xx", to=None, todo=False, today=TODAY)
