"""Attempts know by which gateway they went, and answers are found beside millions in bulk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import GATEWAY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("send_attempt", sa.Column("gateway", GATEWAY))
    where = sa.text("status = 'queued' AND message_class != 'bulk'")
    op.create_index(
        "ix_mt_message_due_answers",
        "mt_message",
        ["not_before", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_mt_message_due_answers", "mt_message")
    op.drop_column("send_attempt", "gateway")
