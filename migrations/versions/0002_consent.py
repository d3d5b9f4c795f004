"""Consent: who wants no SMS, and every change of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("msisdn_hash", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("msisdn_hash", name="pk_consent"),
    )
    op.create_table(
        "consent_change",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("msisdn_hash", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("inbound_event_id", sa.String(36)),
        sa.PrimaryKeyConstraint("id", name="pk_consent_change"),
        sa.ForeignKeyConstraint(
            ["inbound_event_id"],
            ["inbound_event.id"],
            name="fk_consent_change_inbound_event_id_inbound_event",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_consent_change_inbound_event_id", "consent_change", ["inbound_event_id"])
    op.create_index("ix_consent_change_msisdn_hash", "consent_change", ["msisdn_hash", "at"])
    op.create_index("ix_mt_message_to_hash", "mt_message", ["to_hash", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_mt_message_to_hash", "mt_message")
    op.drop_table("consent_change")
    op.drop_table("consent")
