"""Everything that a menu can show, one page after the other: what `flask menus render` draws and
`flask menus explain` tells. Pure.

Options that depend on conditions are all there; blanks are filled with a sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from menu.answers import sms_text
from menu.choices import lines_at
from menu.effects import SendLink
from menu.known import Known
from menu.language import Language, base_of, is_romanised
from menu.link_text import write as write_link
from menu.place import Crumb, Place
from menu.program import EntryPoint, Program, Screen
from menu.rules.screen_too_long import MOST_PAGES
from menu.sampling import Sample
from menu.screens import SAFE_LIMIT, Display, lines_of
from menu.showing import pages_of_place, write_out
from telecom.encoding import Limit, Size, segments_of, size_of

ADDRESS: Final = "https://bridge.example/l/Ab3dE6gH9jKmN2pQrStU"  # as long as in M305


class Shown(StrEnum):
    """Where people read it."""

    SCREEN = "screen"
    SMS = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page of a screen, or an SMS that it sends. `page` counts from 1.

    `size` is counted in the encoding that the text needs, `room` in the same units; for an SMS it
    is that of its `segments`. `faults` are sentences about what does not fit, `notes` about what
    is only long.
    """

    screen: str
    language: Language
    shown: Shown
    page: int = 1
    pages: int = 1
    text: str
    ends: bool = False
    size: Size
    room: int
    segments: int = 1
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def languages_of(program: Program, written: Iterable[Language] = ()) -> tuple[Language, ...]:
    """Those of the menu, and of `written` those in Latin letters."""
    own = [each for each in written if is_romanised(each) and each not in program.languages]
    return (*program.languages, *own)


def views_of(
    program: Program, languages: Iterable[Language], sample: Sample, limit: Limit = SAFE_LIMIT
) -> Iterator[View]:
    """Screen by screen, language by language. Screens that only lead on show nothing, but may send
    something."""
    shown = with_all_options(program)
    tongues = tuple(languages)
    for name in shown.screens:
        for language in tongues:
            yield from views_at(shown, name, language, sample, limit)


def views_at(
    program: Program, name: str, language: Language, sample: Sample, limit: Limit = SAFE_LIMIT
) -> Iterator[View]:
    """One screen in one language: its pages, then its SMS. Of `with_all_options`, all options."""
    screen = program.screens[name]
    known = Known(program, _place(program, name, language, sample), 0.0)
    if screen.onward is None:
        yield from _pages(known, screen, language, limit)
    for text in sent_by(known, screen, language):
        size, segments = size_of(text), segments_of(text)
        yield View(
            screen=name,
            language=language,
            shown=Shown.SMS,
            text=text,
            ends=True,
            size=size,
            room=_room_of(size, segments),
            segments=segments,
        )


def sent_by(known: Known, screen: Screen, language: Language) -> Iterator[str]:
    """The texts of the SMS that go out on arrival, the address of a link as long as it may be."""
    if screen.sends_link:
        sms = write_link(known.program, SendLink(screen.sends_link, language), None, ADDRESS)
        yield sms_text(known.program, sms.text)
    if screen.sends_sms:
        yield sms_text(known.program, write_out(known, screen.sends_sms, language))


def with_all_options(program: Program) -> Program:
    """The same, with every option there, whatever its condition says."""
    screens = {
        name: replace(
            screen,
            choices=tuple(replace(choice, when=None) for choice in screen.choices),
            lines=None if any(choice.when for choice in screen.choices) else screen.lines,
        )
        for name, screen in program.screens.items()
    }
    return replace(program, screens=screens)


def entry_screens(program: Program) -> frozenset[str]:
    """Where dialogues begin."""
    return frozenset(entry.screen for entry in entries_of(program))


def entries_of(program: Program) -> Iterator[EntryPoint]:
    own = [*program.ussd.values(), *program.sms_keywords.values(), *program.missed_call.values()]
    for entry in (*own, *([program.sms_default] if program.sms_default else [])):
        yield entry
        if entry.foreign is not None:
            yield entry.foreign


def _place(program: Program, name: str, language: Language, sample: Sample) -> Place:
    own = language if language in program.languages else base_of(language)
    home = next(iter(entry_screens(program)), name)
    is_first = name in entry_screens(program)
    return Place(
        screen=name,
        language=own,
        path=() if is_first else (Crumb(home),),
        rows=sample.rows,
        values=sample.values,
    )


def _pages(known: Known, screen: Screen, language: Language, limit: Limit) -> Iterator[View]:
    is_latin = language not in known.program.languages
    pages = pages_of_place(known, Display(limit, is_latin))
    faults = tuple(_cut_short(known, screen, language, pages))
    notes = (f"{len(pages)} pages: few people turn more than {MOST_PAGES}.",)
    for page, text in enumerate(pages, start=1):
        size, over = size_of(text), limit.overflow(text)
        told = (f"{over} units too long.",) if over else ()
        yield View(
            screen=screen.name,
            language=language,
            shown=Shown.SCREEN,
            page=page,
            pages=len(pages),
            text=text,
            ends=screen.ends and page == len(pages),
            size=size,
            room=limit.room_for(text),
            faults=(*told, *faults),
            notes=notes if len(pages) > MOST_PAGES else (),
        )


def _cut_short(
    known: Known, screen: Screen, language: Language, pages: tuple[str, ...]
) -> Iterator[str]:
    if screen.question is not None:
        lines = (screen.question.lines or {}).get(language, ())
    else:
        lines = lines_of(lines_at(known, language))
    shown = {line for page in pages for line in page.split("\n")}
    for line in lines:
        if not shown.issuperset(line.split("\n")):
            yield f'"{line}" is cut short.'


_ROOM: Final = {True: (160, 153), False: (70, 67)}  # GSM-7 or not; alone, or in each of several


def _room_of(size: Size, segments: int) -> int:
    alone, joined = _ROOM[size.encoding == "gsm7"]
    return alone if segments == 1 else segments * joined
