"""What was spent, in counters that limits are checked by; and the breaker that humans re-arm.

A counter is a row for each period and shard, and what counts is their sum. Whoever raises a row
holds it to the end of his transaction, so parallel writers have shards of their own: each sees what
the others have committed, and not what they are about to. SQLite's writers are alone and need one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    cast,
    column,
    delete,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)

from models import bulk
from models.dialect import alone, handed_rows, handing, insert_new
from models.metadata import GATEWAY, WORD, UtcDateTime, metadata

EVERYWHERE: Final = ""  # the scope of all gateways together
CURRENCY: Final = String(3)
MOST_SWEPT: Final = 20_000
SHARDS: Final = 16  # who finds them all taken waits in a line for one more
_SHARD_LOCK: Final = 0x5A5D  # the first half of the advisory locks of shards


class Counts(StrEnum):
    """What a counter counts."""

    SPENT = "spent"  # for people to read: by gateway, country and service
    BUDGET = "budget"  # what the breaker watches, of one gateway or of all
    PREFIX = "prefix"  # SMS to a thousand neighbouring numbers; never in shards
    SERVICE = "service"  # what one service brings, through all gateways
    NEWCOMERS = "newcomers"  # SMS of one service to numbers that never got any


spend_counter: Final = Table(
    "spend_counter",
    metadata,
    Column("period", String(32), primary_key=True),  # a UTC day or hour
    Column("counts", WORD, primary_key=True),
    Column("gateway", GATEWAY, primary_key=True),
    Column("country", String(2), primary_key=True),
    Column("subject", String(64), primary_key=True),  # a service, or the keyed hash of a prefix
    Column("currency", CURRENCY, primary_key=True),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("sms", Integer, nullable=False),
    Column("micros", BigInteger, nullable=False),
)

spend_trip: Final = Table(
    "spend_trip",
    metadata,
    Column("scope", GATEWAY, primary_key=True),  # a gateway, or empty for all
    Column("generation", Integer, primary_key=True),
    Column("tripped_at", UtcDateTime, nullable=False),
    Column("why", Text, nullable=False),
    Column("armed_at", UtcDateTime),  # empty while it is open
    Column("armed_by", String(80)),
    Column("note", Text),
    Index("ix_spend_trip_armed_at", "armed_at"),
)


@dataclass(frozen=True, slots=True, order=True)
class Counter:
    """Ordered, so that parallel writers take rows in one order and never wait in a ring."""

    period: str
    counts: Counts
    gateway: str = ""
    country: str = ""
    subject: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    sms: int
    micros: int

    def plus(self, other: Sum) -> Sum:
        return Sum(self.sms + other.sms, self.micros + other.micros)


@dataclass(frozen=True, slots=True)
class Look:
    """`shard`: one that nobody else writes to before this transaction ends; None where none was
    free, or nothing was asked for.
    """

    sums: Mapping[Counter, Sum]
    shard: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One time that the breaker opened. `armed_*` is the proof of who closed it again."""

    scope: str
    generation: int
    tripped_at: datetime
    why: str
    armed_at: datetime | None = None
    armed_by: str | None = None
    note: str | None = None


_C = spend_counter.c
_T = spend_trip.c
_ROW: Final = [column.name for column in spend_counter.primary_key]
_KEY: Final = _ROW[:-1]
# Stops at the first that is free: rows of a series are looked at one by one.
_FREE: Final = (
    text(
        "SELECT shard FROM generate_series(0, :last) AS shard"
        " WHERE pg_try_advisory_xact_lock(:lock, shard) LIMIT 1"
    )
    .bindparams(last=SHARDS - 1, lock=_SHARD_LOCK)
    .columns(column("shard", Integer))
)


def look(conn: Connection, counters: Collection[Counter]) -> Look:
    """What each has come to, as far as it is committed, and a shard to write to: in one statement.

    A second look of a transaction may find another shard than the first one.
    """
    if not counters:
        return Look({}, None)
    ordered = list(counters)
    rows = [{"place": place, **_key_of(counter)} for place, counter in enumerate(ordered)]
    found = conn.execute(_looking(conn.dialect.name), handing(rows)).all()
    sums = {ordered[row.place]: Sum(row.sms, row.micros) for row in found}
    return Look(sums, found[0].shard)


