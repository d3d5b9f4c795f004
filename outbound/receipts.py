"""Delivery reports from the webhooks, taken together: whose they are, stored, and acted on.

Reports come early, late, twice and in any order, so nothing is made of one alone: each is stored
once, and the message is moved to what its reports say as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from metrics.catalogue import DELIVERY_REPORTS, MT_MOVES
from metrics.meter import SILENT, Meter
from models import report_owners
from models.database import Database
from models.report_owners import Owners
from models.shared_clock import SharedClock
from models.together import Together
from outbound.report_group import Asked, Heard, Receipt, ReportGroup, teaches
from outbound.report_keeping import gather, keep, log_move
from telecom.events import DeliveryReport
from telecom.statuses import DlrStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

__all__ = ["Receipt", "Receipts"]

# Nobody waits for a report, and a vendor waits longer than this: where many come, a group of some
# costs little more than one. Each holds a thread of the web worker meanwhile: of half of them.
GATHERS_SECONDS: Final = 0.03
A_CROWD_SECONDS: Final = 0.1
ENOUGH: Final = 8


class Receipts:
    """Reports that come at the same time share a transaction (models.together)."""

    def __init__(self, database: Database, clock: SharedClock, meter: Meter = SILENT) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._group: Together[Asked, Heard] = Together(
            self.write,
            moment_seconds=GATHERS_SECONDS,
            crowd_seconds=A_CROWD_SECONDS,
            enough=ENOUGH,
        )

    def take(self, report: DeliveryReport, ref: str | None = None) -> Receipt:
        """Durable, and acted on, when it returns. Raises DatabaseDown.

        `ref` is our own token of the message, where the vendor carries it: it must be of a message
        of this gateway that may bear the report's id.
        """
        heard = self._group.do(Asked(report=report, ref=ref))
        _log_receipt(report, heard)
        self._meter.count(DELIVERY_REPORTS, report.gateway, report.status, heard.receipt)
        if heard.move is not None:
            log_move(heard.move)
            self._meter.count(MT_MOVES, report.gateway, heard.move.after)
        return heard.receipt

    def write(self, asked: Sequence[Asked]) -> Sequence[Heard]:
        """Many in one transaction; then, each in its own, those that have to wait for others: for a
        message that is being acted on, or for the consents, where a report tells of a STOP.
        """
        each = dict(enumerate(asked))
        many = {place: one for place, one in each.items() if not teaches(one.report.reason)}
        heard = self._write(many) if many else {}
        for place in [place for place in each if place not in heard]:
            heard |= self._write({place: each[place]})
        return [heard[place] for place in range(len(asked))]

    def _write(self, asked: Mapping[int, Asked]) -> dict[int, Heard]:
        """In one transaction. Only a single one waits for its message; others are left out."""
        is_alone = len(asked) == 1
        with self._database.write() as conn:
            pairs = {one.pair for one in asked.values()}
            tokens = {one.token for one in asked.values() if one.token is not None}
            owners = report_owners.find(conn, pairs, tokens, waits=is_alone)
            now = self._clock.now(conn)
            ours = {
                place: one
                for place, one in asked.items()
                if is_alone or _named_by(one, owners) <= owners.held.keys()
            }
            group = ReportGroup(gather(conn, owners, pairs, _strangers(ours, owners)), now)
            heard = {place: group.hear(one) for place, one in ours.items()}
            new = keep(conn, group, now)
        # Of copies that come in the same moment another one was faster.
        missed = [place for place, one in heard.items() if one.new and one.new not in new]
        return heard | {place: replace(heard[place], receipt=Receipt.REPEATED) for place in missed}


def _named_by(asked: Asked, owners: Owners) -> set[str]:
    """Its message; two where its ref contradicts."""
    by_ref = owners.by_ref.get(asked.token) if asked.token is not None else None
    return {mt_id for mt_id in (owners.by_id.get(asked.pair), by_ref) if mt_id is not None}


def _strangers(asked: Mapping[int, Asked], owners: Owners) -> set[str]:
    """Messages that a ref gives an id of which nothing is known."""
    return {
        owners.by_ref[one.token]
        for one in asked.values()
        if one.token and one.token in owners.by_ref and one.pair not in owners.by_id
    }


def _log_receipt(report: DeliveryReport, heard: Heard) -> None:
    keys = {"gateway": report.gateway, "mt_id": heard.mt_id, "status": report.status.value}
    if heard.receipt is Receipt.CONTRADICTS:
        log.warning("dlr refused", why="its ref is not of its message", **keys)
    elif report.status is DlrStatus.UNKNOWN:
        log.warning("dlr not understood", why=report.vendor_status, **keys)
    else:
        log.info("dlr", why=heard.receipt.value, **keys)
