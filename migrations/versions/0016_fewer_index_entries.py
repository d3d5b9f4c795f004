"""Indexes without the rows that have nothing in them: each move of a message writes to all others.

The handset of the simulator finds its messages by the index of their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Table, columns; the last one is the one that may be empty.
_HALF_EMPTY: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("mt_message", ["resend_of"]),
    ("mt_message", ["gateway", "gateway_message_id"]),
    ("send_attempt", ["gateway_message_id"]),
)
_INBOX: Final = "ix_mt_message_inbox"


def upgrade() -> None:
    op.drop_index(_INBOX, "mt_message")
    for table, columns in _HALF_EMPTY:
        where = sa.text(f"{columns[-1]} IS NOT NULL")
        name = f"ix_{table}_{columns[-1]}"
        op.drop_index(name, table)
        op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for table, columns in _HALF_EMPTY:
        name = f"ix_{table}_{columns[-1]}"
        op.drop_index(name, table)
        op.create_index(name, table, columns)
    op.create_index(_INBOX, "mt_message", ["gateway", "to_hash", "sent_at"])
