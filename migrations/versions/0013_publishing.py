"""Previews, plans and shares of menus, and the audit of what was done to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("menu_version", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "menu_share",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("menu_version", sa.Integer, nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("begun_by", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_menu_share"),
        _version("menu_share"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "menu_plan",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("menu_version", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("planned_at", UtcDateTime, nullable=False),
        sa.Column("planned_by", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_menu_plan"),
        _version("menu_plan"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "menu_preview",
        sa.Column("msisdn_hash", sa.String(32), nullable=False),
        sa.Column("menu_version", sa.Integer, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("msisdn_hash", name="pk_menu_preview"),
        _version("menu_preview"),
    )


def downgrade() -> None:
    """Everybody sees the live version; what was done by hand is forgotten."""
    for table in ("menu_preview", "menu_plan", "menu_share", "audit"):
        op.drop_table(table)


def _version(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_menu_version_menu_version"
    return sa.ForeignKeyConstraint(["menu_version"], ["menu_version.id"], name=name)
