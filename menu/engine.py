"""The menu engine: a program and an input go in, a step comes out.

Pure: no clock, no I/O, no chance. It never fails on what a caller types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from menu.effects import Effect, RememberLanguage, SendLink
from menu.inputs import pressed_key
from menu.program import BACK_KEY, HOME_KEY, EntryPoint, Language, Option, Program, Screen
from menu.screens import after_wrong_choice
from telecom.encoding import Limit

MAX_PATH: Final = 12  # screens that "back" remembers; the home screen is never forgotten
MAX_PREFILLED: Final = 20  # keys of a dialled shortcut that are followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a caller stands: the screen, its language, and the screens that "back" returns to."""

    screen: str
    language: Language
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The outcome of one turn: what is shown, where the caller stands now, what must be done."""

    shown: str
    ends: bool
    place: Place
    effects: tuple[Effect, ...] = ()


def enter(program: Program, entry: EntryPoint, language: Language | None) -> Step:
    """The first turn. `language` is the caller's remembered one, None when none is known."""
    known = entry.sets_language or _served(program, language)
    effects: tuple[Effect, ...] = ()
    if entry.sets_language:
        effects = (RememberLanguage(entry.sets_language),)
    screen = program.screens[entry.screen]
    place = Place(screen=screen.name, language=known or program.fallback_language)
    return _shown(program, place, (*effects, *_effects_of(screen, known)))


def enter_prefilled(
    program: Program, entry: EntryPoint, language: Language | None, keys: Sequence[str]
) -> Step:
    """The first turn of a dial that already carries input: a shortcut, or a session that was lost.

    Such input may only walk: it stops at the first thing that would have an effect, because
    nobody has seen the screen that asks for it.
    """
    known = _served(program, language) or program.fallback_language
    place = Place(screen=entry.screen, language=known)
    for typed in keys[:MAX_PREFILLED]:
        option = program.screens[place.screen].find_option(pressed_key(typed))
        if option is None or option.sets_language or program.screens[option.go].has_effect:
            break
        place = _onward(place, option)
    return _shown(program, place, ())


def press(program: Program, place: Place, typed: str, limit: Limit) -> Step:
    """One later turn: back, home, an option, or a choice that does not exist."""
    key = pressed_key(typed)
    if key == BACK_KEY:
        return _back(program, place)
    if key == HOME_KEY:
        home = place.path[0] if place.path else place.screen
        return _shown(program, Place(screen=home, language=place.language), ())
    option = program.screens[place.screen].find_option(key)
    if option is None:
        return _wrong_choice(program, place, limit)
    onward = _onward(place, option)
    effects = (RememberLanguage(option.sets_language),) if option.sets_language else ()
    arrived = program.screens[onward.screen]
    return _shown(program, onward, (*effects, *_effects_of(arrived, onward.language)))


def _served(program: Program, language: Language | None) -> Language | None:
    """A remembered language counts only while the menu still speaks it."""
    return language if language in program.languages else None


def _effects_of(screen: Screen, language: Language | None) -> tuple[Effect, ...]:
    return (SendLink(screen.sends_link, language),) if screen.sends_link else ()


def _onward(place: Place, option: Option) -> Place:
    """A choice that lies on the way back returns to it, so that a path never goes round."""
    language = option.sets_language or place.language
    trail = (*place.path, place.screen)
    if option.go in trail:
        trail = trail[: trail.index(option.go)]
    if len(trail) > MAX_PATH:
        trail = (trail[0], *trail[-(MAX_PATH - 1) :])
    return Place(screen=option.go, language=language, path=trail)


def _back(program: Program, place: Place) -> Step:
    if not place.path:
        return Step(shown=program.phrases["goodbye"][place.language], ends=True, place=place)
    *trail, previous = place.path
    return _shown(program, Place(screen=previous, language=place.language, path=tuple(trail)), ())


def _wrong_choice(program: Program, place: Place, limit: Limit) -> Step:
    same = _shown(program, place, ())
    told = after_wrong_choice(same.shown, program.phrases, place.language)
    shown = told if limit.fits(told) else same.shown
    return Step(shown=shown, ends=same.ends, place=place)


def _shown(program: Program, place: Place, effects: tuple[Effect, ...]) -> Step:
    screen = program.screens[place.screen]
    texts = screen.shown_deeper if place.path else screen.shown_at_top
    return Step(shown=texts[place.language], ends=screen.ends, place=place, effects=effects)
