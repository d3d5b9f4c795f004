"""Test numbers, each with the version that it sees on all channels. Only keyed hashes are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table, delete, func, select
from sqlalchemy import insert as sql_insert

from models.menu_version import menu_version
from models.metadata import HASH, UtcDateTime, metadata

MOST: Final = 200  # every process holds them all: they are for testers

menu_preview: Final = Table(
    "menu_preview",
    metadata,
    Column("msisdn_hash", HASH, primary_key=True),
    Column("menu_version", Integer, ForeignKey(menu_version.c.id), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
_preview: Final = menu_preview.c
# Made once: every process asks it twice a second.
_SHOWN: Final = select(_preview.msisdn_hash, _preview.menu_version).limit(MOST)


def previews(conn: Connection) -> dict[str, int]:
    """The version of each test number, by its keyed hash."""
    return {row.msisdn_hash: row.menu_version for row in conn.execute(_SHOWN)}


def show(conn: Connection, hashes: Collection[str], version: int, now: datetime) -> None:
    """From now on these see this version, whatever they saw. As a publisher (`be_publisher`)."""
    stop(conn, hashes)
    rows = [{"msisdn_hash": each, "menu_version": version, "since": now} for each in set(hashes)]
    conn.execute(sql_insert(menu_preview), rows)


def stop(conn: Connection, hashes: Collection[str] | None = None) -> int:
    """These see the live version again, or all do; how many were test numbers."""
    gone = delete(menu_preview)
    if hashes is not None:
        gone = gone.where(_preview.msisdn_hash.in_(hashes))
    return conn.execute(gone).rowcount


def stop_version(conn: Connection, version: int) -> None:
    """It is live now: its testers are callers as others are."""
    conn.execute(delete(menu_preview).where(_preview.menu_version == version))


def count(conn: Connection) -> dict[int, int]:
    """How many test numbers see each version."""
    query = select(_preview.menu_version, func.count()).group_by(_preview.menu_version)
    return {row[0]: row[1] for row in conn.execute(query)}
