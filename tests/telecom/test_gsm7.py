"""The alphabet that decides whether a text costs 160 or 70."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from telecom.gsm7 import BASIC, ESCAPE, EXTENDED, EXTENSION_TABLE, TABLE, septets_of


@pytest.mark.parametrize(
    ("code", "char"),
    [
        (0x00, "@"),
        (0x09, "Ç"),
        (0x0A, "\n"),
        (0x0D, "\r"),
        (0x10, "Δ"),
        (0x11, "_"),
        (0x1B, ESCAPE),
        (0x20, " "),
        (0x24, "¤"),
        (0x27, "'"),
        (0x30, "0"),
        (0x40, "¡"),
        (0x41, "A"),
        (0x5B, "Ä"),
        (0x5F, "§"),
        (0x60, "¿"),
        (0x61, "a"),
        (0x7F, "à"),
    ],
)
def test_each_character_stands_at_its_code(code: int, char: str) -> None:
    assert TABLE[code] == char


def test_the_tables_are_complete() -> None:
    assert len(TABLE) == len(set(TABLE)) == 128
    assert len(BASIC) == 127
    assert len(EXTENSION_TABLE) == len(EXTENDED) == 10
    assert not BASIC & EXTENDED


def test_every_character_takes_the_septets_that_the_oracle_counts() -> None:
    septets = json.loads(Path(__file__).with_name("segments.json").read_bytes())["septets"]
    expected = dict.fromkeys(septets["1"], 1) | dict.fromkeys(septets["2"], 2)
    counted = {chr(code): septets_of(chr(code)) for code in range(0xD800)}
    assert len(expected) == 137
    assert {char: count for char, count in counted.items() if count} == expected
