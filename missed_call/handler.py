"""The missed-call use case: store, decide, reject. The call is never answered, so never billed."""

from __future__ import annotations

from typing import Final

from gateways.base import Gateway, VoiceDoor
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from menu.runner import NoSuchEntry, Runner, Thought
from missed_call.policy import Decision, decide
from models.database import DatabaseDown
from outbound.commitments import Cause, Commitments
from state.keys import Keys
from telecom.clock import Clock
from telecom.events import MissedCall, NotACall
from telecom.msisdn import Msisdn
from telecom.nameless import EventKey
from web.edge import NotThisChannel, check_size
from web.spool import Spool

CHANNEL: Final = "missed_call"


class MissedCallHandler:
    def __init__(
        self, runner: Runner, commitments: Commitments, keys: Keys, clock: Clock, spool: Spool
    ) -> None:
        self._runner = runner
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
        thought, decision = self._think(call)
        key = self._key_of(call, request)
        cause = Cause(
            gateway=call.gateway,
            kind=CHANNEL,
            event_id=key.here,
            same_as=key.beside,
            party=call.caller,
            menu_version=thought.session.menu_version if thought else None,
            decision=decision,
            service=thought.session.screen if thought else "",
        )
        if thought is None:
            is_new = self._commitments.record(cause)
        else:
            is_new = self._commitments.commit(cause, thought.program, thought.effects).is_new
        return Result.ACCEPTED if is_new else Result.REPEAT

    def _key_of(self, call: MissedCall, request: WebhookRequest) -> EventKey:
        if call.call_id is not None:
            return EventKey(call.call_id)
        at = call.at or request.arrived_at or self._clock.now()
        return self._keys.call(call, at)

    def _think(self, call: MissedCall) -> tuple[Thought | None, Decision]:
        decision = decide(call.caller, call.called)
        if decision is not Decision.ANSWERED or not isinstance(call.caller, Msisdn):
            return None, decision
        if not isinstance(call.called, Msisdn):
            return None, Decision.NO_ENTRY_POINT
        caller_key = self._keys.caller(call.caller.e164)
        now = self._clock.now().timestamp()
        try:
            return self._runner.ring(call.called.e164, caller_key, now), decision
        except NoSuchEntry:
            return None, Decision.NO_ENTRY_POINT


def _door_of(gateway: Gateway) -> VoiceDoor:
    if gateway.voice is None:
        raise NotThisChannel
    return gateway.voice
