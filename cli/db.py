"""`flask db`: the database's schema."""

from __future__ import annotations

from typing import Final

import click

from cli.ports import BridgeFactory
from cli.refusal import Refusal
from models.database import DatabaseDown

EXAMPLES: Final = """\b
Examples:
  flask db upgrade                                         the database of the settings
  BRIDGE_DATABASE_URL=postgresql://host/name flask db upgrade
"""


def commands(bridge_factory: BridgeFactory) -> click.Group:
    @click.group("db")
    def db() -> None:
        """The database's schema."""

    @db.command("upgrade", epilog=EXAMPLES)
    def upgrade() -> None:
        """Bring the database to the newest schema. Safe to repeat; `flask serve` does it too."""
        try:
            bridge_factory().migrate()
        except DatabaseDown as fault:
            raise Refusal(f"the database does not answer ({fault})") from None
        click.echo("The database has the newest schema.")

    return db
