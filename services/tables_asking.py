"""Asks a database for one row, in a pool of its own: a host that is gone holds up no turn."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from typing import Final

from menu.service_parts import DOWN, REFUSED, SLOW, Secret, Service
from menu.services import Reply
from menu.table_parts import TableQuery
from models.read_only import BadUrl, Cell, NotRead, ReadOnlyDatabases
from services.faults import Failed
from services.response_reading import reply_of
from services.secrets import Secrets

AT_ONCE: Final = 8  # for each database the pool has as many connections


class QueryConnector:
    """Opens nothing before it is asked; safe to share between threads."""

    def __init__(self, secrets: Secrets, databases: ReadOnlyDatabases) -> None:
        self._secrets = secrets
        self._databases = databases
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tables")
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def ask(
        self, service: Service, way: TableQuery, told: Mapping[str, str], seconds: float
    ) -> Reply:
        """Raises Failed. Nothing is done by it, so that asking again is no harm."""
        url = self._secrets.get(Secret(way.database))
        if not self._free.acquire(timeout=max(0.0, min(seconds, 0.2))):
            raise Failed(SLOW, "too many queries wait")
        asked = {name: text or None for name, text in told.items()}
        future = self._pool.submit(self._run, url, way.query, asked, seconds)
        try:
            row = future.result(seconds)
        except NotInTime:
            if future.cancel():
                self._free.release()
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

    def _run(
        self, url: str, query: str, told: Mapping[str, str | None], seconds: float
    ) -> dict[str, Cell] | None:
        try:
            return self._databases.first(url, query, told, seconds)
        finally:
            self._free.release()
