"""What an author wrote in several languages, or once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from menu import program, schema
from menu.program import Language


def find_text(texts: schema.Texts, language: Language) -> str | None:
    """The text in this language, None where it is missing. One plain text serves every language."""
    return texts if isinstance(texts, str) else texts.get(language)


def filled(texts: schema.Texts, languages: Sequence[Language]) -> program.Texts:
    """The text in every language of the menu; what is missing is shown in the first."""
    if isinstance(texts, str):
        return dict.fromkeys(languages, texts)
    fallback = texts.get(languages[0]) or next(iter(texts.values()))
    return {language: texts.get(language, fallback) for language in languages}


def written(texts: schema.Texts) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text that was written, with the end of its path in the file."""
    if isinstance(texts, str):
        yield (), texts
    else:
        for language, text in texts.items():
            yield (language,), text
