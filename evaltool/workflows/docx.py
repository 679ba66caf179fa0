"""A Word file made of paragraphs and tables of two columns, in the look of the reports, also from right to left.

Source of the form: ECMA-376 part 1 (17.3.1.6 bidi, 17.3.2.30 rtl, 17.4.1 bidiVisual, 17.4.6 cantSplit).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from lxml.builder import ElementMaker
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]  # the type has no other name

from evaltool.report.package import DOCUMENT, W, pack, serialize, w
from evaltool.report.word_style import our_template
from evaltool.text import direction

Look = Literal["plain", "heading", "strong", "quiet", "slanted"]
Block = Literal["", "lead", "box", "choice", "apart"]
_DC = "http://purl.org/dc/elements/1.1/"
_WIDTHS = (6350, 2892)  # twentieths of a point: what is asked, and room for who reviews it
_QUIET, _LINE, _SHADE = "5B6670", "AAB4BD", "FFF7E0"
# Windows and Office bring these; a program that lacks them takes another with the signs.
_ETHIOPIC, _ARABIC = "Ebrima", "Arial"
_make = ElementMaker(namespace=W, nsmap={"w": W})


@dataclass(frozen=True)
class Run:
    text: str
    look: Look = "plain"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in `language`; `style` is one of the reference document's.

    A `lead` stands on the page of what follows; `apart` begins the choices that are no answer.
    """

    runs: tuple[Run, ...]
    language: str
    style: str = "TableText"
    block: Block = ""


@dataclass(frozen=True)
class Table:
    """Rows that are not broken over two pages, each with an empty cell beside it. `heads` stand above, on each page."""

    heads: tuple[tuple[Paragraph, ...], tuple[Paragraph, ...]]
    rows: tuple[tuple[Paragraph, ...], ...]


@dataclass(frozen=True)
class Paper:
    """The whole file. `language` decides from which side it is read."""

    title: str
    mark: str
    language: str
    body: tuple[Paragraph | Table, ...]


def word_file(paper: Paper) -> bytes:
    """The paper as a `.docx`."""
    parts = our_template(paper.language, paper.title, (paper.mark,) if paper.mark else ())
    document = etree.fromstring(parts[DOCUMENT])
    body = document.find(w("body"))
    assert body is not None  # every Word file has one
    section = body[-1]
    body[:] = [*_elements(paper), section]
    parts[DOCUMENT] = serialize(document)
    parts["docProps/core.xml"] = _core(parts["docProps/core.xml"], paper)
    return pack(parts)


def _core(data: bytes, paper: Paper) -> bytes:
    root = etree.fromstring(data)
    for name, text in (("title", paper.title), ("language", paper.language)):
        found = root.find(f"{{{_DC}}}{name}")
        (etree.SubElement(root, f"{{{_DC}}}{name}") if found is None else found).text = text
    return serialize(root)


def _elements(paper: Paper) -> Iterator[Element]:
    side = direction(paper.language)
    for item in paper.body:
        if isinstance(item, Paragraph):
            yield _paragraph(item, side)
        else:
            yield _table(item, side)
            yield _make.p(_make.pPr(_on("pStyle", "Compact")))  # two tables in a row would be one


def _on(name: str, value: str | int) -> Element:
    """An element with one attribute `val`."""
    return _make(name, {w("val"): str(value)})


