"""Follows the menu's files: saved and clean they go live; broken they are named, never published.

It only reads and compares, so it needs nothing of the file system, and an editor may save as it
likes: in place, byte by byte, or by renaming. Any number of watchers may follow the same files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from menu import linter
from menu.diagnostics import BadMenu, Diagnostic
from menu.files import Files
from menu.services import NO_SERVICES, Services
from models.database import Database, DatabaseDown
from models.publishing import find_outdated, publish_if_new, publish_unless_live, was_published
from telecom.clock import Clock

log = structlog.get_logger(__name__)

# Two looks that see the same, then half a second for the library's refresh: under two seconds.
LOOK_SECONDS: Final = 0.25
MAX_TOLD: Final = 20  # a log line and a page hold so many findings; the check tells all
TABLE: Final = ".csv"
WATCHER: Final = "watcher"  # who published a menu that the watcher published

Read = Callable[[], Files]  # the same object while nothing changed; raises BadMenu
Publish = Callable[[Database, Files, str, datetime, Services], int | None]


class MenuWatcher:
    """One a process. `look` is one glance; `run` glances until told to stop.

    Contents count only when two looks in a row saw the same bytes in every file. A half-written
    file is nearly always broken, and then refused; one that happens to be whole would have to lie
    still for a quarter of a second to go live, and what is written after that goes live right
    behind it.
    """

    def __init__(
        self, read: Read, database: Database, clock: Clock, services: Services = NO_SERVICES
    ) -> None:
        self._read = read
        self._database = database
        self._clock = clock
        self._services = services
        self._seen: Files | tuple[Diagnostic, ...] | None = None
        self._judged: Files | tuple[Diagnostic, ...] | None = None
        self._clean: Files | None = None
        self._is_database_well = True

    def run(self, stop: threading.Event, every_seconds: float = LOOK_SECONDS) -> None:
        """Whatever goes wrong, it goes on looking."""
        while not stop.wait(every_seconds):
            try:
                self.look()
            except Exception as fault:
                log.error("menu watcher goes on", why=type(fault).__name__)  # noqa: TRY400

    def look(self) -> None:
        found = self._find()
        is_steady, self._seen = found == self._seen, found
        if is_steady and found != self._judged:
            self._judged = found  # now: what cannot be judged is not tried four times a second
            self._judge(found)

    def _find(self) -> Files | tuple[Diagnostic, ...]:
        try:
            return self._read()
        except BadMenu as fault:
            return fault.diagnostics

    def _judge(self, found: Files | tuple[Diagnostic, ...]) -> None:
        if isinstance(found, tuple):
            _refuse(found)
            return
        try:
            publish = self._publish_of(found)
            version = publish(self._database, found, WATCHER, self._clock.now(), self._services)
            outdated = find_outdated(self._database, found) if version is None else None
        except BadMenu as fault:
            _refuse(fault.diagnostics)
        except DatabaseDown as fault:
            self._judged = None  # again with the next look
            if self._is_database_well:
                log.warning("menu not published", why=str(fault))
            self._is_database_well = False
        else:
            self._clean = found
            self._is_database_well = True
            if version is not None:
                log.info("menu published", menu_version=version, by=WATCHER)
            if outdated is not None:
                log.warning("menu not published", why=str(outdated))

    def _publish_of(self, found: Files) -> Publish:
        """A table that was changed before our eyes counts, also back to what it was: a price may
        return. A menu that was live before does not come back by itself, nor does anything that
        lies there at the start: a rollback stays.
        """
        if self._clean is not None and _menus_in(self._clean) == _menus_in(found):
            return publish_unless_live
        return publish_if_new


class MenuReview:
    """What somebody has to know of the menu file as it lies there. Any thread may ask."""

    def __init__(self, read: Read, database: Database, services: Services = NO_SERVICES) -> None:
        self._read = read
        self._database = database
        self._services = services
        self._checked: tuple[Files, list[str]] | None = None

    def warnings(self) -> Sequence[str]:
        """Its errors with their places, or why it is not live. Checked again when it changed."""
        try:
            files = self._read()
        except BadMenu as fault:
            return _told(fault.diagnostics)
        checked = self._checked
        if checked is None or checked[0] != files:
            self._checked = checked = (files, self._errors(files))
        return checked[1] or self._outdated(files)

    def _errors(self, files: Files) -> list[str]:
        """What was published once had none: a large menu is not checked by every process."""
        try:
            if was_published(self._database, files):
                return []
        except DatabaseDown:
            pass  # a fault of its own
        return _told(linter.check(files, services=self._services))

    def _outdated(self, files: Files) -> Sequence[str]:
        try:
            outdated = find_outdated(self._database, files)
        except DatabaseDown:
            return ()  # a fault of its own
        return [str(outdated)] if outdated else ()


def _menus_in(files: Files) -> dict[str, str | bytes]:
    """Without the tables."""
    return {name: files[name] for name in files if not name.endswith(TABLE)}


def _refuse(diagnostics: Sequence[Diagnostic]) -> None:
    log.error("menu file refused", why="the last good menu stays", errors=_told(diagnostics))


def _told(diagnostics: Sequence[Diagnostic]) -> list[str]:
    errors = [str(finding) for finding in diagnostics if finding.is_error]
    left_out = len(errors) - MAX_TOLD
    more = [f"and {left_out} more: flask menus check tells them"] if left_out > 0 else []
    return [*errors[:MAX_TOLD], *more]
