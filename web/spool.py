"""Webhooks that came while the database was down: sealed, on disk before they are acknowledged.

One file an event, renamed into place when it is whole and synced; the names sort by age. Replaying
one twice does no harm: its unique key is taken.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final
from uuid import uuid4

import structlog

from gateways.webhook import WebhookRequest
from models.database import DatabaseDown
from models.sealing import Sealer
from telecom.clock import Clock
from telecom.failpoints import failpoint

log = structlog.get_logger(__name__)

ENDING: Final = ".event"
UNREADABLE: Final = ".unreadable"
REPLAY_SECONDS: Final = 2.0
MAX_PER_REPLAY: Final = 1000
MOST_WAITING: Final = 100_000  # a day of a small bridge; more is a disk that fills up for nothing
DRAFT: Final = ".draft"
DRAFT_SECONDS: Final = 3600.0  # nobody writes one for so long: its writer was killed
TRIED_BYTES: Final = 64 * 1024

Take = Callable[[str, WebhookRequest], None]  # by the gateway's name; raises DatabaseDown


class Spool:
    def __init__(
        self, folder: Path, sealer: Sealer, clock: Clock, most_waiting: int = MOST_WAITING
    ) -> None:
        self._folder = folder
        self._sealer = sealer.bound_to("spool")
        self._clock = clock
        self._most_waiting = most_waiting
        self._numbers = count()
        self._counted_at = float("-inf")
        self._waiting = 0

    def keep(self, channel: str, gateway: str, request: WebhookRequest) -> None:
        """Durable when it returns. Raises DatabaseDown when the disk takes nothing either: then
        nothing may be acknowledged.

        The path is not kept, because it may hold the gateway's secret.
        """
        self._check_room()
        whole = self._folder / f"{self._new_name()}{ENDING}"
        draft = whole.with_suffix(DRAFT)
        try:
            _make(self._folder)
            with draft.open("wb") as file:
                file.write(
                    self._sealer.seal(_written(channel, gateway, request, self._clock.now()))
                )
                file.flush()
                os.fsync(file.fileno())
            failpoint("spool_drafted")
            draft.rename(whole)
            _sync(self._folder)
        except OSError as fault:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise DatabaseDown(f"nor does the spool take it: {fault.strerror}") from fault
        failpoint("spool_written")
        self._waiting += 1
        log.warning("webhook spooled", gateway=gateway, channel=channel)

    def waiting(self) -> int:
        """How many events the database has not taken yet."""
        return sum(1 for _ in self._folder.glob(f"*{ENDING}"))

    def unreadable(self) -> int:
        """How many were set aside for a human."""
        return sum(1 for _ in self._folder.glob(f"*{UNREADABLE}"))

    def try_out(self) -> None:
        """Writes and removes a file as an event would be. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=self._folder) as file:
            file.write(b"x" * TRIED_BYTES)
            file.flush()

    def replay(self, takers: Mapping[str, Take]) -> int:
        """Gives each event to its channel, the oldest first, as long as the database takes them;
        returns how many are off the spool.
        """
        gone = 0
        self._sweep()
        for path in sorted(self._folder.glob(f"*{ENDING}"))[:MAX_PER_REPLAY]:
            try:
                self._replay_one(path, takers)
            except DatabaseDown:
                break
            gone += 1
        return gone

    def replay_until(self, stop: threading.Event, takers: Mapping[str, Take]) -> None:
        while not stop.wait(REPLAY_SECONDS):
            try:
                while self.replay(takers) == MAX_PER_REPLAY and not stop.is_set():
                    pass  # there are more
            except Exception:
                log.exception("spool not replayed")

    def _replay_one(self, path: Path, takers: Mapping[str, Take]) -> None:
        try:
            channel, gateway, request = _read(self._sealer.open(path.read_bytes()))
            takers[channel](gateway, request)
        except FileNotFoundError:
            return  # another worker was faster
        except (DatabaseDown, OSError):
            raise
        except Exception as fault:
            # Kept for a human, and out of the way of the rest, whatever is the matter with it.
            why = type(fault).__name__
            log.warning("spooled event not taken", why=why, file=path.name)
            path.rename(path.with_suffix(UNREADABLE))
            return
        failpoint("spool_replayed")
        path.unlink(missing_ok=True)

    def _new_name(self) -> str:
        """Sorts by time; within one moment, by the order in this process."""
        moment = int(self._clock.now().timestamp() * 1_000_000)
        return f"{moment:017d}-{next(self._numbers):08d}-{uuid4().hex[:8]}"

    def _check_room(self) -> None:
        """Raises DatabaseDown. The files are counted once a second: others write and take, too."""
        if time.monotonic() - self._counted_at > 1.0:
            self._waiting, self._counted_at = self.waiting(), time.monotonic()
        if self._waiting >= self._most_waiting:
            raise DatabaseDown("the spool is full")

    def _sweep(self) -> None:
        """What was never whole was never acknowledged."""
        too_old = self._clock.now().timestamp() - DRAFT_SECONDS
        for draft in self._folder.glob(f"*{DRAFT}"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < too_old:
                    draft.unlink()


def _written(channel: str, gateway: str, request: WebhookRequest, now: datetime) -> str:
    return json.dumps(
        {
            "channel": channel,
            "gateway": gateway,
            "method": request.method,
            "query": request.query,
            "headers": dict(request.headers),
            "body": base64.b64encode(request.body).decode(),
            "client": request.client,
            "arrived_at": now.isoformat(),
        }
    )


def _read(text: str) -> tuple[str, str, WebhookRequest]:
    stored = json.loads(text)
    request = WebhookRequest(
        method=stored["method"],
        path="",
        query=stored["query"],
        headers=stored["headers"],
        body=base64.b64decode(stored["body"]),
        client=stored["client"],
        arrived_at=_find_time(stored.get("arrived_at")),
    )
    return stored["channel"], stored["gateway"], request


def _find_time(text: str | None) -> datetime | None:
    """None of a file that an older version wrote."""
    return datetime.fromisoformat(text) if text else None


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """A rename is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
