"""Which secret key this database belongs to: one row with a proof of it, left by who came first.

A host with another key could not open what the others sealed: its dispatcher would take SMS for
poisoned, and its web workers would not find the STOP of anybody. So it must not start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Column, Connection, Integer, Table, select

from models.database import Database, DatabaseDown
from models.dialect import insert_new
from models.metadata import HASH, UtcDateTime, metadata
from models.mt_message import mt_message
from models.sealing import Unsealable

LOOK_SECONDS: Final = 0.5

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

key_mark: Final = Table(
    "key_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("proof", HASH, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
_PROOF: Final = select(key_mark.c.proof)
_NEWEST: Final = select(mt_message.c.to_sealed).order_by(mt_message.c.id.desc()).limit(1)


class OtherKey(Exception):
    """The database belongs to another secret key."""


class KeyMark:
    """`proof` is of our key; `open_one` opens a sealed recipient with it, or raises Unsealable."""

    def __init__(
        self,
        database: Database,
        proof: str,
        open_one: Callable[[bytes], object],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._proof = proof
        self._open_one = open_one
        self._now = now

    def check(self) -> None:
        """Leaves the mark where there is none yet. Raises OtherKey, DatabaseDown."""
        with self._database.read() as conn:
            is_marked = _find(conn) is not None
        if not is_marked:
            with self._database.write() as conn:
                self._leave(conn)
        if self.is_of_another():
            raise OtherKey

    def wait(self, stop: threading.Event) -> bool:
        """Until the database answers; False when `stop` came first. Raises OtherKey."""
        while not stop.is_set():
            try:
                self.check()
            except DatabaseDown as fault:
                log.warning("database down", why=str(fault))
                stop.wait(LOOK_SECONDS)
            else:
                return True
        return False

    def is_of_another(self) -> bool:
        """False also while nobody has left a mark. Raises DatabaseDown."""
        with self._database.read() as conn:
            return _find(conn) not in {None, self._proof}

    def _leave(self, conn: Connection) -> None:
        """A database that was filled before there were marks is not ours because we came first."""
        sealed = conn.execute(_NEWEST).scalar()
        if sealed is not None:
            try:
                self._open_one(sealed)
            except Unsealable:
                raise OtherKey from None
        row = {"id": 1, "proof": self._proof, "since": self._now()}
        insert_new(conn, key_mark, row, unique=("id",))


def _find(conn: Connection) -> str | None:
    proof: str | None = conn.execute(_PROOF).scalar()
    return proof
