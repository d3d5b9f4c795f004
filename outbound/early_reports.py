"""Delivery reports that came before their message was known: they count as soon as it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from models import delivery_report, report_owners, report_waits
from models.delivery_report import Pair
from models.mt_sweeps import Swept
from models.report_owners import Owners
from outbound.report_group import FIRST_LOOK, ReportGroup
from outbound.report_keeping import gather, keep, log_move
from telecom.statuses import MtStatus

# A few more looks after the first one, each four times as old: a database may have been away.
LOOKS_GROW: Final = 4
LAST_LOOK: Final = timedelta(days=1)


def settle(
    conn: Connection, mt_id: str, gateway: str, gateway_message_id: str | None, now: datetime
) -> MtStatus | None:
    """After a send was recorded: what came before its end now counts, and counts whole.

    The status that it led to, if that is another one.
    """
    pairs = {Pair(gateway, gateway_message_id)} if gateway_message_id is not None else set()
    if not delivery_report.stored_of(conn, pairs, {mt_id}):
        return None
    held = report_owners.hold(conn, mt_id)
    if held is None:
        return None
    # Read again now that nobody else can act on this message: a copy's report may have come in.
    owners = Owners(by_id=dict.fromkeys(pairs, mt_id), by_ref={}, held={mt_id: held})
    group = ReportGroup(gather(conn, owners, pairs), now)
    for pair in pairs:
        group.adopt(pair, mt_id)
    move = group.apply(mt_id)
    keep(conn, group, now)
    if move is not None:
        log_move(move)
    return move.after if move else None


def sweep(conn: Connection, *, now: datetime, limit: int) -> list[Swept]:
    """Looks again for the messages of reports that have none; those that were found.

    A message that another transaction holds just now is left to the next sweep.
    """
    due = report_waits.due(conn, now=now, limit=limit)
    if not due:
        return []
    owners = report_owners.find(conn, {one.pair for one in due}, waits=False)
    unknown = [one for one in due if one.pair not in owners.by_id]
    times = {one.id: _next_look(one.received_at, now) for one in unknown}
    report_waits.look_again_all(conn, times)
    found = [one for one in due if owners.by_id.get(one.pair) in owners.held]
    pairs = {one.pair: owners.by_id[one.pair] for one in found}
    group = ReportGroup(gather(conn, owners, pairs), now)
    for pair, mt_id in pairs.items():
        group.adopt(pair, mt_id)
    moves = [group.apply(mt_id) for mt_id in sorted(set(pairs.values()))]
    keep(conn, group, now)
    for move in filter(None, moves):
        log_move(move)
    return [Swept(id=pairs[one.pair], gateway=one.gateway) for one in found]


def _next_look(received_at: datetime, now: datetime) -> datetime | None:
    age = max(now - received_at, FIRST_LOOK) * LOOKS_GROW
    return received_at + age if age <= LAST_LOOK * LOOKS_GROW else None
