"""Turns of dialogues, as the stream of turns brings them: what callers did, for a while.

No number is in it, but a keyed hash and a mask; what people wrote is sealed. Rows are there to be
counted and run again: nothing that is promised depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
from msgspec.structs import astuple
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    delete,
    select,
    tuple_,
)

from menu.turn_record import TurnRecord
from models import bulk
from models.database import DatabaseDown
from models.metadata import GATEWAY, HASH, WORD, metadata

_KEY: Final = ("stream_ms", "stream_number", "epoch")

# Texts have no length here: a name that is too long must not hold up a thousand other rows.
turn: Final = Table(
    "turn",
    metadata,
    # When Redis took it, in milliseconds since 1970, and its number in that millisecond.
    Column("stream_ms", BigInteger, nullable=False, autoincrement=False),
    Column("stream_number", Integer, nullable=False, autoincrement=False),
    Column("epoch", String(16), nullable=False),  # of the stream: one that was lost is another
    Column("session", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("caller_hash", HASH, nullable=False),
    Column("masked", Text, nullable=False),
    Column("channel", WORD, nullable=False),
    Column("gateway", GATEWAY, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("at", Float(53), nullable=False),  # seconds since 1970, as the menu was told
    Column("menu_version", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("begins", Boolean, nullable=False),
    Column("entry", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("said_sealed", LargeBinary, nullable=False),
    Column("is_withheld", Boolean, nullable=False),
    Column("screen", Text, nullable=False),
    Column("outcome", WORD, nullable=False),
    Column("effects", Text, nullable=False),
    Column("septets", Integer, nullable=False),
    Column("ucs2", Integer, nullable=False),
    Column("is_latin", Boolean, nullable=False),
    Column("region", Text, nullable=False),
    PrimaryKeyConstraint(*_KEY),
)
_NAMES: Final = tuple(column.name for column in turn.columns)
_T: Final = turn.c
_FIELDS: Final = TurnRecord.__struct_fields__
_AND: Final = ", "
_BETWEEN: Final = "\x1f"  # two columns; in no name that a menu or a gateway may have
_BELOW: Final = "\x1e"  # one row, the next
_COPY: Final = f"COPY turn ({', '.join(_NAMES)}) FROM STDIN (DELIMITER E'\\x1f')"
_ESCAPED: Final = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), (_BELOW, "\n"))
_PLACE: Final = tuple_(_T.stream_ms, _T.stream_number, _T.epoch)
_OLDEST_FIRST: Final = (_T.stream_ms, _T.stream_number, _T.epoch)
_NEWEST_FIRST: Final = (_T.stream_ms.desc(), _T.stream_number.desc(), _T.epoch.desc())
_MOST_READ: Final = 5_000  # rows of one statement

Id = tuple[int, int, str]  # the key of a row
Taken = tuple[Id, TurnRecord]


def insert_new(conn: Connection, turns: Sequence[Taken]) -> None:
    """Inserts those that are not there yet. Raises DatabaseDown.

    PostgreSQL gets them by COPY, which knows no ON CONFLICT: where one of them is there already, as
    after a kill, the whole batch goes the slower way.
    """
    if conn.dialect.name == "postgresql" and _copied(conn, turns):
        return
    rows = [_row_of(id_, record) for id_, record in turns]
    named = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    bulk.insert_new(conn, turn, named, unique=_KEY)


def last_dialogues(conn: Connection, count: int) -> list[TurnRecord]:
    """All turns since the first of the `count` dialogues that began last, in their order."""
    newest: list[TurnRecord] = []
    begun = 0
    for rows in _newest_first(conn):
        for record in rows:
            newest.append(record)
            begun += record.begins
            if begun == count:
                return newest[::-1]
    return newest[::-1]


def delete_before(conn: Connection, milliseconds: int, *, limit: int) -> int:
    """Deletes the oldest that came before that time, at most so many; how many these were."""
    oldest = (
        select(_T.stream_ms, _T.stream_number, _T.epoch)
        .where(_T.stream_ms < milliseconds)
        .order_by(*_OLDEST_FIRST)
        .limit(limit)
    )
    return conn.execute(delete(turn).where(_PLACE.in_(oldest))).rowcount


def _newest_first(conn: Connection) -> Iterator[list[TurnRecord]]:
    """All of them, some thousands at a time."""
    last: Id | None = None
    while True:
        query = select(turn).order_by(*_NEWEST_FIRST).limit(_MOST_READ)
        if last is not None:
            query = query.where(tuple_(*last) > _PLACE)
        rows = conn.execute(query).all()
        if not rows:
            return
        yield [_record_of(row[3:]) for row in rows]
        last = (rows[-1].stream_ms, rows[-1].stream_number, rows[-1].epoch)


def _copied(conn: Connection, turns: Sequence[Taken]) -> bool:
    """False where one of them is there; then nothing was written."""
    text = _BELOW.join(_line_of(*each) for each in turns)
    if text.count(_BETWEEN) != (len(_NAMES) - 1) * len(turns) or text.count(_BELOW) >= len(turns):
        return False
    for letters, escaped in _ESCAPED:
        text = text.replace(letters, escaped)
    driver: Any = conn.connection.driver_connection
    mark = conn.begin_nested()
    try:
        with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write(text)
    except psycopg.errors.UniqueViolation:
        mark.rollback()
        return False
    except (psycopg.DataError, psycopg.IntegrityError):
        raise  # ours to mend, not the database's
    except psycopg.Error as fault:
        if driver.closed:
            conn.invalidate(fault)
        raise DatabaseDown(str(fault).partition("\n")[0]) from fault
    mark.commit()
    return True


def _line_of(id_: Id, one: TurnRecord) -> str:
    """A row as COPY reads it, before anything is escaped. One expression: this is done for each of
    50,000 turns a second."""
    milliseconds, number, epoch = id_
    return (
        f"{milliseconds}\x1f{number}\x1f{epoch}\x1f{one.session}\x1f{one.origin}\x1f{one.caller}"
        f"\x1f{one.masked}\x1f{one.channel}\x1f{one.gateway}\x1f{one.turn}\x1f{one.at!r}"
        f"\x1f{one.menu_version}\x1f{one.language}\x1f{one.begins}\x1f{one.entry}\x1f{one.said}"
        f"\x1f\\x{one.sealed.hex()}\x1f{one.is_withheld}\x1f{one.screen}\x1f{one.outcome}"
        f"\x1f{_AND.join(one.effects)}\x1f{one.septets}\x1f{one.ucs2}\x1f{one.is_latin}"
        f"\x1f{one.region}"
    )


def _row_of(id_: Id, record: TurnRecord) -> tuple[object, ...]:
    *fields, effects, septets, ucs2, is_latin, region = astuple(record)
    return (*id_, *fields, _AND.join(effects), septets, ucs2, is_latin, region)


def _record_of(fields: tuple[Any, ...]) -> TurnRecord:
    named = dict(zip(_FIELDS, fields, strict=True))
    named["effects"] = tuple(named["effects"].split(_AND)) if named["effects"] else ()
    return TurnRecord(**named)
