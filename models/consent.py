"""Who wants no SMS: the state of each number that ever said STOP or START, and every change of it.

A number without a row has said nothing. One state serves all gateways: who says STOP to one of them
means all of us. Changes are only ever added: they are the proof of what was agreed, and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    func,
    insert,
    select,
)

from models import bulk
from models.dialect import is_there
from models.inbound_event import inbound_event
from models.metadata import GATEWAY, HASH, ID, WORD, UtcDateTime, metadata, words


class ConsentState(StrEnum):
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"


consent: Final = Table(
    "consent",
    metadata,
    Column("msisdn_hash", HASH, primary_key=True),
    Column("state", words(ConsentState), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

consent_change: Final = Table(
    "consent_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("msisdn_hash", HASH, nullable=False),
    Column("state", words(ConsentState), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("cause", WORD, nullable=False),
    Column("gateway", GATEWAY, nullable=False),
    # Empty where the gateway told us, and once the event is older than what is kept of events.
    Column("inbound_event_id", ID, ForeignKey(inbound_event.c.id, ondelete="SET NULL"), index=True),
    Index("ix_consent_change_msisdn_hash", "msisdn_hash", "at"),
)


class ConsentCause(StrEnum):
    SMS = "sms"  # the subscriber's own word
    GATEWAY = "gateway"  # a gateway refused a message because of an opt-out that it knows
    LIST = "list"  # a list of do-not-disturb that says: no SMS at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody said about getting SMS. `gateway` is where it was said."""

    msisdn_hash: str
    state: ConsentState
    at: datetime
    cause: ConsentCause
    gateway: str
    inbound_event_id: str | None = None


def record(conn: Connection, change: Change) -> bool:
    """True when it changes something; what was said before already is not written again.

    Of parallel copies exactly one is a change.
    """
    return bool(record_all(conn, [change]))


def record_all(conn: Connection, changes: Sequence[Change]) -> set[str]:
    """The same for many, of which no two are of one number: whose change changed something."""
    ordered = sorted(changes, key=lambda change: change.msisdn_hash)
    rows = [
        {"msisdn_hash": one.msisdn_hash, "state": one.state, "since": one.at} for one in ordered
    ]
    news = bulk.overwrite(conn, consent, rows, unique="msisdn_hash", where="state")
    kept = [
        {name: getattr(one, name) for name in Change.__dataclass_fields__}
        for one in ordered
        if one.msisdn_hash in news
    ]
    if kept:
        conn.execute(insert(consent_change), kept)
    return {str(row["msisdn_hash"]) for row in kept}


def forbids(msisdn_hash: ColumnElement[str]) -> ColumnElement[bool]:
    """As part of another statement: whether the number of its row has opted out."""
    return is_there(
        select(consent.c.msisdn_hash).where(
            consent.c.msisdn_hash == msisdn_hash, consent.c.state == ConsentState.OPTED_OUT
        )
    )


def history(conn: Connection, msisdn_hash: str) -> list[Change]:
    """Every change of one number, the oldest first."""
    columns = [consent_change.c[name] for name in Change.__dataclass_fields__]
    query = select(*columns).where(consent_change.c.msisdn_hash == msisdn_hash)
    rows = conn.execute(query.order_by(consent_change.c.id)).mappings()
    return [Change(**{**row, "cause": ConsentCause(row["cause"])}) for row in rows]


def count(conn: Connection) -> dict[tuple[str, str], int]:
    """How many numbers are in which state, and by what cause they came to it."""
    last = select(func.max(consent_change.c.id)).group_by(consent_change.c.msisdn_hash)
    columns = (consent_change.c.state, consent_change.c.cause)
    query = select(*columns, func.count()).where(consent_change.c.id.in_(last)).group_by(*columns)
    return {(str(state), str(cause)): how_many for state, cause, how_many in conn.execute(query)}
