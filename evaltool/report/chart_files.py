"""Charts as files: SVG, PNG with 300 dots an inch, and the figures as CSV."""

import csv
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import typst

from evaltool.report.drawing import Chart, Mark
from evaltool.report.rows import too_few
from evaltool.report.sheet import WIDTH
from evaltool.results import Estimate

_DPI = 300
_PER_METRE = round(_DPI / 0.0254)
_HEAD = 33  # bytes of a PNG before its second chunk
_FROM_ROW = ("indicator", "population", "by", "level", "statistic")
_FIGURES = ("estimate", "conf_low", "conf_high", "count", "n")
COLUMNS = ("id", "label", "shown", *_FROM_ROW, *_FIGURES, "data")


def write_pictures(charts: Mapping[str, Chart], folder: Path) -> list[Path]:
    """Write `<name>.svg` and `<name>.png` of each chart."""
    for name, chart in charts.items():
        (folder / f"{name}.svg").write_text(chart.svg, encoding="utf-8", newline="\n")
    source = folder / "pictures.typ"
    source.write_text(_pages(charts), encoding="utf-8", newline="\n")
    made = typst.compile(source, root=folder, format="png", ppi=_DPI, ignore_system_fonts=True)
    source.unlink()
    drawn = cast("bytes | list[bytes]", made)  # one page comes alone
    pages = drawn if isinstance(drawn, list) else [drawn]
    for name, page in zip(charts, pages, strict=False):  # without charts there is one empty page
        (folder / f"{name}.png").write_bytes(_with_size(page))
    return [folder / f"{name}.{ending}" for name in charts for ending in ("svg", "png")]


def _pages(charts: Mapping[str, Chart]) -> str:
    """A page as large as the picture for each; typst draws them all in one go."""
    images = "\n#pagebreak()\n".join(f'#image("{name}.svg", width: 100%)' for name in charts)
    return f"#set page(width: {WIDTH}pt, height: auto, margin: 0pt)\n{images}\n"


def _with_size(png: bytes) -> bytes:
    """The picture with its size in print, so that other programs do not show it four times as large."""
    said = b"pHYs" + struct.pack(">IIB", _PER_METRE, _PER_METRE, 1)
    return png[:_HEAD] + struct.pack(">I", 9) + said + struct.pack(">I", zlib.crc32(said)) + png[_HEAD:]


def write_figures(marks: Sequence[Mark], path: Path, data: str) -> None:
    """Write the figures of a chart as CSV, unrounded. `data` says what must be told of them (made up, altered).

    A group with too few answers stands without its figures, as in the chart.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for mark in marks:
            told = [getattr(mark.row, name) for name in _FROM_ROW]
            writer.writerow([mark.row.id, mark.label, mark.shown, *told, *_figures(mark.row), data])


def _figures(row: Estimate) -> list[object]:
    cells = [getattr(row, name) for name in _FIGURES]
    if too_few(row):
        return [""] * len(cells)
    return ["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in cells]
