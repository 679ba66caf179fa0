"""What Word asks of a file beyond well-formed XML: order of elements, unique ids, parts that exist (ECMA-376 part 1).

Word is stricter than LibreOffice: an element out of its place makes it offer a repair.
"""

from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from small_report import render_small

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# The sequences of the schema (wml.xsd), as far as our files go; what is not named here must not occur.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs wordWrap spacing ind"
    " contextualSpacing jc outlineLvl rPr",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike color spacing kern sz szCs highlight u shd vertAlign lang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    "tcPr": "tcW gridSpan tcBorders shd vAlign",
    "sdtPr": "tag id",
    "sectPr": "edge footnotePr pgSz pgMar titlePg",
    "tblStylePr": "pPr rPr tblPr trPr tcPr",
    "style": "name aliases basedOn next link uiPriority semiHidden unhideWhenUsed qFormat rsid pPr rPr tblPr trPr tcPr"
    " tblStylePr",
}
ALIKE = {"headerReference": "edge", "footerReference": "edge"}  # these may be mixed
# Where the schema lets a content control stand, and what may then stand in it.
HOLDS = {"body": {"p", "tbl"}, "p": {"r", "hyperlink", "fldSimple"}, "hyperlink": {"r", "fldSimple"}}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    with ZipFile(render_small(tmp_path_factory.mktemp("form"))["docx"]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def local(node):
    return etree.QName(node).localname


@pytest.mark.parametrize("name", ["word/document.xml", "word/styles.xml"])
def test_properties_stand_in_the_order_of_the_schema(parts, name):
    for tag, told in ORDER.items():
        order = told.split()
        for node in etree.fromstring(parts[name]).iter(f"{W}{tag}"):
            places = [order.index(ALIKE.get(local(child), local(child))) for child in node]
            assert places == sorted(places), etree.tostring(node)


def test_properties_stand_first_in_what_they_are_of(parts):
    for node in etree.fromstring(parts["word/document.xml"]).iter():
        for tag in ("pPr", "rPr", "trPr", "tcPr", "tblPr", "sdtPr"):
            found = node.find(f"{W}{tag}")
            if found is not None and local(node) in {"p", "r", "tr", "tc", "tbl", "sdt"}:
                assert node.index(found) == 0


def test_content_controls_hold_what_may_stand_at_their_place(parts):
    controls = list(etree.fromstring(parts["word/document.xml"]).iter(f"{W}sdt"))
    assert controls
    for control in controls:
        inside = {local(child) for child in control.find(f"{W}sdtContent")}
        assert inside
        assert inside <= HOLDS[local(control.getparent())]


def test_ids_and_names_are_unique_each_in_its_kind(parts):
    document = etree.fromstring(parts["word/document.xml"])
    starts, ends = (
        [node.get(f"{W}id") for node in document.iter(f"{W}{tag}")] for tag in ("bookmarkStart", "bookmarkEnd")
    )
    names = [node.get(f"{W}name") for node in document.iter(f"{W}bookmarkStart")]
    controls = [node.find(f"{W}sdtPr/{W}id").get(f"{W}val") for node in document.iter(f"{W}sdt")]
    pictures = [node.get("id") for node in document.iter("{*}docPr")]
    for found in (starts, names, controls, pictures):
        assert len(found) == len(set(found))
    assert sorted(starts) == sorted(ends)
    assert all(len(name) <= 40 for name in names)


def test_every_part_that_is_named_exists_and_has_a_type(parts):
    types = etree.fromstring(parts["[Content_Types].xml"])
    typed = {node.get("PartName") for node in types} | {node.get("Extension") for node in types}
    for name in parts:
        assert f"/{name}" in typed or name.rpartition(".")[2] in typed or name == "[Content_Types].xml", name
    relations = etree.fromstring(parts["word/_rels/document.xml.rels"])
    targets = {node.get("Id"): node.get("Target") for node in relations if node.get("TargetMode") != "External"}
    assert len(targets) == len(relations)
    assert all(str(Path("word", target)) in parts or target.startswith("../") for target in targets.values())
    document = etree.fromstring(parts["word/document.xml"])
    used = {value for node in document.iter() for key, value in node.attrib.items() if key.startswith(R)}
    assert used <= set(targets)


def test_every_style_that_is_used_is_defined(parts):
    styles = {node.get(f"{W}styleId") for node in etree.fromstring(parts["word/styles.xml"]).iter(f"{W}style")}
    document = etree.fromstring(parts["word/document.xml"])
    used = {node.get(f"{W}val") for tag in ("pStyle", "rStyle", "tblStyle") for node in document.iter(f"{W}{tag}")}
    assert used <= styles


def test_charts_are_vectors_with_a_picture_of_300_dots_an_inch_for_older_programs(parts):
    targets = {
        node.get("Id"): f"word/{node.get('Target')}" for node in etree.fromstring(parts["word/_rels/document.xml.rels"])
    }
    pictures = list(etree.fromstring(parts["word/document.xml"]).iter(f"{W}drawing"))
    assert len(pictures) == 2
    for picture in pictures:
        blip = next(picture.iter(f"{A}blip"))
        vector = next(blip.iter("{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip"))
        drawn = etree.fromstring(parts[targets[vector.get(f"{R}embed")]])
        assert local(drawn) == "svg"
        data = parts[targets[blip.get(f"{R}embed")]]
        assert data.startswith(b"\x89PNG")
        inches = int(next(picture.iter("{*}extent")).get("cx")) / 914_400
        dots = int.from_bytes(data[16:20])  # the width in a PNG's first chunk
        assert round(dots / inches, -1) == 300


def test_tables_say_which_row_and_column_are_headers(parts):
    tables = list(etree.fromstring(parts["word/document.xml"]).iter(f"{W}tbl"))
    assert len(tables) == 2
    for table in tables:
        rows = table.findall(f"{W}tr")
        assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True] + [False] * (len(rows) - 1)
        look = table.find(f"{W}tblPr/{W}tblLook")
        assert (look.get(f"{W}firstRow"), look.get(f"{W}firstColumn")) == ("1", "1")
