"""The outbox can be paused, and what people do to it by hand is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_pause",
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("gateway", name="pk_outbox_pause"),
    )
    op.create_table(
        "outbox_act",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("deed", sa.String(40), nullable=False),
        sa.Column("mt_id", sa.String(36)),
        sa.Column("gateway", sa.String(32)),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_act"),
    )
    op.create_index("ix_outbox_act_mt_id", "outbox_act", ["mt_id"])


def downgrade() -> None:
    """What is paused is sent again; who did what is forgotten."""
    op.drop_table("outbox_act")
    op.drop_table("outbox_pause")
