"""What callers write for departments, and what was done with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_record",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("register", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False, unique=True),
        sa.Column("turn_hash", sa.String(32), nullable=False, unique=True),
        sa.Column("msisdn_hash", sa.String(32), nullable=False),
        sa.Column("msisdn_sealed", sa.LargeBinary, nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary, nullable=False),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_kept_record_received_at", "kept_record", ["received_at"])
    op.create_index("ix_kept_record_msisdn_hash", "kept_record", ["msisdn_hash", "received_at"])
    op.create_index("ix_kept_record_department", "kept_record", ["department", "received_at"])
    op.create_table(
        "record_act",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("deed", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(12)),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("ix_record_act_reference", "record_act", ["reference"])


def downgrade() -> None:
    """What people wrote is lost: export it before."""
    op.drop_table("record_act")
    op.drop_table("kept_record")
