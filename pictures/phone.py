"""Draws what a phone of 128 by 160 pixels shows: eight lines, and the two soft keys below.

What is longer scrolls on a phone; here the picture grows, and a dotted line marks the fold.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from pictures.canvas import Canvas, Inks
from pictures.fonts import Fonts
from pictures.lettering import Lettering

WIDTH: Final = 128
HEIGHT: Final = 160
ROWS: Final = 8
LINE: Final = 18  # pixels; Bengali and Devanagari need as many
BASELINE: Final = 13
LETTERS: Final = 12  # pixels to an em: about twenty Latin letters a line
KEY_LETTERS: Final = 11
MARGIN: Final = 3
OPEN_KEYS: Final = ("Answer", "Cancel")
CLOSED_KEYS: Final = ("OK", "")
CONTROL_PICTURES: Final = 0x2400

FINE: Final = Inks(paper=(214, 232, 205), ink=(16, 26, 14))
WRONG: Final = Inks(paper=(255, 218, 214), ink=(120, 0, 0))  # it does not fit


@dataclass(frozen=True, slots=True)
class Picture:
    """`lines` is how many the phone shows, of which `ROWS` at a time."""

    png: bytes
    lines: int

    @property
    def scrolls(self) -> bool:
        return self.lines > ROWS


class Phone:
    """`scale`: so many pixels of the picture for one of the phone, along each edge."""

    def __init__(self, fonts: Fonts, scale: int = 2) -> None:
        self._scale = scale
        self._fonts = fonts
        self._letters = Lettering(fonts, LETTERS * scale)
        self._keys = Lettering(fonts, KEY_LETTERS * scale)

    def draw(self, text: str, keys: tuple[str, str], *, is_wrong: bool = False) -> Picture:
        scale = self._scale
        lines = self._letters.fold(_visible(text), (WIDTH - 2 * MARGIN) * scale)
        height = HEIGHT + max(0, len(lines) - ROWS) * LINE
        glyphs = [
            glyph
            for at, line in enumerate(lines)
            for glyph in self._letters.placed(line, MARGIN * scale, (at * LINE + BASELINE) * scale)
        ]
        canvas = Canvas(WIDTH * scale, height * scale, glyphs)
        if len(lines) > ROWS:
            for x in range(0, WIDTH, 4):
                canvas.fill(x * scale, ROWS * LINE * scale, 2 * scale, 1)
        bar = self._soft_keys(keys)
        canvas.paste(bar, canvas.height - bar.height)
        return Picture(canvas.png(WRONG if is_wrong else FINE), len(lines))

    def undrawn(self, text: str) -> frozenset[str]:
        """The characters that no font draws."""
        return self._fonts.undrawn(_visible(text))

    def _soft_keys(self, keys: tuple[str, str]) -> Canvas:
        scale, height = self._scale, HEIGHT - ROWS * LINE
        left, right = keys
        baseline = (height - 5) * scale
        end = (WIDTH - MARGIN) * scale - self._keys.width(right)
        glyphs = [
            *self._keys.placed(left, MARGIN * scale, baseline),
            *self._keys.placed(right, end, baseline),
        ]
        return Canvas(WIDTH * scale, height * scale, glyphs).inverted()


def _visible(text: str) -> str:
    """A control character as its picture: a phone shows something for it, too."""
    return "".join(
        chr(CONTROL_PICTURES + ord(char))
        if unicodedata.category(char) == "Cc" and char < " " and char != "\n"
        else char
        for char in text.replace("\r\n", "\n")
    )
