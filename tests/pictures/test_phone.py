"""Pictures are PNG files of the right size, with the letters in them."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictures.canvas import Canvas, Inks
from pictures.fonts import load_fonts
from pictures.phone import CLOSED_KEYS, OPEN_KEYS, Phone

FONTS: Final = load_fonts(system=())
PHONE: Final = Phone(FONTS, 1)
BLACK: Final = Inks(paper=(255, 255, 255), ink=(0, 0, 0))


class Read:
    """A PNG file, read by its own rules: every chunk has its check, every row its pixels."""

    def __init__(self, png: bytes) -> None:
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        chunks: dict[bytes, bytes] = {}
        at = 8
        while at < len(png):
            (length,) = struct.unpack(">I", png[at : at + 4])
            kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
            assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (
                zlib.crc32(kind + body),
            )
            chunks[kind] = body
            at += 12 + length
        assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
        self.width, self.height, depth, kind_of_colour, *_ = struct.unpack(
            ">IIBBBBB", chunks[b"IHDR"]
        )
        assert (depth, kind_of_colour, len(chunks[b"PLTE"])) == (4, 3, 48)
        self.palette = chunks[b"PLTE"]
        raw = zlib.decompress(chunks[b"IDAT"])
        row = (self.width + 1) // 2 + 1
        assert len(raw) == row * self.height
        self.rows = []
        for y in range(self.height):
            line = raw[y * row : (y + 1) * row]
            assert line[0] == 0
            both = [shade for pair in line[1:] for shade in (pair >> 4, pair & 15)]
            self.rows.append(both[: self.width])

    def has_ink(self, top: int, bottom: int) -> bool:
        return any(shade > 8 for row in self.rows[top:bottom] for shade in row)


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize(
    ("text", "lines", "height"),
    [("उमंग\n1 ऐप पाएं", 2, 160), ("\n".join("12345678"), 8, 160), ("\n".join("123456789"), 9, 178)],
)
def test_a_picture_has_the_pixels_of_a_phone(
    text: str, lines: int, height: int, scale: int
) -> None:
    picture = Phone(FONTS, scale).draw(text, OPEN_KEYS)
    read = Read(picture.png)
    assert (read.width, read.height) == (128 * scale, height * scale)
    assert (picture.lines, picture.scrolls) == (lines, lines > 8)


@pytest.mark.parametrize("text", ["UMANG", "उमंग", "উমঙ্গ", "தமிழ்"])
def test_the_letters_are_in_the_first_line_and_nowhere_else(text: str) -> None:
    read = Read(PHONE.draw(text, ("", "")).png)
    assert read.has_ink(0, 18)
    assert not read.has_ink(19, 144)
    assert read.has_ink(144, 160)  # the bar of the soft keys


def test_different_texts_keys_and_faults_look_different() -> None:
    pictures = {
        PHONE.draw("क्षि", OPEN_KEYS).png,
        PHONE.draw("क षि", OPEN_KEYS).png,
        PHONE.draw("क्षि", CLOSED_KEYS).png,
        PHONE.draw("क्षि", OPEN_KEYS, is_wrong=True).png,
    }
    assert len(pictures) == 4
    assert PHONE.draw("क्षि", OPEN_KEYS).png in pictures  # the same each time


def test_the_fold_is_dotted() -> None:
    longer = Read(PHONE.draw("\n" * 9, ("", "")).png)
    assert longer.has_ink(144, 145)
    assert not longer.has_ink(100, 144)


@pytest.mark.parametrize("width", [1, 2, 5, 8])
def test_pixels_come_out_as_they_were_filled(width: int) -> None:
    canvas = Canvas(width, 2)
    canvas.fill(width - 1, 1, 5, 5)
    read = Read(canvas.png(BLACK))
    assert read.rows == [[0] * width, [0] * (width - 1) + [15]]
    assert read.palette[:3] == b"\xff\xff\xff"
    assert read.palette[-3:] == b"\0\0\0"
    assert Read(canvas.inverted().png(BLACK)).rows == [[15] * width, [15] * (width - 1) + [0]]


@given(st.text(max_size=200))
def test_whatever_is_written_is_drawn(text: str) -> None:
    picture = PHONE.draw(text, OPEN_KEYS)
    assert picture.png.startswith(b"\x89PNG")
    assert picture.lines >= 1
