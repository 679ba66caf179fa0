"""The Word questionnaire: what stands in it, that no question is broken over pages, and right-to-left order."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from typer.testing import CliRunner

from evaltool.cli import app
from evaltool.errors import DefinitionError, ReportError
from evaltool.project import Project, read_project
from evaltool.workflows.documenting import document

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SETTINGS = """\
format = 1
name = "Small"
language = "en"
[privacy]
controller = { en = "the office", ar = "المكتب" }
phone = "33 13 50 88"
"""
ROSTER = """\
format: 1
language: en
columns:
  person_id: {label: Person, sensitivity: identifier, role: person, required: true}
  course_id: {label: Course, sensitivity: identifier, role: course, required: true}
  status: {label: Status, type: choice, choices: {ended: Ended, running: Running}}
  site: {label: Site, type: choice, choices: {north: North, south: South}}
"""
SURVEY = """\
survey: small
version: 1
language: en
translations: [ar]
title: How was it?
refusal: "${consent} = 'no'"
invite: "${status} = 'ended'"
pages:
  - name: start
    title: Will you?
    questions:
      - {name: about, type: note, label: 'Ask ${privacy.controller} of ${site}: ${privacy.phone}.'}
      - name: consent
        type: select_one
        role: consent
        required: true
        label: Will you answer?
        choices: {yes: Yes, no: No}
  - name: work
    relevant: "${site} = 'north' or ${site} = 'south'"
    questions:
      - name: ways
        type: select_multiple
        label: Which ways?
        hint: Choose all.
        translation_note: Not roads.
        choices:
          refused: {label: I will not say, missing: refused}
          bus: Bus
          other: {label: Another, other: true}
          none: {label: None of them, exclusive: true}
      - {name: place, type: calculate, calculation: "${site}"}
      - name: hours
        type: integer
        label: How many hours?
        relevant: "${consent} = 'yes'"
        constraint: ". >= 0 and . <= 60"
        constraint_message: Write 0 to 60.
      - {name: words, type: text, max_length: 300, label: Your words?}
