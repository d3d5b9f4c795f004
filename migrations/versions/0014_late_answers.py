"""Questions to slow services, whose answers go out by SMS."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_answer",
        sa.Column(
            "event_id",
            sa.String(36),
            sa.ForeignKey("inbound_event.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("menu_version", sa.Integer, nullable=False),
        sa.Column("question_sealed", sa.LargeBinary, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_index("ix_late_answer_due_at", "late_answer", ["due_at"])


def downgrade() -> None:
    """What is asked still is answered by no older release: the caller dials again."""
    op.drop_table("late_answer")
