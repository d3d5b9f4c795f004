"""Delivery reports from the webhooks, taken together: whose they are, stored, and acted on.

Reports come early, late, twice and in any order, so nothing is made of one alone: each is stored
once, and the message is moved to what its reports say as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from metrics.catalogue import DELIVERY_REPORTS, MT_MOVES
from metrics.meter import SILENT, Meter
from models import report_owners
from models.database import Database
from models.delivery_report import Pair
from models.report_owners import Held, Names, Owner
from models.shared_clock import SharedClock
from models.together import Together
from outbound.report_group import Asked, Heard, Known, Receipt, ReportGroup, teaches
from outbound.report_keeping import gather, keep, log_move
from telecom.events import DeliveryReport
from telecom.statuses import DlrStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

__all__ = ["Receipt", "Receipts"]


class Receipts:
    """Reports that come at the same time share a transaction (models.together)."""

    def __init__(self, database: Database, clock: SharedClock, meter: Meter = SILENT) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._group: Together[Asked, Heard] = Together(self.write)

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
        many = [place for place, one in enumerate(asked) if not teaches(one.report.reason)]
        heard: dict[int, Heard] = {}
        if len(many) > 1:
            heard = self._write([asked[place] for place in many], many)
        for place, one in enumerate(asked):
            if place not in heard:
                heard |= self._write([one], [place])
        return [heard[place] for place in range(len(asked))]

    def _write(self, asked: Sequence[Asked], places: Sequence[int]) -> dict[int, Heard]:
        """In one transaction; without those whose messages another one holds, unless it is one."""
        with self._database.write() as conn:
            owners = report_owners.find(conn, [_names(one) for one in asked])
            now = self._clock.now(conn)
            told = [
                (place, one, whose)
                for place, one, whose in zip(places, asked, owners, strict=True)
                if len(asked) == 1 or all(owner.held for owner in whose)
            ]
            group = ReportGroup(_gather(conn, [(one, whose) for _, one, whose in told]), now)
            heard = {place: group.hear(one) for place, one, _ in told}
            new = keep(conn, group, now)
        # Of copies that come in the same moment another one was faster.
        missed = [place for place, one in heard.items() if one.new and one.new not in new]
        return heard | {place: replace(heard[place], receipt=Receipt.REPEATED) for place in missed}


def _gather(conn: Connection, told: Sequence[tuple[Asked, Sequence[Owner]]]) -> Known:
    """What is known of those that some reports name."""
    owners: dict[Pair, str] = {}
    by_ref: dict[tuple[str, str | None], str] = {}
    held: dict[str, Held] = {}
    for asked, whose in told:
        for owner in whose:  # the newest last
            if owner.held is None:
                continue  # gone while it was waited for
            held[owner.mt_id] = owner.held
            if owner.is_by_ref:
                by_ref[asked.named] = owner.mt_id
            else:
                owners[asked.pair] = owner.mt_id
    strangers = {
        by_ref[asked.named]
        for asked, _ in told
        if asked.named in by_ref and asked.pair not in owners
    }
    return gather(
        conn,
        held,
        {asked.pair for asked, _ in told},
        owners=owners,
        by_ref=by_ref,
        strangers=strangers,
    )


def _names(asked: Asked) -> Names:
    return Names(
        gateway=asked.report.gateway,
        gateway_message_id=asked.report.gateway_message_id,
        ref=asked.ref,
    )


def _log_receipt(report: DeliveryReport, heard: Heard) -> None:
    keys = {"gateway": report.gateway, "mt_id": heard.mt_id, "status": report.status.value}
    if heard.receipt is Receipt.CONTRADICTS:
        log.warning("dlr refused", why="its ref is not of its message", **keys)
    elif report.status is DlrStatus.UNKNOWN:
        log.warning("dlr not understood", why=report.vendor_status, **keys)
    else:
        log.info("dlr", why=heard.receipt.value, **keys)
