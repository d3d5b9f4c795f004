"""Texts as they are compared when somebody looks for a row. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import regex

from menu.inputs import fold, plain_digits

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")  # with the vowel signs of Indic scripts
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d"))  # joiners: typed or not
_SPACED: Final = str.maketrans("", "", " +-")


def words_of(text: str) -> list[str]:
    """The words in it, as they are compared: no case, no signs, digits of any script alike."""
    folded = text.lower() if text.isascii() else fold(text.translate(_UNSEEN))
    return _WORD.findall(folded)


def squeezed(phone: str) -> str:
    """A phone number as it is compared: "1800-180 1551" is "18001801551"."""
    digits = phone if phone.isascii() else plain_digits(phone)
    return digits.translate(_SPACED).strip()


def initials_of(phrase: str) -> str:
    """The first letter of each word: "fire brigade" is "fb". Nothing of a single word."""
    words = phrase.split(" ")
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def longest(words: Sequence[str]) -> list[str]:
    """Without those that another one begins with: who has "fire" has a word with "fi"."""
    ordered = [*sorted(set(words)), ""]
    return [word for word, after in pairwise(ordered) if not after.startswith(word)]
