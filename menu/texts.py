"""What an author wrote in several languages, or once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from menu import language as tongue
from menu import schema
from menu.language import Language
from telecom.encoding import Encoding, encoding_of


def find_text(texts: schema.Texts, language: Language) -> str | None:
    """The text in this language, None where it is missing. One plain text serves every language."""
    return texts if isinstance(texts, str) else texts.get(language)


def filled(texts: schema.Texts, languages: Sequence[Language]) -> tongue.Texts:
    """The text in every one of these languages; what is missing is shown in the first.

    What is missing in Latin letters may be there in the language itself, if it needs no others.
    """
    if isinstance(texts, str):
        return dict.fromkeys(languages, texts)
    fallback = texts.get(languages[0]) or next(iter(texts.values()))
    romanised = texts.get(languages[0] + tongue.LATIN) or fallback
    return {
        language: _find(texts, language)
        or (romanised if tongue.is_romanised(language) else fallback)
        for language in languages
    }


def written(texts: schema.Texts) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text that was written, with the end of its path in the file."""
    if isinstance(texts, str):
        yield (), texts
    else:
        for language, text in texts.items():
            yield (language,), text


def _find(texts: dict[Language, str], language: Language) -> str | None:
    own = texts.get(language)
    if own is None and tongue.is_romanised(language):
        own = texts.get(tongue.base_of(language))
        return own if own and encoding_of(own) is Encoding.GSM7 else None
    return own
