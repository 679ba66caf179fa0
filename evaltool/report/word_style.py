"""The look of the Word file: pandoc's reference document with our page, styles, header and footer.

Made by code and not committed as a binary, so that a change of look is a readable change.
"""

import subprocess
from collections.abc import Sequence
from functools import cache
from html import escape

import pypandoc
from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

from evaltool.report.package import DOCUMENT, STYLES, Parts, R, declare, element, relate, serialize, unpack, w

_INK, _ACCENT, _MARK = "1F2933", "1B4F7A", "A93226"
_FONT = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Calibri"/>'
_BOLD = "<w:b/>"
# Against what the style is based on:
_PLAIN, _UPRIGHT = '<w:b w:val="0"/>', '<w:b/><w:i w:val="0"/>'
# A4 with the text 16.3 cm wide; lengths in twentieths of a point.
_PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1304" w:right="1332" w:bottom="1134" w:left="1332" w:header="567" w:footer="510" w:gutter="0"/>'
)


def _run(size: int, weight: str = "", *, color: str = _INK) -> str:
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
    "Title": ("Title", _space(0, 40, 240, keep=True) + '<w:jc w:val="left"/>', _run(48, _BOLD, color=_ACCENT)),
    "Subtitle": ("Subtitle", _space(0, 40, 240) + '<w:jc w:val="left"/>', _run(24, _PLAIN)),
    "Date": ("Date", _space(0, 160, 240) + '<w:jc w:val="left"/>', _run(20, _PLAIN, color="5B6670")),
    "Heading1": ("heading 1", _space(240, 80, 240, keep=True), _run(30, _BOLD, color=_ACCENT)),
    "Heading2": ("heading 2", _space(160, 60, 240, keep=True), _run(24, _BOLD, color=_ACCENT)),
    "TableCaption": ("Table Caption", _space(180, 60, 240, keep=True), _run(19, _UPRIGHT)),
    "ImageCaption": ("Image Caption", _space(180, 60, 240, keep=True), _run(19, _UPRIGHT)),
    "CaptionedFigure": ("Captioned Figure", _space(0, 100, 240), ""),
    "Mark": ("Mark", _space(0, 120, 240) + '<w:jc w:val="left"/>', _run(26, _BOLD, color=_MARK)),
    "AfterTable": ("After Table", _space(140, 100), ""),
    "TableText": ("Table Text", _space(24, 24, 240), _run(18)),
    "VerbatimChar": ("Verbatim Char", "", '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/><w:sz w:val="19"/>'),
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
_SMALL, _RED = _run(17, color="5B6670"), _run(17, _BOLD, color=_MARK)
_TEXT = '<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
_TAB = "<w:r><w:tab/></w:r>"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"


def our_template(language: str, title: str, marks: Sequence[str]) -> Parts:
    """A reference document for pandoc: `title` heads every page, and the marks stand above and below."""
    parts = dict(_pandocs_own())
    styles = our_styles()
    set_language(styles, language)
    parts[STYLES] = serialize(styles)
    told = escape(" · ".join(marks))
    mark = _TEXT.format(look=_RED, text=told) if marks else ""
    pages = f"{_field('PAGE')}{_TEXT.format(look=_SMALL, text=' / ')}{_field('NUMPAGES')}"
    edges = {"header": _TEXT.format(look=_SMALL, text=escape(title)) + _TAB + mark, "footer": mark + _TAB + pages}
    document = etree.fromstring(parts[DOCUMENT])
    section = last_section(document)
    section[:] = element("holder", _PAGE)
    for kind, inner in edges.items():
        add_edge(parts, section, kind, f"<w:p><w:pPr>{_TABS}{_space(0, 0, 240)}</w:pPr>{inner}</w:p>")
    parts[DOCUMENT] = serialize(document)
    return parts


@cache
def _pandocs_own() -> Parts:
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    return unpack(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603  # pandoc's own path, no user input


def our_styles() -> Element:
    """pandoc's styles as we want them to look."""
    root = etree.fromstring(_pandocs_own()[STYLES])
    for style_id, (name, paragraph, run) in _STYLES.items():
        style = _style(root, style_id, name)
        for tag, inner in (("pPr", paragraph), ("rPr", run)):
            for old in style.findall(w(tag)):
                style.remove(old)
            if inner:
                style.append(element(tag, inner))
    _style_tables(root)
    return root


def set_language(styles: Element, language: str) -> None:
    for node in styles.iter(w("lang")):
        node.set(w("val"), language)


def _style(root: Element, style_id: str, name: str) -> Element:
    for style in root.iter(w("style")):
        if style.get(w("styleId")) == style_id:
            return style
    style = etree.SubElement(root, w("style"), {w("type"): "paragraph", w("customStyle"): "1", w("styleId"): style_id})
    etree.SubElement(style, w("name")).set(w("val"), name)
    etree.SubElement(style, w("basedOn")).set(w("val"), "Normal")
    return style


def _style_tables(root: Element) -> None:
    for style in root.iter(w("style")):
        if style.get(w("styleId")) == "Table":
            for tag in ("tblPr", "tblStylePr"):
                for old in style.findall(w(tag)):
                    style.remove(old)
            style.extend(list(element("holder", _TABLE)))


def _field(name: str) -> str:
    return _FIELD.format(name=name, look=_SMALL)


def last_section(document: Element) -> Element:
    """The properties of the last section, whose pages a report takes over."""
    body = document.find(w("body"))
    if body is None:
        raise ValueError("a Word document without a body")
    section = body.find(w("sectPr"))
    return etree.SubElement(body, w("sectPr")) if section is None else section


def add_edge(parts: Parts, section: Element, kind: str, inner: str, pages: str = "default") -> None:
    """Give a section a header or footer (`kind`) on its `pages`: default, first or even."""
    name = f"evaltool-{pages}-{kind}"
    parts[f"word/{name}.xml"] = serialize(element("hdr" if kind == "header" else "ftr", inner))
    relate(parts, name, f"{R}/{kind}", f"{name}.xml")
    declare(parts, f"word/{name}.xml", _CONTENT.format(kind))
    reference = f'<w:{kind}Reference w:type="{pages}" r:id="{name}"/>'
    section[:0] = element("holder", reference)
