"""The published menus, compiled: the live one, and the older ones that sessions still pin."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import structlog
from sqlalchemy import Connection

from menu.compiler import compile_published
from menu.diagnostics import BadMenu
from menu.program import Program
from menu.services import NO_SERVICES, Services
from menu.shares import Running, is_among
from menu.switches import NO_SWITCHES
from models import menu_preview, menu_share, menu_version, switch_act
from models.database import Database, DatabaseDown
from models.switching import switches_of

log = structlog.get_logger(__name__)

# With the watcher's looks and a compilation this stays under two seconds.
REFRESH_SECONDS: Final = 0.5
KEPT_PROGRAMS: Final = 8  # a session lives minutes: nobody walks more versions than this


class NothingPublished(Exception):
    """No menu was ever published here: `flask serve` does it at its start."""


Version = tuple[int, Program]


@dataclass(frozen=True, slots=True)
class _Served:
    """What callers see: test numbers what `previews` says, some percent `shared`, others `live`.

    `previewed` and `share` are what the database said, `previews` and `shared` what could be read.
    """

    live: Version
    previewed: Mapping[str, int]
    previews: Mapping[str, Version]
    share: Running | None
    shared: Version | None

    @property
    def seen(self) -> tuple[int, Mapping[str, int], Running | None]:
        return self.live[0], self.previewed, self.share


class SqlLibrary:
    """Implements menu.ports.Library. One per process; any thread may ask it.

    Every menu that it hands out carries the switches of now (menu.switches).
    """

    def __init__(self, database: Database, services: Services = NO_SERVICES) -> None:
        self._database = database
        self._services = services
        self._programs: OrderedDict[int, Program] = OrderedDict()
        self._lock = threading.Lock()
        self._served: _Served | None = None
        self._switches, self._last_act = NO_SWITCHES, 0

    def live(self) -> Version:
        """Raises NothingPublished; DatabaseDown and BadMenu only before the first success."""
        return self._served.live if self._served else self.refresh()

    def live_for(self, caller_key: str) -> Version:
        """Raises as `live` does."""
        served = self._served
        if served is None:
            served = self._look(None)
        if served.previews and (previewed := served.previews.get(caller_key)):
            return previewed
        share, shared = served.share, served.shared
        if share and shared and is_among(caller_key, share.version, share.percent):
            return shared
        return served.live

    def served(self) -> Collection[Program]:
        """Every menu that somebody sees who begins now: live, shared, previewed. Raises as `live`
        does."""
        served = self._served or self._look(None)
        beside = [served.shared] if served.shared else []
        return [program for _, program in (served.live, *beside, *served.previews.values())]

    def running(self) -> Running | None:
        """The share that this process serves."""
        served = self._served
        return served.share if served and served.shared else None

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

    def refresh(self) -> Version:
        """Looks for a newer publication, for who sees another, and for switches. Raises
        NothingPublished, DatabaseDown, BadMenu.
        """
        return self._look(self._served).live

    def _look(self, served: _Served | None) -> _Served:
        with self._database.read() as conn:
            live_id, last_act = switch_act.find_marks(conn)
            acts = switch_act.holding(conn) if last_act != self._last_act else None
            if acts is not None:
                self._switches, self._last_act = switches_of(acts), last_act
            if live_id is None:
                raise NothingPublished
            previewed = menu_preview.previews(conn)
            share = _running(menu_share.find_running(conn), live_id)
            seen = (live_id, previewed, share)
            if served and seen == served.seen and served.live[1].switches is self._switches:
                return served
            live = (live_id, self._read(conn, live_id))
            beside = {*previewed.values(), *({share.version} if share else ())}
            found = {version: self._find(conn, version) for version in beside}
        programs = {version: (version, program) for version, program in found.items() if program}
        previews = {
            key: programs[version] for key, version in previewed.items() if version in programs
        }
        shared = programs.get(share.version) if share else None
        self._served = made = _Served(live, previewed, previews, share, shared)
        return made

    def _find(self, conn: Connection, version: int) -> Program | None:
        """None for one that cannot be read any more: the live menu serves all."""
        try:
            return self._read(conn, version)
        except BadMenu as fault:
            why = str(fault.diagnostics[0])
            log.error("menu version not read", menu_version=version, why=why)  # noqa: TRY400
            return None

    def _read(self, conn: Connection, version: int) -> Program:
        known = self._programs.get(version)
        if known is not None:
            return self._switched(version, known)
        stored = menu_version.get(conn, version)
        if stored is None:
            raise NothingPublished
        return self._switched(version, self._compiled(stored))

    def _switched(self, version: int, program: Program) -> Program:
        """It carries the switches of now; a copy is made once for each change of them."""
        switches = self._switches
        if program.switches is switches:
            return program
        dressed = replace(program, switches=switches)
        if version in self._programs:
            self._programs[version] = dressed
        return dressed

    def keep_fresh(
        self,
        stop: threading.Event,
        every_seconds: float = REFRESH_SECONDS,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Runs until `stop`; whatever goes wrong, the last good menu goes on serving. `then` is
        called after every look."""
        is_well = True
        while not stop.wait(every_seconds):
            try:
                self.refresh()
                then()
            except Exception as fault:  # a thread that dies here would never see another menu
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


def _running(share: menu_share.Share | None, live: int) -> Running | None:
    if share is None:
        return None
    return Running(
        id=share.id,
        version=share.menu_version,
        live=live,
        percent=share.percent,
        begun_at=share.begun_at.timestamp(),
    )
