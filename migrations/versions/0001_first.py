"""The first schema: subscribers, events, the outbox with its attempts, menus, short links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _subscriber()
    _inbound_event()
    _mt_message()
    _send_attempt()
    _delivery_report()
    _menu_version()
    _short_link()


def downgrade() -> None:
    for table in (
        "short_link",
        "menu_version",
        "delivery_report",
        "send_attempt",
        "mt_message",
        "inbound_event",
        "subscriber",
    ):
        op.drop_table(table)


def _subscriber() -> None:
    op.create_table(
        "subscriber",
        sa.Column("msisdn_hash", sa.String(32), nullable=False),
        sa.Column("msisdn_sealed", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(16)),
        sa.Column("country", sa.String(2)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("msisdn_hash", name="pk_subscriber"),
    )


def _inbound_event() -> None:
    op.create_table(
        "inbound_event",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("gateway_event_id", sa.String(128), nullable=False),
        sa.Column("msisdn_hash", sa.String(32)),
        sa.Column("content_sealed", sa.LargeBinary, nullable=False),
        sa.Column("decision", sa.String(40)),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_event"),
        sa.UniqueConstraint(
            "gateway",
            "kind",
            "gateway_event_id",
            name="uq_inbound_event_gateway_kind_gateway_event_id",
        ),
    )
    op.create_index("ix_inbound_event_msisdn_hash", "inbound_event", ["msisdn_hash"])
    op.create_index("ix_inbound_event_received_at", "inbound_event", ["received_at"])


def _mt_message() -> None:
    op.create_table(
        "mt_message",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("ref", sa.String(32), nullable=False),
        sa.Column("dedupe_key", sa.String(160), nullable=False),
        sa.Column("message_class", sa.String(16), nullable=False),
        sa.Column("to_hash", sa.String(32), nullable=False),
        sa.Column("to_sealed", sa.LargeBinary, nullable=False),
        sa.Column("body_sealed", sa.LargeBinary),
        sa.Column("sender_id", sa.String(32)),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("owner", sa.String(128)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("submissions", sa.Integer, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("gateway_message_id", sa.Text),
        sa.Column("last_outcome", sa.String(40)),
        sa.Column("evidence", sa.String(40)),
        sa.Column("unknown_since", UtcDateTime),
        sa.Column("ambiguous_before", sa.Boolean, nullable=False),
        sa.Column("resend_of", sa.String(36)),
        sa.Column("link_id", sa.Text),
        sa.Column("inbound_event_id", sa.String(36)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("sent_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_mt_message"),
        sa.UniqueConstraint("ref", name="uq_mt_message_ref"),
        sa.UniqueConstraint("dedupe_key", name="uq_mt_message_dedupe_key"),
        sa.ForeignKeyConstraint(
            ["resend_of"],
            ["mt_message.id"],
            name="fk_mt_message_resend_of_mt_message",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["inbound_event_id"],
            ["inbound_event.id"],
            name="fk_mt_message_inbound_event_id_inbound_event",
            ondelete="SET NULL",
        ),
    )
    for name, columns in (
        ("inbox", ["gateway", "to_hash", "sent_at"]),
        ("gateway_message_id", ["gateway", "gateway_message_id"]),
        ("resend_of", ["resend_of"]),
        ("inbound_event_id", ["inbound_event_id"]),
    ):
        op.create_index(f"ix_mt_message_{name}", "mt_message", columns)
    for name, column, status in (
        ("due", "not_before", "queued"),
        ("overdue", "expires_at", "queued"),
        ("claimed", "lease_until", "claimed"),
        ("submitted", "lease_until", "submitted"),
        ("unknown", "unknown_since", "unknown"),
    ):
        where = sa.text(f"status = '{status}'")
        op.create_index(
            f"ix_mt_message_{name}",
            "mt_message",
            [column, "id"],
            sqlite_where=where,
            postgresql_where=where,
        )


def _send_attempt() -> None:
    op.create_table(
        "send_attempt",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("mt_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("outcome", sa.String(40)),
        sa.Column("reason", sa.String(40)),
        sa.Column("http_code", sa.Integer),
        sa.Column("gateway_message_id", sa.Text),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_send_attempt"),
        sa.UniqueConstraint("mt_id", "generation", name="uq_send_attempt_mt_id_generation"),
        sa.ForeignKeyConstraint(
            ["mt_id"],
            ["mt_message.id"],
            name="fk_send_attempt_mt_id_mt_message",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_send_attempt_gateway_message_id", "send_attempt", ["gateway_message_id"])


def _delivery_report() -> None:
    op.create_table(
        "delivery_report",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("gateway_message_id", sa.Text, nullable=False),
        sa.Column("vendor_status", sa.String(40), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("dlr_status", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("mt_id", sa.String(36)),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_report"),
        sa.UniqueConstraint(
            "gateway",
            "gateway_message_id",
            "vendor_status",
            "part",
            name="uq_delivery_report_once",
        ),
        sa.ForeignKeyConstraint(
            ["mt_id"],
            ["mt_message.id"],
            name="fk_delivery_report_mt_id_mt_message",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_delivery_report_mt_id", "delivery_report", ["mt_id"])


def _menu_version() -> None:
    op.create_table(
        "menu_version",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("publication", sa.Integer, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=False),
        sa.Column("published_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_menu_version"),
        sa.UniqueConstraint("fingerprint", name="uq_menu_version_fingerprint"),
        sa.UniqueConstraint("publication", name="uq_menu_version_publication"),
        sqlite_autoincrement=True,
    )


def _short_link() -> None:
    op.create_table(
        "short_link",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("link_name", sa.String(64), nullable=False),
        sa.Column("menu_version", sa.Integer, nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("mt_id", sa.String(36)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_short_link"),
        sa.ForeignKeyConstraint(
            ["menu_version"], ["menu_version.id"], name="fk_short_link_menu_version_menu_version"
        ),
        sa.ForeignKeyConstraint(
            ["mt_id"],
            ["mt_message.id"],
            name="fk_short_link_mt_id_mt_message",
            ondelete="SET NULL",
        ),
    )
    for column in ("menu_version", "mt_id", "expires_at"):
        op.create_index(f"ix_short_link_{column}", "short_link", [column])
