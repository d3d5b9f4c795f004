"""Runs the migrations on the connection that models.migrate hands in, in its transaction."""

from __future__ import annotations

from alembic import context

from models.all_tables import TABLES

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=TABLES[0].metadata,
    # SQLite cannot alter most of a table: there a changed one is rebuilt.
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
