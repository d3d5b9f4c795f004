"""What a group of delivery reports does to the messages that they are about. Pure.

The reports are heard one after the other, and each finds what those before it have changed: so a
group ends as if each had come alone. `report_keeping` reads what is known and writes what follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.delivery_report import Key, NewReport, Pair, Stored
from models.mt_moves import Proof
from models.report_owners import Owners, Token
from outbound.weighing import Said, weigh
from telecom.errors import Reason
from telecom.events import DeliveryReport
from telecom.statuses import MtStatus, may_move

EVIDENCE: Final = "report"

# A report and its send may end in the same moment, in transactions that do not see each other. The
# first look back catches that.
FIRST_LOOK: Final = timedelta(seconds=5)


class Receipt(StrEnum):
    """What became of a report."""

    TAKEN = "taken"
    LATE = "late"  # stored, and no news: its message has come further already
    REPEATED = "repeated"
    WAITS = "waits"  # no message has this id yet, or ever
    CONTRADICTS = "contradicts"  # its ref and its id cannot be of one message: nothing was stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A report and, where the vendor carries it, our own token of its message."""

    report: DeliveryReport
    ref: str | None = None

    @property
    def pair(self) -> Pair:
        return Pair(self.report.gateway, self.report.gateway_message_id)

    @property
    def token(self) -> Token | None:
        return Token(self.report.gateway, self.ref) if self.ref is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    gateway: str
    mt_id: str
    before: MtStatus
    after: MtStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of one report, and where that led. `new` is set if it seems to be no repeat."""

    receipt: Receipt
    mt_id: str | None = None
    move: Move | None = None
    new: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database has, read once nobody else can act on the messages that `owners` holds.

    `stored` has all reports of these messages and of the reports' own ids; those that wait and
    are not `free` belong to another transaction. `attempts`: what the copies of a message are
    called, where a report by its ref is the first to name it so.
    """

    owners: Owners
    stored: Sequence[Stored]
    free: frozenset[int]
    attempts: Mapping[str, Sequence[str | None]]


class ReportGroup:
    """`new`, `joined`, `teaching` and `proofs` are what is to be written."""

    def __init__(self, known: Known, now: datetime) -> None:
        self.new: dict[Key, NewReport] = {}
        self.joined: dict[int, str] = {}
        self.teaching: dict[str, str] = {}
        self.proofs: dict[str, Proof] = {}
        self._now = now
        self._attempts = known.attempts
        self._by_ref = known.owners.by_ref
        self._by_id = dict(known.owners.by_id)
        self._held = dict(known.owners.held)
        self._keys = {one.key for one in known.stored}
        self._said: dict[str, set[Said]] = defaultdict(set)
        self._waits: dict[Pair, list[Stored]] = defaultdict(list)
        for one in known.stored:
            if one.mt_id is not None:
                self._said[one.mt_id].add(_said(one))
            elif one.id in known.free:
                self._waits[one.pair].append(one)

    def hear(self, asked: Asked) -> Heard:
        mt_id = self._by_id.get(asked.pair)
        if asked.token is not None:
            named = self._by_ref.get(asked.token)
            if named is None or not self._may_bear(named, mt_id, asked.report.gateway_message_id):
                return Heard(receipt=Receipt.CONTRADICTS, mt_id=named)
            mt_id = named
        new = _new_report(asked.report, mt_id, self._now)
        key = new.key if new.key not in self._keys else None
        if key is not None:
            self._keys.add(key)
            self.new[key] = new
        if mt_id is None:
            return Heard(receipt=Receipt.WAITS if key else Receipt.REPEATED, new=key)
        if key is not None:
            self._said[mt_id].add(_said(new))
        self.adopt(asked.pair, mt_id)
        move = self.apply(mt_id, asked.report.gateway_message_id)
        news = Receipt.TAKEN if move else Receipt.LATE
        return Heard(receipt=news if key else Receipt.REPEATED, mt_id=mt_id, move=move, new=key)

    def adopt(self, pair: Pair, mt_id: str) -> None:
        """Reports that waited for the message with this id are its own from now on."""
        for one in self._waits.pop(pair, ()):
            self.joined[one.id] = mt_id
            self._said[mt_id].add(_said(one))
            if teaches(one.reason):
                self.teaching[mt_id] = one.gateway
        for key, new in self.new.items():
            if new.mt_id is None and key[:2] == pair:
                self.new[key] = replace(new, mt_id=mt_id, look_at=None)
                self._said[mt_id].add(_said(new))

    def apply(self, mt_id: str, gateway_message_id: str | None = None) -> Move | None:
        """Moves a message to what its reports say, where that is news. Idempotent."""
        held = self._held[mt_id]
        after = weigh(self._said[mt_id], held.submissions)
        if after is None or not may_move(held.status, after):
            return None
        was_out = after is not MtStatus.FAILED
        if mt_id in self.proofs:
            was_out = was_out or self.proofs[mt_id].was_out
        vendors_id = held.gateway_message_id or gateway_message_id
        if vendors_id is not None:
            self._name(Pair(held.gateway, vendors_id), mt_id)
        self._held[mt_id] = replace(held, status=after, gateway_message_id=vendors_id)
        self.proofs[mt_id] = Proof(
            mt_id=mt_id,
            after=after,
            evidence=EVIDENCE,
            gateway_message_id=vendors_id,
            was_out=was_out,
        )
        return Move(gateway=held.gateway, mt_id=mt_id, before=held.status, after=after)

    def _name(self, pair: Pair, mt_id: str) -> None:
        """From now on this id is known to be of this message; the newest has it."""
        self._by_id[pair] = max(self._by_id.get(pair, mt_id), mt_id)

    def _may_bear(self, mt_id: str, owner: str | None, gateway_message_id: str) -> bool:
        """Whether this may be an id of that message: it has no more of them than attempts."""
        if owner is not None:
            return owner == mt_id
        attempts = self._attempts[mt_id]
        known = {*filter(None, attempts), *(said.gateway_message_id for said in self._said[mt_id])}
        return gateway_message_id in known or len(known) < len(attempts)


def teaches(reason: str | None) -> bool:
    """Whether a report with this reason says that its subscriber wants no more SMS."""
    return reason == Reason.OPTED_OUT.value


def _said(report: NewReport | Stored) -> Said:
    return Said(report.gateway_message_id, report.part, report.dlr_status)


def _new_report(report: DeliveryReport, mt_id: str | None, now: datetime) -> NewReport:
    return NewReport(
        gateway=report.gateway,
        gateway_message_id=report.gateway_message_id,
        vendor_status=report.vendor_status,
        dlr_status=report.status,
        reason=report.reason,
        mt_id=mt_id,
        received_at=now,
        look_at=None if mt_id else now + FIRST_LOOK,
    )
