"""Delivery reports without a message are looked for again, a bounded number of times."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery_report", sa.Column("look_at", UtcDateTime))
    where = sa.text("look_at IS NOT NULL")
    op.create_index(
        "ix_delivery_report_look_at",
        "delivery_report",
        ["look_at", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_report_look_at", "delivery_report")
    op.drop_column("delivery_report", "look_at")
