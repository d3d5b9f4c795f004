"""Clicks on their way to the database: a small file each, so that no redirect waits for SQL.

A file outlives a process that is killed and a database that is away; the flask worker of this host
takes it in, and one that is taken twice is one click. It is not synced: when the power fails, the
clicks of the last seconds may be gone, and nothing else.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from models import link_click
from models.database import Database, DatabaseDown
from models.link_click import Click

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

ENDING: Final = ".click"
DRAFT: Final = ".draft"
TAKE_SECONDS: Final = 1.0
MOST_TAKEN: Final = 500  # with one statement
MOST_WAITING: Final = 100_000  # files; beyond that links work, and are not counted
DRAFT_SECONDS: Final = 3600.0  # nobody writes one for so long: its writer was killed
# Who taps twice, or comes back from the store, has opened the link once.
SAME_CLICK_SECONDS: Final = 10


class ClickNotes:
    """`monotonic` in seconds."""

    def __init__(self, folder: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._monotonic = monotonic
        self._counted_at = float("-inf")
        self._waiting = 0

    def note(self, code: str, at: datetime, platform: str) -> bool:
        """False where it could not be kept: then it is not counted. Never raises."""
        slot = int(at.timestamp()) // SAME_CLICK_SECONDS
        click = f"{code}-{slot}"
        written = json.dumps(
            {"id": click, "code": code, "clicked_at": at.isoformat(), "platform": platform}
        )
        try:
            if not self._has_room():
                return False
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._folder / f"{click}.{os.getpid()}-{threading.get_ident()}{DRAFT}"
            draft.write_text(written, encoding="ascii")
            draft.rename(self._folder / f"{click}{ENDING}")
        except OSError as fault:
            log.warning("click not kept", why=fault.strerror)
            return False
        self._waiting += 1
        return True

    def take_in(self, database: Database) -> int:
        """Gives the database what waits; returns how many are off the disk. Raises DatabaseDown."""
        paths = list(islice(self._folder.glob(f"*{ENDING}"), MOST_TAKEN))
        clicks, done = [], []
        for path in paths:
            try:
                click = _read(path)
            except OSError:
                continue  # it stays, and is read another time
            done.append(path)
            if click is not None:
                clicks.append(click)
        if clicks:
            with database.write() as conn:
                link_click.record_all(conn, clicks)
        for path in done:
            path.unlink(missing_ok=True)
        return len(done)

    def take_in_until(self, stop: threading.Event, database: Database) -> None:
        """Survives whatever goes wrong."""
        is_well = True
        while not stop.wait(TAKE_SECONDS):
            try:
                while self.take_in(database) == MOST_TAKEN and not stop.is_set():
                    pass  # there are more
                self._sweep()
                is_well = True
            except (DatabaseDown, OSError) as fault:
                if is_well:
                    log.warning("clicks wait", why=type(fault).__name__)
                is_well = False
            except Exception as fault:
                log.error("clicks wait", why=type(fault).__name__)  # noqa: TRY400

    def _has_room(self) -> bool:
        """The files are counted once a second: others write and take, too."""
        now = self._monotonic()
        if now - self._counted_at > 1.0:
            self._waiting, self._counted_at = sum(1 for _ in self._folder.glob(f"*{ENDING}")), now
        return self._waiting < MOST_WAITING

    def _sweep(self) -> None:
        for draft in self._folder.glob(f"*{DRAFT}"):
            with suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > DRAFT_SECONDS:
                    draft.unlink()


def _read(path: Path) -> Click | None:
    """None for what is no click: a file of nobody's, or one that another worker took first. Raises
    OSError for one that cannot be read now."""
    try:
        kept = json.loads(path.read_text(encoding="ascii"))
        return Click(
            id=str(kept["id"]),
            code=str(kept["code"]),
            clicked_at=datetime.fromisoformat(kept["clicked_at"]),
            platform=str(kept["platform"]),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
