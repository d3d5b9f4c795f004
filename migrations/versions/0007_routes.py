"""Attempts know by which gateway they went, and a dialogue's SMS are found behind any crowd."""

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
    op.add_column(
        "mt_message",
        sa.Column("lane", sa.String(16), nullable=False, server_default="dialogue"),
    )
    op.execute("UPDATE mt_message SET lane = 'bulk' WHERE message_class = 'bulk'")
    where = sa.text("status = 'queued'")
    op.create_index(
        "ix_mt_message_due_lane",
        "mt_message",
        ["lane", "not_before", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_mt_message_due_lane", "mt_message")
    op.drop_column("mt_message", "lane")
    op.drop_column("send_attempt", "gateway")
