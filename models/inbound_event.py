"""Every SMS and call that came in, once: the unique key makes a repeated webhook harmless."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import ClassVar, Final

from msgspec.structs import asdict
from sqlalchemy import (
    Column,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Update,
    bindparam,
    text,
    tuple_,
    update,
)
from sqlalchemy import select as sql_select

from models import bulk
from models.dialect import among
from models.metadata import GATEWAY, HASH, ID, WORD, UtcDateTime, metadata
from telecom.values import Value

_EVENT_ID_LENGTH: Final = 128
_KEY: Final = ("gateway", "kind", "gateway_event_id")
_IN_ORDER: Final = itemgetter(*_KEY)
WAITS: Final = "waiting"  # the decision about an event that a worker will answer
_WHERE_IT_WAITS: Final = text(f"decision = '{WAITS}'")

inbound_event: Final = Table(
    "inbound_event",
    metadata,
    Column("id", ID, primary_key=True),
    Column("gateway", GATEWAY, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("gateway_event_id", String(_EVENT_ID_LENGTH), nullable=False),
    Column("msisdn_hash", HASH),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("decision", WORD),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("said_hash", HASH),  # keyed: tells a text that comes again and again
    UniqueConstraint(*_KEY),
    Index("ix_inbound_event_msisdn_hash", "msisdn_hash", "received_at"),
    Index(
        "ix_inbound_event_waiting",
        "id",
        postgresql_where=_WHERE_IT_WAITS,
        sqlite_where=_WHERE_IT_WAITS,
    ),
)


class NewEvent(Value, frozen=True, kw_only=True):
    """`id` from models.ids.new_id; `content_sealed` is sealed JSON text.

    `gateway_event_id` is the vendor's id of the event. It is stored in clear, so one that is made
    of an MSISDN must be hashed by the caller. `decision` is what was made of the event, if known.
    """

    HIDDEN: ClassVar = frozenset({"content_sealed"})

    id: str
    gateway: str
    kind: str
    gateway_event_id: str
    msisdn_hash: str | None
    content_sealed: bytes
    received_at: datetime
    decision: str | None = None
    said_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    id: str
    decision: str | None
    received_at: datetime


_E: Final = inbound_event.c
_COLUMNS: Final = [_E[name] for name in _KEY]
_FIND: Final = sql_select(*_COLUMNS, _E.id, _E.decision, _E.received_at).where(
    tuple_(*_COLUMNS).in_(bindparam("keys", expanding=True))
)

_DECIDED: Final = (
    sql_select(_E.id)
    .where(
        _E.msisdn_hash == bindparam("whose"),
        _E.received_at > bindparam("since", type_=UtcDateTime()),
        _E.gateway == bindparam("gateway"),
        _E.kind == bindparam("kind"),
        _E.decision == bindparam("decision"),
    )
    .limit(1)
)


def record(conn: Connection, new: NewEvent) -> bool:
    """True when it is new; False for a repeat, which changes nothing."""
    return bool(record_all(conn, [new]))


def record_all(conn: Connection, events: Sequence[NewEvent]) -> set[object]:
    """The ids of those that are new; a repeat changes nothing.

    Of parallel copies exactly one is new; on PostgreSQL the others wait for its commit, and two who
    wait for each other would wait for ever: so all insert in the order of the keys.
    """
    rows = [asdict(event) for event in events]
    for row in rows:
        row["gateway_event_id"] = _fitting(row["gateway_event_id"])
    rows.sort(key=_IN_ORDER)
    return bulk.insert_new(conn, inbound_event, rows, unique=_KEY)


def find(conn: Connection, gateway: str, kind: str, gateway_event_id: str) -> StoredEvent | None:
    """What a repeat is a repeat of."""
    key = (gateway, kind, gateway_event_id)
    return find_all(conn, [key]).get(key)


def find_all(
    conn: Connection, keys: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str], StoredEvent]:
    """Those that are there, by gateway, kind and the gateway's id of each."""
    if not keys:
        return {}
    fitting = {(gateway, kind, _fitting(one)): (gateway, kind, one) for gateway, kind, one in keys}
    found = conn.execute(_FIND, {"keys": sorted(fitting)})
    return {
        fitting[(row.gateway, row.kind, row.gateway_event_id)]: StoredEvent(
            id=row.id, decision=row.decision, received_at=row.received_at
        )
        for row in found
    }


def was_decided(
    conn: Connection, msisdn_hash: str, gateway: str, kind: str, decision: str, since: datetime
) -> bool:
    """Whether an event of this subscriber had this decision since then."""
    asked = {
        "whose": msisdn_hash,
        "gateway": gateway,
        "kind": kind,
        "decision": decision,
        "since": since,
    }
    return conn.execute(_DECIDED, asked).first() is not None


def set_decisions(conn: Connection, decisions: Mapping[str, str]) -> None:
    """What was made of events, by their ids."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for event_id, decision in decisions.items():
        alike[decision].append(event_id)
    decide = _deciding(conn.dialect.name)
    for decision, event_ids in sorted(alike.items()):
        conn.execute(decide, {"ids": event_ids, "became": decision})


@cache
def _deciding(dialect: str) -> Update:
    made = update(inbound_event).where(among(dialect, _E.id, "ids"))
    return made.values(decision=bindparam("became"))


def _fitting(gateway_event_id: str) -> str:
    """An id of any length: a forger's 60 KB id must neither fail the insert nor fill the index."""
    if len(gateway_event_id) <= _EVENT_ID_LENGTH:
        return gateway_event_id
    return "sha256:" + hashlib.sha256(gateway_event_id.encode(errors="replace")).hexdigest()
