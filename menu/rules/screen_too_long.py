"""M206: a screen does not fit a phone: more than 160 septets of GSM-7, or 70 units of UCS-2 as soon
as one character is outside GSM-7. Counted as it is shown, with the line for a wrong choice above
and the way out below."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.screens import after_wrong_choice, show
from menu.source import Source
from telecom.encoding import Encoding, Limit, encoding_of

RULE: Final = "M206"
PHONE: Final = Limit()  # what every network and handset carries
_HINT: Final = "Shorten its text or its labels; the wrong-choice line and the way out count too."


def check(source: Source) -> Iterator[Diagnostic]:
    for name, screen in source.menu.screens.items():
        shown = show(screen, source.languages, source.phrases)
        for language in source.languages:
            forms = [shown.at_top[language], shown.deeper[language]]
            if screen.options:
                forms += [after_wrong_choice(form, source.phrases, language) for form in forms]
            if overflow := max(map(PHONE.overflow, forms)):
                place = source.value_place("screens", name, "text", language)
                reason = f'The screen "{name}" in "{language}" is {_excess(forms, overflow)}'
                yield error(place, RULE, reason, _HINT)


def _excess(forms: list[str], overflow: int) -> str:
    """By how much, of what, and which character made it so little."""
    foreign = next(filter(None, map(_outside_gsm_7, forms)), None)
    if foreign is None:
        most, unit, cause = PHONE.septets, "septets", ""
    else:
        most, unit = PHONE.ucs2, "UCS-2 units"
        name = unicodedata.name(foreign, "no name").lower()
        cause = f' Without "{foreign}" ({name}) and its like there is room for {PHONE.septets}.'
    return f"{overflow} {unit} too long ({most + overflow}; {most} is the most).{cause}"


def _outside_gsm_7(text: str) -> str | None:
    return next((char for char in text if encoding_of(char) is not Encoding.GSM7), None)
