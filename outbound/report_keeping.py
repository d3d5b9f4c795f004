"""Reads what is known of the messages of reports, and writes what the reports have changed.

Locks are taken in this order: messages, reports that wait, new reports sorted by their keys,
consents. Who holds more than one message waits for no other (`report_owners.find`), and nobody
waits for a stored report.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from models import delivery_report, mt_moves, report_owners, report_waits
from models.delivery_report import Key, NewReport, Pair
from models.report_owners import Owners
from outbound import consent
from outbound.report_group import Known, Move, ReportGroup, teaches
from telecom.statuses import MtStatus

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def gather(
    conn: Connection, owners: Owners, pairs: Collection[Pair], strangers: Collection[str] = ()
) -> Known:
    """Once the messages are held. `strangers`: those that a ref gives an id that is not known."""
    stored = delivery_report.stored_of(conn, pairs, owners.held.keys())
    waiting = [one.id for one in stored if one.mt_id is None]
    return Known(
        owners=owners,
        stored=stored,
        free=frozenset(report_waits.hold_waiting(conn, waiting)),
        attempts=report_owners.attempt_ids(conn, strangers) if strangers else {},
    )


def keep(conn: Connection, group: ReportGroup, now: datetime) -> set[Key]:
    """Writes it. Which of its new reports were new after all: others may have been faster."""
    new = delivery_report.record_all(conn, list(group.new.values()))
    missed = [one for one in group.new.values() if one.key not in new]
    report_waits.join_all(conn, group.joined)
    # A repeat teaches nothing: START may have been said since the first one.
    taught = dict(group.teaching) | _join_missed(conn, missed)
    for one in group.new.values():
        if one.mt_id is not None and one.key in new and teaches(one.reason):
            taught[one.mt_id] = one.gateway
    for mt_id in sorted(taught):
        consent.learn(conn, mt_id, taught[mt_id], now)
    mt_moves.record_proofs(conn, list(group.proofs.values()), now=now)
    return new


def log_move(move: Move) -> None:
    keys = {"gateway": move.gateway, "mt_id": move.mt_id, "status": move.after.value}
    if move.before is MtStatus.FAILED:
        log.warning("mt overruled", why="delivered after all", **keys)
    else:
        log.info("mt reported", why=f"was {move.before.value}", **keys)


def _join_missed(conn: Connection, missed: Sequence[NewReport]) -> dict[str, str]:
    """Copies of these came in the same moment, and their transactions may not have known whose
    they are. Whom they teach something, with the gateway.
    """
    owners = {one.key: one.mt_id for one in missed if one.mt_id is not None}
    if not owners:
        return {}
    stored = delivery_report.stored_of(conn, {Pair(*key[:2]) for key in owners})
    waiting = {one.id: one for one in stored if one.mt_id is None and one.key in owners}
    free = [waiting[row] for row in report_waits.hold_waiting(conn, waiting.keys())]
    report_waits.join_all(conn, {one.id: owners[one.key] for one in free})
    return {owners[one.key]: one.gateway for one in free if teaches(one.reason)}
