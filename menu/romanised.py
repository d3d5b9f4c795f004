"""Texts in Latin letters for languages of other scripts: "hi-Latn" stands in for "hi" on networks
that carry no Indic script. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from menu import schema
from menu.language import LATIN, Language, is_romanised
from menu.phrases import find_phrase
from menu.text_schema import AnyTexts
from menu.texts import find_text
from telecom.encoding import Encoding, encoding_of


def romanised_of(
    languages: Sequence[Language],
    overrides: schema.Phrases,
    texts: Iterable[tuple[object, AnyTexts]],
) -> dict[Language, Language]:
    """For each language that is not written in Latin letters, what is shown in its place."""
    written = [text for _, text in texts]
    return {
        language: language + LATIN
        for language in languages
        if not is_romanised(language) and _needs_it(language, overrides, written)
    }


def _needs_it(language: Language, overrides: schema.Phrases, texts: Sequence[AnyTexts]) -> bool:
    own = find_phrase("back", language, overrides)
    found = (find_text(text, language) for text in texts)
    return any(_is_foreign(text) for text in (own, *found) if text)


def _is_foreign(text: str) -> bool:
    return encoding_of(text) is not Encoding.GSM7
