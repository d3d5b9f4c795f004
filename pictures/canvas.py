"""A sheet of pixels, each with more or less ink, and how it becomes a PNG file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import Final, NamedTuple

import uharfbuzz

from pictures.lettering import Glyph

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
FULL: Final = 255
SHADES: Final = 16  # from paper to ink: eyes see no more, and a pixel takes half a byte
_STEP: Final = FULL // (SHADES - 1)
_LOW: Final = bytes((share + _STEP // 2) // _STEP for share in range(FULL + 1))
_HIGH: Final = bytes(shade << 4 for shade in _LOW)
_SWAPPED: Final = bytes(range(FULL, -1, -1))

Colour = tuple[int, int, int]  # red, green, blue; 0 to 255 each


class Inks(NamedTuple):
    paper: Colour
    ink: Colour


class Canvas:
    """0 is paper, 255 is ink; sizes are pixels, and rows count from the top."""

    def __init__(self, width: int, height: int, glyphs: Iterable[Glyph] = ()) -> None:
        """With these glyphs on it; what is beyond the edges is lost."""
        self.width = width
        self.height = height
        self._rows = _painted(width, height, glyphs)

    def fill(self, x: int, y: int, width: int, height: int) -> None:
        for at in range(max(0, y), min(self.height, y + height)):
            end = min(self.width, x + width)
            row = self._rows[at]
            self._rows[at] = row[:x] + bytes([FULL]) * max(0, end - x) + row[end:]

    def inverted(self) -> Canvas:
        """Ink for paper."""
        other = Canvas(self.width, self.height)
        other._rows = [row.translate(_SWAPPED) for row in self._rows]
        return other

    def paste(self, other: Canvas, y: int) -> None:
        """Another sheet of the same width in the place of what is there."""
        self._rows[y : y + other.height] = other._rows

    def png(self, inks: Inks) -> bytes:
        """With a palette of mixtures of the two colours."""
        head = struct.pack(">IIBBBBB", self.width, self.height, 4, 3, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + _packed(row) for row in self._rows), 6)
        parts = [(b"IHDR", head), (b"PLTE", _palette(inks)), (b"IDAT", pixels), (b"IEND", b"")]
        return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in parts)


def _painted(width: int, height: int, glyphs: Iterable[Glyph]) -> list[bytes]:
    raster = uharfbuzz.RasterDraw()
    for each in glyphs:
        # HarfBuzz counts upwards.
        raster.transform = (each.scale, 0, 0, each.scale, each.x, height - each.y)
        raster.draw_glyph(each.face.font, each.glyph_id)
    raster.extents = uharfbuzz.RasterExtents(0, 0, width, height, 0)
    image = raster.render()
    pixels, stride = bytes(image.buffer), image.extents.stride
    return [pixels[row * stride : row * stride + width] for row in range(height - 1, -1, -1)]


def _packed(row: bytes) -> bytes:
    """Two pixels a byte, the left one in the upper half."""
    even = row if len(row) % 2 == 0 else row + b"\0"
    left, right = even[::2].translate(_HIGH), even[1::2].translate(_LOW)
    both = int.from_bytes(left, "big") | int.from_bytes(right, "big")
    return both.to_bytes(len(left), "big")


def _palette(inks: Inks) -> bytes:
    return bytes(
        (paper * (SHADES - 1 - shade) + ink * shade) // (SHADES - 1)
        for shade in range(SHADES)
        for paper, ink in zip(inks.paper, inks.ink, strict=True)
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    length, check = len(body), zlib.crc32(kind + body)
    return struct.pack(">I", length) + kind + body + struct.pack(">I", check)
