"""A second SMS with the same words to the same phone, which somebody asked for by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from models import mt_message
from models.ids import new_id, new_ref
from models.mt_message import NewRow
from telecom.statuses import POLICIES

_KEPT = (
    "message_class",
    "lane",
    "to_hash",
    "to_sealed",
    "body_sealed",
    "sender_id",
    "gateway",
    "link_id",
    "inbound_event_id",
)


def queue(conn: Connection, mt_id: str, *, nth: int, now: datetime) -> str | None:
    """The id of the new row, linked to the old one. It lives as long as its class does.

    None when an `nth` copy is there: of two people who ask at once, one queues it.
    """
    table = mt_message.mt_message
    query = select(*(table.c[name] for name in _KEPT)).where(table.c.id == mt_id)
    kept = conn.execute(query).mappings().one()
    life = timedelta(seconds=POLICIES[kept["message_class"]].life_seconds)
    row = NewRow(
        **kept,
        id=new_id(now),
        ref=new_ref(),
        dedupe_key=f"{mt_id}:by_hand{nth}",
        not_before=now,
        expires_at=now + life,
        resend_of=mt_id,
        created_at=now,
    )
    return row.id if mt_message.insert(conn, row) else None
