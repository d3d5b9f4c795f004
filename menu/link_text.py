"""The text of the SMS that carries an app link: which entry, which language, what is filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from menu.effects import SendLink
from menu.program import Program

LINK: Final = "{link}"  # where the short address stands in an author's text


@dataclass(frozen=True, slots=True)
class LinkText:
    """The text of one SMS, and the catalogue entry that it leads to."""

    link: str
    text: str


def write(program: Program, effect: SendLink, country: str | None, address: str) -> LinkText:
    """For a caller of this country: the entry that serves it, in his language if it is known."""
    link = program.link_for(effect.link, country)
    if effect.language is None:
        text = link.sms_unknown_language or link.sms[program.fallback_language]
    else:
        text = link.sms[effect.language]
    # One known name in an admin's text: str.format would open far more than that.
    return LinkText(link.name, text.replace(LINK, address))
