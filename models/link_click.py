"""Phones that opened a short link: a row a visit, joined to the SMS that brought the link.

Nothing of the visitor is kept but the platform: no address, no User-Agent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, String, Table

from models import bulk
from models.metadata import WORD, UtcDateTime, metadata
from models.rows import columns_of
from models.short_link import known, short_link

link_click: Final = Table(
    "link_click",
    metadata,
    Column("id", String(64), primary_key=True),
    Column(
        "code",
        String(32),
        ForeignKey(short_link.c.code, ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("clicked_at", UtcDateTime, nullable=False),
    Column("platform", WORD, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """`id` is made of the code and the time, so that what is noted twice is one click."""

    id: str
    code: str
    clicked_at: datetime
    platform: str


def record_all(conn: Connection, clicks: Sequence[Click]) -> int:
    """How many are new; those of codes that nobody made are left out."""
    made = known(conn, {click.code for click in clicks})
    rows = {click.id: columns_of(click) for click in clicks if click.code in made}
    ordered = [rows[key] for key in sorted(rows)]
    return len(bulk.insert_new(conn, link_click, ordered, unique=("id",)))
