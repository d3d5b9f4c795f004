"""Reading what people type: digits of any script, spare dots and spaces, keywords in any case."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SHORT_ANSWER: Final = 2  # characters: "98" ten times is somebody who leafs through a list
_DIGIT: Final = re.compile(r"\d")  # of any script


def plain_digits(text: str) -> str:
    """Every decimal digit of any script as ASCII: "२", "২" and "２" all become "2"."""
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def is_choice(text: str) -> bool:
    """Whether it may be a choice in a menu: so short that no machine answers with it."""
    return len(text.strip()) <= SHORT_ANSWER


def pressed_key(text: str) -> str:
    """The key somebody meant: " 1. " is "1"."""
    return plain_digits(text).strip().rstrip(".").strip()


def beginning(text: str, characters: int, octets: int) -> str:
    """So much of a text that it has at most so many characters, and octets in UTF-8."""
    return text[:characters].encode("utf-8", "replace")[:octets].decode("utf-8", "ignore")


def fold(text: str) -> str:
    """One spelling for a keyword: NFC, no case, single spaces, ASCII digits, no end marks."""
    folded = unicodedata.normalize("NFC", plain_digits(text)).casefold()
    return " ".join(folded.split()).strip(".,!?।\"' ")
