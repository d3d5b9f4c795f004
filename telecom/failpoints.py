"""Named places where a test lets this process die, as a power cut would. Inert outside development.

`BRIDGE_DEV=1 SANKET_CRASH_AT=after_intent` dies at the first pass, `after_intent:3` at the third.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Final

VARIABLE: Final = "SANKET_CRASH_AT"

# What has happened by then; docs/delivery.md tells what is left behind.
POINTS: Final = {
    "before_inbound_commit": "an event was parsed, and nothing of it is written",
    "group_commit_written": "several events are to be committed, and are not",
    "after_inbound_commit": "an event is durable, and nobody was told",
    "waiting_answered": "what follows from calls that waited is written, and not committed",
    "late_claimed": "a worker holds a question, and has not asked the service",
    "late_asked": "the service has answered, and that is written nowhere",
    "late_kept": "the answer is kept for a redial, and no SMS is promised",
    "late_answered": "the SMS of a late answer is written, and not committed",
    "late_committed": "the SMS of a late answer is durable",
    "spool_drafted": "a spooled event is synced, and does not have its name yet",
    "spool_written": "a spooled event is durable, and nobody was told",
    "spool_replayed": "the database took a spooled event, whose file is still there",
    "after_claim": "a worker holds rows",
    "after_intent": "the intent is written, and no byte has left",
    "after_bytes": "the request has left, and no answer was read",
    "after_reply": "the gateway has answered, and that is written nowhere",
    "after_sent_commit": "the outcome is written",
}


def failpoint(name: str) -> None:
    """Kills this process where it is told to; else does nothing."""
    crash = _armed()
    if crash is not None:
        crash(name)


@cache
def _armed() -> Callable[[str], None] | None:
    """Looked up at the first place that is passed. A name that does not exist is refused there."""
    place, _, nth = os.environ.get(VARIABLE, "").partition(":")
    if not place or os.environ.get("BRIDGE_DEV") != "1":
        return None
    if place not in POINTS:
        raise ValueError(f"{VARIABLE}: {place} is none of {', '.join(POINTS)}")
    passes, fatal = count(1), int(nth or 1)

    def crash(name: str) -> None:
        if name == place and next(passes) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash
