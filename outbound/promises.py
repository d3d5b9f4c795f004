"""The SMS that a group of events may bring, one event after the other, in their transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from models import bulk, late_answer, mt_message, short_link
from models.late_answer import LateAnswer
from models.mt_message import NewRow
from models.short_link import ShortLink
from outbound.causes import Draft
from outbound.guard import Guard
from outbound.hearing import Hearing
from outbound.limits import Withheld
from outbound.outbox import row_of

LINK_LIFE: Final = timedelta(days=90)  # how long an SMS with a link stays worth opening


class Promises:
    """Lives as long as the transaction. What is granted is written together, but always before
    the tables are asked again.
    """

    def __init__(self, conn: Connection, guard: Guard, new: Sequence[Draft], now: datetime) -> None:
        """`new`: all events of the group that are recorded as new, in the order of arrival."""
        self._conn = conn
        self._now = now
        self._hearing = Hearing(conn, guard, new, now)
        self._rows: list[NewRow] = []
        self._links: list[ShortLink] = []
        self._asked: list[LateAnswer] = []
        self.are_made = False
        self.are_put_off = False

    def make_all(self, drafts: Sequence[Draft]) -> dict[str, Withheld | None]:
        """All that each event would bring is promised, or nothing: why not, by event.

        One after the other, for each may use up what the next one would have had.
        """
        asking = [
            one
            for one in drafts
            if one.proposal.wish and (one.proposal.promises or one.proposal.asked)
        ]
        withheld: dict[str, Withheld | None] = dict.fromkeys(one.event.id for one in drafts)
        self.write()
        self._hearing.look(asking)
        for draft in asking:
            withheld[draft.event.id] = why = self._hearing.judge(draft)
            if why is None:
                self._note(draft)
        return withheld

    def write(self) -> None:
        self._write()

    def close(self) -> None:
        """Writes the rest, and what it costs. Comes last."""
        self._write(*self._hearing.spent())
        self._hearing.close()

    def _write(self, *others: bulk.Change) -> None:
        rows, links = mt_message.queued(self._rows), short_link.made(self._links)
        asked = late_answer.made(self._asked)
        bulk.make_all(self._conn, [rows, links, asked, *others])
        self._rows, self._links, self._asked = [], [], []

    def _note(self, draft: Draft) -> None:
        self.are_made = self.are_made or bool(draft.proposal.promises)
        if asked := draft.proposal.asked:
            self.are_put_off = True
            self._asked.append(
                LateAnswer(
                    event_id=draft.event.id,
                    menu_version=asked.menu_version,
                    question_sealed=asked.question_sealed,
                    due_at=self._now,
                )
            )
        for promise in draft.proposal.promises:
            # Its life began with the event: what a worker comes to too late is not sent.
            row = row_of(promise.mt, draft.event.received_at, caused_by=draft.event.id)
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
                        language=link.language,
                    )
                )
