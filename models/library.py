"""The published menus, compiled: the live one, and the older ones that sessions still pin."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog

from menu.compiler import compile_menu
from menu.diagnostics import BadMenu
from menu.program import Program
from models import menu_version
from models.database import Database, DatabaseDown

log = structlog.get_logger(__name__)

KEPT_PROGRAMS: Final = 8  # a session lives minutes: nobody walks more versions than this


class NothingPublished(Exception):
    """No menu was ever published here: `flask serve` does it at its start."""


class SqlLibrary:
    """Implements menu.ports.Library. One per process; any thread may ask it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._programs: OrderedDict[int, Program] = OrderedDict()
        self._lock = threading.Lock()
        self._live: tuple[int, Program] | None = None

    def live(self) -> tuple[int, Program]:
        """Raises NothingPublished; DatabaseDown only before the first success."""
        return self._live or self.refresh()

    def get(self, menu_version_id: int) -> Program | None:
        known = self._programs.get(menu_version_id)
        if known is not None:
            return known
        try:
            with self._database.read() as conn:
                stored = menu_version.get(conn, menu_version_id)
        except DatabaseDown as fault:
            log.warning("menu version not read", menu_version=menu_version_id, why=str(fault))
            return None
        return self._compiled(stored) if stored else None

    def refresh(self) -> tuple[int, Program]:
        """Looks for a newer publication. Raises NothingPublished, DatabaseDown."""
        with self._database.read() as conn:
            stored = menu_version.find_live(conn)
        if stored is None:
            raise NothingPublished
        if self._live is None or self._live[0] != stored.id:
            self._live = (stored.id, self._compiled(stored))
        return self._live

    def keep_fresh(self, stop: threading.Event, every_seconds: float = 1.0) -> None:
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
            program = self._programs.get(stored.id) or compile_menu(json.loads(stored.source))
            self._programs[stored.id] = program
            while len(self._programs) > KEPT_PROGRAMS:
                self._programs.popitem(last=False)
        return program


def publish_if_new(
    database: Database, files: Mapping[str, bytes], published_by: str, now: datetime
) -> int | None:
    """Publishes a source that was never published before; None when it was, so a rollback stays.

    Raises BadMenu, DatabaseDown.
    """
    program = compile_menu(files)
    texts = {name: content.decode("utf-8") for name, content in files.items()}
    with database.write() as conn:
        menu_version.be_publisher(conn)
        if menu_version.find_by_fingerprint(conn, program.fingerprint):
            return None
        return menu_version.publish(
            conn,
            fingerprint=program.fingerprint,
            source=json.dumps(texts, ensure_ascii=False),
            published_by=published_by,
            now=now,
        )
