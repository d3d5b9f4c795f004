"""What an operator can do with the outbox by hand. Each act is kept with its who and why."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from models import mt_copy, mt_search, mt_story, outbox_act, outbox_pause
from models.database import Database, after_commit
from models.mt_search import Group, Row, Wanted
from models.mt_story import Story
from models.outbox_act import Act, Deed
from models.outbox_pause import ALL, Pause
from models.sealing import Unsealable
from models.shared_clock import SharedClock
from outbound import story as stories
from outbound.dlt_advice import NOT_CALLED, advise
from outbound.outbox import Outbox
from outbound.story import OPEN, Told
from telecom.dlt_book import COUNTRY, DltBook
from telecom.dlt_codes import advice_for
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass

PAGE: Final = 500  # rows that one transaction ends at most


class CannotRequeue(Exception):
    """Why another copy is not queued, in words."""


class NotFound(Exception):
    """No message has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who acts, and why."""

    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    now: datetime
    groups: list[Group]
    pauses: list[Pause]
    restored: Act | None  # the last restore, while something is paused


@dataclass(frozen=True, slots=True)
class Shown:
    """A message with what may be read of its number."""

    row: Row
    masked: str


class Desk:
    """All of it raises DatabaseDown. `gateways` names those that can send; None: not to be told."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        hasher: KeyedHash,
        clock: SharedClock,
        *,
        settle_seconds: float,
        gateways: Callable[[], Collection[str] | None],
        dlt: Callable[[], DltBook | None] = lambda: None,
    ) -> None:
        """`dlt`: what the live menu registers for texts to India."""
        self._database = database
        self._outbox = outbox
        self._hasher = hasher
        self._clock = clock
        self._settle_seconds = settle_seconds
        self.gateways = gateways
        self._dlt = dlt

    def pause(self, gateway: str | None, who: Who) -> bool:
        """False when it was paused before; then nothing changes."""
        with self._database.write() as conn:
            now = self._clock.now(conn)
            return pause(conn, gateway, who, now)

    def resume(self, gateway: str | None, who: Who) -> bool:
        """False when it was not paused."""
        with self._database.write() as conn:
            was_paused = outbox_pause.remove(conn, gateway or ALL)
            if was_paused:
                self._note(conn, Deed.RESUMED, who, gateway=gateway)
                after_commit(conn, self._outbox.rings.sms)
            return was_paused

    def pauses(self) -> list[Pause]:
        with self._database.read() as conn:
            return outbox_pause.pauses(conn)

    def overview(self) -> Overview:
        with self._database.read() as conn:
            pauses = outbox_pause.pauses(conn)
            return Overview(
                now=self._clock.now(conn),
                groups=mt_search.groups(conn),
                pauses=pauses,
                restored=outbox_act.last_restore(conn) if pauses else None,
            )

    def hash_of(self, msisdn: Msisdn) -> str:
        """What a number is looked up by."""
        return self._hasher.of(msisdn.e164)

    def search(self, wanted: Wanted, limit: int) -> list[Shown]:
        with self._database.read() as conn:
            rows = mt_search.search(conn, wanted, limit)
        return [Shown(row, self._masked(row)) for row in rows]

    def find(self, mt_id: str) -> Story:
        """Raises NotFound."""
        with self._database.read() as conn:
            return self._find(conn, mt_id)

    def tell(self, story: Story) -> Told:
        known = self.gateways()
        return stories.tell(
            story,
            settle_seconds=self._settle_seconds,
            gateways=known,
            advice=self._advice(story),
        )

    def masked(self, story: Story) -> str:
        return self._masked(story.row)

    def requeue(self, mt_id: str, who: Who) -> str:
        """Queues a second SMS with the same words to the same phone: its id.

        Raises NotFound, CannotRequeue.
        """
        with self._database.write() as conn:
            story = self._find(conn, mt_id)
            if why := why_not_requeued(story):
                raise CannotRequeue(why)
            copy_id = mt_copy.queue(conn, mt_id, nth=len(story.copies) + 1, now=story.now)
            if copy_id is None:
                raise CannotRequeue("somebody else queued one this moment")
            self._note(conn, Deed.REQUEUED, who, mt_id=mt_id, gateway=story.row.gateway)
            after_commit(conn, self._outbox.rings.sms)
            return copy_id

    def expire(self, mt_id: str, who: Who) -> bool:
        """False when it does not wait, or a copy may be out. Raises NotFound."""
        with self._database.write() as conn:
            story = self._find(conn, mt_id)
            ended = mt_search.expire_one(conn, mt_id, story.now)
            if ended:
                self._note(conn, Deed.EXPIRED, who, mt_id=mt_id, gateway=story.row.gateway)
            return ended

    def count_older(
        self, age: timedelta, gateway: str | None, message_class: MessageClass | None
    ) -> int:
        with self._database.read() as conn:
            before = self._clock.now(conn) - age
            return mt_search.waiting_since_before(conn, before, gateway, message_class)

    def expire_older(
        self, age: timedelta, gateway: str | None, message_class: MessageClass | None, who: Who
    ) -> int:
        """How many it ended, in short transactions, each with its own record."""
        total, before = 0, None
        while True:
            with self._database.write() as conn:
                now = self._clock.now(conn)
                before = before or now - age
                ended = mt_search.expire_older(
                    conn, before, gateway, message_class, now=now, limit=PAGE
                )
                if ended:
                    told = f"{ended} SMS promised before {before:%Y-%m-%d %H:%M:%S}. {who.note}"
                    noted = Who(by=who.by, note=told.strip())
                    self._note(conn, Deed.EXPIRED, noted, gateway=gateway)
            total += ended
            if ended < PAGE:
                return total

    def _advice(self, story: Story) -> list[str]:
        """What DLT has to do with it."""
        words = [f"{report.vendor_status} {report.reason or ''}" for report in story.reports]
        if story.row.last_outcome not in NOT_CALLED and not any(map(advice_for, words)):
            return []
        try:
            if self._outbox.recipient(story.row.to_sealed).region != COUNTRY:
                return []
            text = self._outbox.text_of(story.body_sealed) if story.body_sealed else None
        except Unsealable:
            text = None
        return advise(self._dlt(), text, story.row.last_outcome, words)

    def _find(self, conn: Connection, mt_id: str) -> Story:
        found = mt_story.find(conn, mt_id, self._clock.now(conn))
        if found is None:
            raise NotFound(f"no SMS has the id {mt_id}")
        return found

    def _masked(self, row: Row) -> str:
        try:
            return self._outbox.recipient(row.to_sealed).masked
        except Unsealable:
            return "does not open"

    def _note(
        self,
        conn: Connection,
        deed: Deed,
        who: Who,
        *,
        mt_id: str | None = None,
        gateway: str | None = None,
    ) -> None:
        at = self._clock.now(conn)
        act = Act(at=at, by=who.by, deed=deed, mt_id=mt_id, gateway=gateway, note=who.note)
        outbox_act.record(conn, act)


def pause(conn: Connection, gateway: str | None, who: Who, now: datetime) -> bool:
    """In the caller's transaction. False when it was paused before."""
    row = Pause(gateway=gateway or ALL, since=now, by=who.by, note=who.note)
    is_new = outbox_pause.record(conn, row)
    if is_new:
        act = Act(at=now, by=who.by, deed=Deed.PAUSED, gateway=gateway, note=who.note)
        outbox_act.record(conn, act)
    return is_new


def why_not_requeued(story: Story) -> str | None:
    """What forbids a second copy, None when nothing does."""
    row = story.row
    if row.status in OPEN:
        return f"it is {row.status}: it is still being worked on, and would go out twice"
    waiting = [copy.id for copy in story.copies if copy.status in OPEN]
    if waiting:
        return f"a second copy is on its way already: {waiting[0]}"
    if story.has_opted_out and row.message_class is not MessageClass.CONFIRMATION:
        return "the subscriber has said STOP"
    if not row.has_body:
        return "its text was wiped: a one-time code is kept only as long as it is of use"
    return None
