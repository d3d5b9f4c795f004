"""M808: a screen hands over to a helpline that does not exist, or a helpline has opening hours that
do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.source import Source

RULE: Final = "M808"


def check(source: Source) -> Iterator[Diagnostic]:
    known = source.menu.helplines
    for name, screen in source.menu.screens.items():
        if screen.helpline and screen.helpline.name not in known:
            place = source.value_place("screens", name, "helpline")
            hint = did_you_mean(screen.helpline.name, known) or 'Describe it under "helplines:".'
            yield error(place, RULE, f'"{screen.helpline.name}" is not a helpline.', hint)
    for name, helpline in known.items():
        if helpline.hours and helpline.hours not in source.menu.open:
            place = source.value_place("helplines", name, "hours")
            hint = did_you_mean(helpline.hours, source.menu.open) or 'Describe them under "open:".'
            yield error(place, RULE, f'No opening hours are called "{helpline.hours}".', hint)
