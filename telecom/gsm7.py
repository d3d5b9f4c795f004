"""The GSM 7-bit default alphabet and its extension table: 3GPP TS 23.038, section 6.2.1.

National shift tables are left out on purpose: gateways do not use them, and handsets may not know
them, so Indic text is always UCS-2.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ESCAPE: Final = "\x1b"  # code 0x1B: "the next septet is of the extension table"; never a character

# In the order of the codes, 0x00 to 0x7F, sixteen to a line; the escape stands in its place.
TABLE: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

EXTENSION_TABLE: Final[Mapping[int, str]] = MappingProxyType(
    {
        0x0A: "\f",
        0x14: "^",
        0x28: "{",
        0x29: "}",
        0x2F: "\\",
        0x3C: "[",
        0x3D: "~",
        0x3E: "]",
        0x40: "|",
        0x65: "€",
    }
)

BASIC: Final = frozenset(TABLE) - {ESCAPE}
EXTENDED: Final = frozenset(EXTENSION_TABLE.values())


def septets_of(char: str) -> int:
    """1 for a basic character, 2 for one that needs the escape, 0 for one that GSM-7 lacks."""
    if char in BASIC:
        return 1
    return 2 if char in EXTENDED else 0
