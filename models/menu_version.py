"""The menus that were ever published, with their source. `menu_publication` says which is live."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table, Text, select
from sqlalchemy import insert as sql_insert

from models.metadata import metadata

menu_version: Final = Table(
    "menu_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    sqlite_autoincrement=True,  # a session may still pin a version that was deleted
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuVersion:
    """`source` is JSON text, an object of the files that were compiled, the root first.

    `fingerprint` is their SHA-256 (hex).
    """

    id: int
    fingerprint: str
    source: str = field(repr=False)


def insert(conn: Connection, *, fingerprint: str, source: str) -> int:
    """Returns the new version. Raises IntegrityError for a fingerprint that is there."""
    row = sql_insert(menu_version).values(fingerprint=fingerprint, source=source)
    version: int = conn.execute(row.returning(menu_version.c.id)).scalar_one()
    return version


def get(conn: Connection, version: int) -> MenuVersion | None:
    """None when it was never published, or is gone."""
    row = conn.execute(select(menu_version).where(menu_version.c.id == version)).mappings().first()
    return MenuVersion(**row) if row else None


def find_id(conn: Connection, fingerprint: str) -> int | None:
    """The version that has this fingerprint. No source is read."""
    query = select(menu_version.c.id).where(menu_version.c.fingerprint == fingerprint)
    return conn.execute(query).scalar()
