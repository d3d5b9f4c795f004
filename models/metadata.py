"""One MetaData for all tables, and the column types that every database must agree on."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import DateTime, Dialect, Enum, MetaData, String
from sqlalchemy.types import TypeDecorator, TypeEngine

# Named, so that a later migration can drop what an earlier one made.
metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# Sizes of what several tables store: a uuid, a keyed hash, a gateway's name, one word of ours.
ID: Final = String(36)
HASH: Final = String(32)
GATEWAY: Final = String(32)
WORD: Final = String(40)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. A naive value is refused: nobody can say what it means.

    SQLite has no time type: there it is ISO text of one fixed width, so that text order is time
    order and an operator can read it.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str] | TypeEngine[datetime]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time: every stored time is aware")
        in_utc = value.astimezone(UTC)
        return in_utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        if dialect.name == "sqlite" and isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


def words(of: type[StrEnum]) -> Enum:
    """A column that holds the words of an enum as plain text, so that a new word needs no DDL."""
    return Enum(
        of,
        native_enum=False,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )
