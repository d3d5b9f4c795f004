"""Opened links are counted, and parts of the menu can be switched off without a new version.

There is no 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("short_link", sa.Column("language", sa.String(20)))
    op.create_index("ix_short_link_created_at", "short_link", ["created_at"])
    op.create_table(
        "link_click",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("clicked_at", UtcDateTime, nullable=False),
        sa.Column("platform", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_click"),
        sa.ForeignKeyConstraint(
            ["code"], ["short_link.code"], name="fk_link_click_code_short_link", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_link_click_code", "link_click", ["code"])
    op.create_table(
        "switch_act",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("deed", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("texts", sa.Text, nullable=False),
        sa.Column("hours", sa.Text, nullable=False),
        sa.Column("begins_at", UtcDateTime),
        sa.Column("until", UtcDateTime),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_switch_act"),
    )
    op.create_index("ix_switch_act_kind_name", "switch_act", ["kind", "name"])


def downgrade() -> None:
    """What was switched off is on again; counts of opened links are forgotten."""
    op.drop_table("switch_act")
    op.drop_table("link_click")
    op.drop_index("ix_short_link_created_at", table_name="short_link")
    op.drop_column("short_link", "language")
