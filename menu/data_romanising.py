"""Words of Indic scripts in Latin letters, so that who has no such keypad finds them. Pure.

For comparing only: nobody is shown what comes out. The nine blocks of Unicode have the order of
ISCII, the same sound in the same place, so that one table serves them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

_BLOCKS: Final = range(0x0900, 0x0D80, 0x80)  # Devanagari, Bengali, Gurmukhi, ... Malayalam
_KEEPING: Final = range(0x0B00, 0x0D80, 0x80)  # from Oriya on: a last "a" is spoken
_NUKTA: Final = 0x3C
_SIGNS: Final = range(0x3E, 0x4E)  # vowel signs and the virama

# What is spoken, from the place in the block where each row of sounds begins.
_ROWS: Final = (
    (0x15, "k kh g gh n ch chh j jh n t th d dh n"),
    (0x24, "t th d dh n n p ph b bh m y r r l l zh v sh sh s h"),
    (0x05, "a a i i u u ri li e e e ai o o o au"),
    (0x3E, "a i i u u ri ri e e e ai o o o au"),
)
_CONSONANT_PLACES: Final = range(0x15, 0x3A)
_SOUNDS: Final = {
    **{0x00: "n", 0x01: "n", 0x02: "n", 0x03: "h"},
    **dict.fromkeys((_NUKTA, 0x4D, 0x55, 0x56, 0x57, 0x71), ""),  # virama, length marks, addak
    **{at: sound for first, row in _ROWS for at, sound in enumerate(row.split(), start=first)},
}
_OWN: Final = {
    "\u0981": "",  # Bengali candrabindu, left out in Latin letters: peyaj, pepe
    "\u09ce": "t",
    "\u09f0": "r",
    "\u09f1": "v",
    "\u0a70": "n",
    "\u0b9a": "s",  # the Tamil letter for ch and s: arisi
    **dict(zip("\u0d7a\u0d7b\u0d7c\u0d7d\u0d7e\u0d7f", "nnrllk", strict=True)),
}


def _letters(places: Iterable[int], blocks: Iterable[int] = _BLOCKS) -> str:
    return "".join(chr(block + place) for block in blocks for place in places)


_TABLE: Final = {ord(chr(b + place)): sound for b in _BLOCKS for place, sound in _SOUNDS.items()}
_TABLE.update({ord(letter): sound for letter, sound in _OWN.items()})
_NO_VOWEL: Final = _letters((_NUKTA, *_SIGNS))
# A consonant that no vowel sign follows is spoken with an "a"; at a word's end in the south only.
_BARE: Final = re.compile(
    f"([{_letters(_CONSONANT_PLACES)}][{_letters([_NUKTA])}]?)(?=[^{_NO_VOWEL}\\d])"
    f"|([{_letters(_CONSONANT_PLACES, _KEEPING)}])$"
)


def latin_of(word: str) -> str:
    """In small letters a-z and digits: "टमाटर" and "tamátar" are "tamatar".

    `word` is one of `words_of`. Empty where it cannot be told, as of Arabic.
    """
    if word.isascii():
        return word
    spelt = _BARE.sub(r"\1\2a", word.replace("ज्ञ", "ग्य")).translate(_TABLE)
    signs = unicodedata.normalize("NFD", spelt)
    plain = "".join(sign for sign in signs if not unicodedata.combining(sign))
    return plain if plain.isascii() else ""


def all_latin(latins: Sequence[str]) -> str:
    """Several words without spaces: who writes "moongdal" means "moong dal"; empty if one is."""
    return "".join(latins) if all(latins) else ""