def take_shard(conn: Connection) -> int:
    """A shard that nobody else writes to before this transaction ends. Waits where none is free."""
    if conn.dialect.name == "sqlite":
        return 0
    free = conn.execute(_FREE).scalar()
    if free is None:
        alone(conn, "spend")
        return SHARDS
    return int(free)


def raised(added: Mapping[Counter, Sum], shard: int) -> bulk.Change:
    """These more of each, in a shard that was taken."""
    rows = [
        {
            **_key_of(counter),
            "shard": 0 if counter.counts is Counts.PREFIX else shard,
            "sms": one.sms,
            "micros": one.micros,
        }
        for counter, one in sorted(added.items(), key=lambda item: item[0])
    ]
    return bulk.added_up(spend_counter, rows, unique=_ROW, sums=("sms", "micros"))


def _key_of(counter: Counter) -> dict[str, object]:
    return {name: str(getattr(counter, name)) for name in _KEY}


@cache
def _looking(dialect: str) -> Select[Any]:
    """The shard is taken once, not by each row, for it depends on none.

    Sums by scalar subqueries, for an index finds each of the few counters, and no plan may read
    all counters for them.
    """
    kinds = {name: _C[name].type for name in _KEY}
    handed = handed_rows(dialect, {"place": Integer(), **kinds})
    same = [_C[name] == handed.c[name] for name in _KEY]

    def total(column: Column[int]) -> ColumnElement[int]:
        added_up = cast(func.coalesce(func.sum(column), 0), BigInteger)
        return select(added_up).where(*same).scalar_subquery()

    sums = (total(_C.sms).label("sms"), total(_C.micros).label("micros"))
    shard = literal(0) if dialect == "sqlite" else _FREE.scalar_subquery()
    return select(handed.c.place, *sums, shard.label("shard"))


def trip(conn: Connection, one: Trip) -> bool:
    """Opens the breaker. False where another was faster."""
    values = {name: getattr(one, name) for name in ("scope", "generation", "tripped_at", "why")}
    return insert_new(conn, spend_trip, values, unique=("scope", "generation"))


def rearm(conn: Connection, scope: str | None, *, by: str, note: str, now: datetime) -> list[str]:
    """Closes the open breaker of a scope; None: every one. Returns the scopes that were open."""
    statement = (
        update(spend_trip)
        .where(_T.armed_at.is_(None), *([] if scope is None else [_T.scope == scope]))
        .values(armed_at=now, armed_by=by, note=note)
        .returning(_T.scope)
    )
    return sorted(conn.execute(statement).scalars())


def open_trips(conn: Connection) -> list[Trip]:
    """Every breaker that is open, the first one first."""
    query = select(spend_trip).where(_T.armed_at.is_(None)).order_by(_T.tripped_at)
    return [Trip(**row) for row in conn.execute(query).mappings()]


def trips(conn: Connection, limit: int = 20) -> list[Trip]:
    """The latest first."""
    query = select(spend_trip).order_by(_T.tripped_at.desc(), _T.scope).limit(limit)
    return [Trip(**row) for row in conn.execute(query).mappings()]


def spent(conn: Connection, day: str) -> list[tuple[Counter, Sum]]:
    """What a day cost, by gateway, country and service."""
    key = [_C[name] for name in _KEY]
    sums = (cast(func.sum(_C.sms), Integer), cast(func.sum(_C.micros), BigInteger))
    query = select(*key, *sums).where(_C.period == day, _C.counts == Counts.SPENT)
    rows = conn.execute(query.group_by(*key).order_by(*key))
    return [(Counter(row[0], Counts(row[1]), *row[2:6]), Sum(row[6], row[7])) for row in rows]


def forget_before(conn: Connection, period: str) -> None:
    """Counters of limits whose time is over, a bounded number. What was spent is kept.

    Nobody is waited for: who else sweeps has those rows.
    """
    key = [_C[name] for name in _ROW]
    old = select(*key).where(_C.period < period, _C.counts != Counts.SPENT).limit(MOST_SWEPT)
    swept = tuple_(*key).in_(old.with_for_update(skip_locked=True))
    conn.execute(delete(spend_counter).where(swept))
