"""M812: the screen for when a service fails asks a service itself. Time may be up by then, so that
it fails as well (a warning); where failing leads back to where it failed, an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.repeats import led_to
from menu.schema import Screen
from menu.source import Source

RULE: Final = "M812"


def check(source: Source) -> Iterator[Diagnostic]:
    screens = source.flat_screens
    for name, screen in source.menu.screens.items():
        if screen.call is None:
            continue
        place = source.value_place("screens", name, "call", "on_error")
        if name in led_to(screens, [screen.call.on_error]):
            reason = f'When "{screen.call.service}" fails, it is asked again and again.'
            hint = "Lead to a screen that only says that it does not work."
            yield error(place, RULE, reason, hint)
        elif asking := _first_asking(screens, screen.call.on_error):
            reason = f'"{asking}" asks a service too, when this one has failed.'
            hint = "Time may be up by then; lead to a screen that only says so."
            yield warning(place, RULE, reason, hint)


def _first_asking(screens: Mapping[str, Screen], start: str) -> str | None:
    """Of the screens that are reached without another failure."""
    return next(
        (each for each in sorted(led_to(screens, [start], errors=False)) if screens[each].call),
        None,
    )
