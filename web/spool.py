"""Webhooks that came while the database was down: sealed, on disk before they are acknowledged.

One file an event, renamed into place when it is whole and synced. Replaying one twice does no harm:
its unique key is taken.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final
from uuid import uuid4

import structlog

from gateways.webhook import WebhookRequest
from models.database import DatabaseDown
from models.sealing import Sealer, Unsealable
from telecom.errors import Malformed
from telecom.failpoints import failpoint

log = structlog.get_logger(__name__)

ENDING: Final = ".event"
UNREADABLE: Final = ".unreadable"
REPLAY_SECONDS: Final = 2.0
MAX_PER_REPLAY: Final = 1000
TRIED_BYTES: Final = 64 * 1024

Take = Callable[[str, WebhookRequest], None]  # by the gateway's name; raises DatabaseDown


class Spool:
    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer.bound_to("spool")

    def keep(self, channel: str, gateway: str, request: WebhookRequest) -> None:
        """Durable when it returns. Raises OSError: then nothing may be acknowledged.

        The path is not kept, because it may hold the gateway's secret.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._folder / f"{uuid4().hex}{ENDING}"
        draft = whole.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(self._sealer.seal(_written(channel, gateway, request)))
            file.flush()
            os.fsync(file.fileno())
        failpoint("spool_drafted")
        draft.rename(whole)
        _sync_folder(self._folder)
        failpoint("spool_written")
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
        """Gives each event to its channel, as long as it is taken; returns how many were."""
        taken = 0
        for path in sorted(self._folder.glob(f"*{ENDING}"))[:MAX_PER_REPLAY]:
            try:
                self._replay_one(path, takers)
            except DatabaseDown:
                break
            taken += 1
        return taken

    def replay_until(self, stop: threading.Event, takers: Mapping[str, Take]) -> None:
        while not stop.wait(REPLAY_SECONDS):
            try:
                self.replay(takers)
            except Exception:
                log.exception("spool not replayed")

    def _replay_one(self, path: Path, takers: Mapping[str, Take]) -> None:
        try:
            channel, gateway, request = _read(self._sealer.open(path.read_bytes()))
            takers[channel](gateway, request)
        except FileNotFoundError:
            return  # another worker was faster
        except (Unsealable, Malformed, KeyError) as fault:
            # Kept for a human, and out of the way of the rest.
            log.warning("spooled event not taken", why=type(fault).__name__, file=path.name)
            path.rename(path.with_suffix(UNREADABLE))
            return
        failpoint("spool_replayed")
        path.unlink(missing_ok=True)


def _written(channel: str, gateway: str, request: WebhookRequest) -> str:
    return json.dumps(
        {
            "channel": channel,
            "gateway": gateway,
            "method": request.method,
            "query": request.query,
            "headers": dict(request.headers),
            "body": base64.b64encode(request.body).decode(),
            "client": request.client,
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
    )
    return stored["channel"], stored["gateway"], request


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
