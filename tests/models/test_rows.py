"""Rows as columns: every field, and each value itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from models.rows import columns_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    at: datetime
    sealed: bytes | None = None


def test_a_row_is_its_fields() -> None:
    row = Row(id="1", at=datetime(2026, 11, 23, tzinfo=UTC))
    columns = columns_of(row)
    assert columns == {"id": "1", "at": row.at, "sealed": None}
    assert columns["at"] is row.at
