"""Mending the Word file that pandoc made: each figure carries its id three ways, and headers say what the data are.

Programs drop one carrier or another, so there are three: the bookmark round the figure (pandoc makes it from the span),
the tag of a content control, and for pictures the picture's name. A customXml part maps each carrier to its estimate.
Source of the form: ECMA-376 part 1 (17.5.2 structured document tags, 17.13.6 bookmarks, 15.2.5 custom XML parts).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

from evaltool.report.context import ReportContext
from evaltool.report.prose import Carrier
from evaltool.results import IDENTITY

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
DCTERMS = "http://purl.org/dc/terms/"
FIGURES = "urn:evaltool:figures:1"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_STORE_ID = "{6C1F0C6E-5B0B-4C0E-9C39-2E4A54C0E7A1}"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold: the same input gives the same bytes
_SHORT = 15  # rows of a table that is not to be broken over two pages

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Look:
    """What the mending has to know beside the figures."""

    context: ReportContext
    header: str


def mend(docx: bytes, carriers: Sequence[Carrier], look: Look) -> bytes:
    """The finished Word file."""
    with ZipFile(BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = etree.fromstring(parts["word/document.xml"])
    present = _carry_ids(document, {carrier.name for carrier in carriers})
    _start_pages(document)
    _set_tables(document)
    parts["word/document.xml"] = _serialize(document)
    _set_dates(parts, look)
    _fill_headers(parts, look)
    _add_map(parts, [carrier for carrier in carriers if carrier.name in present], look.context)
    return _pack(parts)


def _w(name: str) -> str:
    return f"{{{W}}}{name}"


def _serialize(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _carry_ids(document: Element, names: set[str]) -> set[str]:
    """Put a content control inside each figure's bookmark; name the pictures. Returns the carriers found."""
    found: set[str] = set()
    for start in list(document.iter(_w("bookmarkStart"))):
        name = start.get(_w("name"), "")
        if name in names:
            _wrap(start, name)
            found.add(name)
    return found


def _wrap(start: Element, name: str) -> None:
    """The nodes between the bookmark's ends go into one content control with the tag `name`."""
    inside = _between(start)
    for node in inside:
        _name_pictures(node, name)
    control = etree.Element(_w("sdt"))
    properties = etree.SubElement(control, _w("sdtPr"))
    etree.SubElement(properties, _w("tag")).set(_w("val"), name)
    # A number of its own, from the bookmark's: both must be unique in the document.
    etree.SubElement(properties, _w("id")).set(_w("val"), str(1_000_000 + int(start.get(_w("id"), "0"))))
    content = etree.SubElement(control, _w("sdtContent"))
    start.addnext(control)
    content.extend(inside)


def _between(start: Element) -> list[Element]:
    nodes: list[Element] = []
    for node in start.itersiblings():
        if node.tag == _w("bookmarkEnd") and node.get(_w("id")) == start.get(_w("id")):
            return nodes
        nodes.append(node)
    return nodes


def _name_pictures(node: Element, name: str) -> None:
    for tag in (f"{{{WP}}}docPr", f"{{{PIC}}}cNvPr"):
        for picture in node.iter(tag):
            picture.set("name", name)


def _start_pages(document: Element) -> None:
    """Each chapter but the first begins a page."""
    chapters = [style for style in document.iter(_w("pStyle")) if style.get(_w("val")) == "Heading1"]
    for style in chapters[1:]:
        style.addnext(etree.Element(_w("pageBreakBefore")))


def _set_tables(document: Element) -> None:
    """Small text, no row over two pages, short tables on one page, and air below."""
    for table in document.iter(_w("tbl")):
        rows = list(table.iter(_w("tr")))
        for row in rows:
            _row_properties(row).insert(0, etree.Element(_w("cantSplit")))
        for style in table.iter(_w("pStyle")):
            style.set(_w("val"), "TableText")
        for row in rows[:-1] if len(rows) <= _SHORT else ():
            for style in row.iter(_w("pStyle")):
                style.addnext(etree.Element(_w("keepNext")))
        _air_above(table.getnext())


def _row_properties(row: Element) -> Element:
    properties = row.find(_w("trPr"))
    if properties is None:
        properties = etree.Element(_w("trPr"))
        row.insert(0, properties)
    return properties


