"""A Word file as what it is, a zip of XML parts that name each other (ECMA-376 part 2, open packaging conventions)."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
R = f"{OFFICE}/relationships"
DOCUMENT = "word/document.xml"
STYLES = "word/styles.xml"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPES = "[Content_Types].xml"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold: the same input gives the same bytes

Parts = dict[str, bytes]


def w(name: str) -> str:
    """The name of an element or attribute of Word's own."""
    return f"{{{W}}}{name}"


def unpack(data: bytes) -> Parts:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def serialize(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def element(tag: str, inner: str = "") -> Element:
    """`<w:tag>` with what stands in it; `inner` may use the prefixes w and r."""
    return etree.fromstring(f'<w:{tag} xmlns:w="{W}" xmlns:r="{R}">{inner}</w:{tag}>')


def relate(parts: Parts, identity: str, kind: str, target: str) -> None:
    """Let the document name another part, by a relationship with the id `identity`."""
    name = "word/_rels/document.xml.rels"
    relations = etree.fromstring(parts[name])
    attributes = {"Id": identity, "Type": kind, "Target": target}
    etree.SubElement(relations, f"{{{RELATIONSHIPS}}}Relationship", attributes)
    parts[name] = serialize(relations)


def declare(parts: Parts, part: str, content: str) -> None:
    """Say what kind of content `part` holds."""
    _add_type(parts, "Override", {"PartName": f"/{part}", "ContentType": content})


def declare_ending(parts: Parts, ending: str, content: str) -> None:
    """Say what kind of content all parts with a file name's ending hold."""
    _add_type(parts, "Default", {"Extension": ending, "ContentType": content})


def _add_type(parts: Parts, tag: str, attributes: Mapping[str, str]) -> None:
    types = etree.fromstring(parts[_TYPES])
    kind, value = next(iter(attributes.items()))
    known = {node.get(kind) for node in types}
    if value not in known:
        etree.SubElement(types, f"{{{CONTENT_TYPES}}}{tag}", dict(attributes))
        parts[_TYPES] = serialize(types)


def style_ids(parts: Parts) -> dict[str, str]:
    """Style name in small letters → its id: Word matches by name, and in a Danish Word «heading 1» is `Overskrift1`."""
    found: dict[str, str] = {}
    for style in etree.fromstring(parts[STYLES]).iter(w("style")):
        name = style.find(w("name"))
        if name is not None:
            found[name.get(w("val"), "").lower()] = style.get(w("styleId"), "")
    return found
