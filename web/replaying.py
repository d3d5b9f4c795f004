"""What was spooled is given to its channel as soon as the database takes it, the oldest first.

Webhooks of one second go side by side, so that they share a transaction, as those that come at the
same time do: gateways do not keep their order within such a moment either. Whoever texts STOP and
START has them a second apart.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import structlog

from gateways.webhook import WebhookRequest
from models.database import DatabaseDown
from telecom.failpoints import failpoint
from web.spool import Spool, arrived_at

log = structlog.get_logger(__name__)

REPLAY_SECONDS: Final = 2.0
MAX_PER_REPLAY: Final = 1000
SIDE_BY_SIDE: Final = 32  # as many texts share a transaction
MOMENT_SECONDS: Final = 1.0

Take = Callable[[str, WebhookRequest], None]  # by the gateway's name; raises DatabaseDown


class Replayer:
    def __init__(self, spool: Spool, takers: Mapping[str, Take]) -> None:
        """`takers` by channel. They are called by several threads at once."""
        self._spool = spool
        self._takers = takers

    def replay_until(self, stop: threading.Event) -> None:
        while not stop.wait(REPLAY_SECONDS):
            try:
                while self.replay() == MAX_PER_REPLAY and not stop.is_set():
                    pass  # there are more
            except Exception:
                log.exception("spool not replayed")

    def replay(self) -> int:
        """As long as the database takes them; returns how many are off the spool: 0, where another
        process of this host is at it.
        """
        gone = 0
        self._spool.sweep()
        with self._spool.held() as is_ours, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            files = self._spool.files()[:MAX_PER_REPLAY] if is_ours else ()
            for moment in _moments(files):
                taken = list(pool.map(self._is_taken, moment))
                gone += sum(taken)
                if not all(taken):
                    break
        return gone

    def _is_taken(self, file: Path) -> bool:
        """False where the database does not take it now."""
        try:
            channel, gateway, request = self._spool.read(file)
            self._takers[channel](gateway, request)
        except FileNotFoundError:
            return True  # an operator carried it away
        except DatabaseDown:
            return False
        except OSError:
            raise
        except Exception as fault:
            self._spool.set_aside(file, type(fault).__name__)
            return True
        failpoint("spool_replayed")
        file.unlink(missing_ok=True)
        return True


def _moments(files: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """The very first goes alone, and finds out whether the database is back."""
    yield files[:1]
    moment: list[Path] = []
    for file in files[1:]:
        if moment and (
            len(moment) == SIDE_BY_SIDE
            or arrived_at(file) - arrived_at(moment[0]) >= MOMENT_SECONDS
        ):
            yield moment
            moment = []
        moment.append(file)
    if moment:
        yield moment
