"""The look of the Word file: pandoc's reference document with our page, styles, header and footer.

Made by code and not committed as a binary, so that a change of look is a readable change.
"""

import subprocess
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pypandoc
from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

from evaltool.report.word import CONTENT_TYPES, RELATIONSHIPS, W

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_INK, _ACCENT, _MARK = "1F2933", "1B4F7A", "A93226"
_FONT = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Calibri"/>'
_PLAIN = '<w:b w:val="0"/>'  # against what the style is based on
# A4 with the text 16.3 cm wide; lengths in twentieths of a point.
_PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1304" w:right="1332" w:bottom="1134" w:left="1332" w:header="567" w:footer="510" w:gutter="0"/>'
)


def _run(size: int, *, bold: bool = False, color: str = _INK) -> str:
    weight = "<w:b/>" if bold else ""
    return f'{_FONT}{weight}<w:color w:val="{color}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def _space(before: int, after: int, line: int = 252, *, keep: bool = False) -> str:
    kept = "<w:keepNext/><w:keepLines/>" if keep else ""
    return f'{kept}<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


# style id → (name, paragraph properties, run properties)
_STYLES = {
    "Normal": ("Normal", _space(0, 100), _run(21)),
    "BodyText": ("Body Text", _space(0, 100), ""),
    "FirstParagraph": ("First Paragraph", _space(0, 100), ""),
    "Compact": ("Compact", _space(20, 20, 240), ""),
    "Title": ("Title", _space(0, 40, 240, keep=True) + '<w:jc w:val="left"/>', _run(48, bold=True, color=_ACCENT)),
    "Subtitle": ("Subtitle", _space(0, 40, 240) + '<w:jc w:val="left"/>', _PLAIN + _run(24)),
    "Date": ("Date", _space(0, 160, 240) + '<w:jc w:val="left"/>', _PLAIN + _run(20, color="5B6670")),
    "Heading1": ("heading 1", _space(240, 80, 240, keep=True), _run(30, bold=True, color=_ACCENT)),
    "Heading2": ("heading 2", _space(160, 60, 240, keep=True), _run(24, bold=True, color=_ACCENT)),
    "TableCaption": ("Table Caption", _space(120, 60, 240, keep=True), '<w:i w:val="0"/>' + _run(19, bold=True)),
    "Mark": ("Mark", _space(0, 120, 240) + '<w:jc w:val="left"/>', _run(26, bold=True, color=_MARK)),
    "AfterTable": ("After Table", _space(140, 100), ""),
    "TableText": ("Table Text", _space(24, 24, 240), _run(18)),
    "TableNote": ("Table Note", _space(80, 120, 240), _run(18)),
}
_LINE = '<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{color}"/>'
_TABLE = (
    "<w:tblPr><w:tblBorders>"
    + _LINE.format(side="top", size=8, color=_ACCENT)
    + _LINE.format(side="bottom", size=8, color=_ACCENT)
    + _LINE.format(side="insideH", size=4, color="D5DBE0")
    + "</w:tblBorders><w:tblCellMar>"
    '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
    + _LINE.format(side="bottom", size=8, color=_ACCENT)
    + "</w:tcBorders>"
    '<w:shd w:val="clear" w:color="auto" w:fill="EAF1F7"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
)
_FIELD = '<w:fldSimple w:instr=" {name} "><w:r><w:rPr>{look}</w:rPr><w:t>1</w:t></w:r></w:fldSimple>'
_TABS = '<w:tabs><w:tab w:val="right" w:pos="9242"/></w:tabs>'
_SMALL, _RED = _run(17, color="5B6670"), _run(17, bold=True, color=_MARK)
_TEXT = '<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
_TAB = "<w:r><w:tab/></w:r>"


