"""Reads the files of a menu from the disk: bounded, never out of the menu's folder, never waiting.

A look that finds nothing changed reads nothing, so it may be taken several times a second.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from menu import linter
from menu.decoding import TOO_LARGE
from menu.diagnostics import BadMenu, Diagnostic, Place, error
from menu.files import MAX_FILES, MAX_TOTAL_BYTES, Asked, asked_by, wanted
from menu.services import NO_SERVICES, Services
from telecom.clock import Clock

# Times in a file system are coarse (two seconds on FAT): a file may be written again unseen.
YOUNG_SECONDS: Final = 2.5

# What a change of a file changes, or the number of the error that hides it.
Signature = tuple[int, int, int, int, int] | int


class _Refused(Exception):
    """Says why a file is not read."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look found. `faults` keep it from being a menu; `signatures` are by file name."""

    signatures: Mapping[str, Signature]
    files: Mapping[str, bytes]
    unread: Mapping[str, str]
    faults: tuple[Diagnostic, ...]


class MenuFiles:
    """The menu file at `path` with all that it includes and all data files that it names.

    Any thread may ask. Files count as changed by time, size and inode, and as long as one of them
    is young their contents are compared.
    """

    def __init__(self, path: Path, clock: Clock, services: Services = NO_SERVICES) -> None:
        self._path = path
        self._services = services
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: dict[bytes, Asked] = {}
        self._seen: _Seen | None = None

    def read(self) -> Mapping[str, bytes]:
        """The same object as before while nothing changed. Raises BadMenu."""
        with self._lock:
            self._seen = seen = self._look(self._seen)
        if seen.faults:
            raise BadMenu(seen.faults)
        return seen.files

    def _look(self, before: _Seen | None) -> _Seen:
        known = [*before.signatures] if before else [self._path.name]
        signatures = {name: self._signature(name) for name in known}
        if before and signatures == before.signatures and not self._is_young(signatures):
            return before
        files, unread = self._read_all()
        # Taken before the contents: what changes meanwhile is seen by the next look.
        names = [self._path.name, *files, *unread]
        signatures = {name: signatures.get(name, 0) for name in names}
        if before and list(files.items()) == list(before.files.items()) and unread == before.unread:
            return _Seen(signatures, before.files, unread, before.faults)
        return _Seen(signatures, files, unread, self._faults(files, unread))

    def _signature(self, name: str) -> Signature:
        try:
            found = self._place_of(name).stat()
        except OSError as fault:
            return fault.errno or -1
        except UnicodeEncodeError:
            return -1
        return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def _is_young(self, signatures: Mapping[str, Signature]) -> bool:
        changes = [max(each[3:]) for each in signatures.values() if isinstance(each, tuple)]
        now = self._clock.now().timestamp()
        return bool(changes) and now - max(changes) / 1e9 < YOUNG_SECONDS

    def _read_all(self) -> tuple[dict[str, bytes], dict[str, str]]:
        """What is there, the root first, and why the rest is not."""
        root = self._path.name
        files: dict[str, bytes] = {}
        unread: dict[str, str] = {}
        asked: dict[bytes, Asked] = {}

        def ask(content: str | bytes) -> Asked:
            """A file that is the same as before is not parsed again to know what it names."""
            raw = content if isinstance(content, bytes) else content.encode()
            asked[raw] = asked.get(raw) or self._asked.get(raw) or asked_by(raw)
            return asked[raw]

        waiting, total = [root], 0
        while waiting:
            for name in waiting:
                if len(files) + len(unread) > MAX_FILES or total > MAX_TOTAL_BYTES:
                    return files, unread  # the linter says so too
                try:
                    files[name] = self._content(name)
                    total += len(files[name])
                except (OSError, UnicodeEncodeError, _Refused) as why:
                    unread[name] = _words(why)
            more = [] if root in unread else wanted(files, ask)
            waiting = [name for name in more if name not in unread]
        self._asked = asked
        return files, unread

    def _content(self, name: str) -> bytes:
        place = Path(os.path.realpath(self._place_of(name)))
        folder = Path(os.path.realpath(self._path.parent))
        if name != self._path.name and not place.is_relative_to(folder):
            raise _Refused("It is a link out of the menu's folder")
        _refuse_what_is_no_file(place.stat())  # before it is opened: a pipe has somebody behind it
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC
        with os.fdopen(os.open(place, flags), "rb") as file:
            _refuse_what_is_no_file(os.fstat(file.fileno()))
            return file.read(MAX_TOTAL_BYTES + 1)

    def _place_of(self, name: str) -> Path:
        return self._path.parent / name

    def _faults(
        self, files: Mapping[str, bytes], unread: Mapping[str, str]
    ) -> tuple[Diagnostic, ...]:
        root = self._path.name
        if root in unread:
            place, why = Place(root, 1, 1), unread[root]
            return (error(place, TOO_LARGE, f"The file cannot be read: {why}."),)
        return tuple(linter.check(files, unread, self._services)) if unread else ()


def _refuse_what_is_no_file(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise _Refused("Is a directory")
    if not stat.S_ISREG(found.st_mode):
        raise _Refused("It is no ordinary file")
    if found.st_size > MAX_TOTAL_BYTES:
        raise _Refused(f"It has {found.st_size} bytes; {MAX_TOTAL_BYTES} is the most")


def _words(why: Exception) -> str:
    if isinstance(why, UnicodeEncodeError):
        return "This system knows no such letters in file names"
    return (why.strerror or type(why).__name__) if isinstance(why, OSError) else str(why)
