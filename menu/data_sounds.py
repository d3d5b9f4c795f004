"""How a word sounds, whoever writes it: "gehoon", "gehun", "गेहूँ" and "গেহুন" are alike. Pure.

Vowels are levelled (length, a and o), breathed and doubled consonants made plain. What is left is
compared, never shown.
"""

from __future__ import annotations

import re
from typing import Final

_BREATHED: Final = (
    ("zh", "l"),  # Tamil vazhai, also written valai
    ("ph", "f"),
    ("ch", "C"),
    *((f"{plain}h", plain) for plain in "bdgjkstC"),
)
_PLAIN: Final = str.maketrans("cCqwzey", "kckvjii")
_NO_A_OR_O: Final = str.maketrans("", "", "ao")
_TWICE: Final = re.compile(r"(\D)\1+")  # 11 is not 1
_NASAL: Final = re.compile(r"m(?=[bfp])")


def sound_of(latin: str) -> str:
    """Small letters and digits, fewer than there are here. `latin`: of `latin_of`, perhaps several
    words without spaces, not empty."""
    if "h" in latin:
        for written, spoken in _BREATHED:
            latin = latin.replace(written, spoken)
    latin = latin.replace("oo", "u").replace("x", "ks").translate(_PLAIN)
    first, rest = latin[0], latin[1:].translate(_NO_A_OR_O)
    sound = ("a" if first == "o" else first) + rest
    return _TWICE.sub(r"\1", _NASAL.sub("n", sound) if "m" in sound else sound)
