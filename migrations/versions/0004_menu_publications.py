"""Every publication of a menu is kept; before, a version knew only its last one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.metadata import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The last publication of each version.
ON_SQLITE = """
SELECT id, fingerprint, source, note, publication, published_at, published_by
FROM menu_version JOIN menu_publication ON publication =
  (SELECT max(each.publication) FROM menu_publication AS each WHERE each.menu_version = id)
"""
ON_POSTGRESQL = """
UPDATE menu_version SET note = last.note, publication = last.publication,
  published_at = last.published_at, published_by = last.published_by
FROM menu_publication AS last WHERE last.publication =
  (SELECT max(each.publication) FROM menu_publication AS each
   WHERE each.menu_version = menu_version.id)
"""
SEQUENCE = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))  # SQLite's own


def upgrade() -> None:
    op.create_table(
        "menu_publication",
        sa.Column("publication", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("menu_version", sa.Integer, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=False),
        sa.Column("published_by", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("publication", name="pk_menu_publication"),
        sa.ForeignKeyConstraint(
            ["menu_version"],
            ["menu_version.id"],
            name="fk_menu_publication_menu_version_menu_version",
        ),
    )
    op.create_index("ix_menu_publication_menu_version", "menu_publication", ["menu_version"])
    op.execute(
        "INSERT INTO menu_publication (publication, menu_version, published_at, published_by, note)"
        " SELECT publication, id, published_at, published_by, note FROM menu_version"
    )
    if _is_sqlite():
        _rebuild("SELECT id, fingerprint, source FROM menu_version")
    else:
        for column in _moved():
            op.drop_column("menu_version", column.name)


def downgrade() -> None:
    """Each version keeps its last publication; the earlier ones are lost."""
    if _is_sqlite():
        unique = sa.UniqueConstraint("publication", name="uq_menu_version_publication")
        _rebuild(ON_SQLITE, *_moved(), unique)
    else:
        for column in _moved():
            op.add_column("menu_version", sa.Column(column.name, column.type))
        op.execute(ON_POSTGRESQL)
        for column in _moved():
            op.alter_column("menu_version", column.name, nullable=False)
        op.create_unique_constraint("uq_menu_version_publication", "menu_version", ["publication"])
    op.drop_table("menu_publication")


def _moved() -> list[sa.Column[object]]:
    return [
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("publication", sa.Integer, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=False),
        sa.Column("published_by", sa.String(80), nullable=False),
    ]


def _rebuild(rows: str, *more: sa.schema.SchemaItem) -> None:
    """SQLite cannot drop a unique column. Nothing is renamed: short_link refers to the name."""
    last_given = sa.select(SEQUENCE.c.seq).where(SEQUENCE.c.name == "menu_version")
    given = op.get_bind().execute(last_given).scalar()
    op.execute(f"CREATE TABLE menu_version_kept AS {rows}")
    op.drop_table("menu_version")
    op.create_table(
        "menu_version",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name="pk_menu_version"),
        sa.UniqueConstraint("fingerprint", name="uq_menu_version_fingerprint"),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO menu_version SELECT * FROM menu_version_kept")
    op.drop_table("menu_version_kept")
    if given is not None:  # also versions that were deleted: no number is given twice
        op.execute(sa.delete(SEQUENCE).where(SEQUENCE.c.name == "menu_version"))
        op.execute(sa.insert(SEQUENCE).values(name="menu_version", seq=given))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
