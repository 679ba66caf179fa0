"""What a screen reader is told of the PDF: its tags, read with pikepdf."""

from collections.abc import Iterator

import pikepdf
import pytest
from small_report import render_small


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    with pikepdf.open(render_small(tmp_path_factory.mktemp("tags"), "da")["pdf"]) as opened:
        yield opened


def tagged(node: pikepdf.Object, within: str = "") -> Iterator[tuple[str, str, pikepdf.Object]]:
    """Every tag below `node`, in reading order: its kind, the kind it stands in, itself."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from tagged(child, within)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        kind = str(node.S).removeprefix("/")
        yield kind, within, node
        if "/K" in node:
            yield from tagged(node.K, kind)


@pytest.fixture
def tags(pdf):
    return list(tagged(pdf.Root.StructTreeRoot.K))


def told(node: pikepdf.Object, key: str) -> object:
    """An attribute of a tag (ISO 32000-1, 14.7.5)."""
    found = [owner[key] for owner in node.get("/A", []) if key in owner]
    return found[0] if found else None


def test_document_says_language_and_title_and_that_it_is_accessible(pdf):
    assert str(pdf.Root.Lang) == "da"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Rapport 2021 · OPDIGTEDE DATA"


def test_tab_key_follows_the_structure_on_every_page(pdf):
    assert {str(page.get("/Tabs")) for page in pdf.pages} == {"/S"}


def test_headings_stand_in_order_and_skip_no_level(tags):
    levels = [int(kind[1]) for kind, _, _ in tags if kind[0] == "H" and kind[1:].isdigit()]
    assert levels == [1, 1, 2]


def test_header_cells_say_what_they_head_and_other_cells_name_them(tags):
    heads = [node for kind, within, node in tags if (kind, within) == ("TH", "TR")]
    assert len(heads) == 7 + 4  # the columns of the two tables
    assert {str(told(node, "/Scope")) for node in heads} == {"/Column"}
    known = {bytes(node.ID) for node in heads}
    cells = [node for kind, _, node in tags if kind == "TD"]
    assert len(cells) == 7 + 6 * 4
    assert all(bytes(name) in known for node in cells for name in told(node, "/Headers"))
    assert all(len(told(node, "/Headers")) == 1 for node in cells)


def test_figures_are_told_in_words_and_have_captions(tags):
    figures = [node for kind, _, node in tags if kind == "Figure"]
    assert [str(node.Alt)[:23] for node in figures] == ["OPDIGTEDE DATA. I job. ", "OPDIGTEDE DATA. Stedern"]
    captions = [within for kind, within, _ in tags if kind == "Caption"]
    assert captions == ["Div", "Table", "Table", "Div"]


def test_references_are_links_that_say_where_they_lead(tags, pdf):
    assert [within for kind, within, _ in tags if kind == "Link"] == ["P", "P"]
    annotations = [found for page in pdf.pages for found in page.get("/Annots", [])]
    assert [str(found.Contents) != "" for found in annotations] == [True, True]


def test_all_that_is_on_a_page_is_tagged_or_decoration(pdf):
    for page in pdf.pages:
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
            assert depth or operator not in {"Tj", "TJ", "Do", "f", "S", "B", "f*"}, instruction
