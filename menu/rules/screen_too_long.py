"""M206: a screen does not fit a phone. What is longer than one page is cut into several; four are
the most that people turn (a warning), and a label must fit on one: 160 septets of GSM-7, or 70
units of UCS-2 as soon as one character is outside GSM-7. The keys for more and back count too."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.language import Language
from menu.limits_told import LIMIT
from menu.paging import pages_of
from menu.question_compiler import answers_of, errors_of
from menu.question_schema import Ask, AskChoice
from menu.screens import lines_of, ways_out
from menu.source import Flat, Source
from menu.texts import filled
from menu.widths import WIDEST_LIMIT, widest
from telecom.encoding import Encoding, Limit, encoding_of

RULE: Final = "M206"
PHONE: Final = Limit()  # what every network and handset carries
MOST_PAGES: Final = 4


def check(source: Source) -> Iterator[Diagnostic]:
    for flat in source.flat.values():
        for language in source.written_languages:
            yield from _labels(source, flat, language)
            yield from _pages(source, flat, language)
            yield from _errors(source, flat, language)


def _labels(source: Source, flat: Flat, language: Language) -> Iterator[Diagnostic]:
    """Of options, and of the answers of a question."""
    footer = ways_out(source.phrases, language).deeper.middle
    labels = [
        ((*flat.path, "options", position, "label"), key, option.label)
        for position, key, option in flat.screen.numbered_options()
    ]
    ask = flat.screen.ask
    if isinstance(ask, AskChoice):
        labels += [
            ((*flat.path, "ask", "choices", position, "label"), str(position + 1), item.label)
            for position, item in enumerate(ask.choices)
        ]
    for path, key, label in labels:
        (line,) = lines_of([(key, filled(label, source.displayed)[language])])
        if overflow := PHONE.overflow(f"{line}\n{footer}"):
            reason = f'In "{language}" this label is {_excess(line + footer, overflow)}'
            hint = "Shorten it; the keys for more and back count too."
            yield error(source.value_place(*path, language), RULE, reason, hint)


def _pages(source: Source, flat: Flat, language: Language) -> Iterator[Diagnostic]:
    screen = flat.screen
    if screen.text is None:
        return
    text = widest(source, screen.text, language)
    choices = [
        (key, filled(option.label, source.displayed)[language])
        for _, key, option in screen.numbered_options()
    ]
    if screen.ask is not None and not isinstance(screen.ask, Ask):
        choices += [(key, texts[language]) for key, _, texts in answers_of(source, screen.ask)]
    ways = ways_out(source.phrases, language)
    footers = ways.ending if screen.ends else ways.deeper
    pages = pages_of(text, lines_of(choices), footers, PHONE)
    if len(pages) > MOST_PAGES:
        reason = f'The screen "{flat.path[1]}" in "{language}" takes {len(pages)} pages.'
        hint = f"Few people turn more than {MOST_PAGES}; shorten it, or make several screens."
        yield warning(source.value_place(*flat.path, "text", language), RULE, reason, hint)


def _errors(source: Source, flat: Flat, language: Language) -> Iterator[Diagnostic]:
    """What is said of a wrong answer stands on one page, with the answers to choose from."""
    ask = flat.screen.ask
    if ask is None or isinstance(ask, Ask):
        return
    footer = ways_out(source.phrases, language).deeper.only
    lines = lines_of((key, texts[language]) for key, _, texts in answers_of(source, ask))
    for rule, texts in errors_of(source, ask).items():
        told = texts[language].replace(LIMIT, WIDEST_LIMIT)
        page = "\n".join((told, *lines, footer))
        if overflow := PHONE.overflow(page):
            reason = f'In "{language}" this error is {_excess(page, overflow)}'
            path = (*flat.path, "ask", "errors", rule, language)
            hint = "It stands above the answers and the keys for back."
            yield error(source.value_place(*path), RULE, reason, hint)


def _excess(text: str, overflow: int) -> str:
    """By how much, of what, and which character made it so little."""
    foreign = next((char for char in text if encoding_of(char) is not Encoding.GSM7), None)
    if foreign is None:
        most, unit, cause = PHONE.septets, "septets", ""
    else:
        most, unit = PHONE.ucs2, "UCS-2 units"
        name = unicodedata.name(foreign, "no name").lower()
        cause = f' Without "{foreign}" ({name}) and its like there is room for {PHONE.septets}.'
    return f"{overflow} {unit} too long ({most + overflow}; {most} is the most).{cause}"
