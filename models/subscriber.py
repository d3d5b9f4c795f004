"""What is remembered of a subscriber: the language. The MSISDN is sealed; its hash is the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Column, Connection, LargeBinary, Select, String, Table, select

from models import bulk
from models.dialect import among
from models.metadata import HASH, UtcDateTime, metadata

subscriber: Final = Table(
    "subscriber",
    metadata,
    Column("msisdn_hash", HASH, primary_key=True),
    Column("msisdn_sealed", LargeBinary, nullable=False),
    Column("language", String(16)),
    Column("country", String(2)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)


def find_language(conn: Connection, msisdn_hash: str) -> str | None:
    """None for a stranger, and for a subscriber who never chose."""
    return find_languages(conn, [msisdn_hash]).get(msisdn_hash)


def find_languages(conn: Connection, msisdn_hashes: Sequence[str]) -> Mapping[str, str | None]:
    """Of those who are known."""
    rows = conn.execute(_languages(conn.dialect.name), {"whose": list(msisdn_hashes)})
    return {row.msisdn_hash: row.language for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    msisdn_hash: str
    msisdn_sealed: bytes = field(repr=False)
    language: str
    country: str | None


def remember_languages(conn: Connection, choices: Sequence[Choice], now: datetime) -> None:
    """Keeps the choices; of one number the last."""
    last = {one.msisdn_hash: one for one in choices}
    rows = [{**asdict(last[whose]), "created_at": now, "updated_at": now} for whose in sorted(last)]
    bulk.overwrite(conn, subscriber, rows, unique="msisdn_hash", kept=("created_at",))


@cache
def _languages(dialect: str) -> Select[str, str | None]:
    known = subscriber.c
    whose = among(dialect, known.msisdn_hash, "whose")
    return select(known.msisdn_hash, known.language).where(whose)
