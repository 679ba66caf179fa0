"""Her own Word template: its styles take effect by name, its page, headers and footers stay."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile
from zlib import error as BrokenStream  # noqa: N812  # it is an exception

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

from evaltool.errors import ReportError
from evaltool.report.package import DOCUMENT, STYLES, Parts, R, element, serialize, style_ids, w
from evaltool.report.word_style import add_edge, last_section, our_styles, set_language

_SETTINGS = "word/settings.xml"
_NAMES = "word/_rels/document.xml.rels"
_LARGEST = 200_000_000  # bytes when unpacked: a template with pictures is far below
_SAVE = "Open it in Word and save it as a Word document (.docx), without a password."
_OTHERS = {
    b"%PDF": "it is a PDF",
    b"\xd0\xcf\x11\xe0": "it is a Word file of the old kind (.doc), or one with a password",
    b"{\\rt": "it is an RTF file",
}
_MARK = (
    '<w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:r><w:rPr><w:b/><w:color w:val="A93226"/></w:rPr><w:t>{}</w:t></w:r></w:p>'
)


def read_template(path: Path) -> Parts:
    """The parts of a Word document or template. Raises ReportError when the file is none, and says how to mend it."""
    start = b""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        with ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise _refused(
                    path, f"it is larger than {_LARGEST // 1_000_000} MB when unpacked", "Take out pictures."
                )
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    except OSError as error:
        raise _refused(path, f"it cannot be read: {error.strerror}", "Look at the file's name and place.") from error
    except (BadZipFile, BrokenStream, EOFError, NotImplementedError, RuntimeError) as error:
        # RuntimeError and NotImplementedError: zipfile's words for a password and for an unknown compression
        raise _refused(path, _OTHERS.get(start, "it is no Word document, or damaged")) from error
    _check(path, parts)
    return parts


def _check(path: Path, parts: Parts) -> None:
    missing = [name for name in ("[Content_Types].xml", DOCUMENT, STYLES, _NAMES) if name not in parts]
    if missing:
        raise _refused(path, f"it is no Word document: it has no {missing[0]}")
    try:
        for name in parts:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(parts[name])
        for name in _headers(parts, last_section(etree.fromstring(parts[DOCUMENT]))).values():
            parts[name]
    except (etree.XMLSyntaxError, ValueError, KeyError) as error:
        raise _refused(path, "it is damaged") from error


def _refused(path: Path, why: str, mend: str = _SAVE) -> ReportError:
    return ReportError(f"the Word template cannot be used: {why}", where=str(path), mend=mend)


def her_template(template: Parts, language: str, marks: Sequence[str]) -> Parts:
    """A reference document for pandoc from her own: with the styles that it lacks, and the marks on every page."""
    parts = dict(template)
    _add_styles(parts, language)
    if marks:
        _mark_pages(parts, _MARK.format(escape(" · ".join(marks))))
    return parts


def _add_styles(parts: Parts, language: str) -> None:
    """Styles of ours whose names hers lacks; in her fonts, so that they do not stick out."""
    root, known, ours = etree.fromstring(parts[STYLES]), style_ids(parts), our_styles()
    taken = {style.get(w("styleId"), "") for style in root.iter(w("style"))}
    new: list[Element] = []
    ids: dict[str, str] = {}
    for style in ours.iter(w("style")):
        own, name = style.get(w("styleId"), ""), style.find(w("name"))
        if name is None:
            continue
        found = known.get(name.get(w("val"), "").lower())
        ids[own] = found or (f"{own}Evaltool" if own in taken else own)
        if not found:
            new.append(style)
    for style in new:
        root.append(_fitted(style, ids))
    set_language(root, language)
    parts[STYLES] = serialize(root)


def _fitted(style: Element, ids: dict[str, str]) -> Element:
    style.attrib.pop(w("default"), None)
    for tag in ("basedOn", "next", "link"):
        for node in style.findall(w(tag)):
            node.set(w("val"), ids.get(node.get(w("val"), ""), ""))
    style.set(w("styleId"), ids[style.get(w("styleId"), "")])
    for fonts in list(style.iter(w("rFonts"))):
        fonts.getparent().remove(fonts)  # pyright: ignore[reportOptionalMemberAccess]  # it is no root
    return style


def _mark_pages(parts: Parts, mark: str) -> None:
    """Below what her headers say; a page that has no header gets one."""
    document = etree.fromstring(parts[DOCUMENT])
    section = last_section(document)
    named = _headers(parts, section)
    for pages in _pages(parts, section):
        if pages not in named:
            add_edge(parts, section, "header", mark, pages)
    for name in set(named.values()):
        root = etree.fromstring(parts[name])
        root.extend(list(element("holder", mark)))
        parts[name] = serialize(root)
    parts[DOCUMENT] = serialize(document)


def _pages(parts: Parts, section: Element) -> Iterator[str]:
    """Which pages have a header of their own."""
    yield "default"
    if section.find(w("titlePg")) is not None:
        yield "first"
    if _SETTINGS in parts and etree.fromstring(parts[_SETTINGS]).find(w("evenAndOddHeaders")) is not None:
        yield "even"


def _headers(parts: Parts, section: Element) -> dict[str, str]:
    """On which pages a section has a header of hers → the header's part. Raises KeyError when nothing relates them."""
    targets = {node.get("Id"): node.get("Target", "") for node in etree.fromstring(parts[_NAMES])}
    return {
        node.get(w("type"), "default"): _part(targets[node.get(f"{{{R}}}id")])
        for node in section.findall(w("headerReference"))
    }


def _part(target: str) -> str:
    """The name of the part that the document calls `target`."""
    return target.removeprefix("/") if target.startswith("/") else str(PurePosixPath("word") / target)
