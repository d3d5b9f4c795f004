"""The folder in which the processes of one host count, each in files of its own.

Whoever joins adds up what the dead have left, so restarts do not make it grow. A process lives as
long as it holds the lock on its `.alive` file: a pid may be somebody else's by now, or mean another
process in another container.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import structlog
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from metrics.store import Full, Store

TYPES: Final = ("counter", "histogram")
PATIENCE_SECONDS: Final = 0.25
PAUSE_SECONDS: Final = 0.005
_THE_DEAD: Final = "archive"  # the id under which their sums are kept

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Folder:
    """Nothing is opened or made before the first use. Every method may raise OSError."""

    def __init__(
        self,
        path: Path,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._path = path
        self._monotonic = monotonic
        self._pause = pause

    def join(self) -> Callable[[str], Store]:
        """This process counts from now on: who opens the file for a type of metric."""
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        alive = self._come_alive(name)
        try:
            with self._locked(fcntl.LOCK_EX):
                self._bury(self._add_up)
        except TimeoutError:
            log.warning("counts of the dead not added up", why="another process holds the folder")

        def open_store(type_: str, _alive: IO[bytes] = alive) -> Store:
            return Store(self._file(type_, name))

        return open_store

    def forget(self) -> None:
        """A new beginning: what the dead have counted is gone. Whoever lives goes on counting."""
        with self._locked(fcntl.LOCK_EX):
            self._bury(lambda _names: None)
            for type_ in TYPES:
                self._file(type_, _THE_DEAD).unlink(missing_ok=True)

    def sums(self) -> list[Metric]:
        """What all processes have counted together, the dead included."""
        with self._locked(fcntl.LOCK_SH):
            return _merged(list(self._path.glob("*.db")), accumulate=True)

    def _come_alive(self, name: str) -> IO[bytes]:
        """The file has its lock before its name: nobody ever takes it for a dead one's."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        nameless = self._path / f"{name}.coming"
        alive = nameless.open("xb")
        fcntl.flock(alive, fcntl.LOCK_EX)
        nameless.rename(self._path / f"{name}.alive")
        return alive

    def _bury(self, last_rites: Callable[[list[str]], None]) -> None:
        names = {path.stem for path in self._path.glob("*.alive")}
        names |= {path.stem.partition("_")[2] for path in self._path.glob("*.db")}
        dead = [name for name in sorted(names - {_THE_DEAD}) if self._is_dead(name)]
        if not dead:
            return
        last_rites(dead)
        for name in dead:
            for type_ in TYPES:
                self._file(type_, name).unlink(missing_ok=True)
            (self._path / f"{name}.alive").unlink(missing_ok=True)

    def _is_dead(self, name: str) -> bool:
        try:
            with (self._path / f"{name}.alive").open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except FileNotFoundError:
            return True
        return True

    def _add_up(self, dead: list[str]) -> None:
        for type_ in TYPES:
            files = [self._file(type_, name) for name in (_THE_DEAD, *dead)]
            draft = self._path / f"{type_}_{_THE_DEAD}.draft"
            draft.unlink(missing_ok=True)
            store = Store(draft)
            try:
                _write(store, _merged([file for file in files if file.exists()], accumulate=False))
            except Full:
                log.warning("counts of the dead left out", why="too many of them")
            finally:
                store.close()
            draft.rename(self._file(type_, _THE_DEAD))

    def _file(self, type_: str, name: str) -> Path:
        return self._path / f"{type_}_{name}.db"

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Sums are never read while what is counted moves from one file to another.

        Raises TimeoutError: whoever holds it may be frozen, and nobody's work waits for counts.
        """
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._path / "lock").open("ab") as file:
            self._lock(file, how)
            yield

    def _lock(self, file: IO[bytes], how: int) -> None:
        until = self._monotonic() + PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(file, how | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._monotonic() > until:
                    raise TimeoutError("another process holds the folder of metrics") from None
                self._pause(PAUSE_SECONDS)
            else:
                return


def _merged(files: list[Path], *, accumulate: bool) -> list[Metric]:
    sound = [str(file) for file in files if _is_sound(file)]
    merged = MultiProcessCollector.merge(sound, accumulate)  # type: ignore[no-untyped-call]
    return list(merged)


def _is_sound(file: Path) -> bool:
    """A file that a full disk or a hard end has spoilt must not cost all the others."""
    try:
        entries = MmapedDict.read_all_values_from_file(file)  # type: ignore[no-untyped-call]
        for key, *_ in entries:
            json.loads(key)
    except (OSError, RuntimeError, ValueError, struct.error):
        log.warning("metrics file left out", file=file.name, why="not readable")
        return False
    return True


def _write(store: Store, metrics: list[Metric]) -> None:
    for metric in metrics:
        for sample in metric.samples:
            labels: dict[str, Any] = sample.labels
            store.add(metric.name, sample.name, labels, metric.documentation, sample.value)
