"""M306 (warning): one typographic character (a curly quote, a long dash, the rupee sign) in a text
of plain letters makes it UCS-2: 70 characters fit where 160 did, and an SMS costs twice as much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.source import Source
from menu.texts import written
from telecom.encoding import Encoding, encoding_of

RULE: Final = "M306"
PLAIN: Final = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\u2022": "-",
    "\u00a0": " ",
    "\u20b9": "Rs ",
    "`": "'",
    "\t": " ",
}
_SWAP: Final = str.maketrans(PLAIN)


def check(source: Source) -> Iterator[Diagnostic]:
    for path, texts in (*source.texts(), *source.own_phrases()):
        for suffix, text in written(texts):
            plain = text.translate(_SWAP)
            if plain != text and encoding_of(plain) is Encoding.GSM7:
                char = next(char for char in text if char in PLAIN)
                reason = f'"{char}" (U+{ord(char):04X}) makes this text UCS-2.'
                hint = f'Write "{PLAIN[char]}" instead.'
                yield warning(source.value_place(*path, *suffix), RULE, reason, hint)