"""
ARABIC = {
    "title": ("How was it?", "كيف كان؟"),
    "page.start.title": ("Will you?", "هل تريدين؟"),
    "about.label": (
        "Ask ${privacy.controller} of ${site}: ${privacy.phone}.",
        "${privacy.controller} ${site} ${privacy.phone}",
    ),
    "consent.label": ("Will you answer?", "هل تجيبين؟"),
    "consent.choice.yes": ("Yes", "نعم"),
    "consent.choice.no": ("No", "لا"),
    "ways.label": ("Which ways?", "أي طرق؟"),
    "ways.hint": ("Choose all.", "الكل"),
    "ways.choice.refused": ("I will not say", "لا أقول"),
    "ways.choice.bus": ("Bus", "حافلة"),
    "ways.choice.other": ("Another", "أخرى"),
    "ways.choice.none": ("None of them", "لا شيء"),
    "hours.label": ("How many hours?", "كم ساعة؟"),
    "hours.constraint_message": ("Write 0 to 60.", "من 0 إلى 60"),
    "words.label": ("Your words?", "كلماتك؟"),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "surveys" / "small"
    folder.mkdir(parents=True)
    (tmp_path / "evaltool.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "surveys" / "roster.yaml").write_text(ROSTER, encoding="utf-8")
    (folder / "v1.yaml").write_text(SURVEY, encoding="utf-8")
    entries = "".join(
        f'{"#, fuzzy" + chr(10) if key == "title" else ""}msgctxt "{key}"\nmsgid "{source}"\nmsgstr "{text}"\n\n'
        for key, (source, text) in ARABIC.items()
    )
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "v1.ar.po").write_text(header + entries, encoding="utf-8")
    return read_project(tmp_path)


def body(path: Path) -> etree._Element:
    with ZipFile(path) as archive:
        found = etree.fromstring(archive.read("word/document.xml")).find(f"{W}body")
    assert found is not None
    return found


def text(node: etree._Element) -> str:
    return "".join(part.text or "" for part in node.iter(f"{W}t"))


def lines(node: etree._Element) -> list[str]:
    return [text(paragraph) for paragraph in node.iter(f"{W}p") if text(paragraph)]


def rows(path: Path) -> Iterator[etree._Element]:
    """The rows of the tables without their heads."""
    for row in body(path).iter(f"{W}tr"):
        if row.find(f"{W}trPr/{W}tblHeader") is None:
            yield row


def test_everything_that_a_reviewer_needs_stands_in_the_paper(project: Project) -> None:
    path = document(project, "small", 1)
    assert path == project.build / "questionnaires" / "small@1.en.docx"
    assert lines(body(path)) == [
        "How was it?",
        "small, version 1. Language: English.",
        "This is the language in which the survey is written.",
        "A course is invited only if the course's “Status” is “Ended”.",
        "The interview ends and no answer is kept if the answer to question 1 is “No”.",
        (
            "Every question has a number and its name in the data. Choices set apart below the others count as no "
            "answer. Write what you think in the column beside."
        ),
        "Will you?",
        *("Page 1: start", "Comments"),
        "about · text to read",
        "Ask the office of [Site]: 33 13 50 88.",
        "1 · consent · choose one · must be answered · consent to answer",
        "Will you answer?",
        *("○  Yes  [yes]", "○  No  [no]"),
        "Page 2: work",
        *("Page 2: work", "→ Shown only if the course's “Site” is “North” or “South”.", "Comments"),
        "2 · ways · choose all that apply",
        "Which ways?",
        "Choose all.",
        *("☐  Bus  [bus]", "☐  Another  [other, opens a text]", "☐  None of them  [none, alone]"),
        "☐  I will not say  [refused]",
        "To translators: Not roads.",
        "place · worked out, not asked",
        "→ Its value is the course's “Site”.",
        "3 · hours · a whole number",
        "How many hours?",
        "_" * 20,
        "→ Asked only if the answer to question 1 is “Yes”.",
        "→ Accepted only if the answer is at least 0 and at most 60. Else this is shown:",
        "Write 0 to 60.",
        "4 · words · text, at most 300 characters",
        "Your words?",
        "_" * 60,
    ]


def test_no_question_is_broken_over_two_pages_and_heads_stay_with_what_follows(project: Project) -> None:
    path = document(project, "small", 1)
    found = list(rows(path))
    assert len(found) == 6
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in found)
    for table in body(path).iter(f"{W}tbl"):
        heading = table.getprevious()
        assert heading is not None
        assert heading.find(f"{W}pPr/{W}keepNext") is not None
        head = table.find(f"{W}tr")
        assert head is not None
        assert all(item.find(f"{W}pPr/{W}keepNext") is not None for item in head.iter(f"{W}p"))


def test_each_question_has_an_empty_cell_for_comments(project: Project) -> None:
    for row in rows(document(project, "small", 1)):
        question, comment = row.findall(f"{W}tc")
        assert text(question)
        assert text(comment) == ""


def test_a_paper_in_arabic_runs_from_right_to_left(project: Project) -> None:
    path = document(project, "small", 1, language="ar")
    assert all(table.find(f"{W}tblPr/{W}bidiVisual") is not None for table in body(path).iter(f"{W}tbl"))
    by_text = {text(item): item for item in body(path).iter(f"{W}p")}
    own, told = by_text["هل تجيبين؟"], by_text["3 · hours · a whole number"]
    assert own.find(f"{W}pPr/{W}bidi") is not None
    assert all(run.find(f"{W}rPr/{W}rtl") is not None for run in own.iter(f"{W}r"))
    # Words that are there in English only run from left to right, at the right edge.
    assert told.find(f"{W}pPr/{W}bidi") is None
    edge = told.find(f"{W}pPr/{W}jc")
    assert edge is not None
    assert edge.get(f"{W}val") == "right"
    # The groups of a telephone number keep their order, and stay on one line.
    assert "\u200e33\u00a013\u00a050\u00a088\u200e" in "\n".join(by_text)
    assert "المكتب [Site]" in "\n".join(by_text)


def test_the_state_of_a_translation_is_told(project: Project) -> None:
    told = "\n".join(lines(body(document(project, "small", 1, language="ar"))))
    assert "Draft translation: 1 of 15 texts have not been reviewed." in told
    catalogue = project.surveys / "small" / "v1.ar.po"
    catalogue.write_text(catalogue.read_text(encoding="utf-8").replace("#, fuzzy\n", ""), encoding="utf-8")
    told = "\n".join(lines(body(document(project, "small", 1, language="ar"))))
    assert "All texts of this translation have been reviewed." in told


def test_ethiopic_text_names_a_font_that_has_its_signs(project: Project) -> None:
    path = project.surveys / "small" / "v2.yaml"
    path.write_text(
        "survey: small\nversion: 2\nlanguage: ti\ntitle: ሰላም\n"
        "pages: [{name: p, questions: [{name: job, type: text, label: ስራሕ?}]}]\n",
        encoding="utf-8",
    )
    runs = {text(run): run for run in body(document(project, "small", 2)).iter(f"{W}r")}
    fonts = runs["ስራሕ?"].find(f"{W}rPr/{W}rFonts")
    assert fonts is not None
    assert {fonts.get(f"{W}{key}") for key in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Ebrima"}


def test_the_same_definition_gives_the_same_bytes(project: Project) -> None:
    first = document(project, "small", 1).read_bytes()
    assert document(project, "small", 1).read_bytes() == first


def test_a_language_that_the_survey_has_not_is_an_error(project: Project) -> None:
    with pytest.raises(DefinitionError, match="no «tr»"):
        document(project, "small", 1, language="tr")


def test_a_place_where_no_file_can_be_is_an_error(project: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ReportError, match="cannot be written"):
        document(project, "small", 1, out=tmp_path / "file" / "paper.docx")


def test_the_command_names_the_file(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "for-review.docx"
    words = ["--project", str(project.root), "document", "small", "--version", "1", "--lang", "ar", "--out", str(out)]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.output) == (0, f"{out}\n")
    assert lines(body(out))[0] == "كيف كان؟"


def test_the_command_for_schemas_names_the_files(project: Project, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--project", str(project.root), "schema", "--out", str(tmp_path / "s")])
    assert done.exit_code == 0
    assert str(tmp_path / "s" / "survey.schema.json") in done.output.splitlines()
