"""How wide letters are, and where lines fold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.cells import pad, width_of, wrap


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("UMANG", 5),
        ("e\u0301", 1),  # an accent of its own
        ("उमंग", 3),  # the anusvara stands above
        ("सेवाएं", 4),  # one spacing vowel sign, two marks above
        ("উমঙ্গ", 4),  # the virama joins, and takes no cell
        ("পরিষেবা", 7),
        ("क्षेत्र", 4),
        ("क\u094d\u200dष", 2),  # with a zero width joiner
        ("₹ 5", 3),
        ("中文", 4),
        ("한글", 4),
        ("\u1112\u1161\u11ab", 2),  # the same syllable, in three jamo
        ("🙂", 2),
        ("👩\u200d👩\u200d👧", 2),  # a family joined into one picture
    ],
)
def test_width(text: str, cells: int) -> None:
    assert width_of(text) == cells


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ("",)),
        ("one\n\ntwo", ("one", "", "two")),
        ("one\r\ntwo", ("one", "two")),
        ("UMANG services", ("UMANG", "services")),
        ("12345678 9", ("12345678", "9")),  # the space at the fold is the fold
        ("1234567 9", ("1234567", "9")),
        ("http://127.0.0.1", ("http://1", "27.0.0.1")),
        ("go 123456789", ("go", "12345678", "9")),
        ("  ab", ("  ab",)),
        ("उमंग सेवाएं", ("उमंग सेवाएं",)),  # 17 code points, 8 cells
        ("উমঙ্গ পরিষেবা", ("উমঙ্গ", "পরিষেবা")),
        ("中文中文中", ("中文中文", "中")),
        ("1234567中", ("1234567", "中")),
        ("tab\there", ("tab\u2409here",)),
        ("\x1b[2J", ("\u241b[2J",)),  # a terminal would obey it
        ("a\u200bb\u202ec", ("a\ufffdb\ufffdc",)),  # invisible, yet paid for in an SMS
        ("\u0301x", ("\u25cc\u0301x",)),
        ("क" + "\u093e" * 8, ("\ufffd",)),  # a heap of signs wider than the screen
    ],
)
def test_wrap(text: str, lines: tuple[str, ...]) -> None:
    assert wrap(text, columns=8) == lines


@given(st.text(max_size=80), st.integers(2, 30))
@settings(max_examples=200)
def test_no_text_leaves_its_columns(text: str, columns: int) -> None:
    lines = wrap(text, columns)

    assert lines
    assert all(width_of(line) <= columns for line in lines)
    assert {width_of(pad(line, columns)) for line in lines} == {columns}


@given(st.text(alphabet="ab उमंगसेवाঙ্গ\n", max_size=80))
@settings(max_examples=200)
def test_folding_loses_nothing_but_spaces(text: str) -> None:
    def letters(of: str) -> str:
        return of.replace(" ", "").replace("\n", "").replace("\u25cc", "")

    assert letters("".join(wrap(text, columns=20))) == letters(text)