def _paragraph(item: Paragraph, side: str, *, keep: bool = False) -> Element:
    """In a paper from right to left every paragraph stands at the right, whatever its own direction."""
    properties = [_on("pStyle", item.style)]
    properties += [_make.keepNext()] if keep or item.block == "lead" else []
    properties += [_make.keepLines()]
    own = direction(item.language)
    if item.block == "box":
        edges = [_make(edge, _edge()) for edge in ("top", "left", "bottom", "right")]
        properties += [_make.pBdr(*edges), _make.shd({w("val"): "clear", w("color"): "auto", w("fill"): _SHADE})]
    properties += [_make.bidi()] if own == "rtl" else []
    if item.block == "box":
        properties.append(_make.ind({w("left"): "100", w("right"): "100"}))
    if item.block in {"choice", "apart"}:
        properties.append(_make.spacing({w("before"): "140" if item.block == "apart" else "20", w("after"): "20"}))
        indent = {"start": "360", "hanging": "280"} if own == side else {"right": "360"}
        properties.append(_make.ind({w(key): value for key, value in indent.items()}))
    # `left` is where lines of its own direction begin, so it means the right in a paragraph from right to left.
    properties.append(_on("jc", "left" if own == side else "right"))
    return _make.p(_make.pPr(*properties), *(_run(run, item.language, side) for run in item.runs))


def _edge() -> dict[str, str]:
    return {w("val"): "single", w("sz"): "4", w("space"): "3", w("color"): _LINE}


def _run(run: Run, language: str, side: str) -> Element:
    rtl = direction(language) == "rtl"
    text = run.text
    if side == "rtl" and not rtl:
        # Between two words from right to left a comma alone would turn their order: U+200E keeps it.
        text = text.replace("”", "”\u200e")
    element = _make.t(text)
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return _make.r(_make.rPr(*_run_look(run.look, language, rtl=rtl)), element)


def _run_look(look: Look, language: str, *, rtl: bool) -> Iterator[Element]:
    if language in {"ti", "am"}:
        yield _make.rFonts({w(key): _ETHIOPIC for key in ("ascii", "hAnsi", "eastAsia", "cs")})
    elif rtl:
        yield _make.rFonts({w("cs"): _ARABIC})
    if look in {"strong", "heading"}:
        yield from (_make.b(), _make.bCs())
    if look == "slanted":
        yield from (_make.i(), _make.iCs())
    if look in {"quiet", "slanted"}:
        yield _on("color", _QUIET)
    size = {"strong": 21, "quiet": 16}.get(look)
    if size:
        yield from (_on("sz", size), _on("szCs", size))
    if rtl:
        yield _make.rtl()
    yield _make.lang({w("bidi" if rtl else "val"): language})


def _table(table: Table, side: str) -> Element:
    borders = [_make(edge, _edge()) for edge in ("top", "left", "bottom", "right", "insideH", "insideV")]
    properties = [_make.bidiVisual()] if side == "rtl" else []
    properties += [
        _make.tblW({w("w"): str(sum(_WIDTHS)), w("type"): "dxa"}),
        _make.tblBorders(*borders),
        _make.tblLayout({w("type"): "fixed"}),
        _make.tblCellMar(*(_make(edge, {w("w"): "100", w("type"): "dxa"}) for edge in ("left", "right"))),
    ]
    head = _row(table.heads, side, head=True)
    rows = [_row([row, ()], side) for row in table.rows]
    grid = _make.tblGrid(*(_make.gridCol({w("w"): str(width)}) for width in _WIDTHS))
    return _make.tbl(_make.tblPr(*properties), grid, head, *rows)


def _row(cells: Sequence[Sequence[Paragraph]], side: str, *, head: bool = False) -> Element:
    properties = [_make.cantSplit(), *([_make.tblHeader()] if head else [])]
    made = [_cell(cell, width, side, head=head) for cell, width in zip(cells, _WIDTHS, strict=True)]
    return _make.tr(_make.trPr(*properties), *made)


def _cell(paragraphs: Sequence[Paragraph], width: int, side: str, *, head: bool) -> Element:
    inside = [_paragraph(item, side, keep=head or item is not paragraphs[-1]) for item in paragraphs]
    size = _make.tcW({w("w"): str(width), w("type"): "dxa"})
    shade = [_make.shd({w("val"): "clear", w("color"): "auto", w("fill"): "EAF1F7"})] if head else []
    return _make.tc(_make.tcPr(size, *shade), *(inside or [_make.p(_make.pPr(_on("pStyle", "TableText")))]))
