"""The menus that were ever published, with their source. The last publication is live."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Select,
    String,
    Table,
    Text,
    func,
    select,
    update,
)
from sqlalchemy import insert as sql_insert

from models.dialect import alone
from models.metadata import UtcDateTime, metadata

menu_version: Final = Table(
    "menu_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False),
    # Counts the publications. A clock may go back, and a rollback publishes an old version again.
    Column("publication", Integer, nullable=False, unique=True),
    Column("published_at", UtcDateTime, nullable=False),
    Column("published_by", String(80), nullable=False),
    sqlite_autoincrement=True,  # a session may still pin a version that was deleted
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuVersion:
    """`source` is JSON text: the files that were compiled. `fingerprint` is their SHA-256 (hex)."""

    id: int
    fingerprint: str
    source: str = field(repr=False)
    note: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A version without its source, as the history shows it."""

    id: int
    fingerprint: str
    note: str
    published_at: datetime
    published_by: str


def publish(
    conn: Connection,
    *,
    fingerprint: str,
    source: str,
    published_by: str,
    now: datetime,
    note: str = "",
) -> int:
    """Makes this source live and returns its version.

    A fingerprint that was published before keeps its version and its source: sessions that pin
    it go on unchanged. Two publishers at once take turns: `be_publisher`.
    """
    be_publisher(conn)
    next_publication = select(func.coalesce(func.max(menu_version.c.publication), 0) + 1)
    publication = {
        "publication": conn.execute(next_publication).scalar_one(),
        "note": note,
        "published_at": now,
        "published_by": published_by,
    }
    known = find_by_fingerprint(conn, fingerprint)
    if known is not None:
        conn.execute(
            update(menu_version).where(menu_version.c.id == known.id).values(**publication)
        )
        return known.id
    inserted = conn.execute(
        sql_insert(menu_version)
        .values(fingerprint=fingerprint, source=source, **publication)
        .returning(menu_version.c.id)
    )
    version: int = inserted.scalar_one()
    return version


def be_publisher(conn: Connection) -> None:
    """Nobody else publishes until this transaction ends: what it looked up stays true."""
    alone(conn, "publish")


def find_live(conn: Connection) -> MenuVersion | None:
    return _first(conn, _versions().order_by(menu_version.c.publication.desc()).limit(1))


def find_live_id(conn: Connection) -> int | None:
    """What is asked twice a second by every process: no source is read."""
    newest = menu_version.c.publication.desc()
    return conn.execute(select(menu_version.c.id).order_by(newest).limit(1)).scalar()


def history(conn: Connection) -> list[Listed]:
    """Each version once, by its last publication, the live one first."""
    columns = [menu_version.c[name] for name in Listed.__slots__]
    rows = conn.execute(select(*columns).order_by(menu_version.c.publication.desc())).mappings()
    return [Listed(**row) for row in rows]


def get(conn: Connection, version: int) -> MenuVersion | None:
    """None when it was never published, or is gone."""
    return _first(conn, _versions().where(menu_version.c.id == version))


def find_by_fingerprint(conn: Connection, fingerprint: str) -> MenuVersion | None:
    return _first(conn, _versions().where(menu_version.c.fingerprint == fingerprint))


def _versions() -> Select[tuple[object, ...]]:
    columns = [column for column in menu_version.c if column.name != "publication"]
    return select(*columns)


def _first(conn: Connection, query: Select[tuple[object, ...]]) -> MenuVersion | None:
    row = conn.execute(query).mappings().first()
    return MenuVersion(**row) if row else None
