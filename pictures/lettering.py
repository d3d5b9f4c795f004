"""Lines of text as shaped glyphs: how wide they are, where they fold, where each glyph stands.

Shaping is what makes letters of Indian scripts out of characters: क् and षि become one sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import regex
import uharfbuzz

from pictures.fonts import Face, Fonts

KEPT_LINES: Final = 20_000


class Glyph(NamedTuple):
    """`x` and `y` are the pixels of its origin, from the left and from the top; `scale` is what
    makes pixels out of its face's units."""

    face: Face
    glyph_id: int
    scale: float
    x: float
    y: float


class Shaped(NamedTuple):
    glyphs: tuple[Glyph, ...]
    width: float


class Lettering:
    """Letters of one size, in pixels to an em."""

    def __init__(self, fonts: Fonts, pixels: float) -> None:
        self._fonts = fonts
        self._pixels = pixels
        self._shaped = lru_cache(maxsize=KEPT_LINES)(self._shape)

    def width(self, line: str) -> float:
        """In pixels, as it is drawn."""
        return self._shaped(line).width

    def fold(self, text: str, width: float) -> list[str]:
        """Into lines no wider than this: at spaces, else between what readers call letters."""
        return [line for part in text.split("\n") for line in self._fold(part, width)]

    def placed(self, line: str, x: float, baseline: float) -> Iterator[Glyph]:
        for glyph in self._shaped(line).glyphs:
            yield glyph._replace(x=x + glyph.x, y=baseline + glyph.y)

    def _fold(self, part: str, width: float) -> Iterator[str]:
        line = ""
        for word in _words(part):
            if line.strip() and self.width((line + word).rstrip(" ")) > width:
                yield line.rstrip(" ")
                line = ""
            line += word
            while self.width(line.rstrip(" ")) > width:
                head = self._longest(line, width)
                if head == line:
                    break
                yield head
                line = line[len(head) :]
        yield line.rstrip(" ")

    def _longest(self, word: str, width: float) -> str:
        """As much of a long word as there is room for, one letter at least."""
        head = ""
        for cluster in regex.findall(r"\X", word):
            if head and self.width(head + cluster) > width:
                break
            head += cluster
        return head

    def _shape(self, line: str) -> Shaped:
        glyphs: list[Glyph] = []
        x = 0.0
        for run, face in self._fonts.runs(line):
            buffer = uharfbuzz.Buffer()
            buffer.add_str(run)
            buffer.guess_segment_properties()
            uharfbuzz.shape(face.font, buffer)
            scale = self._pixels / face.upem
            for its, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                left, down = x + at.x_offset * scale, -at.y_offset * scale
                glyphs.append(Glyph(face, its.codepoint, scale, left, down))
                x += at.x_advance * scale
        return Shaped(tuple(glyphs), x)


def _words(part: str) -> list[str]:
    """Each with the spaces behind it."""
    found: list[str] = regex.findall(r"[^ ]+ *|^ +", part)
    return found
