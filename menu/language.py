"""What a text is written in, and a text in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Language = str  # a BCP 47 tag as the author wrote it: "en", "hi", "bn"
Texts = Mapping[Language, str]

LATIN: Final = "-Latn"  # "hi-Latn" is Hindi in Latin letters; the script's code is of ISO 15924


def is_romanised(language: Language) -> bool:
    return language.endswith(LATIN)


def base_of(language: Language) -> Language:
    """The language that a romanised text belongs to."""
    return language.removesuffix(LATIN)
