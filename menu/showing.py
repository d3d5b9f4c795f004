"""What a caller reads where he stands: pages, and what was wrong above them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from menu.choices import lines_at
from menu.closing import closed_by, pages_of_closed, with_notice
from menu.effects import Effect
from menu.known import Known
from menu.language import Language
from menu.paging import Footers, pages_of
from menu.place import Place
from menu.program import Message, Program, Screen, ServiceCall
from menu.screens import Display, lines_of, told_above


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededCall:
    """A service that must be asked before the turn can go on, and what it is told."""

    call: ServiceCall
    told: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"NeededCall({self.call.service})"  # what it is told may be a PIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The outcome of one turn: what is shown, where the caller stands now, what must be done.

    `needs`: a service must be asked first; the turn goes on with `engine.resume`. `walked` counts
    the keys of a dialled shortcut that were followed. `is_secret`: what was typed may not be kept.
    `start` is the first screen that was reached in this turn, from where it may have led on.
    `has_failed`: a service did not answer on the way here; `has_answered`: one did.
    `is_closed`: what is shown is why something is switched off.
    """

    shown: str
    ends: bool
    place: Place
    effects: tuple[Effect, ...] = ()
    needs: NeededCall | None = None
    walked: int = 0
    is_secret: bool = False
    start: str = ""
    has_failed: bool = False
    has_answered: bool = False
    is_closed: bool = False


def show(known: Known, display: Display, effects: tuple[Effect, ...] = (), start: str = "") -> Step:
    """A page that is not there any more (a gateway of smaller screens) is the last one."""
    place, closed = known.place, closed_by(known)
    pages = pages_of_place(known, display)
    page = min(place.page, len(pages) - 1)
    if page != place.page:
        place = replace(place, page=page)
    is_end = not place.path if closed else known.program.screens[place.screen].ends
    return Step(
        shown=pages[page],
        ends=is_end and page == len(pages) - 1,
        place=place,
        effects=effects,
        start=start,
        is_closed=closed is not None,
    )


def show_again(known: Known, told: str, display: Display) -> Step:
    """The same page once more, and why; where there is no room for both, why, and the way out."""
    same = show(known, display)
    bare = _pages(known, display)
    for page in (same.shown, bare[min(same.place.page, len(bare) - 1)]):
        above = told_above(told, page)  # what was wrong is more than a notice
        if display.limit.fits(above):
            return replace(same, shown=above)
    screen = known.program.screens[known.place.screen]
    question = screen.question
    if question is None and (screen.ask is None or known.place.query):
        return same
    lines = question.lines[_language(known, display)] if question and question.lines else ()
    shorter = pages_of(told, lines, footers_of(known, display), display.limit)
    return replace(same, shown=shorter[0]) if len(shorter) == 1 else same


def end_with(known: Known, phrase: str, display: Display) -> Step:
    """One of the program's own words, and the end of the dialogue."""
    told = known.program.phrases[phrase][_language(known, display)]
    return Step(shown=told, ends=True, place=known.place)


def pages_of_place(known: Known, display: Display) -> tuple[str, ...]:
    """All that is shown where a caller stands, page by page."""
    off = closed_by(known)
    if off is not None:
        return pages_of_closed(known, off, _language(known, display), display.limit)
    return _pages(known, display, has_notice=bool(known.program.switches.notices))


def _pages(known: Known, display: Display, *, has_notice: bool = False) -> tuple[str, ...]:
    program, place = known.program, known.place
    screen, language = program.screens[place.screen], _language(known, display)
    text = (
        program.phrases["which_one"][language] if place.query else text_of(known, screen, language)
    )
    if screen.question is not None:
        lines = screen.question.lines[language] if screen.question.lines else ()
    elif screen.lines is None:
        lines = lines_of(lines_at(known, language, display.region))
    else:
        lines = screen.lines[language]
    footers = footers_of(known, display)
    pages = pages_of(text, lines, footers, display.limit)
    if not has_notice:
        return pages
    return with_notice(known, pages, text, lines, footers, language, display.limit)


def footers_of(known: Known, display: Display) -> Footers:
    screen = known.program.screens[known.place.screen]
    ways = known.program.ways_out[_language(known, display)]
    if screen.question is not None and screen.question.takes_zero:
        return ways.without_zero
    return ways.ending if screen.ends else ways.deeper if known.place.path else ways.at_top


def write_out(known: Known, message: Message, language: Language) -> str:
    """A text with its blanks filled."""
    plural = message.plurals.get(language)
    text = known.form_of(plural, language) if plural else message.text[language]
    return known.fill(text, language) if message.has_blanks else text


def shown_language(program: Program, place: Place, display: Display) -> Language:
    return program.shown_in(place.language, is_latin=display.is_latin)


def text_of(known: Known, screen: Screen, language: Language) -> str:
    """What a screen says, without its choices."""
    plural = screen.plurals.get(language) if screen.plurals else None
    text = known.form_of(plural, language) if plural else screen.text[language]
    text = known.fill(text, language) if screen.has_blanks else text
    if screen.hours and not known.is_open(screen.hours):
        text = f"{text}\n{known.why_closed(screen.hours, language)}"
    return text


def _language(known: Known, display: Display) -> Language:
    return shown_language(known.program, known.place, display)
