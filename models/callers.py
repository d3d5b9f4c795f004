"""What the menu runner may know of a caller, from the durable record."""

from __future__ import annotations

from menu.language import Language
from menu.ports import CallersDown
from models import subscriber
from models.database import Database, DatabaseDown


class SqlCallers:
    """Implements menu.ports.Callers. A caller's key is the keyed hash of the MSISDN."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_language(self, caller_key: str) -> Language | None:
        try:
            with self._database.read() as conn:
                return subscriber.find_language(conn, caller_key)
        except DatabaseDown as fault:
            raise CallersDown from fault
