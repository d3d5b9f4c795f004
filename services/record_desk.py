"""What people of a department do with what callers wrote: read it, answer it, take it along.

Whoever opens words or numbers leaves a line that says so, in the transaction that he reads in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from menu.record_parts import MOST_NOTE, Standing
from models import kept_record, record_act
from models.database import Database
from models.kept_record import StoredRecord, Wanted
from models.record_act import Act, Deed
from models.sealing import Sealer
from models.shared_clock import SharedClock
from services.records import RecordSealers, reference_in
from services.response_reading import clean
from telecom.errors import Malformed
from telecom.msisdn import Msisdn

PAGE: Final = 500  # rows of one statement
MOST_ACTS: Final = 1000
UNREADABLE: Final = "(sealed with another key)"
_OPEN: Final = frozenset({Standing.NEW, Standing.SEEN, Standing.ANSWERED})


class NotDone(Exception):
    """The text says why, in words for whoever asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`told`: what the caller wrote, by its names in the menu; `number` masked, or in E.164."""

    reference: str
    register: str
    department: str
    kind: str
    standing: str
    received_at: datetime
    changed_at: datetime
    number: str = field(repr=False)
    told: Mapping[str, str] = field(repr=False)
    note: str = field(repr=False)


class RecordDesk:
    """Everything raises DatabaseDown."""

    def __init__(self, database: Database, sealer: Sealer, clock: SharedClock) -> None:
        self._database = database
        self._sealers = RecordSealers.of(sealer)
        self._clock = clock

    def newest(self, wanted: Wanted, limit: int) -> list[Opened]:
        with self._database.read() as conn:
            found = kept_record.newest(conn, wanted, limit=limit)
        return [self._opened(one) for one in found]

    def count(self, wanted: Wanted) -> int:
        with self._database.read() as conn:
            return kept_record.count(conn, wanted)

    def read(
        self, typed: str, *, by: str, marks: bool, with_number: bool
    ) -> tuple[Opened, list[Act]]:
        """One, and what was done with it. `marks`: who asks for the status of what was new hears
        from now on that somebody read it. Raises NotDone."""
        reference = _reference(typed)
        with self._database.write() as conn:
            now = self._clock.now(conn)
            if marks:
                kept_record.change(
                    conn,
                    reference,
                    before=frozenset({Standing.NEW}),
                    after=Standing.SEEN,
                    at=now,
                )
            found = kept_record.find(conn, reference)
            if found is None:
                raise NotDone(f"there is no {reference}")
            note = "with its number" if with_number else ""
            record_act.record(
                conn, Act(at=now, by=by, deed=Deed.READ, reference=reference, note=note)
            )
            acts = record_act.acts_on(conn, reference)
        return self._opened(found, with_number=with_number), acts

    def answer(self, typed: str, note: str, *, by: str) -> str:
        """Its reference. The note is read by the caller who asks. Raises NotDone."""
        return self._change(typed, Standing.ANSWERED, Deed.ANSWERED, _note(note), by)

    def close(self, typed: str, note: str, *, by: str) -> str:
        """The same, for good. Without a note the last one stays. Raises NotDone."""
        return self._change(
            typed, Standing.CLOSED, Deed.CLOSED, _note(note) if note.strip() else None, by
        )

    def export(self, wanted: Wanted, *, by: str, with_numbers: bool) -> Iterator[Opened]:
        """The newest first, all that came before now. It is written down first who takes how many
        along, then they are read page by page."""
        with self._database.write() as conn:
            now = self._clock.now(conn)
            wanted = replace(wanted, until=wanted.until or now)
            rows = kept_record.count(conn, wanted)
            whose = wanted.department or "every department"
            numbers = "with numbers" if with_numbers else "numbers masked"
            note = f"{rows} of {whose}, {numbers}"
            record_act.record(conn, Act(at=now, by=by, deed=Deed.EXPORTED, note=note))
        return self._pages(wanted, with_numbers=with_numbers)

    def names(self, wanted: Wanted) -> list[str]:
        """Of all that was told in them: the words first."""
        found = {name for one in self._pages(wanted) for name in one.told}
        return sorted(found, key=lambda name: (name != "words", name))

    def acts(self) -> list[Act]:
        """The newest first."""
        with self._database.read() as conn:
            return record_act.last_acts(conn, MOST_ACTS)

    def now(self) -> datetime:
        with self._database.read() as conn:
            return self._clock.now(conn)

    def _change(self, typed: str, after: Standing, deed: Deed, note: str | None, by: str) -> str:
        reference = _reference(typed)
        with self._database.write() as conn:
            now = self._clock.now(conn)
            sealed = self._sealers.note.seal(note) if note is not None else None
            is_done = kept_record.change(
                conn, reference, before=_OPEN, after=after, at=now, note_sealed=sealed
            )
            if not is_done:
                found = kept_record.find(conn, reference)
                why = "it is closed" if found else f"there is no {reference}"
                raise NotDone(why)
            record_act.record(conn, Act(at=now, by=by, deed=deed, reference=reference))
        return reference

    def _pages(self, wanted: Wanted, *, with_numbers: bool = False) -> Iterator[Opened]:
        last: StoredRecord | None = None
        while True:
            with self._database.read() as conn:
                found = kept_record.newest(conn, wanted, limit=PAGE, before=last)
            yield from (self._opened(one, with_number=with_numbers) for one in found)
            if len(found) < PAGE:
                return
            last = found[-1]

    def _opened(self, row: StoredRecord, *, with_number: bool = False) -> Opened:
        number = self._sealers.number.find_open(row.msisdn_sealed)
        told = self._sealers.told.find_open(row.told_sealed)
        note = self._sealers.note.find_open(row.note_sealed) if row.note_sealed else ""
        words: Mapping[str, str] = {"words": UNREADABLE} if told is None else json.loads(told)
        return Opened(
            reference=row.reference,
            register=row.register,
            department=row.department,
            kind=row.kind,
            standing=row.standing,
            received_at=row.received_at,
            changed_at=row.changed_at,
            number=_shown(number, with_number=with_number),
            told={name: clean(text) for name, text in words.items()},
            note=UNREADABLE if note is None else clean(note),
        )


def _shown(number: str | None, *, with_number: bool) -> str:
    if number is None:
        return UNREADABLE
    try:
        return number if with_number else Msisdn.parse(number, "IN").masked
    except Malformed:
        return UNREADABLE


def _reference(typed: str) -> str:
    reference = reference_in(typed)
    if reference is None:
        raise NotDone("this is no reference: eight digits, of which one is wrong or missing")
    return reference


def _note(text: str) -> str:
    note = clean(text)
    if not note:
        raise NotDone("the note says nothing")
    if len(note) > MOST_NOTE:
        raise NotDone(f"the note has {len(note)} characters; a phone shows {MOST_NOTE} at most")
    return note
