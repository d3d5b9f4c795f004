"""Turns of dialogues, for a while: to be counted, and run again through a changed menu."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turn",
        sa.Column("stream_ms", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("stream_number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("epoch", sa.String(16), nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("caller_hash", sa.String(32), nullable=False),
        sa.Column("masked", sa.Text, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("menu_version", sa.Integer, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("begins", sa.Boolean, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("said_sealed", sa.LargeBinary, nullable=False),
        sa.Column("is_withheld", sa.Boolean, nullable=False),
        sa.Column("screen", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("effects", sa.Text, nullable=False),
        sa.Column("septets", sa.Integer, nullable=False),
        sa.Column("ucs2", sa.Integer, nullable=False),
        sa.Column("is_latin", sa.Boolean, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("stream_ms", "stream_number", "epoch", name="pk_turn"),
    )


def downgrade() -> None:
    """What was recorded is gone; nothing that was promised is in it."""
    op.drop_table("turn")
