"""The database knows to which secret key it belongs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_mark",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("proof", sa.String(32), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_mark"),
    )


def downgrade() -> None:
    """The next process that starts leaves its mark anew."""
    op.drop_table("key_mark")
