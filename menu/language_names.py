"""What a language is called where people choose one: by its own name, in its own letters."""

from __future__ import annotations

from typing import Final

from babel import Locale, UnknownLocaleError

from menu.language import Language, base_of, is_romanised
from menu.reserved_words import own_name_of
from telecom.encoding import Encoding, encoding_of

_ENGLISH: Final = Locale("en")


def own_name(language: Language, shown_in: Language) -> str:
    """As it is written where texts are shown in another: for those in Latin letters its English
    name, where its own needs others."""
    base = base_of(language)
    name = own_name_of(base)
    if name == base:
        name = _babel_name(base) or base
    if is_romanised(shown_in) and encoding_of(name) is not Encoding.GSM7:
        return str(_ENGLISH.languages.get(base, base))
    return name


def _babel_name(language: Language) -> str | None:
    try:
        return Locale.parse(language.replace("-", "_")).get_display_name()
    except (UnknownLocaleError, ValueError):
        return None
