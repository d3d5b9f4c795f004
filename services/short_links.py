"""Opening `/l/<code>`: which address fits the phone that follows the link."""

from __future__ import annotations

from menu.ports import Library
from models import short_link
from models.database import Database
from services.app_links import CODE, platform_of
from telecom.clock import Clock


class ShortLinks:
    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self._database = database
        self._library = library
        self._clock = clock

    def find_address(self, code: str, user_agent: str) -> str | None:
        """The address in today's menu; a menu that dropped the link falls back to the old one.

        None: there is no such code, or it is too old. Raises DatabaseDown.
        """
        if not CODE.fullmatch(code):
            return None
        with self._database.read() as connection:
            stored = short_link.find(connection, code, self._clock.now())
        if stored is None:
            return None
        _, live = self._library.live()
        link = live.links.get(stored.link_name)
        if link is None:
            old = self._library.get(stored.menu_version)
            link = old.links.get(stored.link_name) if old else None
        return link.address_for(platform_of(user_agent)) if link else None
