"""Words as keys of a phone with letters on them, each pressed once: "banana" is 226262. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SPACE_KEY: Final = "0"  # where the space is on such a keypad
FEWEST_KEYS: Final = 2  # one key is a third of the alphabet
_KEYS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")


def keys_of(latin: str) -> str:
    """The keys that write this, which is of `latin_of`."""
    return latin.translate(_KEYS)


def is_keyed(words: Sequence[str]) -> bool:
    """Whether these may be keys that were pressed for letters."""
    keys = "".join(words)
    return len(keys) >= FEWEST_KEYS and keys.isascii() and keys.isdecimal()


def cut_at_spaces(words: Sequence[str]) -> list[str]:
    """What was pressed, cut where the space key was too: "4733604726" is "47336" and "4726"."""
    return [part for word in words for part in word.split(SPACE_KEY) if part]
