"""What an author wrote in several languages, or once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from menu import language as tongue
from menu.language import Language
from menu.text_schema import AnyTexts, Counted
from telecom.encoding import Encoding, encoding_of

Written = str | Counted


@dataclass(frozen=True, slots=True)
class Plural:
    """The forms of one text; `count` names the number that decides. "other" is always there."""

    count: str
    forms: Mapping[str, str]


def find_text(texts: AnyTexts, language: Language) -> str | None:
    """The text in this language, None where it is missing. One plain text serves every language.

    Of a text in several forms it is the last one.
    """
    if isinstance(texts, dict):
        found = texts.get(language)
        return None if found is None else _last(found)
    return _last(texts)


def filled(texts: AnyTexts, languages: Sequence[Language]) -> tongue.Texts:
    """The text in every one of these languages; what is missing is shown in the first.

    What is missing in Latin letters may be there in the language itself, if it needs no others.
    """
    return {language: _last(each) for language, each in _filled(texts, languages).items()}


def plurals(texts: AnyTexts, languages: Sequence[Language]) -> Mapping[Language, Plural]:
    """The languages whose text has several forms."""
    return {
        language: Plural(each.count, each.forms())
        for language, each in _filled(texts, languages).items()
        if isinstance(each, Counted)
    }


def written(texts: AnyTexts) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text that was written, with the end of its path in the file."""
    by_language = texts.items() if isinstance(texts, dict) else [("", texts)]
    for language, each in by_language:
        path = (language,) if language else ()
        if isinstance(each, str):
            yield path, each
        else:
            yield from (((*path, form), text) for form, text in each.forms().items())


def languages_in(texts: AnyTexts) -> Iterator[Language]:
    """Those that it is written in by name."""
    if isinstance(texts, dict):
        yield from texts


def counted(texts: AnyTexts) -> Iterator[tuple[tuple[str, ...], Language | None, Counted]]:
    """Every text of several forms, with the end of its path and its language."""
    if isinstance(texts, Counted):
        yield (), None, texts
    elif isinstance(texts, dict):
        for language, each in texts.items():
            if isinstance(each, Counted):
                yield (language,), language, each


def _last(text: Written) -> str:
    return text if isinstance(text, str) else text.other


def _filled(texts: AnyTexts, languages: Sequence[Language]) -> dict[Language, Written]:
    if not isinstance(texts, dict):
        return dict.fromkeys(languages, texts)
    known: Mapping[Language, Written] = texts
    fallback = known.get(languages[0]) or next(iter(known.values()))
    romanised = known.get(languages[0] + tongue.LATIN) or fallback
    return {
        language: _find(known, language)
        or (romanised if tongue.is_romanised(language) else fallback)
        for language in languages
    }


def _find(texts: Mapping[Language, Written], language: Language) -> Written | None:
    own = texts.get(language)
    if own is None and tongue.is_romanised(language):
        own = texts.get(tongue.base_of(language))
        return own if own and encoding_of(_last(own)) is Encoding.GSM7 else None
    return own
