"""Asks a database for one row, in a pool of its own: a host that is gone holds up no turn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from menu.service_parts import DOWN, REFUSED, SLOW, Secret, Service
from menu.services import Reply
from menu.table_parts import TableQuery
from models.read_only import BadUrl, NotRead, ReadOnlyDatabases
from services.bounded import Bounded, Busy, Late
from services.faults import Failed
from services.response_reading import reply_of
from services.secrets import Secrets

PATIENCE_SECONDS: Final = 0.2  # for a free thread
AT_ONCE: Final = 8  # for each database the pool has as many connections


class QueryConnector:
    """Opens nothing before it is asked; safe to share between threads."""

    def __init__(self, secrets: Secrets, databases: ReadOnlyDatabases) -> None:
        self._secrets = secrets
        self._databases = databases
        self._threads = Bounded(AT_ONCE, "tables")

    def close(self) -> None:
        """Of all connections; who hangs is not waited for."""
        self._threads.close()
        self._databases.close()

    def ask(
        self, service: Service, way: TableQuery, told: Mapping[str, str], seconds: float
    ) -> Reply:
        """Raises Failed. Nothing is done by it, so that asking again is no harm."""
        url = self._secrets.get(Secret(way.database))
        asked = {name: text or None for name, text in told.items()}
        work = partial(self._databases.first, url, way.query, asked, seconds)
        try:
            row = self._threads.run(work, seconds, patience=PATIENCE_SECONDS)
        except Busy:
            raise Failed(SLOW, "too many queries wait") from None
        except Late:
            raise Failed(SLOW, "not in time") from None
        except BadUrl as fault:
            raise Failed(REFUSED, f"{way.database} {fault}") from None
        except NotRead as fault:
            raise Failed(SLOW if fault.is_slow else DOWN, str(fault)) from None
        return reply_of(service, 404 if row is None else 200, row)

    def columns(self, service: Service, way: TableQuery) -> tuple[str, ...]:
        """Those of the query. Raises Failed."""
        try:
            url = self._secrets.get(Secret(way.database))
            return self._databases.columns(url, way.query, dict.fromkeys(service.takes))
        except BadUrl as fault:
            raise Failed(REFUSED, f"{way.database} {fault}") from None
        except NotRead as fault:
            raise Failed(DOWN, str(fault)) from None
