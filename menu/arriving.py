"""What happens when somebody reaches a screen, and on from there, up to the next one that is shown.

Pure. A screen that only leads on is never shown; a chain of such screens has an end, whatever its
author wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from menu import walking
from menu.closing import closed_by
from menu.effects import Effect, SendLink, SendSms
from menu.known import Known
from menu.language import Language
from menu.program import Screen
from menu.screens import Display
from menu.showing import NeededCall, Step, end_with, show, write_out
from menu.templates import fill
from menu.ways import target_of

MOST_IN_A_ROW: Final = 20  # screens that lead on by themselves in one turn


def arrive(
    known: Known,
    display: Display,
    effects: tuple[Effect, ...] = (),
    *,
    reads: Language | None,
    secrets: Mapping[str, str] | None = None,
) -> Step:
    """`known.place` is where the caller gets to. `reads`: his language; None where nobody knows.

    `secrets` are the sensitive answers of this turn: a service may be told them, and nobody keeps
    them.
    """
    start = known.place.screen
    for _ in range(MOST_IN_A_ROW):
        screen = known.program.screens[known.place.screen]
        if closed_by(known) is not None:
            # Nothing of this screen happens: what was on the way to it has.
            return show(known, display, effects, start)
        if screen.sets:
            known = known.at(walking.with_sets(known, screen.sets))
        if screen.call is not None:
            told = told_of(known, screen.call.told, secrets or {})
            needs = NeededCall(call=screen.call, told=told)
            return Step(
                shown="",
                ends=False,
                place=known.place,
                effects=effects,
                needs=needs,
                start=start,
            )
        effects = (*effects, *effects_of(known, screen, reads))
        if screen.onward is None:
            return show(known, display, effects, start)
        known = _led_on(known, screen)
    # Nothing of what was on the way has happened: the effects stay here.
    return end_with(known, "busy", display)


def go_on(
    known: Known, display: Display, effects: tuple[Effect, ...], reads: Language | None
) -> Step:
    """What follows on a screen whose service has answered."""
    screen = known.program.screens[known.place.screen]
    effects = (*effects, *effects_of(known, screen, reads))
    if screen.onward is None:
        return show(known, display, effects)
    return arrive(_led_on(known, screen), display, effects, reads=reads)


def effects_of(known: Known, screen: Screen, reads: Language | None) -> Iterable[Effect]:
    if screen.sends_link:
        yield SendLink(screen.sends_link, reads)
    if screen.sends_sms:
        language = reads or known.place.language
        yield SendSms(write_out(known, screen.sends_sms, language), language)


def _led_on(known: Known, screen: Screen) -> Known:
    if screen.onward is None:
        return known
    target = target_of(screen.onward, known.holds)
    return known.at(walking.went(known.place, target, was_seen=False))


def told_of(
    known: Known, told: Iterable[tuple[str, str]], secrets: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """What a call tells its service, where a caller stands."""

    def value(name: str) -> str:
        return secrets.get(name) or known.values.get(name, "")

    return tuple(
        (
            name,
            fill(
                text,
                lambda blank: (
                    known.cell(blank.saved_as, blank.column)
                    or known.values.get(f"{blank.saved_as}.{blank.column}", "")
                    if blank.saved_as
                    else value(blank.column)
                ),
            ),
        )
        for name, text in told
    )
