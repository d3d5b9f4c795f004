"""Who wants no SMS: the state of each number that ever said STOP or START, and every change of it.

A number without a row has said nothing. One state serves all gateways: who says STOP to one of them
means all of us. Changes are only ever added: they are the proof of what was agreed, and when.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    bindparam,
    exists,
    insert,
    select,
    update,
)

from models.dialect import among, insert_new
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


_STATE: Final = select(consent.c.state).where(
    consent.c.msisdn_hash == bindparam("whose", type_=HASH)
)


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
    if not _is_news(conn, change):
        return False
    values = {name: getattr(change, name) for name in Change.__dataclass_fields__}
    conn.execute(insert(consent_change).values(values))
    return True


def is_opted_out(conn: Connection, msisdn_hash: str) -> bool:
    return conn.execute(_STATE, {"whose": msisdn_hash}).scalar() is ConsentState.OPTED_OUT


def opted_out_of(conn: Connection, msisdn_hashes: Collection[str]) -> set[str]:
    """Those among them who said STOP."""
    if not msisdn_hashes:
        return set()
    statement = _opted_out(conn.dialect.name)
    return set(conn.execute(statement, {"whose": sorted(msisdn_hashes)}).scalars())


def forbids(msisdn_hash: ColumnElement[str]) -> ColumnElement[bool]:
    """As part of another statement: whether the number of its row has opted out."""
    return exists().where(
        consent.c.msisdn_hash == msisdn_hash, consent.c.state == ConsentState.OPTED_OUT
    )


def history(conn: Connection, msisdn_hash: str) -> list[Change]:
    """Every change of one number, the oldest first."""
    columns = [consent_change.c[name] for name in Change.__dataclass_fields__]
    query = select(*columns).where(consent_change.c.msisdn_hash == msisdn_hash)
    rows = conn.execute(query.order_by(consent_change.c.id)).mappings()
    return [Change(**{**row, "cause": ConsentCause(row["cause"])}) for row in rows]


def _is_news(conn: Connection, change: Change) -> bool:
    state = {"state": change.state, "since": change.at}
    row = {"msisdn_hash": change.msisdn_hash, **state}
    if insert_new(conn, consent, row, unique=("msisdn_hash",)):
        return True
    changed = (
        update(consent)
        .where(consent.c.msisdn_hash == change.msisdn_hash, consent.c.state != change.state)
        .values(state)
    )
    return conn.execute(changed).rowcount == 1


@cache
def _opted_out(dialect: str) -> Select[str]:
    whose = among(dialect, consent.c.msisdn_hash, "whose")
    return select(consent.c.msisdn_hash).where(whose, consent.c.state == ConsentState.OPTED_OUT)
