"""The missed-call use case: keep it and reject it. The call is never answered, so never billed.

What follows from it is thought out later, by a worker (missed_call.answering): whoever rings waits
for nothing but the end of the ringing.
"""

from __future__ import annotations

from gateways.base import Gateway, VoiceDoor
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from missed_call.policy import CALLED, CHANNEL, Decision, decide
from models.database import DatabaseDown
from models.inbound_event import WAITS
from outbound.commitments import Cause, Commitments
from state.keys import Keys
from telecom.clock import Clock
from telecom.events import MissedCall, NotACall
from telecom.msisdn import Msisdn
from telecom.nameless import EventKey
from web.edge import NotThisChannel, check_size
from web.spool import Spool


class MissedCallHandler:
    def __init__(self, commitments: Commitments, keys: Keys, clock: Clock, spool: Spool) -> None:
        self._commitments = commitments
        self._keys = keys
        self._clock = clock
        self._spool = spool

    def ring(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        """Rejected as soon as the call is durable: in the database, else in the spool."""
        check_size(request)
        try:
            result = self._take(gateway, request)
        except DatabaseDown:
            # Not answering, or answering too late, would let the call be picked up and billed.
            self._spool.keep(CHANNEL, gateway.settings.name, request)
            result = Result.SPOOLED
        return _door_of(gateway).reject().marked(result)

    def take(self, gateway: Gateway, request: WebhookRequest) -> None:
        """A call that was spooled. Raises DatabaseDown."""
        self._take(gateway, request)

    def _take(self, gateway: Gateway, request: WebhookRequest) -> Result:
        """One call id is one call, whichever of its webhooks comes first. Raises DatabaseDown."""
        call = _door_of(gateway).parse(request)
        if isinstance(call, NotACall):
            return Result.ACCEPTED
        key = self._key_of(call, request)
        decision: str = decide(call.caller, call.called)
        content = {}
        if isinstance(call.called, Msisdn) and decision == Decision.ANSWERED:
            decision, content = WAITS, {CALLED: call.called.e164}
        cause = Cause(
            gateway=call.gateway,
            kind=CHANNEL,
            event_id=key.here,
            same_as=key.beside,
            party=call.caller,
            decision=decision,
            content=content,
        )
        return Result.ACCEPTED if self._commitments.record(cause) else Result.REPEAT

    def _key_of(self, call: MissedCall, request: WebhookRequest) -> EventKey:
        if call.call_id is not None:
            return EventKey(call.call_id)
        at = call.at or request.arrived_at or self._clock.now()
        return self._keys.call(call, at)


def _door_of(gateway: Gateway) -> VoiceDoor:
    if gateway.voice is None:
        raise NotThisChannel
    return gateway.voice
