"""What is switched off now, and what stands on all screens: a value beside the menu, no part of it.

Pure: it tells what holds at a time that it is given. The menu that a turn walks in carries it
(`Program.switches`), so that no version is published for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from menu.language import Language, base_of, is_romanised
from menu.openings import Hours
from telecom.encoding import Encoding, encoding_of


class Kind(StrEnum):
    SCREEN = "screen"
    SERVICE = "service"
    OPEN = "open"  # opening hours, by their name in the menu
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Told:
    """Words of an operator, by language; "" is read in every language that has none of its own."""

    texts: Mapping[Language, str] = field(default_factory=dict)

    def in_language(self, language: Language) -> str:
        """Of somebody whose phone shows Latin letters only, what his language has in them."""
        own = self.texts.get(language)
        if own is None and is_romanised(language):
            base = self.texts.get(base_of(language), "")
            own = base if base and encoding_of(base) is Encoding.GSM7 else None
        return own or self.texts.get("") or next(iter(self.texts.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Something that holds from a time to another (seconds since the epoch), and its words.

    `hours` are opening hours that stand in for those of the menu; None: it is closed, or off.
    """

    told: Told = Told()
    begins: float = -inf
    until: float = inf
    hours: tuple[Hours, ...] | None = None

    def holds(self, now: float) -> bool:
        return self.begins <= now < self.until


By = Mapping[str, Sequence[Switch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """By the names of screens, services and opening hours; the newest first."""

    screens: By = field(default_factory=dict)
    services: By = field(default_factory=dict)
    openings: By = field(default_factory=dict)
    notices: Sequence[Switch] = ()

    def off_screen(self, name: str, now: float) -> Switch | None:
        return _holding(self.screens.get(name, ()), now)

    def off_service(self, name: str, now: float) -> Switch | None:
        return _holding(self.services.get(name, ()), now)

    def closed(self, opening: str, now: float) -> Switch | None:
        """A holiday, whatever the hours are."""
        shut = [each for each in self.openings.get(opening, ()) if each.hours is None]
        return _holding(shut, now)

    def hours_of(self, opening: str, now: float) -> tuple[Hours, ...] | None:
        """Hours that stand in for those of the menu."""
        changed = [each for each in self.openings.get(opening, ()) if each.hours is not None]
        found = _holding(changed, now)
        return found.hours if found else None

    def notice(self, now: float) -> Switch | None:
        return _holding(self.notices, now)

    @property
    def may_close(self) -> bool:
        return bool(self.screens or self.services)


NO_SWITCHES = Switches()


def _holding(switches: Sequence[Switch], now: float) -> Switch | None:
    return next((each for each in switches if each.holds(now)), None)
