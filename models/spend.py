"""What was spent, in counters that are checked as they rise; and the breaker that humans re-arm.

A counter is one row a period. Whoever raises it holds it to the end of his transaction, so the sum
that he reads is exact, also beside parallel writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    TextClause,
    delete,
    select,
    text,
    tuple_,
    update,
)

from models.dialect import insert_new
from models.metadata import GATEWAY, WORD, UtcDateTime, metadata

EVERYWHERE: Final = ""  # the scope of all gateways together
CURRENCY: Final = String(3)
MOST_SWEPT: Final = 20_000


class Counts(StrEnum):
    """What a counter counts."""

    SPENT = "spent"  # for people to read: by gateway, country and service
    BUDGET = "budget"  # what the breaker watches, of one gateway or of all
    PREFIX = "prefix"  # SMS to a thousand neighbouring numbers
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
_KEY: Final = [column.name for column in spend_counter.primary_key]


def raise_by(conn: Connection, counters: Sequence[Counter], added: Sum) -> dict[Counter, Sum]:
    """Adds to each counter and returns their sums, in one statement. Negative takes back."""
    ordered = sorted(counters)
    given: dict[str, object] = {"sms": added.sms, "micros": added.micros}
    for place, counter in enumerate(ordered):
        given |= {f"{name}{place}": getattr(counter, name) for name in _KEY}
    rows = conn.execute(_raising(len(ordered)), given).all()
    return {
        Counter(row.period, Counts(row.counts), *row[2:6]): Sum(row.sms, row.micros) for row in rows
    }


@cache
def _raising(how_many: int) -> TextClause:
    """As text: SQLAlchemy compiles an insert of several rows anew each time, for 1.5 ms."""
    names = ", ".join(_KEY)
    rows = ", ".join(
        f"({', '.join(f':{name}{place}' for name in _KEY)}, :sms, :micros)"
        for place in range(how_many)
    )
    return text(
        f"INSERT INTO spend_counter ({names}, sms, micros) VALUES {rows}"  # noqa: S608 - our names
        f" ON CONFLICT ({names}) DO UPDATE SET sms = spend_counter.sms + excluded.sms,"
        " micros = spend_counter.micros + excluded.micros"
        f" RETURNING {names}, sms, micros"
    )


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
    query = select(spend_counter).where(_C.period == day, _C.counts == Counts.SPENT)
    rows = conn.execute(query.order_by(*(_C[name] for name in _KEY)))
    return [
        (Counter(*(getattr(row, name) for name in _KEY)), Sum(row.sms, row.micros)) for row in rows
    ]


def forget_before(conn: Connection, period: str) -> None:
    """Counters of limits whose time is over, a bounded number. What was spent is kept.

    Nobody is waited for: who else sweeps has those rows.
    """
    key = [_C[name] for name in _KEY]
    old = select(*key).where(_C.period < period, _C.counts != Counts.SPENT).limit(MOST_SWEPT)
    swept = tuple_(*key).in_(old.with_for_update(skip_locked=True))
    conn.execute(delete(spend_counter).where(swept))
