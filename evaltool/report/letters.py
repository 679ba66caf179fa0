"""Letters as outlines: how wide a text is, where it is cut into lines, and the shape of each sign.

A chart looks the same on every machine because it carries the outlines of its letters (DejaVu Sans, which comes with
matplotlib); no program has to have the font.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font, Kerning, LoadFlags

Face = Literal["regular", "bold", "oblique"]
FONTS = Path(get_data_path()) / "fonts" / "ttf"
_FILES: dict[Face, str] = {
    "regular": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "oblique": "DejaVuSans-Oblique.ttf",
}
EM = 100
"""Units of an outline to the size of its letters."""
_REPLACEMENT = 0xFFFD
_CONTROLS = dict.fromkeys([*range(32), 127], " ")  # a sheet's line break in a cell, for instance
_STEPS = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}
"""The code of a step of an outline → its letter in SVG, and how many points it takes."""


@cache
def _font(face: Face) -> FT2Font:
    font = FT2Font(str(FONTS / _FILES[face]))
    font.set_size(EM, 72)  # at 72 dots an inch a unit is a point
    return font


def _code(face: Face, sign: str) -> int:
    """The sign's code; that of a replacement mark where the font lacks it, for FreeType would stop there."""
    return ord(sign) if _font(face).get_char_index(ord(sign)) else _REPLACEMENT


@cache
def _advance(face: Face, sign: str) -> float:
    return _font(face).load_char(_code(face, sign), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536


@cache
def _closer(face: Face, sign: str, following: str) -> float:
    """How much nearer (below 0) than its width the following sign stands."""
    font = _font(face)
    left, right = (font.get_char_index(ord(each)) for each in (sign, following))
    return font.get_kerning(left, right, Kerning.UNFITTED) / 64


@cache
def outline(face: Face, sign: str) -> str:
    """The sign's shape as an SVG path, upwards from the line it stands on; empty for a space."""
    font = _font(face)
    font.load_char(_code(face, sign), flags=LoadFlags.NO_HINTING)
    points, codes = font.get_path()
    path, at = "", 0
    while at < len(codes):
        letter, count = _STEPS[int(codes[at])]
        path += letter + " ".join(f"{x:.1f} {y:.1f}" for x, y in points[at : at + count])
        at += max(count, 1)
    return path


def drawable(text: str) -> str:
    """The text with spaces for signs that control a program, which no font has and no SVG may hold."""
    return text.translate(_CONTROLS)


def places(text: str, face: Face = "regular") -> Iterator[tuple[str, float]]:
    """Each sign with its distance from the start, in units of an outline; last an empty one where the text ends."""
    x, text = 0.0, drawable(text)
    for sign, following in zip(text, [*text[1:], ""], strict=False):
        yield sign, x
        x += _advance(face, sign) + (_closer(face, sign, following) if following else 0)
    yield "", x


@cache
def text_width(text: str, size: float, face: Face = "regular") -> float:
    """The width in points of a text in one line."""
    *_, (_, end) = places(text, face)
    return end * size / EM


def wrap(text: str, room: float, size: float) -> list[str]:
    """The text in lines of at most `room` points; a word that is longer than a line is cut."""
    lines = [""]
    for word in drawable(text).split(" "):  # a no-break space holds its words together
        joined = f"{lines[-1]} {word}".strip()
        if text_width(joined, size) <= room:
            lines[-1] = joined
            continue
        *whole, rest = _cut(word, room, size)
        lines += [*whole, rest]
    return lines if lines[0] else lines[1:] or [""]


def _cut(word: str, room: float, size: float) -> Iterator[str]:
    """The word in pieces that fit, with a hyphen after each but the last."""
    while text_width(word, size) > room:
        fits = (end for end in range(len(word) - 1, 1, -1) if text_width(word[:end] + "-", size) <= room)
        end = next(fits, 1)
        yield word[:end] + "-"
        word = word[end:]
    yield word
