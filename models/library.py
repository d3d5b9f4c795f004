"""The published menus, compiled: the live one, and the older ones that sessions still pin."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Final

import structlog

from menu.compiler import compile_published
from menu.diagnostics import BadMenu
from menu.program import Program
from menu.services import NO_SERVICES, Services
from menu.switches import NO_SWITCHES
from models import menu_publication, menu_version, switch_act
from models.database import Database, DatabaseDown
from models.switching import switches_of

log = structlog.get_logger(__name__)

# With the watcher's looks and a compilation this stays under two seconds.
REFRESH_SECONDS: Final = 0.5
KEPT_PROGRAMS: Final = 8  # a session lives minutes: nobody walks more versions than this


class NothingPublished(Exception):
    """No menu was ever published here: `flask serve` does it at its start."""


class SqlLibrary:
    """Implements menu.ports.Library. One per process; any thread may ask it.

    Every menu that it hands out carries the switches of now (menu.switches).
    """

    def __init__(self, database: Database, services: Services = NO_SERVICES) -> None:
        self._database = database
        self._services = services
        self._programs: OrderedDict[int, Program] = OrderedDict()
        self._lock = threading.Lock()
        self._live: tuple[int, Program] | None = None
        self._switches, self._last_act = NO_SWITCHES, 0

    def live(self) -> tuple[int, Program]:
        """Raises NothingPublished; DatabaseDown only before the first success."""
        return self._live or self.refresh()

    def get(self, menu_version_id: int) -> Program | None:
        known = self._programs.get(menu_version_id)
        if known is not None:
            return self._switched(menu_version_id, known)
        try:
            with self._database.read() as conn:
                stored = menu_version.get(conn, menu_version_id)
        except DatabaseDown as fault:
            log.warning("menu version not read", menu_version=menu_version_id, why=str(fault))
            return None
        try:
            return self._switched(stored.id, self._compiled(stored)) if stored else None
        except BadMenu as fault:
            log.error(  # noqa: TRY400 - the first finding says it
                "menu version not read",
                menu_version=menu_version_id,
                why=str(fault.diagnostics[0]),
            )
            return None

    def refresh(self) -> tuple[int, Program]:
        """Looks for a newer publication, and for switches. Raises NothingPublished, DatabaseDown,
        BadMenu.
        """
        live = self._live
        with self._database.read() as conn:
            live_id, last_act = switch_act.find_marks(conn)
            acts = switch_act.holding(conn) if last_act != self._last_act else None
            is_new = live is None or live_id != live[0]
            stored = menu_publication.find_live(conn) if is_new else None
        if acts is not None:
            self._switches, self._last_act = switches_of(acts), last_act
            if live is not None:
                self._live = live = (live[0], self._switched(*live))
        if live is not None and not is_new:
            return live
        if stored is None:
            raise NothingPublished
        self._live = live = (stored.id, self._switched(stored.id, self._compiled(stored)))
        return live

    def _switched(self, version: int, program: Program) -> Program:
        """It carries the switches of now; a copy is made once for each change of them."""
        switches = self._switches
        if program.switches is switches:
            return program
        dressed = replace(program, switches=switches)
        if version in self._programs:
            self._programs[version] = dressed
        return dressed

    def keep_fresh(self, stop: threading.Event, every_seconds: float = REFRESH_SECONDS) -> None:
        """Runs until `stop`; whatever goes wrong, the last good menu goes on serving."""
        is_well = True
        while not stop.wait(every_seconds):
            try:
                self.refresh()
            except (DatabaseDown, NothingPublished, BadMenu) as fault:
                if is_well:
                    log.warning("menu not refreshed", why=type(fault).__name__)
                is_well = False
            else:
                is_well = True

    def _compiled(self, stored: menu_version.MenuVersion) -> Program:
        with self._lock:
            program = self._programs.get(stored.id) or compile_published(
                json.loads(stored.source), self._services
            )
            self._programs[stored.id] = program
            while len(self._programs) > KEPT_PROGRAMS:
                self._programs.popitem(last=False)
        return program
