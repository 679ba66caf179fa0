"""A drawing as an SVG that grows downwards. All measures are points from its upper left corner."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from evaltool.report.letters import EM, Face, drawable, outline, places, text_width

WIDTH = 460.8  # the text width of an A4 page
INK, SOFT, GRID = "#1f2933", "#5b6670", "#e1e6ea"
_LEADING = 1.26  # from line to line, in sizes
_CAPITAL = 0.73  # the height of a capital letter, in sizes
_WATERMARK = "#c0392b"

Point = tuple[float, float]


@dataclass(frozen=True)
class Pen:
    """How a text looks."""

    size: float = 9.0
    color: str = INK
    face: Face = "regular"

    def height(self, lines: Sequence[str]) -> float:
        return self.size * _LEADING * len(lines)

    def width(self, lines: Sequence[str]) -> float:
        return max((text_width(line, self.size, self.face) for line in lines), default=0.0)


PLAIN = Pen()
NOTE = Pen(8.2, SOFT)
FIGURE = Pen(8.2)
SILENT = Pen(9.0, SOFT, "oblique")


@dataclass(frozen=True)
class Words:
    """A line of text as it stands in a drawing, and the room that it takes."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


class Sheet:
    """Shapes and texts; the first lie below the later. `kind` becomes the class of a shape, so that it can be found."""

    def __init__(self) -> None:
        self.words: list[Words] = []
        self._shapes: list[str] = []
        self._signs: dict[tuple[Face, str], str] = {}

    def box(self, kind: str, corner: Point, size: Point, fill: str, edge: str = "none") -> None:
        (x, y), (width, height) = corner, size
        self._shapes.append(
            f'<rect class="{kind}" x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
            f'fill="{fill}" stroke="{edge}" stroke-width="0.5"/>'
        )

    def line(self, kind: str, start: Point, end: Point, color: str, width: float = 1.0) -> None:
        ends = f'x1="{start[0]:.2f}" y1="{start[1]:.2f}" x2="{end[0]:.2f}" y2="{end[1]:.2f}"'
        self._shapes.append(f'<line class="{kind}" {ends} stroke="{color}" stroke-width="{width}"/>')

    def dot(self, kind: str, middle: Point, radius: float, fill: str) -> None:
        x, y = middle
        self._shapes.append(f'<circle class="{kind}" cx="{x:.2f}" cy="{y:.2f}" r="{radius}" fill="{fill}"/>')

    def diamond(self, kind: str, middle: Point, radius: float, edge: str) -> None:
        """Hollow: another shape and no fill, so that it is told from a dot without colour."""
        x, y = middle
        path = f"M{x - radius:.2f} {y:.2f}L{x:.2f} {y - radius:.2f}L{x + radius:.2f} {y:.2f}L{x:.2f} {y + radius:.2f}Z"
        self._shapes.append(f'<path class="{kind}" d="{path}" fill="white" stroke="{edge}" stroke-width="1.3"/>')

    def write(self, place: Point, lines: Sequence[str], pen: Pen = PLAIN, *, align: float = 0) -> None:
        """Lines around the height `place[1]`; `align` is how much of each stands left of `place[0]`: 0, 0.5 or 1."""
        step = pen.size * _LEADING
        for index, line in enumerate(lines):
            width = text_width(line, pen.size, pen.face)
            left, middle = place[0] - align * width, place[1] + step * (index - (len(lines) - 1) / 2)
            half = pen.size / 2
            self.words.append(Words(line, left, middle - half, left + width, middle + half, pen.size))
            self._shapes.append(self._text(line, (left, middle + _CAPITAL * pen.size / 2), pen))

    def svg(self, height: float, title: str, told: str, marks: Sequence[str]) -> str:
        """The whole drawing, with its title and what it tells for those who do not see it."""
        shapes = [*self._shapes, *self._watermark(height, marks)]
        signs = [f'<path id="{name}" d="{outline(*key)}"/>' for key, name in self._signs.items()]
        size = f'width="{WIDTH}pt" height="{height:.2f}pt" viewBox="0 0 {WIDTH} {height:.2f}"'
        names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        head = f'<svg {names} {size} role="img">'
        texts = f"<title>{escape(drawable(title))}</title><desc>{escape(drawable(told))}</desc>"
        return "\n".join([head, texts, f"<defs>{''.join(signs)}</defs>", *shapes, "</svg>", ""])

    def _text(self, text: str, start: Point, pen: Pen, turned: str = "") -> str:
        """A text as its outlines; a sign that repeats is drawn by reference."""
        signs = [
            f'<use xlink:href="#{self._sign(pen.face, sign)}" x="{x:.1f}"/>'
            for sign, x in places(text, pen.face)
            if sign and outline(pen.face, sign)
        ]
        scale = pen.size / EM
        place = f"translate({start[0]:.2f} {start[1]:.2f}) {turned}scale({scale:.4f} -{scale:.4f})"
        return f'<g class="text" transform="{place}" fill="{pen.color}">{"".join(signs)}</g>'

    def _sign(self, face: Face, sign: str) -> str:
        return self._signs.setdefault((face, sign), f"{face}-{ord(sign):x}")

    def _watermark(self, height: float, marks: Sequence[str]) -> list[str]:
        """What must be said of the data, across the drawing, so that it goes with every copy."""
        if not marks:
            return []
        text = " · ".join(marks)
        widest = text_width(text, 1, "bold")
        pen = Pen(min(32.0, 0.8 * WIDTH / widest), _WATERMARK, "bold")
        x, y = (WIDTH - pen.width([text])) / 2, height / 2 + pen.size * 0.36
        lean = f"rotate(-8 {pen.width([text]) / 2:.2f} {-pen.size * 0.36:.2f}) "
        return [f'<g class="watermark" opacity="0.13">{self._text(text, (x, y), pen, lean)}</g>']
