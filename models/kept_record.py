"""What callers wrote into the registers of a menu, such as feedback for a department.

Words and numbers are sealed; who wrote is known by his keyed hash. A row is known to its caller by
its reference, and to us by the turn that made it: the same turn makes none a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Index,
    LargeBinary,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)

from menu.record_parts import Standing
from models.dialect import alone, insert_new
from models.metadata import HASH, ID, WORD, UtcDateTime, metadata
from models.rows import columns_of

_MOST_TRIES: Final = 50  # of references that are taken, before something else must be wrong


kept_record: Final = Table(
    "kept_record",
    metadata,
    Column("id", ID, primary_key=True),
    Column("register", WORD, nullable=False),
    Column("reference", String(12), nullable=False, unique=True),
    Column("turn_hash", HASH, nullable=False, unique=True),
    Column("msisdn_hash", HASH, nullable=False),
    Column("msisdn_sealed", LargeBinary, nullable=False),
    Column("department", WORD, nullable=False),  # empty where the menu tells none
    Column("kind", WORD, nullable=False),
    Column("told_sealed", LargeBinary, nullable=False),
    Column("standing", WORD, nullable=False),
    Column("note_sealed", LargeBinary),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_kept_record_msisdn_hash", "msisdn_hash", "received_at"),
    Index("ix_kept_record_department", "department", "received_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """`told_sealed`: JSON of all else that was told. `turn_hash` names what is done, whoever does
    it again. A `department` and a `kind` are words of the menu, in clear."""

    id: str
    register: str
    turn_hash: str
    msisdn_hash: str
    msisdn_sealed: bytes = field(repr=False)
    department: str
    kind: str
    told_sealed: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord(NewRecord):
    reference: str
    standing: str
    note_sealed: bytes | None = field(repr=False)
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records. What is empty says nothing."""

    register: str = ""
    department: str = ""
    kind: str = ""
    standing: str = ""
    since: datetime | None = None
    until: datetime | None = None


class NoReference(Exception):
    """None was free."""


_T: Final = kept_record.c
_OF_TURN: Final = select(_T.reference).where(_T.turn_hash == bindparam("turn_hash"))
_OF_LATE: Final = (
    select(func.count())
    .select_from(kept_record)
    .where(
        _T.msisdn_hash == bindparam("whose"),
        _T.received_at > bindparam("since", type_=UtcDateTime()),
    )
)
_OWN: Final = (
    select(kept_record)
    .where(_T.msisdn_hash == bindparam("whose"), _T.register == bindparam("register"))
    .order_by(_T.received_at.desc(), _T.id.desc())
    .limit(1)
)
_OWN_OF_REFERENCE: Final = _OWN.where(_T.reference == bindparam("reference"))


def find_reference(conn: Connection, turn_hash: str) -> str | None:
    """Of what this turn made before."""
    return conn.execute(_OF_TURN, {"turn_hash": turn_hash}).scalar()


def keep(
    conn: Connection,
    new: NewRecord,
    references: Iterator[str],
    *,
    most: int,
    since: datetime,
) -> str | None:
    """Its reference, the first of these that is free; that of before, where the turn comes again.
    None: this number has kept so many since then. Raises NoReference.

    Two turns of one number wait for each other, so that the limit is exact, and neither fails on
    the other's row.
    """
    alone(conn, f"records of {new.msisdn_hash}")
    if known := find_reference(conn, new.turn_hash):
        return known
    late = conn.execute(_OF_LATE, {"whose": new.msisdn_hash, "since": since}).scalar_one()
    if late >= most:
        return None
    row = columns_of(new) | {"standing": Standing.NEW.value, "changed_at": new.received_at}
    for _, reference in zip(range(_MOST_TRIES), references, strict=False):
        if insert_new(conn, kept_record, row | {"reference": reference}, unique=["reference"]):
            return reference
    raise NoReference


def find_own(
    conn: Connection, register: str, msisdn_hash: str, reference: str | None
) -> StoredRecord | None:
    """Of this caller alone; without a reference his newest. One statement."""
    given = {"whose": msisdn_hash, "register": register}
    query = _OWN
    if reference is not None:
        query, given = _OWN_OF_REFERENCE, given | {"reference": reference}
    row = conn.execute(query, given).mappings().first()
    return StoredRecord(**row) if row else None


def find(conn: Connection, reference: str) -> StoredRecord | None:
    row = conn.execute(select(kept_record).where(_T.reference == reference)).mappings().first()
    return StoredRecord(**row) if row else None


def newest(
    conn: Connection, wanted: Wanted, *, limit: int, before: StoredRecord | None = None
) -> list[StoredRecord]:
    """The newest first, those that came before one if that is told."""
    query = _of(wanted).order_by(_T.received_at.desc(), _T.id.desc()).limit(limit)
    if before is not None:
        is_older = (_T.received_at < before.received_at) | (
            (_T.received_at == before.received_at) & (_T.id < before.id)
        )
        query = query.where(is_older)
    return [StoredRecord(**row) for row in conn.execute(query).mappings()]


def count(conn: Connection, wanted: Wanted) -> int:
    return conn.execute(select(func.count()).select_from(_of(wanted).subquery())).scalar_one()


def change(
    conn: Connection,
    reference: str,
    *,
    before: frozenset[Standing],
    after: Standing,
    at: datetime,
    note_sealed: bytes | None = None,
) -> bool:
    """False where it is not there, or stands elsewhere by now. Without a note the last stays."""
    changed: dict[str, object] = {"standing": after.value, "changed_at": at}
    if note_sealed is not None:
        changed["note_sealed"] = note_sealed
    is_it = (_T.reference == reference) & _T.standing.in_([one.value for one in before])
    statement = update(kept_record).where(is_it).values(**changed).returning(_T.id)
    return conn.execute(statement).first() is not None


def delete_old(conn: Connection, now: datetime, kept: timedelta, limit: int) -> int:
    """The oldest that came longer ago, at most so many; how many these were."""
    is_old = _T.received_at < now - kept
    oldest = select(_T.id).where(is_old).order_by(_T.received_at).limit(limit)
    return conn.execute(delete(kept_record).where(_T.id.in_(oldest))).rowcount


def _of(wanted: Wanted) -> Select[tuple[object, ...]]:
    query = select(kept_record)
    for name in ("register", "department", "kind", "standing"):
        if value := getattr(wanted, name):
            query = query.where(_T[name] == value)
    if wanted.since is not None:
        query = query.where(_T.received_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_T.received_at < wanted.until)
    return query
