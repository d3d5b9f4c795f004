"""Every time that a menu went live: when, by whom and why. The last one is live; none ever changes.

A clock may go back, and a rollback publishes an old version again, so publications are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    exists,
    func,
    select,
)
from sqlalchemy import insert as sql_insert

from models import audit, menu_preview, menu_share
from models import menu_version as versions
from models.audit import What
from models.dialect import alone
from models.menu_version import MenuVersion, menu_version
from models.metadata import UtcDateTime, metadata

menu_publication: Final = Table(
    "menu_publication",
    metadata,
    Column("publication", Integer, primary_key=True, autoincrement=False),
    Column("menu_version", Integer, ForeignKey(menu_version.c.id), nullable=False, index=True),
    Column("published_at", UtcDateTime, nullable=False),
    Column("published_by", String(80), nullable=False),
    Column("note", Text, nullable=False),
)
_log: Final = menu_publication.c
_NEWEST_FIRST: Final = _log.publication.desc()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A publication, as the history shows it: `id` is the version that went live."""

    publication: int
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
    what: What = What.PUBLISHED,
) -> int:
    """Makes this source live and returns its version. A share that runs ends.

    A fingerprint that was published before keeps its version and its source: sessions that pin
    it go on unchanged. Two publishers at once take turns: `be_publisher`.
    """
    be_publisher(conn)
    version = keep(conn, fingerprint, source)
    last = conn.execute(select(func.coalesce(func.max(_log.publication), 0))).scalar_one()
    conn.execute(
        sql_insert(menu_publication).values(
            publication=last + 1,
            menu_version=version,
            published_at=now,
            published_by=published_by,
            note=note,
        )
    )
    menu_share.end(conn, now, f"version {version} went live for all")
    menu_preview.stop_version(conn, version)
    done = audit.Entry(at=now, who=published_by, what=what, menu_version=version, note=note)
    audit.record(conn, done)
    return version


def keep(conn: Connection, fingerprint: str, source: str) -> int:
    """The version of this source, live or not. As a publisher (`be_publisher`)."""
    version = versions.find_id(conn, fingerprint)
    if version is None:
        version = versions.insert(conn, fingerprint=fingerprint, source=source)
    return version


# What is live, as a part of what every process asks twice a second (models.switch_act): one step in
# an index, no source.
LIVE: Final = select(_log.menu_version).order_by(_NEWEST_FIRST).limit(1)


def be_publisher(conn: Connection) -> None:
    """Nobody else publishes until this transaction ends: what it looked up stays true."""
    alone(conn, "publish")


def find_live_id(conn: Connection) -> int | None:
    return conn.execute(LIVE).scalar()


def find_live(conn: Connection) -> MenuVersion | None:
    live = find_live_id(conn)
    return versions.get(conn, live) if live is not None else None


def was_live(conn: Connection, version: int) -> bool:
    return bool(conn.execute(select(exists().where(_log.menu_version == version))).scalar())


def find_previous_id(conn: Connection) -> int | None:
    """The version that was live before the one that is."""
    query = select(_log.menu_version).where(_log.menu_version != find_live_id(conn))
    return conn.execute(query.order_by(_NEWEST_FIRST).limit(1)).scalar()


def history(conn: Connection) -> list[Listed]:
    """Every publication, the live one first."""
    columns = [_log.publication, menu_version.c.id, menu_version.c.fingerprint]
    columns += [_log.note, _log.published_at, _log.published_by]
    query = select(*columns).join_from(menu_publication, menu_version).order_by(_NEWEST_FIRST)
    return [Listed(**row) for row in conn.execute(query).mappings()]
