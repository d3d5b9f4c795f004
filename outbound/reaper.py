"""Ends what workers left behind and what time has overtaken. Any number may run at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from metrics.catalogue import MT_MOVES
from metrics.meter import SILENT, Meter
from models import mt_sweeps
from models.database import Database
from models.mt_sweeps import Swept
from models.shared_clock import SharedClock
from outbound import early_reports
from telecom.statuses import MtStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

_Sweep = Callable[[Connection, datetime], list[Swept]]


class Reaper:
    """`settle_seconds` is how long an unknown message waits for evidence: a lease or more.

    One sweep moves at most `limit` rows of each kind, each kind in its own short transaction.
    """

    def __init__(
        self,
        database: Database,
        clock: SharedClock,
        *,
        settle_seconds: float = 60.0,
        limit: int = 500,
        meter: Meter = SILENT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settle = timedelta(seconds=settle_seconds)
        self._limit = limit
        self._meter = meter

    def sweep(self) -> int:
        """Returns how many rows it moved; 0 means that nothing is overdue. Raises DatabaseDown."""
        limit, settle = self._limit, self._settle
        steps: dict[str, tuple[MtStatus | None, _Sweep]] = {
            "claim over, queued again": (
                MtStatus.QUEUED,
                lambda conn, now: mt_sweeps.reclaim(conn, now=now, limit=limit),
            ),
            "no record of the call, unknown": (
                MtStatus.UNKNOWN,
                lambda conn, now: mt_sweeps.doubt(conn, now=now, limit=limit),
            ),
            "unknown, queued for another copy": (
                MtStatus.QUEUED,
                lambda conn, now: mt_sweeps.resend(
                    conn, unknown_until=now - settle, now=now, limit=limit
                ),
            ),
            "unknown for good": (
                MtStatus.UNKNOWN_FINAL,
                lambda conn, now: mt_sweeps.close(
                    conn, unknown_until=now - settle, now=now, limit=limit
                ),
            ),
            "expired": (
                MtStatus.EXPIRED,
                lambda conn, now: mt_sweeps.expire(conn, now=now, limit=limit),
            ),
            "expired, unknown for good": (
                MtStatus.UNKNOWN_FINAL,
                lambda conn, now: mt_sweeps.expire_doubtful(conn, now=now, limit=limit),
            ),
            "reported before it was known": (
                None,  # the reports decide, each for its own message
                lambda conn, now: early_reports.sweep(conn, now=now, limit=limit),
            ),
        }
        return sum(self._run(why, after, step) for why, (after, step) in steps.items())

    def _run(self, why: str, after: MtStatus | None, step: _Sweep) -> int:
        with self._database.write() as conn:
            moved = step(conn, self._clock.now(conn))
        for row in moved:
            log.warning("mt swept", gateway=row.gateway, mt_id=row.id, why=why)
            if after is not None:
                self._meter.count(MT_MOVES, row.gateway, after)
        return len(moved)
