"""How a word sounds, whoever writes it: "gehoon", "gehun", "गेहूँ" and "গেহুন" are alike. Pure.

Vowels are levelled (length, a and o), breathed and doubled consonants made plain. What is left is
compared, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from menu.data_romanising import latin_of

# In this order: of two that begin alike, the longer one first.
_SPELLINGS: Final = (
    ("zh", "l"),  # Tamil vazhai, also written valai
    ("ph", "f"),
    ("ch", "C"),
    ("ck", "k"),
    ("x", "ks"),
    ("oo", "u"),
)
_PLAIN: Final = str.maketrans("cCqwzey", "kckvjii")
_NO_A_OR_O: Final = str.maketrans("", "", "ao")
_BREATHED: Final = re.compile(r"(?<=[bcdgjkst])h")
_TWICE: Final = re.compile(r"(\D)\1+")  # 11 is not 1
_NASAL: Final = re.compile(r"m(?=[bfp])")


def sound_of(word: str) -> str:
    """Small letters and digits, fewer than the word has; the word itself where letters are of a
    script that is not known here. `word`: one of `words_of`, or several without spaces."""
    latin = latin_of(word)
    if not latin:
        return word
    for written, spoken in _SPELLINGS:
        if written in latin:
            latin = latin.replace(written, spoken)
    latin = _BREATHED.sub("", latin.translate(_PLAIN))
    first, rest = latin[0], latin[1:].translate(_NO_A_OR_O)
    sound = ("a" if first == "o" else first) + rest
    return _TWICE.sub(r"\1", _NASAL.sub("n", sound))


def whole_sound(words: Sequence[str]) -> str:
    """Of all words together: who writes "moongdal" means "moong dal"."""
    return sound_of("".join(words))
