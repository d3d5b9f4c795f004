"""The registers of the bridge's own: keeps what callers write there, once a turn, and tells each of
them what became of it."""

from __future__ import annotations

import json
import re
import secrets as chance
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from menu.record_parts import (
    DEPARTMENT,
    IN_CLEAR,
    KIND,
    REFERENCE,
    Record,
    RecordStatus,
    is_plain_word,
)
from menu.service_parts import DOWN, Service
from menu.services import Inquiry, Reply
from models import kept_record
from models.database import Database, DatabaseDown
from models.ids import new_id
from models.kept_record import NewRecord, NoReference, StoredRecord
from models.sealing import Sealer
from models.shared_clock import SharedClock
from services.faults import Failed
from services.request_writing import BadInput, taken_from
from services.response_reading import clean, reply_of
from telecom.check_digit import is_checked, with_check_digit
from telecom.keyed_hash import KeyedHash

DAY: Final = timedelta(days=1)
DIGITS: Final = 8  # of a reference, with its check digit; people read it out and type it
_NO_DIGITS: Final = re.compile(r"[^0-9]+")
_OK, _NOT_FOUND, _TOO_MANY = 200, 404, 429  # as a service over HTTP would say it


@dataclass(frozen=True, slots=True)
class RecordSealers:
    """What seals each column, and opens it."""

    number: Sealer
    told: Sealer
    note: Sealer

    @classmethod
    def of(cls, sealer: Sealer) -> RecordSealers:
        return cls(
            sealer.bound_to("kept_record.msisdn"),
            sealer.bound_to("kept_record.told"),
            sealer.bound_to("kept_record.note"),
        )


def new_references() -> Iterator[str]:
    """Numbers of eight digits by lot, none with a zero in front, which people leave out."""
    least = 10 ** (DIGITS - 2)
    while True:
        yield with_check_digit(str(least + chance.randbelow(9 * least)))


class Records:
    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        hasher: KeyedHash,
        clock: SharedClock,
        *,
        per_day: int,
        references: Callable[[], Iterator[str]] = new_references,
    ) -> None:
        """`per_day`: how many one number may keep in 24 hours."""
        self._database = database
        self._sealers = RecordSealers.of(sealer)
        self._hasher = hasher
        self._clock = clock
        self._per_day = per_day
        self._references = references

    def ask(self, service: Service, way: Record | RecordStatus, inquiry: Inquiry) -> Reply:
        """Raises Failed, BadInput. Where it fails, nothing is kept; a commit whose end nobody heard
        is found by the same turn when it comes again."""
        if not inquiry.caller_key:
            raise BadInput("nobody asks")
        cleaned = {name: clean(text) for name, text in inquiry.told.items()}
        told = taken_from(service, cleaned)
        try:
            if isinstance(way, RecordStatus):
                return self._status(service, way, inquiry.caller_key, told)
            return self._kept(service, way, inquiry, told)
        except (DatabaseDown, NoReference) as fault:
            raise Failed(DOWN, type(fault).__name__) from None

    def _kept(
        self, service: Service, way: Record, inquiry: Inquiry, told: Mapping[str, str]
    ) -> Reply:
        if not inquiry.number:
            raise BadInput("nobody could be called back")
        for name in IN_CLEAR:
            if told.get(name) and not is_plain_word(told[name]):
                raise BadInput(f"{name}: is no word of a menu")
        words = {name: text for name, text in told.items() if text and name not in IN_CLEAR}
        written = json.dumps(words, ensure_ascii=False)
        with self._database.write() as conn:
            now = self._clock.now(conn)
            reference = kept_record.keep(
                conn,
                NewRecord(
                    id=new_id(now),
                    register=way.register,
                    turn_hash=self._turn(way, inquiry, told),
                    msisdn_hash=inquiry.caller_key,
                    msisdn_sealed=self._sealers.number.seal(inquiry.number),
                    department=told.get(DEPARTMENT, ""),
                    kind=told.get(KIND, ""),
                    told_sealed=self._sealers.told.seal(written),
                    received_at=now,
                ),
                self._references(),
                most=self._per_day,
                since=now - DAY,
            )
        if reference is None:
            return reply_of(service, _TOO_MANY, None)
        return reply_of(service, _OK, {REFERENCE: reference})

    def _turn(self, way: Record, inquiry: Inquiry, told: Mapping[str, str]) -> str:
        """Names what is done. The words are part of it: who was told of a fault, and answers the
        same question otherwise, has written something else, which is not lost."""
        key = inquiry.key or chance.token_hex(16)
        parts = [way.register, inquiry.caller_key, key, *(f"{n}={told[n]}" for n in sorted(told))]
        return self._hasher.of("record:" + "\x1f".join(parts))

    def _status(
        self, service: Service, way: RecordStatus, caller_key: str, told: Mapping[str, str]
    ) -> Reply:
        """Of what this number wrote. Whether another's reference exists, nobody hears."""
        typed = told.get(REFERENCE, "")
        reference = reference_in(typed)
        found = None
        if not typed or reference is not None:
            with self._database.ask() as conn:
                found = kept_record.find_own(conn, way.register, caller_key, reference)
        if found is None:
            return reply_of(service, _NOT_FOUND, None)
        return reply_of(service, _OK, self._told(found))

    def _told(self, found: StoredRecord) -> dict[str, str]:
        note = self._sealers.note.find_open(found.note_sealed) if found.note_sealed else ""
        return {
            REFERENCE: found.reference,
            "status": found.standing,
            "note": note or "",
            DEPARTMENT: found.department,
            KIND: found.kind,
        }


def reference_in(typed: str) -> str | None:
    """The digits of any script, without what people write between them; None for what can be no
    reference."""
    plain = (str(unicodedata.decimal(char)) if char.isdecimal() else char for char in typed[:40])
    digits = _NO_DIGITS.sub("", "".join(plain))
    return digits if len(digits) == DIGITS and is_checked(digits) else None
