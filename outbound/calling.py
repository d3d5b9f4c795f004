"""Calls the gateway for a row whose intent is written: the last look, one request, its outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from gateways.base import Sender
from metrics.catalogue import SEND_SECONDS
from metrics.meter import Meter
from models import mt_withheld
from models.database import Database, DatabaseDown
from models.mt_moves import Claim
from models.sealing import Unsealable
from models.together import Together
from outbound.outbox import Outbox
from outbound.outcomes import (
    CONSENT_UNKNOWN,
    POISONED,
    STOPPED,
    TOO_LATE,
    UNEXPECTED,
    NotTaken,
    Outcome,
    Taken,
    not_taken,
)
from outbound.recording import Intent
from telecom.dlt import DltIds
from telecom.errors import SendError
from telecom.failpoints import failpoint
from telecom.faults import report
from telecom.replies import MtSms

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

FRESH_SECONDS: Final = 0.05  # for so long a look at consent is good, then the caller looks again


class Caller:
    """Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        senders: Mapping[str, Sender],
        *,
        monotonic: Callable[[], float],
        lease_seconds: float,
        meter: Meter,
        heard: Callable[[str, Outcome, float], None],
        dlt_of: Callable[[str, MtSms], DltIds | NotTaken | None],
    ) -> None:
        """`heard` is told what became of each call, and how many seconds it took; `dlt_of` tells
        what India's operators want to know, or why they would refuse it.
        """
        self._database = database
        self._outbox = outbox
        self._senders = senders
        self._monotonic = monotonic
        self._meter = meter
        self._heard = heard
        self._dlt_of = dlt_of
        self._looks: Together[str, Outcome | None] = Together(
            self._look, patience_seconds=lease_seconds
        )

    def opened(self, intent: Intent) -> Intent:
        """With what shall be sent, unless that breaks the code: then nothing is. Raises nothing."""
        try:
            return self._opened(intent)
        except Exception as error:
            report("mt does not open", error, gateway=intent.claim.gateway, mt_id=intent.claim.id)
            return intent

    def _opened(self, intent: Intent) -> Intent:
        mt = self._open(intent)
        if mt is None:
            return intent
        dlt = self._dlt_of(intent.claim.gateway, mt)
        if isinstance(dlt, NotTaken):
            return replace(intent, mt=mt, refused=dlt)
        return replace(intent, mt=replace(mt, dlt=dlt))

    def call(self, intent: Intent) -> Outcome:
        """At most one request to the gateway, in no transaction."""
        claim, mt = intent.claim, intent.mt
        if mt is None:
            return POISONED
        if intent.refused is not None:
            return intent.refused
        is_stale = self._monotonic() - intent.wanted_at > FRESH_SECONDS
        if is_stale and (forbidden := self._forbidden(claim)) is not None:
            return forbidden
        # A frozen process wakes here, its lease long over: after this line only the send follows.
        if self._monotonic() > intent.latest_call:
            return TOO_LATE
        began_at = self._monotonic()
        outcome = self._send(claim, mt)
        seconds = self._monotonic() - began_at
        self._meter.time(SEND_SECONDS, seconds, claim.gateway)
        self._heard(claim.gateway, outcome, seconds)
        return outcome

    def _send(self, claim: Claim, mt: MtSms) -> Outcome:
        try:
            accepted = self._senders[claim.gateway].send(mt)
        except SendError as error:
            return not_taken(error)
        except Exception as error:
            report("sender broke", error, gateway=claim.gateway, mt_id=claim.id)
            return UNEXPECTED
        failpoint("after_reply")
        return Taken(gateway_message_id=accepted.gateway_message_id)

    def _open(self, intent: Intent) -> MtSms | None:
        claim = intent.claim
        try:
            mt = self._outbox.open(claim)
        except Unsealable as error:
            log.warning("mt does not open", gateway=claim.gateway, mt_id=claim.id, why=str(error))
            return None
        return replace(
            mt,
            # Adapters tell the vendor how long a message still lives: by the clock that they have.
            expires_at=mt.expires_at + intent.host_is_ahead,
        )

    def _forbidden(self, claim: Claim) -> Outcome | None:
        """The last look before the call: STOP may have come since the intent was written."""
        try:
            return self._looks.do(claim.id)
        except DatabaseDown:
            return CONSENT_UNKNOWN

    def _look(self, mt_ids: Sequence[str]) -> list[Outcome | None]:
        with self._database.ask() as conn:
            unwanted = mt_withheld.unwanted(conn, mt_ids)
        return [STOPPED if mt_id in unwanted else None for mt_id in mt_ids]
