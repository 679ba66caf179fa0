"""Arranging what pandoc wrote into the body of the Word file: pages, tables, captions and references.

Captions count by SEQ fields and references follow by REF fields, as Word's own do; each holds its number already, so
that nobody has to update fields. Order of elements: ECMA-376 part 1, 17.3.1.26 (pPr), 17.4.60 (tblPr), 17.16 (fields).
"""

from collections.abc import Iterator, Mapping

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

from evaltool.report.captions import NUMBER, label
from evaltool.report.package import element, w

_SHORT = 20  # rows of a table that is not to be broken over two pages
_FIELD = '<w:fldSimple w:instr=" {instruction} "/>'
_RUN = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'


def arrange(document: Element, styles: Mapping[str, str], language: str) -> None:
    """`styles` maps names of styles to the ids that they have in this file."""
    _lift_captions(document, styles)
    _start_pages(document, styles)
    _set_tables(document, styles)
    _count_captions(document, language)
    _follow_references(document)


def _lift_captions(document: Element, styles: Mapping[str, str]) -> None:
    """A picture's caption goes above it, as a table's does, and out of the bookmark that names the picture."""
    for style in list(document.iter(w("pStyle"))):
        if style.get(w("val")) == styles["image caption"]:
            caption = next(style.iterancestors(w("p")))
            picture = next(caption.itersiblings(w("p"), preceding=True))
            start = picture.getprevious()
            first = picture if start is None or start.tag != w("bookmarkStart") else start
            first.addprevious(caption)


def _style_of(node: Element, properties: str, tag: str) -> str:
    found = node.find(f"{w(properties)}/{w(tag)}")
    return "" if found is None else found.get(w("val"), "")


def _set_style(paragraph: Element, style: str) -> None:
    for found in paragraph.iter(w("pStyle")):
        found.set(w("val"), style)


def _start_pages(document: Element, styles: Mapping[str, str]) -> None:
    """Each chapter but the first begins a page, at its very top."""
    chapters = [style for style in document.iter(w("pStyle")) if style.get(w("val")) == styles["heading 1"]]
    for style in chapters[1:]:
        style.addnext(etree.Element(w("spacing"), {w("before"): "0"}))
        style.addnext(etree.Element(w("pageBreakBefore")))


def _set_tables(document: Element, styles: Mapping[str, str]) -> None:
    """Small text, no row over two pages, short tables on one, no row of a long one alone, row headers, air below."""
    for table in document.iter(w("tbl")):
        rows = list(table.iter(w("tr")))
        for row in rows:
            _row_properties(row).insert(0, etree.Element(w("cantSplit")))
        _set_style(table, styles["table text"])
        for row in rows[:-1] if len(rows) <= _SHORT else (*rows[:2], rows[-2]):
            for style in row.iter(w("pStyle")):
                style.addnext(etree.Element(w("keepNext")))
        for look in table.iter(w("tblLook")):
            look.set(w("firstColumn"), "1")
            look.set(w("val"), "00A0")  # first row and first column
        _set_below(table.getnext(), styles)


def _row_properties(row: Element) -> Element:
    properties = row.find(w("trPr"))
    if properties is None:
        properties = etree.Element(w("trPr"))
        row.insert(0, properties)
    return properties


def _set_below(paragraph: Element | None, styles: Mapping[str, str]) -> None:
    """Air above what follows a table, and none of pandoc's empty paragraphs before the next caption."""
    if paragraph is None:
        return
    following = paragraph.getnext()
    if not len(paragraph) and following is not None and following.tag == w("p"):
        paragraph.getparent().remove(paragraph)  # pyright: ignore[reportOptionalMemberAccess]  # it is no root
    elif _style_of(paragraph, "pPr", "pStyle") in {
        styles["body text"],
        styles["first paragraph"],
    }:
        _set_style(paragraph, styles["after table"])


def _count_captions(document: Element, language: str) -> None:
    """The number in a caption becomes a field; its bookmark stays round it, for the references."""
    for start in list(document.iter(w("bookmarkStart"))):
        kind = NUMBER.fullmatch(start.get(w("name"), ""))
        run = start.getnext()
        if kind and run is not None:
            run.addprevious(_field(f"SEQ {label(kind[1], language)} \\* ARABIC"))
            _before(run).append(run)


def _before(node: Element) -> Element:
    found = node.getprevious()
    assert found is not None  # it was just put there
    return found


def _field(instruction: str) -> Element:
    return next(iter(element("holder", _FIELD.format(instruction=instruction))))


def _follow_references(document: Element) -> None:
    """`table 3` as a link whose number is a field that follows the caption's."""
    for link in document.iter(w("hyperlink")):
        name = link.get(w("anchor"), "")
        if NUMBER.fullmatch(name):
            words, _, number = "".join(text.text or "" for text in link.iter(w("t"))).rpartition("\xa0")
            field = _field(f"REF {name}")
            field.extend(_runs(number))
            link[:] = [*_runs(words + "\xa0"), field]


def _runs(text: str) -> Iterator[Element]:
    yield from element("holder", _RUN.format(text))
