"""Delivery reports: whose they are, and what all of them together say of a message.

Reports come early, late, twice and in any order, so nothing is made of one alone: each is stored
once, and the message is moved to what its reports say as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import Connection

from metrics.catalogue import DELIVERY_REPORTS, MT_MOVES
from metrics.meter import SILENT, Meter
from models import delivery_report, mt_moves
from models.database import Database
from models.delivery_report import NewReport, Reported, Said, Waiting
from models.mt_sweeps import Swept
from models.shared_clock import SharedClock
from outbound import consent
from telecom.errors import Reason
from telecom.events import DeliveryReport
from telecom.statuses import DlrStatus, MtStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

EVIDENCE: Final = "report"

# A report and its send may end in the same moment, in transactions that do not see each other. The
# first look back catches that; a few more, each four times as old, a database that was away.
FIRST_LOOK: Final = timedelta(seconds=5)
LOOKS_GROW: Final = 4
LAST_LOOK: Final = timedelta(days=1)


class Receipt(StrEnum):
    """What became of a report."""

    TAKEN = "taken"
    LATE = "late"  # stored, and no news: its message has come further already
    REPEATED = "repeated"
    WAITS = "waits"  # no message has this id yet, or ever
    CONTRADICTS = "contradicts"  # its ref and its id cannot be of one message: nothing was stored


class Receipts:
    def __init__(self, database: Database, clock: SharedClock, meter: Meter = SILENT) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter

    def take(self, report: DeliveryReport, ref: str | None = None) -> Receipt:
        """Stored and acted on in one transaction. Raises DatabaseDown.

        `ref` is our own token of the message, where the vendor carries it: it must be of a message
        of this gateway that may bear the report's id.
        """
        with self._database.write() as conn:
            receipt, mt_id, moved = _take(conn, report, ref, self._clock.now(conn))
        _log_receipt(report, receipt, mt_id)
        self._meter.count(DELIVERY_REPORTS, report.gateway, report.status, receipt)
        if moved is not None:
            self._meter.count(MT_MOVES, report.gateway, moved)
        return receipt


def settle(
    conn: Connection, mt_id: str, gateway: str, gateway_message_id: str | None, now: datetime
) -> MtStatus | None:
    """After a send was recorded: what came before its end now counts, and counts whole.

    The status that it led to, if that is another one.
    """
    if gateway_message_id is not None:
        reasons = delivery_report.adopt(conn, gateway, gateway_message_id, mt_id)
        _learn(conn, mt_id, gateway, reasons, now)
    return _apply(conn, mt_id, now)


def sweep(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """Looks again for the messages of reports that have none; those that were found."""
    owned: list[tuple[str, Waiting]] = []
    for report in delivery_report.waiting(conn, now=now, limit=limit):
        mt_id = delivery_report.find_owner(conn, report.gateway, report.gateway_message_id)
        if mt_id is None:
            delivery_report.look_again(conn, report.id, _next_look(report.received_at, now))
        else:
            owned.append((mt_id, report))
    for mt_id, report in owned:
        delivery_report.join(conn, report.id, mt_id)
        _learn(conn, mt_id, report.gateway, [report.reason], now)
    for mt_id in sorted({mt_id for mt_id, _ in owned}):  # in one order, whoever sweeps
        _apply(conn, mt_id, now)
    return [Swept(id=mt_id, gateway=report.gateway) for mt_id, report in owned]


def weigh(reports: Collection[Said], submissions: int) -> MtStatus | None:
    """What the reports of one message say as a whole; None when they decide nothing. Pure.

    delivered: one copy is on the phone, with every part that was ever reported of it. failed: every
    copy that may exist was reported as failed; else another may still arrive.
    """
    copies: dict[str, dict[int, set[DlrStatus]]] = defaultdict(lambda: defaultdict(set))
    for said in reports:
        copies[said.gateway_message_id][said.part].add(said.dlr_status)
    ends = [_end_of(parts.values()) for parts in copies.values()]
    if DlrStatus.DELIVERED in ends:
        return MtStatus.DELIVERED
    if 0 < submissions <= ends.count(DlrStatus.FAILED):
        return MtStatus.FAILED
    return MtStatus.SENT if any(said.dlr_status in _LEFT_US for said in reports) else None


_LEFT_US: Final = frozenset({DlrStatus.SENT, DlrStatus.DELIVERED})


def _end_of(parts: Collection[set[DlrStatus]]) -> DlrStatus | None:
    """Of one copy. A part that is on the phone is there, whatever else was said of it."""
    if all(DlrStatus.DELIVERED in said for said in parts):
        return DlrStatus.DELIVERED
    missing = (said for said in parts if DlrStatus.DELIVERED not in said)
    return DlrStatus.FAILED if any(DlrStatus.FAILED in said for said in missing) else None


def _take(
    conn: Connection, report: DeliveryReport, ref: str | None, now: datetime
) -> tuple[Receipt, str | None, MtStatus | None]:
    gateway, gateway_message_id = report.gateway, report.gateway_message_id
    mt_id = delivery_report.find_owner(conn, gateway, gateway_message_id)
    if ref is not None:
        named = delivery_report.find_by_ref(conn, gateway, ref)
        if named is None or mt_id not in (None, named):
            return Receipt.CONTRADICTS, named, None
        delivery_report.hold(conn, named)  # else two strange ids could both be the last one free
        if not delivery_report.may_bear(conn, named, gateway_message_id):
            return Receipt.CONTRADICTS, named, None
        mt_id = named
    new = NewReport(
        gateway=gateway,
        gateway_message_id=gateway_message_id,
        vendor_status=report.vendor_status,
        dlr_status=report.status,
        reason=report.reason,
        mt_id=mt_id,
        received_at=now,
        look_at=None if mt_id else now + FIRST_LOOK,
    )
    is_new = delivery_report.record(conn, new)
    if mt_id is None:
        return Receipt.WAITS if is_new else Receipt.REPEATED, None, None
    reasons = delivery_report.adopt(conn, gateway, gateway_message_id, mt_id)
    # A repeat teaches nothing: START may have been said since the first one.
    _learn(conn, mt_id, gateway, [*reasons, *([report.reason] if is_new else [])], now)
    moved = _apply(conn, mt_id, now, gateway_message_id)
    if not is_new:
        return Receipt.REPEATED, mt_id, moved
    return Receipt.TAKEN if moved else Receipt.LATE, mt_id, moved


def _learn(
    conn: Connection, mt_id: str, gateway: str, reasons: Collection[str | None], now: datetime
) -> None:
    """What reports of a message, new to us, say of its subscriber."""
    if Reason.OPTED_OUT.value in reasons:
        consent.learn(conn, mt_id, gateway, now)


def _apply(
    conn: Connection, mt_id: str, now: datetime, gateway_message_id: str | None = None
) -> MtStatus | None:
    """Moves a message to what its reports say, where that is news. Idempotent."""
    if not delivery_report.said_of(conn, mt_id):
        return None
    held = delivery_report.hold(conn, mt_id)
    if held is None:
        return None
    # Read again now that nobody else can act on this message: a copy's report may have come in.
    after = weigh(delivery_report.said_of(conn, mt_id), held.submissions)
    if after is None:
        return None
    moved = mt_moves.record_evidence(
        conn, mt_id, after, evidence=EVIDENCE, now=now, gateway_message_id=gateway_message_id
    )
    if moved:
        _log_move(mt_id, held, after)
    return after if moved else None


def _next_look(received_at: datetime, now: datetime) -> datetime | None:
    age = max(now - received_at, FIRST_LOOK) * LOOKS_GROW
    return received_at + age if age <= LAST_LOOK * LOOKS_GROW else None


def _log_move(mt_id: str, held: Reported, after: MtStatus) -> None:
    keys = {"gateway": held.gateway, "mt_id": mt_id, "status": after.value}
    if held.status is MtStatus.FAILED:
        log.warning("mt overruled", why="delivered after all", **keys)
    else:
        log.info("mt reported", why=f"was {held.status.value}", **keys)


def _log_receipt(report: DeliveryReport, receipt: Receipt, mt_id: str | None) -> None:
    keys = {"gateway": report.gateway, "mt_id": mt_id, "status": report.status.value}
    if receipt is Receipt.CONTRADICTS:
        log.warning("dlr refused", why="its ref is not of its message", **keys)
    elif report.status is DlrStatus.UNKNOWN:
        log.warning("dlr not understood", why=report.vendor_status, **keys)
    else:
        log.info("dlr", why=receipt.value, **keys)
