"""Webhooks that came while the database was down: sealed, on disk before they are acknowledged.

One file an event, renamed into place when it is whole and synced; the names sort by age. Replaying
one twice (web.replaying) does no harm: its unique key is taken.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
MOST_WAITING: Final = 100_000  # a day of a small bridge; more is a disk that fills up for nothing
DRAFT: Final = ".draft"
DRAFT_SECONDS: Final = 3600.0  # nobody writes one for so long: its writer was killed
TRIED_BYTES: Final = 64 * 1024


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

    # For whoever replays

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Whether it is ours alone among the processes of this host; a killed one holds nothing."""
        try:
            folder = os.open(self._folder, os.O_RDONLY)
        except FileNotFoundError:
            yield False  # nothing was ever kept
            return
        try:
            yield _is_locked(folder)
        finally:
            os.close(folder)

    def files(self) -> Sequence[Path]:
        """The oldest first."""
        return sorted(self._folder.glob(f"*{ENDING}"))

    def read(self, file: Path) -> tuple[str, str, WebhookRequest]:
        """Channel, gateway, and the webhook without its path. Raises OSError, and whatever befalls
        who reads what somebody broke.
        """
        return _read(self._sealer.open(file.read_bytes()))

    def set_aside(self, file: Path, why: str) -> None:
        """Kept for a human, and out of the way of the rest, whatever is the matter with it."""
        log.warning("spooled event not taken", why=why, file=file.name)
        file.rename(file.with_suffix(UNREADABLE))

    def sweep(self) -> None:
        """What was never whole was never acknowledged."""
        too_old = self._clock.now().timestamp() - DRAFT_SECONDS
        for draft in self._folder.glob(f"*{DRAFT}"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < too_old:
                    draft.unlink()

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


def arrived_at(file: Path) -> float:
    """Seconds since 1970, as its name says; 0 of one that somebody else has named."""
    moment = file.name.partition("-")[0]
    return int(moment) / 1_000_000 if moment.isdecimal() else 0.0


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


def _is_locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


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
