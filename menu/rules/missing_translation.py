"""M302 (warning): a text is not there in one of the menu's languages; its readers are shown the
first language instead. The program's own words (Back, Home, ...) count too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.language import LATIN, Language, base_of, is_romanised
from menu.phrases import (
    BUILT_IN,
    OF_KEYWORDS,
    OF_LAST_ANSWERS,
    OF_LINKS,
    OF_QUESTIONS,
    OF_RESUMING,
    OF_SERVICES,
    is_spoken,
)
from menu.schema import Ask
from menu.source import Source
from menu.text_schema import AnyTexts
from menu.texts import find_text
from telecom.encoding import Encoding, encoding_of

RULE: Final = "M302"


def check(source: Source) -> Iterator[Diagnostic]:
    first, *others = source.written_languages
    for path, texts in source.texts():
        missing = [language for language in others if _is_missing(texts, language, first)]
        if missing and find_text(texts, first) is not None:
            reason = f"This text is missing in {', '.join(missing)}."
            hint = f'Its readers will be shown the "{first}" text. Translate it.'
            yield warning(source.value_place(*path), RULE, reason, hint)
    spared = frozenset() if _asks(source) else OF_QUESTIONS
    dialled = source.menu.entry_points.ussd
    offers_answers = any(entry.last_answer for entry in dialled.values())
    if not offers_answers:
        spared |= OF_LAST_ANSWERS
    if not dialled or not source.menu.resume.minutes:
        spared |= OF_RESUMING - ({"start_again"} if offers_answers else set())
    if not source.menu.entry_points.sms.keywords:
        spared |= OF_KEYWORDS
    if not source.menu.links:
        spared |= OF_LINKS
    if not any(screen.call for screen in source.menu.screens.values()):
        spared |= OF_SERVICES
    needed = [name for name in BUILT_IN if name not in spared]
    for position, language in enumerate(source.languages):
        overrides = source.menu.phrases
        unspoken = [name for name in needed if not is_spoken(name, language, overrides)]
        if unspoken:
            reason = f'The program does not know its own words in "{language}".'
            hint = f'Write them under "phrases": {", ".join(unspoken)}.'
            yield warning(source.value_place("languages", position), RULE, reason, hint)


def _asks(source: Source) -> bool:
    """Whether the words around questions are ever shown."""
    screens = source.menu.screens.values()
    confirms = any(screen.confirm or screen.helpline for screen in screens)
    return confirms or any(not isinstance(ask, Ask) for _, ask in source.asks())


def _is_missing(texts: AnyTexts, language: Language, first: Language) -> bool:
    """What needs no other letters than Latin ones serves as it is, and so does the first
    language in Latin letters, as for the names of languages."""
    if not is_romanised(language):
        return find_text(texts, language) is None
    if not isinstance(texts, dict):
        return encoding_of(find_text(texts, first) or "") is not Encoding.GSM7
    if language in texts or first + LATIN in texts:
        return False
    return encoding_of(find_text(texts, base_of(language)) or "") is not Encoding.GSM7