def _air_above(paragraph: Element | None) -> None:
    style = None if paragraph is None else paragraph.find(f"{_w('pPr')}/{_w('pStyle')}")
    if style is not None and style.get(_w("val")) in {"BodyText", "FirstParagraph"}:
        style.set(_w("val"), "AfterTable")


def _fill_headers(parts: Parts, look: Look) -> None:
    """The reference document's headers and footers have one placeholder, `HEADER`."""
    for name in [name for name in parts if name.startswith(("word/header", "word/footer"))]:
        root = etree.fromstring(parts[name])
        for text in root.iter(_w("t")):
            if text.text == "HEADER":
                text.text = look.header
            elif text.text == "MARK":
                text.text = " · ".join(look.context.marks)
        parts[name] = _serialize(root)


def _set_dates(parts: Parts, look: Look) -> None:
    """The report's own date instead of the clock, so that the same input gives the same file."""
    core = etree.fromstring(parts["docProps/core.xml"])
    for name in ("created", "modified"):
        for node in core.iter(f"{{{DCTERMS}}}{name}"):
            node.text = f"{look.context.made_on.isoformat()}T00:00:00Z"
    parts["docProps/core.xml"] = _serialize(core)


def _add_map(parts: Parts, carriers: Sequence[Carrier], context: ReportContext) -> None:
    """The customXml part: carrier → id, identity, form, definition hash, value shown."""
    parts["customXml/item1.xml"] = _serialize(_map(carriers, context))
    parts["customXml/itemProps1.xml"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
        f'<ds:datastoreItem xmlns:ds="{_OFFICE}/customXml" ds:itemID="{_STORE_ID}">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{FIGURES}"/></ds:schemaRefs></ds:datastoreItem>'
    ).encode()
    props = f"{_OFFICE}/relationships/customXmlProps"
    parts["customXml/_rels/item1.xml.rels"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{RELATIONSHIPS}">'
        f'<Relationship Id="rId1" Type="{props}" Target="itemProps1.xml"/></Relationships>'
    ).encode()
    relations = etree.fromstring(parts["word/_rels/document.xml.rels"])
    attributes = {"Id": "rIdFigures", "Type": f"{_OFFICE}/relationships/customXml", "Target": "../customXml/item1.xml"}
    etree.SubElement(relations, f"{{{RELATIONSHIPS}}}Relationship", attributes)
    parts["word/_rels/document.xml.rels"] = _serialize(relations)
    types = etree.fromstring(parts["[Content_Types].xml"])
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    etree.SubElement(
        types, f"{{{CONTENT_TYPES}}}Override", {"PartName": "/customXml/itemProps1.xml", "ContentType": kind}
    )
    parts["[Content_Types].xml"] = _serialize(types)


def _map(carriers: Sequence[Carrier], context: ReportContext) -> Element:
    root = etree.Element(f"{{{FIGURES}}}figures", nsmap={None: FIGURES})
    about = {
        "format": "1",
        "language": context.language,
        "plan": context.plan_hash,
        "made": context.made_on.isoformat(),
    }
    marks = {"synthetic": str(context.synthetic).lower(), "altered": str(context.altered).lower()}
    for name, value in {**about, **marks}.items():
        root.set(name, value)
    for carrier in carriers:
        etree.SubElement(root, f"{{{FIGURES}}}figure", _entry(carrier, context))
    return root


def _entry(carrier: Carrier, context: ReportContext) -> Mapping[str, str]:
    row = carrier.row
    identity = {name: str(getattr(row, name)) for name in IDENTITY}
    facts = context.indicators.get(row.indicator)
    shown = {"form": carrier.form, "definition": facts.definition_hash if facts else "", "shown": carrier.shown}
    return {"carrier": carrier.name, "id": row.id, **identity, **shown}


def read_map(docx: bytes) -> list[Mapping[str, str]]:
    """The figures of a Word file, as its customXml part tells them: one mapping per carrier and estimate."""
    with ZipFile(BytesIO(docx)) as archive:
        for name in archive.namelist():
            if name.startswith("customXml/item") and FIGURES.encode() in (part := archive.read(name)):
                root = etree.fromstring(part)
                if root.tag == f"{{{FIGURES}}}figures":
                    return [{str(key): str(value) for key, value in node.attrib.items()} for node in root]
    return []


def _pack(parts: Parts) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()
