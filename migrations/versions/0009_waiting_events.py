"""Events that wait for their answer are found by an index of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INDEX = "ix_inbound_event_waiting"
_WAITS = sa.text("decision = 'waiting'")


def upgrade() -> None:
    op.create_index(_INDEX, "inbound_event", ["id"], postgresql_where=_WAITS, sqlite_where=_WAITS)


def downgrade() -> None:
    """What waits is answered by no older release: the call was rejected, the caller rings again."""
    op.drop_index(_INDEX, table_name="inbound_event")
