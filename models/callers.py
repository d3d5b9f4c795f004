"""What the menu runner may know of a caller, from the durable record."""

from __future__ import annotations

from collections.abc import Sequence

from menu.language import Language
from menu.ports import CallersDown
from models import subscriber
from models.database import Database, DatabaseDown
from models.together import Together


class SqlCallers:
    """Implements menu.ports.Callers. A caller's key is the keyed hash of the MSISDN.

    Callers who ring at the same moment are looked up with one statement.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._look_ups: Together[str, Language | None] = Together(self._find_languages)

    def find_language(self, caller_key: str) -> Language | None:
        try:
            return self._look_ups.do(caller_key)
        except DatabaseDown as fault:
            raise CallersDown from fault

    def _find_languages(self, caller_keys: Sequence[str]) -> Sequence[Language | None]:
        with self._database.ask() as conn:
            known = subscriber.find_languages(conn, caller_keys)
        return [known.get(caller_key) for caller_key in caller_keys]
