"""Deletes short links that are long over, with their clicks: little by little, by any worker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from models.dialect import among
from models.link_click import link_click
from models.metadata import UtcDateTime
from models.short_link import short_link

_L: Final = short_link.c
_BEFORE: Final = bindparam("before", type_=UtcDateTime())
_NOW: Final = bindparam("now", type_=UtcDateTime())
# What another worker is deleting just now is his.
_OLDEST: Final = (
    select(_L.code)
    .where(_L.created_at < _BEFORE, _L.expires_at < _NOW)
    .order_by(_L.created_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def delete_old(conn: Connection, now: datetime, kept: timedelta, limit: int) -> int:
    """The oldest that were made longer ago and open no more, at most so many; how many these
    were."""
    period = {"before": now - kept, "now": now, "most": limit}
    codes = sorted(conn.execute(_OLDEST, period).scalars())
    if codes:
        dialect = conn.dialect.name
        for table in (link_click, short_link):
            old = delete(table).where(among(dialect, table.c.code, "codes"))
            conn.execute(old, {"codes": codes})
    return len(codes)
