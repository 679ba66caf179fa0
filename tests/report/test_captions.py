"""Numbers of captions, and references to them, as each format's reader meets them."""

import re
from zipfile import ZipFile

import pytest
from lxml import etree, html
from pypdf import PdfReader
from report_samples import context, rows
from small_report import DEFINITION, render_small, write_small

from evaltool.errors import ReportError
from evaltool.report.rendering import fill_report

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return render_small(tmp_path_factory.mktemp("captions"), "da")


def filled(tmp_path, text, language="en", definition=DEFINITION):
    path = write_small(tmp_path, template=text, definition=definition)
    return fill_report(path, rows(), context(language)).source.markdown


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["table\xa01", "figure\xa01"]), ("da", ["tabel\xa01", "figur\xa01"])]
)
def test_reference_may_stand_before_what_it_names(tmp_path, language, words):
    text = '{{ ref("goals") }} {{ ref("sites") }}\n\n{{ table("goals") }}\n\n{{ chart("sites") }}'
    told = filled(tmp_path, text, language).splitlines()[0]
    assert told == f"[{words[0]}](#table_1) [{words[1]}](#chart_1)"


def test_tables_and_figures_count_each_for_themselves_in_the_order_shown(tmp_path):
    text = '{{ chart("sites") }}\n{{ table("places") }}\n{{ table("goals") }}\n{{ chart("outcome") }}'
    captions = re.findall(r"(Table|Figure) \[(\d)\]\{#\w+ \.number\}\. ([\w ]+)", filled(tmp_path, text))
    assert captions == [
        ("Figure", "1", "The sites"),
        ("Table", "1", "Each site"),
        ("Table", "2", "The goals"),
        ("Figure", "2", "In a job or education"),
    ]


def test_reference_to_what_is_not_shown_is_an_error_with_the_nearest_names(tmp_path):
    with pytest.raises(ReportError, match="«places»") as caught:
        filled(tmp_path, '{{ ref("places") }} {{ table("goals") }}')
    assert "goals" in caught.value.mend
    with pytest.raises(ReportError, match=r"report\.md:2: unknown table or chart «goal»") as caught:
        filled(tmp_path, 'one\n{{ ref("goal") }} {{ table("goals") }}')
    assert "Did you mean «goals»" in str(caught.value)


def test_reference_to_a_table_without_caption_is_an_error(tmp_path):
    bare = DEFINITION.replace(", caption: {en: The goals, da: Målene}", "")
    with pytest.raises(ReportError, match="does not show it with a caption"):
        filled(tmp_path, '{{ ref("goals") }} {{ table("goals") }}', definition=bare)


def test_name_of_a_table_and_a_chart_cannot_be_referred_to(tmp_path):
    both = DEFINITION.replace("  places:", "  sites:")
    with pytest.raises(ReportError, match="both a table and a chart"):
        filled(tmp_path, '{{ ref("sites") }} {{ table("sites") }} {{ chart("sites") }}', definition=both)


def test_word_counts_captions_and_follows_them_by_fields_that_show_their_number(made):
    with ZipFile(made["docx"]) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    shown = [
        (field.get(f"{W}instr").split(), "".join(field.itertext()))
        for field in document.iter(f"{W}fldSimple")
    ]  # fmt: skip
    assert shown == [
        (["REF", "table_2"], "2"),
        (["REF", "chart_2"], "2"),
        (["SEQ", "Figur", "\\*", "ARABIC"], "1"),
        (["SEQ", "Tabel", "\\*", "ARABIC"], "1"),
        (["SEQ", "Tabel", "\\*", "ARABIC"], "2"),
        (["SEQ", "Figur", "\\*", "ARABIC"], "2"),
    ]
    links = ["".join(link.itertext()) for link in document.iter(f"{W}hyperlink")]
    assert links == ["tabel\xa02", "figur\xa02"]
    bookmarks = {mark.get(f"{W}name"): mark.getnext() for mark in document.iter(f"{W}bookmarkStart")}
    assert "".join(bookmarks["chart_2"].itertext()) == "2"  # what REF repeats is what SEQ counts


def test_word_has_each_caption_above_and_kept_with_what_it_names(made):
    with ZipFile(made["docx"]) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    body = document.find(f"{W}body")
    places = [node for node in body if node.tag in {f"{W}p", f"{W}tbl", f"{W}sdt"}]
    styles = [(node, style.get(f"{W}val")) for node in places for style in node.findall(f"{W}pPr/{W}pStyle")]
    for caption, tag in (("TableCaption", f"{W}tbl"), ("ImageCaption", f"{W}sdt")):
        found = [places[places.index(node) + 1].tag for node, style in styles if style == caption]
        assert found == [tag, tag]


def test_html_and_pdf_link_to_the_number(made):
    page = html.fromstring(made["html"].read_text(encoding="utf-8"))
    links = {link.get("href"): link.text_content() for link in page.iter("a")}
    assert links == {"#table_2": "tabel\xa02", "#chart_2": "figur\xa02"}
    assert page.get_element_by_id("table_2").getparent().tag == "caption"
    assert page.get_element_by_id("chart_2").getparent().tag == "figcaption"
    assert [" ".join(node.text_content().split()) for node in page.iter("figcaption")] == [
        "Figur 1. I job",
        "Figur 2. Stederne",
    ]
    reader = PdfReader(made["pdf"])
    annotations = [found.get_object() for found in reader.pages[0].get("/Annots", [])]
    assert [found["/Subtype"] for found in annotations] == ["/Link", "/Link"]
    assert "Figur 2. Stederne" in reader.pages[1].extract_text()
