"""The missed-call use case: keep it and reject it. The call is never answered, so never billed.

What follows from it is thought out later, by a worker (missed_call.answering): whoever rings waits
for nothing but the end of the ringing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateways.base import Gateway, VoiceDoor
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from missed_call.policy import CALLED, CHANNEL, Decision, decide
from models.database import DatabaseDown
from models.inbound_event import WAITS
from models.together import Together
from outbound.commitments import Cause, Commitments
from state.keys import Keys
from telecom.clock import Clock
from telecom.errors import Malformed
from telecom.events import MissedCall, NotACall
from telecom.msisdn import Msisdn
from telecom.nameless import EventKey
from web.edge import NotThisChannel, check_size
from web.spool import Spool

READ_EACH_SECONDS: Final = 0.0001  # what a webhook takes until it stands in the line
_Ring = tuple[VoiceDoor, WebhookRequest]


class MissedCallHandler:
    """Calls that come at the same time share a transaction, and whoever writes it reads them all:
    to change threads between two of them costs more than to read one.
    """

    def __init__(self, commitments: Commitments, keys: Keys, clock: Clock, spool: Spool) -> None:
        self._commitments = commitments
        self._keys = keys
        self._clock = clock
        self._spool = spool
        self._crowd: Together[_Ring, Result | Malformed] = Together(
            self._take_all, each_seconds=READ_EACH_SECONDS
        )

    def ring(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        """Rejected as soon as the call is durable: in the database, else in the spool."""
        check_size(request)
        try:
            result = self._take(gateway, request)
        except DatabaseDown:
            result = Result.ACCEPTED
            # Not answering, or answering too late, would let the call be picked up and billed.
            if self._read(_door_of(gateway), request) is not None:
                self._spool.keep(CHANNEL, gateway.settings.name, request)
                result = Result.SPOOLED
        return _door_of(gateway).reject().marked(result)

    def take(self, gateway: Gateway, request: WebhookRequest) -> None:
        """A call that was spooled. Raises DatabaseDown."""
        self._take(gateway, request)

    def _take(self, gateway: Gateway, request: WebhookRequest) -> Result:
        """One call id is one call, whichever of its webhooks comes first.

        Raises DatabaseDown, Malformed.
        """
        became = self._crowd.do((_door_of(gateway), request))
        if isinstance(became, Malformed):
            raise became
        return became

    def _take_all(self, rings: Sequence[_Ring]) -> Sequence[Result | Malformed]:
        found = [self._find(*ring) for ring in rings]
        causes = [one for one in found if isinstance(one, Cause)]
        are_new = self._commitments.record_all(causes) if causes else ()
        became = iter([Result.ACCEPTED if is_new else Result.REPEAT for is_new in are_new])
        return [next(became) if isinstance(one, Cause) else one for one in found]

    def _find(self, door: VoiceDoor, request: WebhookRequest) -> Cause | Result | Malformed:
        """What is to be kept; else what became of the webhook, of which none is."""
        try:
            return self._read(door, request) or Result.ACCEPTED
        except Malformed as fault:
            return fault

    def _read(self, door: VoiceDoor, request: WebhookRequest) -> Cause | None:
        """None: no missed call. Raises Malformed."""
        call = door.parse(request)
        if isinstance(call, NotACall):
            return None
        key = self._key_of(call, request)
        decision: str = decide(call.caller, call.called)
        content = {}
        if isinstance(call.called, Msisdn) and decision == Decision.ANSWERED:
            decision, content = WAITS, {CALLED: call.called.e164}
        return Cause(
            gateway=call.gateway,
            kind=CHANNEL,
            event_id=key.here,
            same_as=key.beside,
            party=call.caller,
            decision=decision,
            content=content,
        )

    def _key_of(self, call: MissedCall, request: WebhookRequest) -> EventKey:
        if call.call_id is not None:
            return EventKey(call.call_id)
        at = call.at or request.arrived_at or self._clock.now()
        return self._keys.call(call, at)


def _door_of(gateway: Gateway) -> VoiceDoor:
    if gateway.voice is None:
        raise NotThisChannel
    return gateway.voice
