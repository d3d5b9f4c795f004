"""The menu engine: a program and an input go in, a step comes out.

Pure: no clock, no I/O, no chance. It never fails on what a caller types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from menu.choices import Choice, find_choice, lines_at, rows_found, saved
from menu.effects import Effect, RememberLanguage, SendLink
from menu.inputs import pressed_key
from menu.language import Language
from menu.paging import pages_of
from menu.place import Crumb, Place
from menu.program import BACK_KEY, HOME_KEY, MORE_KEY, Ask, EntryPoint, Program, Screen
from menu.screens import Display, lines_of, told_above
from menu.templates import fill

MAX_PATH: Final = 12  # screens that "back" remembers; the home screen is never forgotten
MAX_PREFILLED: Final = 20  # keys of a dialled shortcut that are followed
MAX_QUERY: Final = 40  # characters of a name that somebody looks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The outcome of one turn: what is shown, where the caller stands now, what must be done."""

    shown: str
    ends: bool
    place: Place
    effects: tuple[Effect, ...] = ()


def enter(program: Program, entry: EntryPoint, language: Language | None, display: Display) -> Step:
    """The first turn. `language` is the caller's remembered one, None when none is known."""
    known = entry.sets_language or _served(program, language)
    effects: tuple[Effect, ...] = ()
    if entry.sets_language:
        effects = (RememberLanguage(entry.sets_language),)
    screen = program.screens[entry.screen]
    place = Place(screen=screen.name, language=known or program.fallback_language)
    return _shown(program, place, display, (*effects, *_effects_of(screen, known)))


def enter_asking(
    program: Program, entry: EntryPoint, language: Language | None, typed: str, display: Display
) -> Step:
    """The first turn of somebody who brings the answer along: "HELPLINE fire"."""
    step = enter(program, entry, language, display)
    ask = program.screens[entry.screen].ask
    return _answered(program, step.place, ask, typed, display, step.effects) if ask else step


def enter_prefilled(
    program: Program,
    entry: EntryPoint,
    language: Language | None,
    keys: Sequence[str],
    display: Display,
) -> Step:
    """The first turn of a dial that already carries input: a shortcut, or a session that was lost.

    Such input may only walk: it stops at the first thing that would have an effect, and at the
    first question, because nobody has seen the screen that asks for it.
    """
    known = _served(program, language) or program.fallback_language
    place = Place(screen=entry.screen, language=known)
    for typed in keys[:MAX_PREFILLED]:
        if typed == MORE_KEY:
            continue  # a choice is found on whichever page it stands
        choice = find_choice(program, place, pressed_key(typed))
        if choice is None or choice.sets_language or program.screens[choice.go].has_effect:
            break
        place = _onward(place, choice)
    return _shown(program, place, display)


def press(program: Program, place: Place, typed: str, display: Display) -> Step:
    """One later turn: back, home, more, a choice, an answer, or a choice that does not exist."""
    key = pressed_key(typed)
    if key == BACK_KEY:
        return _back(program, place, display)
    if key == HOME_KEY:
        home = place.path[0].screen if place.path else place.screen
        top = Place(screen=home, language=place.language, rows=place.rows)
        return _shown(program, top, display)
    if key == MORE_KEY and place.page + 1 < len(pages_at(program, place, display)):
        return _shown(program, replace(place, page=place.page + 1), display)
    choice = find_choice(program, place, key)
    if choice is not None:
        return _chosen(program, place, choice, display)
    ask = program.screens[place.screen].ask
    if ask is not None:
        return _answered(program, place, ask, typed, display)
    return _again(program, place, "wrong_choice", display)


def _served(program: Program, language: Language | None) -> Language | None:
    """A remembered language counts only while the menu still speaks it."""
    return language if language in program.languages else None


def _effects_of(screen: Screen, language: Language | None) -> tuple[Effect, ...]:
    return (SendLink(screen.sends_link, language),) if screen.sends_link else ()