@cache
def reference_document(language: str) -> bytes:
    """A reference document for pandoc whose texts are in `language`."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    default = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603  # pandoc's own path, no user input
    with ZipFile(BytesIO(default)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/styles.xml"] = _styles(parts["word/styles.xml"], language)
    parts["word/header1.xml"] = _edge(
        "hdr", _TEXT.format(look=_SMALL, text="HEADER") + _TAB + _TEXT.format(look=_RED, text="MARK")
    )
    pages = (
        _FIELD.format(name="PAGE", look=_SMALL)
        + _TEXT.format(look=_SMALL, text=" / ")
        + _FIELD.format(name="NUMPAGES", look=_SMALL)
    )
    parts["word/footer1.xml"] = _edge("ftr", _TEXT.format(look=_RED, text="MARK") + _TAB + pages)
    _register(parts)
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _w(name: str) -> str:
    return f"{{{W}}}{name}"


def _children(tag: str, inner: str) -> Element:
    return etree.fromstring(f'<w:{tag} xmlns:w="{W}">{inner}</w:{tag}>')


def _styles(data: bytes, language: str) -> bytes:
    root = etree.fromstring(data)
    for node in root.iter(_w("lang")):
        node.set(_w("val"), language)
    for style_id, (name, paragraph, run) in _STYLES.items():
        style = _style(root, style_id, name)
        for tag, inner in (("pPr", paragraph), ("rPr", run)):
            for old in style.findall(_w(tag)):
                style.remove(old)
            if inner:
                style.append(_children(tag, inner))
    _style_tables(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _style(root: Element, style_id: str, name: str) -> Element:
    for style in root.iter(_w("style")):
        if style.get(_w("styleId")) == style_id:
            return style
    style = etree.SubElement(
        root, _w("style"), {_w("type"): "paragraph", _w("customStyle"): "1", _w("styleId"): style_id}
    )
    etree.SubElement(style, _w("name")).set(_w("val"), name)
    etree.SubElement(style, _w("basedOn")).set(_w("val"), "Normal")
    return style


def _style_tables(root: Element) -> None:
    for style in root.iter(_w("style")):
        if style.get(_w("styleId")) == "Table":
            for tag in ("tblPr", "tblStylePr"):
                for old in style.findall(_w(tag)):
                    style.remove(old)
            style.extend(list(_children("holder", _TABLE)))


def _edge(tag: str, inner: str) -> bytes:
    paragraph = f"<w:p><w:pPr>{_TABS}{_space(0, 0, 240)}</w:pPr>{inner}</w:p>"
    return etree.tostring(_children(tag, paragraph), xml_declaration=True, encoding="UTF-8", standalone=True)


def _register(parts: dict[str, bytes]) -> None:
    """Header and footer into the package, and onto the pages."""
    relations, types = (
        etree.fromstring(parts["word/_rels/document.xml.rels"]),
        etree.fromstring(parts["[Content_Types].xml"]),
    )
    document = etree.fromstring(parts["word/document.xml"])
    section = document.find(f"{_w('body')}/{_w('sectPr')}")
    if section is None:
        raise RuntimeError("pandoc's reference document has no section")
    for child in list(section):
        section.remove(child)
    references = ""
    for kind, part in (("header", "header1.xml"), ("footer", "footer1.xml")):
        attributes = {"Id": f"rId{kind}", "Type": f"{_OFFICE}/{kind}", "Target": part}
        etree.SubElement(relations, f"{{{RELATIONSHIPS}}}Relationship", attributes)
        content = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"
        etree.SubElement(types, f"{{{CONTENT_TYPES}}}Override", {"PartName": f"/word/{part}", "ContentType": content})
        references += f'<w:{kind}Reference w:type="default" r:id="rId{kind}" xmlns:r="{_OFFICE}"/>'
    section.extend(list(_children("holder", references + _PAGE)))
    for name, root in (
        ("word/_rels/document.xml.rels", relations),
        ("[Content_Types].xml", types),
        ("word/document.xml", document),
    ):
        parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
