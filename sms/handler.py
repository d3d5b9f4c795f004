"""The SMS use case: one text in, durable before it is acknowledged; the answer is an outbox row."""

from __future__ import annotations

import structlog

from gateways.base import Gateway, SmsDoor
from gateways.webhook import WebhookRequest, WebhookResponse
from menu.effects import SendLink
from menu.ports import SessionsDown
from menu.runner import NoSuchEntry, Runner, Thought, Visit
from outbound.commitments import Cause, Commitments
from sms.policy import SESSION_SECONDS, Decision, decide
from state.keys import Keys
from telecom.clock import Clock
from telecom.encoding import Limit
from telecom.events import Last, MoSms
from telecom.msisdn import Msisdn
from web.edge import NotThisChannel, check_size

log = structlog.get_logger(__name__)


class SmsHandler:
    def __init__(self, runner: Runner, commitments: Commitments, keys: Keys, clock: Clock) -> None:
        self._runner = runner
        self._commitments = commitments
        self._keys = keys
        self._clock = clock

    def receive(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        door = _door_of(gateway)
        check_size(request)
        mo = door.parse(request)
        decision = decide(mo.sender, mo.to)
        if decision is not Decision.ANSWERED or not isinstance(mo.sender, Msisdn):
            self._commitments.record(_cause(mo, decision, None))
            return door.render()
        self._answer(mo, mo.sender)
        return door.render()

    def _answer(self, mo: MoSms, sender: Msisdn) -> None:
        visit = self._visit(mo, sender)
        try:
            thought = self._runner.text(visit)
        except NoSuchEntry:
            self._commitments.record(_cause(mo, Decision.NO_ENTRY_POINT, None))
            return
        cause = _cause(mo, Decision.ANSWERED, thought.session.menu_version)
        is_new = self._commitments.commit(
            cause, thought.program, thought.effects, answer=_answer_of(thought)
        )
        if is_new:
            self._keep(visit, thought)

    def _keep(self, visit: Visit, thought: Thought) -> None:
        try:
            self._runner.keep(visit, thought)
        except SessionsDown as fault:
            # The text is answered already; only a numbered reply to it would start anew.
            log.warning("sms session not kept", why=str(fault))

    def _visit(self, mo: MoSms, sender: Msisdn) -> Visit:
        return Visit(
            session_key=self._keys.sms_session(mo.gateway, sender.e164, mo.to),
            caller_key=self._keys.caller(sender.e164),
            said=Last(mo.text),
            limit=Limit(),
            ttl_seconds=SESSION_SECONDS,
            now=self._clock.now().timestamp(),
        )


def _answer_of(thought: Thought) -> str | None:
    """A link SMS says all there is to say; a last screen beside it would be a second, paid one."""
    sends_link = any(isinstance(effect, SendLink) for effect in thought.effects)
    return None if sends_link and thought.session.ended else thought.session.shown


def _cause(mo: MoSms, decision: Decision, menu_version: int | None) -> Cause:
    return Cause(
        gateway=mo.gateway,
        kind="sms",
        event_id=mo.message_id,
        party=mo.sender,
        content={"to": mo.to, "text": mo.text},
        menu_version=menu_version,
        decision=decision,
        link_id=mo.link_id,
    )


def _door_of(gateway: Gateway) -> SmsDoor:
    if gateway.sms is None:
        raise NotThisChannel
    return gateway.sms