def _chosen(
    program: Program,
    place: Place,
    choice: Choice,
    display: Display,
    before: tuple[Effect, ...] = (),
) -> Step:
    onward = _onward(place, choice)
    effects = (RememberLanguage(choice.sets_language),) if choice.sets_language else ()
    arrived = _effects_of(program.screens[onward.screen], onward.language)
    return _shown(program, onward, display, (*before, *effects, *arrived))


def _answered(
    program: Program,
    place: Place,
    ask: Ask,
    typed: str,
    display: Display,
    before: tuple[Effect, ...] = (),
) -> Step:
    """The only row that fits is chosen at once; of several the caller chooses."""
    query = typed.strip()[:MAX_QUERY]
    found = rows_found(program, ask, query)
    asking = replace(place, page=0, query="")
    if not found:
        return replace(_again(program, asking, "not_found", display), effects=before)
    if len(found) == 1:
        choice = Choice("", ask.go, saves=(ask.save_as, found[0].key))
        return _chosen(program, asking, choice, display, before)
    return _shown(program, replace(asking, query=query), display, before)


def _onward(place: Place, choice: Choice) -> Place:
    """A choice that lies on the way back returns to it, so that a path never goes round."""
    trail: tuple[Crumb, ...] = (*place.path, place.crumb)
    been = [crumb.screen for crumb in trail]
    if choice.go in been:
        trail = trail[: been.index(choice.go)]
    if len(trail) > MAX_PATH:
        trail = (trail[0], *trail[-(MAX_PATH - 1) :])
    rows = {**place.rows, choice.saves[0]: choice.saves[1]} if choice.saves else place.rows
    language = choice.sets_language or place.language
    return Place(screen=choice.go, language=language, path=trail, rows=rows)


def _back(program: Program, place: Place, display: Display) -> Step:
    if place.page:
        return _shown(program, replace(place, page=place.page - 1), display)
    if place.query:
        return _shown(program, replace(place, query=""), display)
    if not place.path:
        shown_in = program.shown_in(place.language, is_latin=display.is_latin)
        return Step(shown=program.phrases["goodbye"][shown_in], ends=True, place=place)
    *trail, (screen, page, query) = place.path
    before = replace(place, screen=screen, page=page, query=query, path=tuple(trail))
    return _shown(program, before, display)


def _again(program: Program, place: Place, phrase: str, display: Display) -> Step:
    """The same page once more, and why, where there is room for it."""
    same = _shown(program, place, display)
    shown_in = program.shown_in(place.language, is_latin=display.is_latin)
    told = told_above(program.phrases[phrase][shown_in], same.shown)
    return replace(same, shown=told if display.limit.fits(told) else same.shown)


def _shown(
    program: Program, place: Place, display: Display, effects: tuple[Effect, ...] = ()
) -> Step:
    """A page that is not there any more (a gateway of smaller screens) is the last one."""
    pages = pages_at(program, place, display)
    page = min(place.page, len(pages) - 1)
    if page != place.page:
        place = replace(place, page=page)
    ends = program.screens[place.screen].ends and page == len(pages) - 1
    return Step(shown=pages[page], ends=ends, place=place, effects=effects)


def pages_at(program: Program, place: Place, display: Display) -> tuple[str, ...]:
    """All that is shown where a caller stands, page by page."""
    screen = program.screens[place.screen]
    language = program.shown_in(place.language, is_latin=display.is_latin)
    text = screen.text[language]
    if place.query:
        text = program.phrases["which_one"][language]
    elif screen.has_blanks:
        text = fill(text, lambda blank: saved(program, place, blank, language))
    if screen.lines is None:
        lines = lines_of(lines_at(program, place, language))
    else:
        lines = screen.lines[language]
    ways = program.ways_out[language]
    footers = ways.ending if screen.ends else ways.deeper if place.path else ways.at_top
    return pages_of(text, lines, footers, display.limit)
