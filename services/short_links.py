"""Opening `/l/<code>`: which address fits the phone that follows the link, and what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from menu.language import Language
from menu.ports import Library
from menu.program import AppLink, Platform, Program
from metrics.catalogue import LINK_OPENS
from metrics.meter import SILENT, Meter
from models import short_link
from models.database import Database, DatabaseDown
from models.short_link import ShortLink
from services.app_links import CODE
from services.click_notes import ClickNotes
from services.guesses import Guesses
from services.user_agents import is_machine, platform_of
from telecom.clock import Clock


class Opened(StrEnum):
    FOUND = "found"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    THROTTLED = "throttled"
    UNSURE = "unsure"  # the database is away, and the menu has several links


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """`headers` hold at least those of services.user_agents that came."""

    address: str
    user_agent: str
    headers: Mapping[str, str]
    is_head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`to` is where the phone goes. `choices` are the links that it may choose from, by name, with
    their addresses. `language` is that of the SMS, None where nobody knows it. `ways` are what to
    dial or ring for a new link.
    """

    outcome: Opened
    to: str = ""
    language: Language | None = None
    texts: Mapping[Language, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[str, ...] = ()


PREVIEW: Final = "preview"


class ShortLinks:
    def __init__(
        self,
        database: Database,
        library: Library,
        clock: Clock,
        notes: ClickNotes,
        guesses: Guesses,
        meter: Meter = SILENT,
    ) -> None:
        self._database = database
        self._library = library
        self._clock = clock
        self._notes = notes
        self._guesses = guesses
        self._meter = meter

    def open(self, code: str, visitor: Visitor) -> Opening:
        """Never raises DatabaseDown once a menu was live in this process: the addresses are in the
        menu, so a phone gets somewhere without the database.
        """
        if not self._guesses.may_try(visitor.address):
            self._meter.count(LINK_OPENS, Opened.THROTTLED)
            return Opening(outcome=Opened.THROTTLED)
        _, live = self._library.live()
        is_well = True
        stored = None
        if CODE.fullmatch(code):
            try:
                with self._database.ask() as connection:
                    stored = short_link.find(connection, code)
            except DatabaseDown:
                is_well = False
        machine = visitor.is_head or is_machine(visitor.user_agent, visitor.headers)
        platform = Platform.WEB if machine else platform_of(visitor.user_agent)
        if not is_well:
            return self._opened_blindly(code, live, platform, is_counted=not machine)
        link = self._link_of(stored, live) if stored else None
        if stored is None or link is None:
            self._guesses.missed(visitor.address)
            return self._over(Opened.UNKNOWN, live, None)
        if stored.expires_at <= self._clock.now():
            return self._over(Opened.EXPIRED, live, stored.language)
        self._count(code, platform, is_counted=not machine)
        return Opening(outcome=Opened.FOUND, to=link.address_for(platform))

    def _link_of(self, stored: ShortLink, live: Program) -> AppLink | None:
        """That of today's menu; a menu that dropped the link falls back to the old one."""
        link = live.links.get(stored.link_name)
        if link is None:
            old = self._library.get(stored.menu_version)
            link = old.links.get(stored.link_name) if old else None
        return link

    def _opened_blindly(
        self, code: str, live: Program, platform: Platform, *, is_counted: bool
    ) -> Opening:
        """Without the database nobody knows which link it is. Where the menu has one, it is that;
        of several the phone's owner chooses. Those for other countries are not among them."""
        abroad = {other for link in live.links.values() for other in link.elsewhere.values()}
        links = {name: link for name, link in live.links.items() if name not in abroad}
        if not links:
            return self._over(Opened.UNKNOWN, live, None)
        self._count(code, platform, is_counted=is_counted)
        choices = {name: link.address_for(platform) for name, link in links.items()}
        if len(choices) == 1:
            return Opening(outcome=Opened.FOUND, to=next(iter(choices.values())))
        return Opening(outcome=Opened.UNSURE, choices=choices)

    def _over(self, outcome: Opened, live: Program, language: Language | None) -> Opening:
        self._meter.count(LINK_OPENS, outcome)
        return Opening(
            outcome=outcome,
            language=language if live.speaks(language) else None,
            texts=live.phrases["link_over"],
            ways=(*list(live.missed_call)[:1], *list(live.ussd)[:1]),
        )

    def _count(self, code: str, platform: Platform, *, is_counted: bool) -> None:
        """A machine that looks at the page is no reader."""
        if not is_counted:
            self._meter.count(LINK_OPENS, PREVIEW)
        elif self._notes.note(code, self._clock.now(), platform):
            self._meter.count(LINK_OPENS, platform)
        else:
            self._meter.count(LINK_OPENS, "uncounted")
