"""M301: a language is used that the menu does not speak (`languages` does not list it), or listed
twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.document import KeyPath
from menu.language import base_of
from menu.source import Source
from menu.texts import languages_in

RULE: Final = "M301"


def check(source: Source) -> Iterator[Diagnostic]:
    spoken = source.languages
    for position, language in enumerate(spoken):
        if language in spoken[:position]:
            place = source.value_place("languages", position)
            yield error(place, RULE, f'"{language}" is listed twice.', "Remove one of them.")
    for path, language in _used(source):
        if language not in spoken:
            # Of a text that exists in this language the name is wrong; else the value is.
            is_name = path[-1] == language
            place = source.name_place(*path) if is_name else source.value_place(*path)
            reason = f'"{language}" is not a language of this menu.'
            hint = did_you_mean(language, spoken) + ' Or add it to "languages".'
            yield error(place, RULE, reason, hint.strip())


def _used(source: Source) -> Iterator[tuple[KeyPath, str]]:
    for path, texts in (*source.texts(), *source.own_phrases()):
        for language in languages_in(texts):
            yield (*path, language), base_of(language)
    for path, entry in source.entries():
        if entry.language:
            yield (*path, "language"), entry.language
    for word, keyword in source.menu.entry_points.sms.keywords.items():
        # The path ends with the language, or goes on to one of several words.
        for suffix, _, chosen in keyword.other_words():
            if chosen:
                yield ("entry_points", "sms", "keywords", word, *suffix[:2]), chosen
    for path, _, option in source.options():
        if option.language:
            yield (*path, "language"), option.language
    for position, case in enumerate(source.menu.tests):
        if case.language:
            yield ("tests", position, "language"), case.language
    for _, path, step in source.steps():
        if step.language:
            yield (*path, "language"), step.language
