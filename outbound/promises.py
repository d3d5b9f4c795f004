"""The SMS that a group of events may bring, one event after the other, in their transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from models import mt_message, short_link, spend
from models.mt_message import NewRow
from models.short_link import ShortLink
from outbound.causes import Draft
from outbound.guard import Guard
from outbound.limits import Withheld
from outbound.outbox import row_of

LINK_LIFE: Final = timedelta(days=90)  # how long an SMS with a link stays worth opening


class Promises:
    """Lives as long as the transaction. What is granted is written together, but always before
    anybody looks at its number again.
    """

    def __init__(self, conn: Connection, guard: Guard, new: Sequence[Draft], now: datetime) -> None:
        """`new`: all events of the group that are recorded as new, in the order of arrival."""
        self._conn = conn
        self._guard = guard
        self._now = now
        self._arrivals: defaultdict[str | None, list[str]] = defaultdict(list)
        for draft in new:
            self._arrivals[draft.proposal.whose].append(draft.event.id)
        self._rows: list[NewRow] = []
        self._links: list[ShortLink] = []
        self._waiting: set[str | None] = set()
        self._shard: int | None = None
        self.are_made = False

    def make(self, draft: Draft) -> Withheld | None:
        """All that the event would bring is promised, or nothing: then why not."""
        wish, whose = draft.proposal.wish, draft.proposal.whose
        if wish is None or not draft.proposal.promises:
            return None
        if whose in self._waiting:
            self.write()
        arrived = self._arrivals[whose]
        unheard = arrived[arrived.index(draft.event.id) :]
        look = self._guard.look(self._conn, wish, self._now, unheard=unheard)
        if look.withheld is not None:
            return look.withheld
        if self._shard is None:
            self._shard = spend.take_shard(self._conn)
        withheld = self._guard.spend(self._conn, wish, look, self._now, self._shard)
        if withheld is None:
            self._waiting.add(whose)
            self._note(draft)
        return withheld

    def write(self) -> None:
        mt_message.insert_all(self._conn, self._rows)
        short_link.insert_all(self._conn, self._links)
        self._rows.clear()
        self._links.clear()
        self._waiting.clear()

    def _note(self, draft: Draft) -> None:
        self.are_made = True
        for promise in draft.proposal.promises:
            row = row_of(promise.mt, self._now, caused_by=draft.event.id)
            self._rows.append(row)
            link, version = promise.link, draft.proposal.cause.menu_version
            if link is not None and version is not None:
                self._links.append(
                    ShortLink(
                        code=link.code,
                        link_name=link.link,
                        menu_version=version,
                        country=link.country,
                        mt_id=row.id,
                        created_at=self._now,
                        expires_at=self._now + LINK_LIFE,
                    )
                )
