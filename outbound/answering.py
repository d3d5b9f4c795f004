"""Events that were kept for later are answered here: taken, thought about, and promised for, in one
transaction. Any number of processes may do it at once; nobody answers what another one holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from menu.language import Language
from metrics.catalogue import EVENTS
from metrics.meter import SILENT, Meter
from models import inbound_event, subscriber, waiting_event
from models.database import Database, DatabaseDown
from models.inbound_event import NewEvent
from outbound.causes import Proposal
from outbound.group_writer import GroupWriter
from telecom.faults import report

FAILED: Final = "failed"  # the decision about an event that nobody could answer

Think = Callable[[NewEvent, Language | None], Proposal]
_Take = Callable[[Connection], Sequence[NewEvent]]


class Answering:
    def __init__(
        self, database: Database, writer: GroupWriter, *, at_most: int, meter: Meter = SILENT
    ) -> None:
        self._database = database
        self._writer = writer
        self._at_most = at_most
        self._meter = meter

    def answer_some(self, think: Think) -> int:
        """The oldest that wait; how many. `think` says what follows from an event whose subscriber
        reads this language. An event that it cannot be said of is decided as FAILED, and holds up
        no other. Raises DatabaseDown.
        """
        with self._database.ask() as conn:
            if not waiting_event.is_any(conn):
                return 0
        try:
            return self._answer(think, partial(waiting_event.take, at_most=self._at_most))
        except DatabaseDown:
            raise
        except Exception as fault:
            report("answering one by one", fault)
        with self._database.ask() as conn:
            ids = waiting_event.oldest(conn, at_most=self._at_most)
        return sum(self._answer_alone(think, event_id) for event_id in ids)

    def _answer_alone(self, think: Think, event_id: str) -> int:
        take = partial(waiting_event.take_one, event_id=event_id)
        try:
            return self._answer(think, take)
        except DatabaseDown:
            raise
        except Exception as fault:
            report("event not answered", fault, event_id=event_id)
        with self._database.write() as conn:
            events = take(conn)
            decisions = {event.id: FAILED for event in events}
            inbound_event.set_decisions(conn, decisions)
        self._count(events, decisions)
        return len(events)

    def _answer(self, think: Think, take: _Take) -> int:
        with self._database.write() as conn:
            events = take(conn)
            if not events:
                return 0
            hashes = [event.msisdn_hash for event in events if event.msisdn_hash]
            read_by = subscriber.find_languages(conn, hashes)
            decisions = self._writer.answer(
                conn, events, lambda event: think(event, read_by.get(event.msisdn_hash or ""))
            )
        self._count(events, decisions)
        return len(events)

    def _count(self, events: Sequence[NewEvent], decisions: Mapping[str, str]) -> None:
        for event in events:
            self._meter.count(EVENTS, event.gateway, event.kind, decisions[event.id])
