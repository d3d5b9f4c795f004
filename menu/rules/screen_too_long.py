"""M206: a screen does not fit a phone. What is longer than one page is cut into several; four are
the most that people turn (a warning), and a label must fit on one: 160 septets of GSM-7, or 70
units of UCS-2 as soon as one character is outside GSM-7. The keys for more and back count too."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.document import KeyPath
from menu.language import Language
from menu.paging import pages_of
from menu.schema import Screen
from menu.screens import lines_of, ways_out
from menu.source import Source
from menu.texts import filled
from telecom.encoding import Encoding, Limit, encoding_of

RULE: Final = "M206"
PHONE: Final = Limit()  # what every network and handset carries
MOST_PAGES: Final = 4


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        for language in source.written_languages:
            yield from _labels(source, name, screen, language)
            yield from _pages(source, name, screen, language)


def _labels(source: Source, name: str, screen: Screen, language: Language) -> Iterator[Diagnostic]:
    footer = ways_out(source.phrases, language).deeper.middle
    for position, key, option in screen.numbered_options():
        (line,) = lines_of([(key, filled(option.label, source.displayed)[language])])
        if overflow := PHONE.overflow(f"{line}\n{footer}"):
            place = source.value_place("screens", name, "options", position, "label", language)
            reason = f'In "{language}" this label is {_excess(line + footer, overflow)}'
            yield error(place, RULE, reason, "Shorten it; the keys for more and back count too.")


def _pages(source: Source, name: str, screen: Screen, language: Language) -> Iterator[Diagnostic]:
    text = filled(screen.text, source.displayed)[language]
    choices = [
        (key, filled(option.label, source.displayed)[language])
        for _, key, option in screen.numbered_options()
    ]
    ways = ways_out(source.phrases, language)
    footers = ways.ending if screen.end else ways.deeper
    pages = pages_of(text, lines_of(choices), footers, PHONE)
    if len(pages) > MOST_PAGES:
        path: KeyPath = ("screens", name, "text", language)
        reason = f'The screen "{name}" in "{language}" takes {len(pages)} pages.'
        hint = f"Few people turn more than {MOST_PAGES}; shorten it, or make several screens."
        yield warning(source.value_place(*path), RULE, reason, hint)


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
