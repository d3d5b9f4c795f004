"""Spend limits: counters, the breaker, what an SMS answers, and lists of do-not-disturb."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED = (
    ("mt_message", sa.Column("channel", sa.String(40))),
    ("mt_message", sa.Column("service", sa.String(64))),
    ("mt_message", sa.Column("body_hash", sa.String(32))),
    ("inbound_event", sa.Column("said_hash", sa.String(32))),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, sa.Column(column.name, column.type))
    _index_events("msisdn_hash", "received_at")
    op.create_table(
        "do_not_disturb",
        sa.Column("msisdn_hash", sa.String(32), nullable=False),
        sa.Column("listed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("msisdn_hash", name="pk_do_not_disturb"),
    )
    op.create_table(
        "spend_counter",
        sa.Column("period", sa.String(32), nullable=False),
        sa.Column("counts", sa.String(40), nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("sms", sa.Integer, nullable=False),
        sa.Column("micros", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            *("period", "counts", "gateway", "country", "subject", "currency", "shard"),
            name="pk_spend_counter",
        ),
    )
    op.create_table(
        "spend_trip",
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("tripped_at", UtcDateTime, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("armed_at", UtcDateTime),
        sa.Column("armed_by", sa.String(80)),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("scope", "generation", name="pk_spend_trip"),
    )
    op.create_index("ix_spend_trip_armed_at", "spend_trip", ["armed_at"])


def downgrade() -> None:
    for table in ("spend_trip", "spend_counter", "do_not_disturb"):
        op.drop_table(table)
    _index_events("msisdn_hash")
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)


def _index_events(*columns: str) -> None:
    op.drop_index("ix_inbound_event_msisdn_hash", "inbound_event")
    op.create_index("ix_inbound_event_msisdn_hash", "inbound_event", list(columns))
