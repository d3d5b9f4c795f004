"""Short links: a code that cannot be guessed, and the app link of the menu that it opens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    bindparam,
    select,
)

from models import bulk
from models.dialect import among
from models.menu_version import menu_version
from models.metadata import ID, UtcDateTime, metadata
from models.mt_message import mt_message
from models.rows import columns_of

short_link: Final = Table(
    "short_link",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("link_name", String(64), nullable=False),
    Column("menu_version", Integer, ForeignKey(menu_version.c.id), nullable=False, index=True),
    Column("country", String(2)),
    Column("mt_id", ID, ForeignKey(mt_message.c.id, ondelete="SET NULL"), index=True),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("language", String(20)),  # of the SMS; empty where nobody knew it
)

_FIND: Final = select(short_link).where(short_link.c.code == bindparam("wanted"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortLink:
    """`menu_version` is the one whose catalogue has `link_name`; `mt_id` the SMS with the code.

    `language` is what its reader reads; None where nobody knew.
    """

    code: str
    link_name: str
    menu_version: int
    country: str | None
    mt_id: str | None
    created_at: datetime
    expires_at: datetime
    language: str | None = None


def insert(conn: Connection, link: ShortLink) -> bool:
    """False when the code is taken."""
    return bool(bulk.insert_new(conn, short_link, [columns_of(link)], unique=("code",)))


def made(links: Sequence[ShortLink]) -> bulk.Change:
    """Those whose codes are not taken."""
    return bulk.new(short_link, [columns_of(link) for link in links], unique=("code",))


def find(conn: Connection, code: str) -> ShortLink | None:
    """None when nobody made it. Its time may be over."""
    row = conn.execute(_FIND, {"wanted": code}).mappings().first()
    return ShortLink(**row) if row else None


def known(conn: Connection, codes: Collection[str]) -> set[str]:
    """Those of the codes that were made."""
    if not codes:
        return set()
    query = select(short_link.c.code).where(among(conn.dialect.name, short_link.c.code, "codes"))
    return set(conn.execute(query, {"codes": sorted(codes)}).scalars())
