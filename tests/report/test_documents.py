"""The finished files: opened as a reader's program would open them."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree, html
from pypdf import PdfReader
from report_samples import context, rows

from evaltool.errors import ReportError
from evaltool.report.rendering import render_report
from evaltool.report.word import read_map

STATUS = Path(__file__).parents[2] / "reports" / "status" / "report.yaml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SMALL = """\
format: 1
title: {en: "Report {population}"}
subtitle: {en: Made up}
file: {en: "report-{population}"}
template: {en: report.md}
charts:
  headline: {kind: bars, indicators: [job_or_education], title: {en: In a job or education}}
"""


@pytest.fixture(scope="module")
def danish(tmp_path_factory):
    return {path.suffix[1:]: path for path in render_report(STATUS, rows(), context(), tmp_path_factory.mktemp("da"))}


@pytest.fixture
def small(tmp_path):
    (tmp_path / "report.yaml").write_text(SMALL, encoding="utf-8")
    text = '# One\n\n{{ share("job_or_education") }}\n\n{{ chart("headline") }}\n\n# Two\n\n{{ count("job") }}\n'
    (tmp_path / "report.md").write_text(text, encoding="utf-8")

    def render(out="out", **changes):
        made = render_report(tmp_path / "report.yaml", rows(), context("en", **changes), tmp_path / out)
        return {path.suffix[1:]: path for path in made}

    return render


def part(docx: Path, name: str) -> etree._Element:
    with ZipFile(docx) as archive:
        return etree.fromstring(archive.read(name))


def edges(docx: Path) -> list[str]:
    """What the headers and footers say, headers first."""
    with ZipFile(docx) as archive:
        names = sorted(name for name in archive.namelist() if re.fullmatch(r"word/[\w-]*(header|footer)\d*\.xml", name))
    return [text_of(part(docx, name)) for name in sorted(names, key=lambda name: "footer" in name)]


def text_of(node: etree._Element) -> str:
    return "".join(piece.text or "" for piece in node.iter(f"{W}t"))


def test_files_are_named_by_the_definition_and_marked_as_made_up(danish):
    names = [danish[kind].name for kind in ("docx", "html", "pdf")]
    assert names == [f"statusrapport-2021-OPDIGTEDE-DATA.{kind}" for kind in ("docx", "html", "pdf")]


def test_every_figure_in_word_has_bookmark_and_tag_round_the_value_shown(danish):
    figures = [entry for entry in read_map(danish["docx"].read_bytes()) if entry["form"] != "chart"]
    document = part(danish["docx"], "word/document.xml")
    controls = {tag.get(f"{W}val"): tag.getparent().getparent() for tag in document.iter(f"{W}tag")}
    bookmarks = [mark.get(f"{W}name") for mark in document.iter(f"{W}bookmarkStart")]
    shown_in_html = re.findall(r'id="(ev_\w+)"\s+class="figure"', danish["html"].read_text(encoding="utf-8"))
    assert sorted(entry["carrier"] for entry in figures) == sorted(shown_in_html)
    assert len(bookmarks) == len(set(bookmarks))
    for entry in figures:
        control = controls[entry["carrier"]]
        assert text_of(control) == entry["shown"]
        assert control.getprevious().get(f"{W}name") == entry["carrier"]
        assert control.getnext().tag == f"{W}bookmarkEnd"
        assert re.fullmatch(r"ev_[a-z2-7]{20}(_\d+)?", entry["carrier"])
        assert entry["carrier"].startswith(entry["id"])


def test_pictures_in_word_are_named_after_their_estimate_and_told_in_words(danish):
    charts = [entry for entry in read_map(danish["docx"].read_bytes()) if entry["form"] == "chart"]
    document = part(danish["docx"], "word/document.xml")
    pictures = {node.get("name"): node.get("descr") for node in document.iter("{*}docPr")}
    assert set(pictures) == {entry["carrier"] for entry in charts}
    assert {node.get("name") for node in document.iter("{*}cNvPr")} == set(pictures)
    assert all(description.startswith("OPDIGTEDE DATA.") for description in pictures.values())


def test_map_tells_identity_definition_and_format(danish):
    first = read_map(danish["docx"].read_bytes())[0]
    told = {name: first[name] for name in ("indicator", "population", "statistic", "form", "shown", "definition")}
    assert told == {
        "indicator": "job_or_education",
        "population": "2021",
        "statistic": "share",
        "form": "n",
        "shown": "87",
        "definition": "d" * 64,
    }


def test_word_numbers_and_names_that_must_be_unique_are_so(danish):
    document = part(danish["docx"], "word/document.xml")
    numbers = [node.get(f"{W}val") for node in document.iter(f"{W}id")]
    assert len(numbers) == len(set(numbers))
    with ZipFile(danish["docx"]) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(set(archive.namelist()))


def test_every_page_of_word_says_that_the_data_are_made_up(danish):
    header, footer = edges(danish["docx"])
    assert header == "Statusrapport 2021OPDIGTEDE DATA"
    assert footer == "OPDIGTEDE DATA1 / 1"
    section = part(danish["docx"], "word/document.xml").find(f"{W}body/{W}sectPr")
    kinds = {child.tag.removeprefix(W) for child in section}
    assert {"headerReference", "footerReference"} <= kinds


def test_chapters_of_word_begin_pages_except_the_first(small):
    document = part(small()["docx"], "word/document.xml")
    headings = [p for p in document.iter(f"{W}p") if (s := p.find(f"{W}pPr/{W}pStyle")) is not None
                and s.get(f"{W}val") == "Heading1"]  # fmt: skip
    assert [p.find(f"{W}pPr/{W}pageBreakBefore") is not None for p in headings] == [False, True]


def test_pdf_is_six_pages_and_an_appendix_each_marked(danish):
    reader = PdfReader(danish["pdf"])
    pages = [page.extract_text() for page in reader.pages]
    starts = [number for number, text in enumerate(pages, 1) if "A Tabeller" in text]
    assert starts == [7]
    for number, heading in enumerate(("Resumé", "Målgruppe", "Job og", "Dansk og", "Lokalt", "Udfordringer"), 1):
        assert f"{number} {heading}" in pages[number - 1]
    assert all(text.count("OPDIGTEDE DATA") >= 2 for text in pages)


def test_pdf_is_tagged_with_language_and_title(danish):
    reader = PdfReader(danish["pdf"])
    assert reader.root_object["/MarkInfo"]["/Marked"] is not None
    assert str(reader.root_object["/Lang"]).startswith("da")
    assert "Statusrapport 2021" in reader.metadata.title


def test_html_is_one_file_with_banner_language_and_alternative_texts(danish):
    page = html.fromstring(danish["html"].read_text(encoding="utf-8"))
    assert page.get("lang") == "da"
    assert "OPDIGTEDE DATA" in page.find_class("banner")[0].text_content()
    pictures = list(page.iter("img"))
    assert len(pictures) == 7
    assert all(picture.get("src").startswith("data:") for picture in pictures)
    assert all("pct." in picture.get("alt") for picture in pictures)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_text_reads_as_the_sentence_patterns(danish):
    page = html.fromstring(danish["html"].read_text(encoding="utf-8"))
    text = " ".join(page.text_content().split())
    assert "Blandt de 87 mentees, der svarede, var 51 i job eller uddannelse (59 pct.; 95 pct.-interval 48–68)." in text
    assert "Målet er 30 pct. Målet er nået, uanset hvad de øvrige ville have svaret." in text
    assert "var 38 i job (44 pct.; 95 pct.-interval 34–54), og 13 var i uddannelse uden job (15 pct.; " in text
    assert (
        "87 af 124 afsluttede forløb er besvaret (70 pct.). Selv hvis ingen af de 37, hvis svar vi ikke kender, var"
        in text
    )
    assert "ville andelen være 41 pct.; hvis det gjaldt dem alle, 71 pct." in text
    assert "oplevede 34, at deres dansk var blevet bedre" in text
    assert "vurderede 24 deres dansk højere ved slut, 20 ens og 8 lavere" in text
    assert "var 8 i job (8 pct.; 95 pct.-interval 4–16)" in text
    assert "De viser ikke, hvem der kom i job eller uddannelse" in text
    assert "For København-Tingbjerg er der for få svar" in text


def test_perceived_development_and_paired_level_never_share_a_table(danish):
    page = html.fromstring(danish["html"].read_text(encoding="utf-8"))
    perceived, paired = "dansk var blevet bedre", "højere ved slut"
    told = [(perceived in table.text_content(), paired in table.text_content()) for table in page.iter("table")]
    assert (True, True) not in told
    assert (False, True) in told


def test_english_report_holds_the_same_figures(danish, tmp_path):
    made = render_report(STATUS, rows(), context("en"), tmp_path)
    english = next(path for path in made if path.suffix == ".docx")
    assert english.name == "status-report-2021-MADE-UP-DATA.docx"
    counted = [[entry["id"] for entry in read_map(path.read_bytes())] for path in (english, danish["docx"])]
    assert counted[0] == counted[1]
    pages = [page.extract_text() for page in PdfReader(english.with_suffix(".pdf")).pages]
    assert "A Tables" in pages[6]


def test_real_data_bear_no_mark_and_an_altered_archive_bears_its_own(small):
    real = small("real", synthetic=False)
    assert real["docx"].name == "report-2021.docx"
    assert "MADE-UP" not in real["html"].read_text(encoding="utf-8")
    altered = small("altered", synthetic=False, altered=True)
    assert altered["pdf"].name == "report-2021-ALTERED-ARCHIVE.pdf"
    assert all("ALTERED ARCHIVE" in page.extract_text() for page in PdfReader(altered["pdf"]).pages)
    assert "ALTERED ARCHIVE" in edges(altered["docx"])[0]


def test_same_input_gives_the_same_bytes(small):
    first, second = small("first"), small("second")
    for kind in ("docx", "html", "pdf"):
        assert first[kind].read_bytes() == second[kind].read_bytes(), kind


def test_file_open_in_word_is_told_and_nothing_is_half_written(small, monkeypatch):
    made = small()
    before = {path: path.read_bytes() for path in made.values()}
    own_open = Path.open

    def as_windows(path, mode="r", *rest, **named):
        if path.suffix == ".html" and "+" in mode:
            raise PermissionError(13, "Permission denied", str(path))
        return own_open(path, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", as_windows)
    with pytest.raises(ReportError) as caught:
        small(few=3)
    assert "report-2021-MADE-UP-DATA.html" in str(caught.value)
    assert "Close it" in caught.value.mend
    assert {path: path.read_bytes() for path in made.values()} == before
    assert {path for path in made["pdf"].parent.rglob("*") if path.is_file()} == set(before)


def test_each_chart_is_two_pictures_and_its_figures_under_its_name_also_when_shown_twice(small, tmp_path):
    text = '{{ chart("headline") }}\n\n{{ chart("headline") }}\n'
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    folder = small()["pdf"].with_name("report-2021-MADE-UP-DATA-charts")
    names = [f"headline-MADE-UP-DATA.{ending}" for ending in ("csv", "png", "svg")]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert "MADE-UP DATA" in (folder / names[0]).read_text(encoding="utf-8")


def test_folder_that_cannot_be_made_is_told(small, tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(ReportError, match="cannot be written"):
        small("taken")


def test_file_without_a_map_has_no_figures():
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert read_map(buffer.getvalue()) == []
