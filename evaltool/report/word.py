"""Mending the Word file that pandoc made: each figure carries its id three ways, and charts are drawn in vectors.

Programs drop one carrier or another, so there are three: the bookmark round the figure (pandoc makes it from the span),
the tag of a content control, and for pictures the picture's name. A customXml part maps each carrier to its estimate.
Source of the form: ECMA-376 part 1 (17.5.2 structured document tags, 17.13.6 bookmarks, 15.2.5 custom XML parts).
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZipFile

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

from evaltool.report.context import ReportContext
from evaltool.report.package import (
    DOCUMENT,
    OFFICE,
    RELATIONSHIPS,
    Parts,
    R,
    declare,
    declare_ending,
    pack,
    relate,
    serialize,
    style_ids,
    unpack,
    w,
)
from evaltool.report.prose import Carrier
from evaltool.report.word_body import arrange
from evaltool.results import IDENTITY

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_A, _WP, _PIC = f"{_DRAWING}/main", f"{_DRAWING}/wordprocessingDrawing", f"{_DRAWING}/picture"
_DCTERMS = "http://purl.org/dc/terms/"
FIGURES = "urn:evaltool:figures:1"
_STORE_ID = "{6C1F0C6E-5B0B-4C0E-9C39-2E4A54C0E7A1}"
# A picture's vector form stands beside its PNG, in an extension that older programs pass over (MS-ODRAWXML 2.2.5).
_VECTOR = (
    f'<a:extLst xmlns:a="{_A}"><a:ext uri="{{{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}}}">'
    '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
    f'xmlns:r="{R}" r:embed="{{}}"/></a:ext></a:extLst>'
)


def mend(docx: bytes, carriers: Sequence[Carrier], vectors: Mapping[str, bytes], context: ReportContext) -> bytes:
    """The finished Word file. `vectors` are the charts as SVG, by the name that carries their figures."""
    parts = unpack(docx)
    document = etree.fromstring(parts[DOCUMENT])
    arrange(document, style_ids(parts), context.language)
    present = _carry_ids(document, {carrier.name for carrier in carriers})
    _draw_in_vectors(parts, document, vectors)
    parts[DOCUMENT] = serialize(document)
    _set_dates(parts, context)
    _add_map(parts, [carrier for carrier in carriers if carrier.name in present], context)
    return pack(parts)


def _carry_ids(document: Element, names: set[str]) -> set[str]:
    """Put a content control inside each figure's bookmark; name the pictures. Returns the carriers found."""
    found: set[str] = set()
    for start in list(document.iter(w("bookmarkStart"))):
        name = start.get(w("name"), "")
        if name in names:
            _wrap(start, name)
            found.add(name)
    return found


def _wrap(start: Element, name: str) -> None:
    """The nodes between the bookmark's ends go into one content control with the tag `name`."""
    inside = _between(start)
    for node in inside:
        _name_pictures(node, name)
    control = etree.Element(w("sdt"))
    properties = etree.SubElement(control, w("sdtPr"))
    etree.SubElement(properties, w("tag")).set(w("val"), name)
    # A number of its own, from the bookmark's: both must be unique in the document.
    etree.SubElement(properties, w("id")).set(w("val"), str(1_000_000 + int(start.get(w("id"), "0"))))
    content = etree.SubElement(control, w("sdtContent"))
    start.addnext(control)
    content.extend(inside)


def _between(start: Element) -> list[Element]:
    nodes: list[Element] = []
    for node in start.itersiblings():
        if node.tag == w("bookmarkEnd") and node.get(w("id")) == start.get(w("id")):
            return nodes
        nodes.append(node)
    return nodes


def _name_pictures(node: Element, name: str) -> None:
    for tag in (f"{{{_WP}}}docPr", f"{{{_PIC}}}cNvPr"):
        for picture in node.iter(tag):
            picture.set("name", name)


def _draw_in_vectors(parts: Parts, document: Element, vectors: Mapping[str, bytes]) -> None:
    """Add each chart's SVG beside its PNG; a program that knows no SVG shows the PNG. All are as wide as the text."""
    for place in document.iter(f"{{{_WP}}}inline"):
        for side in "TBLR":
            place.set(f"dist{side}", "0")  # LibreOffice takes an inch's eighth where nothing is said
    for picture in document.iter(f"{{{_PIC}}}pic"):
        name = next(picture.iter(f"{{{_PIC}}}cNvPr")).get("name", "")
        if name in vectors:
            parts[f"word/media/{name}.svg"] = vectors[name]
            relate(parts, f"rId_{name}", f"{R}/image", f"media/{name}.svg")
            for blip in picture.iter(f"{{{_A}}}blip"):
                blip.append(etree.fromstring(_VECTOR.format(f"rId_{name}")))
    declare_ending(parts, "svg", "image/svg+xml")


def _set_dates(parts: Parts, context: ReportContext) -> None:
    """The report's own date instead of the clock, so that the same input gives the same file."""
    core = etree.fromstring(parts["docProps/core.xml"])
    for name in ("created", "modified"):
        for node in core.iter(f"{{{_DCTERMS}}}{name}"):
            node.text = f"{context.made_on.isoformat()}T00:00:00Z"
    parts["docProps/core.xml"] = serialize(core)


def _add_map(parts: Parts, carriers: Sequence[Carrier], context: ReportContext) -> None:
    """The customXml part: carrier → id, identity, form, definition hash, value shown."""
    parts["customXml/item1.xml"] = serialize(_map(carriers, context))
    parts["customXml/itemProps1.xml"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
        f'<ds:datastoreItem xmlns:ds="{OFFICE}/customXml" ds:itemID="{_STORE_ID}">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{FIGURES}"/></ds:schemaRefs></ds:datastoreItem>'
    ).encode()
    parts["customXml/_rels/item1.xml.rels"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{RELATIONSHIPS}">'
        f'<Relationship Id="rId1" Type="{R}/customXmlProps" Target="itemProps1.xml"/></Relationships>'
    ).encode()
    relate(parts, "rIdFigures", f"{R}/customXml", "../customXml/item1.xml")
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    declare(parts, "customXml/itemProps1.xml", kind)


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
