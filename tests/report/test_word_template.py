"""Her own Word template: what takes effect, what stays hers, and what is refused before anything is written."""

import subprocess
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pypandoc
import pytest
from lxml import etree
from small_report import DEFINITION, render_small, write_small

from evaltool.errors import ReportError
from evaltool.report.rendering import check_report
from evaltool.report.word_template import read_template

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PAGE = '<w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="2268" w:right="1701" w:bottom="1134" w:left="1701"/>'
# What a Danish Word calls the styles that it names in English inside.
DANISH = {"Heading1": "Overskrift1", "BodyText": "Brdtekst", "FirstParagraph": "Frste"}
LACKING = ("Table Caption", "Image Caption", "Captioned Figure", "First Paragraph", "Table")


@pytest.fixture(scope="module")
def default():
    """pandoc's reference document, part by part: a Word file to change."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, parts):
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def hers(default, *, section=""):
    """A template as a Danish Word writes it: other ids of styles, Letter paper, a header of its own."""
    parts = dict(default)
    text = parts["word/styles.xml"].decode()
    for name, danish in DANISH.items():
        text = text.replace(f'"{name}"', f'"{danish}"')
    styles = etree.fromstring(text.encode())
    for style in styles.findall(f"{W}style"):
        name = style.find(f"{W}name").get(f"{W}val")
        if name in LACKING:
            styles.remove(style)
        if name == "heading 1":
            style.find(f"{W}rPr/{W}color").set(f"{W}val", "7030A0")
    parts["word/styles.xml"] = etree.tostring(styles)
    header = f'<w:hdr xmlns:w="{W[1:-1]}"><w:p><w:r><w:t>The ministry</w:t></w:r></w:p></w:hdr>'
    parts["word/her-header.xml"] = header.encode()
    relation = f'<Relationship Id="hers" Type="{R}/header" Target="her-header.xml"/></Relationships>'
    parts["word/_rels/document.xml.rels"] = parts["word/_rels/document.xml.rels"].replace(
        b"</Relationships>", relation.encode()
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
    known = f'<Override PartName="/word/her-header.xml" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", known.encode())
    document = etree.fromstring(parts["word/document.xml"])
    inner = f'<w:headerReference w:type="default" r:id="hers"/>{PAGE}{section}'
    page = etree.fromstring(f'<w:sectPr xmlns:w="{W[1:-1]}" xmlns:r="{R}">{inner}</w:sectPr>')
    document.find(f"{W}body/{W}sectPr")[:] = list(page)
    parts["word/document.xml"] = etree.tostring(document)
    return parts


@pytest.fixture(scope="module")
def rendered(default, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hers")
    made = render_small(folder, reference=packed(folder / "hers.docx", hers(default, section="<w:titlePg/>")))
    with ZipFile(made["docx"]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def styles_of(parts):
    """Style name → the style."""
    styles = etree.fromstring(parts["word/styles.xml"]).findall(f"{W}style")
    return {style.find(f"{W}name").get(f"{W}val"): style for style in styles}


def used(parts):
    """Style id → texts of the paragraphs that have it."""
    found: dict[str, list[str]] = {}
    for paragraph in etree.fromstring(parts["word/document.xml"]).iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if style is not None:
            found.setdefault(style.get(f"{W}val"), []).append("".join(paragraph.itertext()))
    return found


def test_her_styles_take_effect_by_name_whatever_their_ids(rendered):
    assert used(rendered)["Overskrift1"] == ["One", "Two"]
    assert styles_of(rendered)["heading 1"].find(f"{W}rPr/{W}color").get(f"{W}val") == "7030A0"
    chapters = [
        page.getparent() for page in etree.fromstring(rendered["word/document.xml"]).iter(f"{W}pageBreakBefore")
    ]
    assert [properties.find(f"{W}pStyle").get(f"{W}val") for properties in chapters] == ["Overskrift1"]


def test_styles_that_hers_lacks_are_added_in_her_fonts(rendered):
    styles = styles_of(rendered)
    assert {*LACKING, "Table Text", "Mark"} <= set(styles)
    ids = {style.get(f"{W}styleId") for style in styles.values()}
    assert set(used(rendered)) <= ids
    for name in ("Table Caption", "Table Text", "Mark"):
        assert styles[name].find(f".//{W}rFonts") is None
        assert styles[name].find(f"{W}basedOn").get(f"{W}val") in ids
    assert styles["After Table"].find(f"{W}basedOn").get(f"{W}val") == styles["Normal"].get(f"{W}styleId")


def test_her_page_and_header_stay_and_every_page_says_that_data_are_made_up(rendered):
    section = etree.fromstring(rendered["word/document.xml"]).find(f"{W}body/{W}sectPr")
    assert section.find(f"{W}pgSz").get(f"{W}w") == "12240"
    assert section.find(f"{W}pgMar").get(f"{W}left") == "1701"
    targets = {
        node.get("Id"): node.get("Target") for node in etree.fromstring(rendered["word/_rels/document.xml.rels"])
    }
    told = {
        node.get(f"{W}type"): "".join(etree.fromstring(rendered[f"word/{targets[node.get(f'{{{R}}}id')]}"]).itertext())
        for node in section.findall(f"{W}headerReference")
    }
    assert told == {"first": "MADE-UP DATA", "default": "The ministryMADE-UP DATA"}


def test_real_data_leave_her_headers_alone(default, tmp_path):
    reference = packed(tmp_path / "hers.docx", hers(default))
    made = render_small(tmp_path, reference=reference, synthetic=False)
    with ZipFile(made["docx"]) as archive:
        assert archive.read("word/her-header.xml") == hers(default)["word/her-header.xml"]


def test_definition_names_a_template_beside_it(default, tmp_path):
    write_small(tmp_path, definition=DEFINITION + "reference: ours.docx\n")
    with pytest.raises(
        ReportError, match=r"1 fault[\s\S]*ours\.docx: the Word template cannot be used: it cannot be read"
    ):
        check_report(tmp_path / "report.yaml")
    packed(tmp_path / "ours.docx", hers(default))
    check_report(tmp_path / "report.yaml")
    with ZipFile(render_small(tmp_path)["docx"]) as archive:
        assert "word/her-header.xml" in archive.namelist()


def test_template_of_word_may_be_a_dotx(default, tmp_path):
    parts = hers(default)
    kind = b"wordprocessingml.document.main+xml"
    assert kind in parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(kind, b"wordprocessingml.template.main+xml")
    made = render_small(tmp_path, reference=packed(tmp_path / "hers.dotx", parts))
    with ZipFile(made["docx"]) as archive:
        assert kind in archive.read("[Content_Types].xml")
        assert "word/her-header.xml" in archive.namelist()


def zipped(**parts):
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


BAD = {
    "pdf": (b"%PDF-1.7\n%", "it is a PDF"),
    "doc": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old kind"),
    "rtf": (b"{\\rtf1\\ansi}", "RTF"),
    "text": (b"Hello", "no Word document, or damaged"),
    "empty": (b"", "no Word document, or damaged"),
    "workbook": (zipped(**{"[Content_Types].xml": "<a/>", "xl/workbook.xml": "<a/>"}), "it has no word/document.xml"),
    "bomb": (zipped(**{"word/document.xml": bytes(201_000_000)}), "larger than 200 MB"),
}


@pytest.mark.parametrize("kind", BAD)
def test_file_that_is_no_word_document_is_refused_before_anything_is_written(kind, tmp_path):
    data, told = BAD[kind]
    file = tmp_path / "hers.docx"
    file.write_bytes(data)
    with pytest.raises(ReportError, match=told) as caught:
        render_small(tmp_path, reference=file)
    assert "hers.docx" in caught.value.where
    assert caught.value.mend
    assert not (tmp_path / "out-en").exists()


@pytest.mark.parametrize("fault", ["cut", "flipped", "not xml", "no body", "no relation", "no header"])
def test_damaged_word_document_is_refused(fault, default, tmp_path):
    parts = hers(default)
    if fault == "not xml":
        parts["word/styles.xml"] = b"<w:styles"
    if fault == "no body":
        parts["word/document.xml"] = b"<document/>"
    if fault == "no relation":
        parts["word/_rels/document.xml.rels"] = default["word/_rels/document.xml.rels"]
    if fault == "no header":
        del parts["word/her-header.xml"]
    path = packed(tmp_path / "hers.docx", parts)
    data = bytearray(path.read_bytes())
    if fault == "cut":
        data = data[: len(data) // 2]
    if fault == "flipped":
        data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ReportError, match="damaged"):
        read_template(path)
