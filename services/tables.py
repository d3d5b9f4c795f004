"""Tables of files that services look up: an index for each, made anew when its file changes.

One process of a host makes an index; all others only read it. What is found bad leaves the last
good one live.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from menu.diagnostics import Diagnostic, Place, error
from menu.service_parts import DOWN, Service
from menu.services import Reply
from menu.table_parts import TableFile
from services.faults import Failed
from services.response_reading import reply_of
from services.tables_building import Built, build
from services.tables_faults import UNREADABLE
from services.tables_index import Lookup
from services.tables_open import Mark, OpenIndexes
from services.tables_pointer import SUFFIX, Pointer, find_pointer, save_pointer, stamp_of
from services.tables_reading import Progress

LOOK_SECONDS: Final = 2.0
UNUSED_SECONDS: Final = 3600.0  # dialogues end in the menu in which they began
_CHUNK: Final = 1024 * 1024
NO_MARK: Final[Mark] = (0, 0)  # there is no pointer
_TRIES: Final = 5
log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def no_progress(_octets: int) -> None:
    """For whoever does not watch."""


@dataclass(frozen=True, slots=True)
class State:
    """Of one table: `faults` keep its file from being used, `pointer` says which index is."""

    pointer: Pointer | None
    faults: tuple[Diagnostic, ...] = ()
    is_new: bool = False


class Tables:
    """`folder` is that of the menu, `where` that of the indexes. Opens nothing before it is asked;
    safe to share between threads."""

    def __init__(self, folder: Path, where: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._where = where
        self._now = now
        self._open = OpenIndexes()
        self._lookups: dict[str, Lookup] = {}
        self._unused: dict[str, float] = {}

    def ask(self, service: Service, way: TableFile, told: Mapping[str, str]) -> Reply:
        """`told` as the service takes it. Raises Failed."""
        lookup = self._lookups.get(service.fingerprint)
        if lookup is None:
            lookup = self._lookups[service.fingerprint] = Lookup(service, way)
        for tries_left in reversed(range(_TRIES)):
            before = self._mark(service.fingerprint)
            try:
                with self._conn(service.fingerprint) as conn:
                    found = lookup.find(conn, told)
                break
            except sqlite3.Error as fault:
                is_replaced = self._mark(service.fingerprint) != before
                if is_replaced and tries_left:  # its index went while it was being opened
                    continue
                if not is_replaced and not isinstance(fault, sqlite3.OperationalError):
                    with suppress(OSError):  # it is made anew
                        self._pointer(service.fingerprint).unlink()
                raise Failed(DOWN, f"its index: {type(fault).__name__}") from None
        if found is None:
            return reply_of(service, 404, None)
        row = {way.parts[part]: cell for part, cell in found.items()}
        return reply_of(service, 200, row)

    def check(
        self, service: Service, way: TableFile, progress: Progress = no_progress
    ) -> Built | tuple[Diagnostic, ...]:
        """Reads the whole file and keeps nothing."""
        self._where.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._where / f"{service.fingerprint}.{os.getpid()}.check"
        try:
            target.unlink(missing_ok=True)
            return build(service, way, self._folder / way.file, target, progress)
        finally:
            target.unlink(missing_ok=True)

    def load(
        self,
        service: Service,
        way: TableFile,
        progress: Progress = no_progress,
        *,
        waits: bool = True,
    ) -> State:
        """The index of the file as it is now, made if need be. Without `waits` it is left to the
        process that is at it. Raises OSError and sqlite3.Error where nothing can be written."""
        pointer, stamp = self.find(service), stamp_of(self._folder / way.file)
        if pointer is not None and stamp is not None and pointer.seen == stamp and not waits:
            return State(pointer)
        self._where.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone(service.fingerprint, waits=waits) as is_mine:
            pointer = self.find(service)
            if not is_mine:
                return State(pointer)
            stamp = stamp_of(self._folder / way.file)
            if stamp is None:
                place = Place(way.file, 1, 1)
                hint = "It stands in the folder of the menu."
                return State(pointer, (error(place, UNREADABLE, "There is no such file.", hint),))
            if pointer is not None and pointer.stamp == stamp and pointer.refused is None:
                return State(pointer)
            return self._load(service, way, stamp, pointer, progress)

    def find(self, service: Service) -> Pointer | None:
        """What is live of it; None where nothing is, or its index is gone."""
        pointer = find_pointer(self._pointer(service.fingerprint))
        if pointer is None or (pointer.index and not (self._where / pointer.index).is_file()):
            return None
        return pointer

    def is_current(self, service: Service, way: TableFile) -> bool:
        pointer = self.find(service)
        return pointer is not None and pointer.seen == stamp_of(self._folder / way.file)

    def keep_fresh(self, stop: threading.Event, services: Callable[[], Iterable[Service]]) -> None:
        """Until `stop`: what changes is loaded. Never raises."""
        while True:
            try:
                self.look(services())
            except Exception as fault:  # whatever it is, the next look may do better
                log.warning("tables not looked at", why=type(fault).__name__)
            if stop.wait(LOOK_SECONDS):
                return

    def look(self, services: Iterable[Service]) -> None:
        """Loads what changed, once: what is bad is told once, until it changes again."""
        live = [each for each in services if isinstance(each.way, TableFile)]
        for service in live:
            assert isinstance(service.way, TableFile)  # noqa: S101 - for mypy
            pointer, stamp = self.find(service), stamp_of(self._folder / service.way.file)
            if pointer is not None and (stamp is None or pointer.seen == stamp):
                continue
            try:
                state = self.load(service, service.way, waits=False)
            except (OSError, sqlite3.Error) as fault:
                log.warning("table not loaded", service=service.name, why=type(fault).__name__)
                continue
            for found in state.faults[:1]:
                why = f"{found.place} {found.rule}"
                log.warning("table not loaded", service=service.name, why=why)
            if state.is_new:
                log.info("table loaded", service=service.name)
        self._tidy({each.fingerprint for each in live})
        self._open.close_retired(self._mark)

    def close(self) -> None:
        """Of all that nobody uses just now; who asks again opens anew."""
        self._open.close_retired(lambda _: NO_MARK)

    def count_open(self) -> int:
        """Indexes that threads of this process have open."""
        return self._open.count()

    def _load(
        self,
        service: Service,
        way: TableFile,
        stamp: tuple[int, int],
        before: Pointer | None,
        progress: Progress,
    ) -> State:
        source, began = self._folder / way.file, time.monotonic()
        digest = _digest(source)
        target = self._where / f"{service.fingerprint}-{digest[:16]}.db"
        path = self._pointer(service.fingerprint)
        if before is not None and before.digest == digest and before.index == target.name:
            pointer = _changed(before, stamp=stamp)
            save_pointer(path, pointer)
            return State(pointer)
        new = target.with_suffix(f".{os.getpid()}.new")
        try:
            new.unlink(missing_ok=True)
            built = build(service, way, source, new, progress)
            if stamp_of(source) != stamp:  # it is being written: the next look takes all of it
                place = Place(way.file, 1, 1)
                reason = "The file changed while it was read."
                return State(before, (error(place, UNREADABLE, reason, "Load it again."),))
            if not isinstance(built, Built):
                faults = [str(fault) for fault in built]
                pointer = before or Pointer(source=way.file, stamp=stamp)
                save_pointer(path, _changed(pointer, refused=stamp, faults=faults))
                return State(self.find(service), built)
            with new.open("rb") as file:
                os.fsync(file.fileno())
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)
        pointer = Pointer(
            source=way.file,
            stamp=stamp,
            digest=digest,
            index=target.name,
            rows=built.rows,
            built_at=self._now(),
            build_seconds=round(time.monotonic() - began, 2),
            widest=built.widest,
        )
        save_pointer(path, pointer)
        if before is not None and before.index not in ("", target.name):
            (self._where / before.index).unlink(missing_ok=True)  # who has it open keeps it
        return State(pointer, is_new=True)

    def _conn(self, fingerprint: str) -> AbstractContextManager[sqlite3.Connection]:
        """Of this thread. Raises Failed, sqlite3.Error."""
        path, mark = self._pointer(fingerprint), self._mark(fingerprint)
        if mark == NO_MARK:
            raise Failed(DOWN, "its table is not loaded yet")

        def find_path() -> Path:
            pointer = find_pointer(path)
            if pointer is None or not pointer.index:
                raise Failed(DOWN, "its table was never good")
            return self._where / pointer.index

        return self._open.held(fingerprint, mark, find_path)

    def _mark(self, fingerprint: str) -> Mark:
        """Tells one pointer from the one that takes its place; the number of its file comes again,
        and soon.
        """
        try:
            found = self._pointer(fingerprint).stat()
        except OSError:
            return NO_MARK
        return found.st_ino, found.st_mtime_ns

    def _pointer(self, fingerprint: str) -> Path:
        return self._where / f"{fingerprint}{SUFFIX}"

    @contextmanager
    def _alone(self, fingerprint: str, *, waits: bool) -> Iterator[bool]:
        """Whether this process is the one that makes it."""
        with (self._where / f"{fingerprint}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True

    def _tidy(self, live: set[str]) -> None:
        """Indexes that no live menu has asked for in an hour go."""
        now = time.monotonic()
        for pointer in self._where.glob(f"*{SUFFIX}"):
            fingerprint = pointer.name.removesuffix(SUFFIX)
            if fingerprint in live:
                self._unused.pop(fingerprint, None)
            elif now - self._unused.setdefault(fingerprint, now) > UNUSED_SECONDS:
                for file in self._where.glob(f"{fingerprint}*"):
                    file.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _changed(
    pointer: Pointer,
    *,
    stamp: tuple[int, int] | None = None,
    refused: tuple[int, int] | None = None,
    faults: list[str] | None = None,
) -> Pointer:
    return Pointer(
        source=pointer.source,
        stamp=stamp or pointer.stamp,
        digest=pointer.digest,
        index=pointer.index,
        rows=pointer.rows,
        built_at=pointer.built_at,
        build_seconds=pointer.build_seconds,
        widest=pointer.widest,
        refused=refused,
        faults=faults or [],
    )
