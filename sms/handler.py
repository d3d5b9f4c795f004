"""The SMS use case: one text in, durable before it is acknowledged; the answer is an outbox row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import msgspec
import structlog

from gateways.base import Gateway, SmsDoor
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from menu.answers import sms_answer
from menu.ports import SessionsDown
from menu.reserved_words import Command, Wish, command_of
from menu.runner import NoSuchEntry, Runner
from menu.screens import Display
from menu.turns import Thought, Visit, may_be_done
from models.consent import ConsentState
from models.database import DatabaseDown
from outbound.commitments import Cause, Commitments
from sms.keywords import Answer, answer_to
from sms.policy import OBEYED, SESSION_SECONDS, TURN_SECONDS, Decision, decide
from state.keys import Keys
from telecom.clock import Clock
from telecom.events import Last, MoSms
from telecom.msisdn import Msisdn
from telecom.nameless import EventKey
from web.edge import NotThisChannel, check_size
from web.spool import Spool

CHANNEL: Final = "sms"
log = structlog.get_logger(__name__)


class SmsHandler:
    def __init__(
        self,
        runner: Runner,
        commitments: Commitments,
        keys: Keys,
        clock: Clock,
        spool: Spool,
        *,
        quiet: timedelta,
    ) -> None:
        """`quiet`: how long a sender's unknown texts are not answered after one that was."""
        self._runner = runner
        self._commitments = commitments
        self._keys = keys
        self._clock = clock
        self._spool = spool
        self._quiet = quiet

    def receive(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        """Acknowledged when the text is durable: in the database, else in the spool."""
        check_size(request)
        try:
            result = self._take(gateway, request)
        except DatabaseDown:
            if gateway.settings.retries:
                raise  # a 503 brings it again
            self._spool.keep(CHANNEL, gateway.settings.name, request)
            result = Result.SPOOLED
        return _door_of(gateway).render().marked(result)

    def take(self, gateway: Gateway, request: WebhookRequest) -> None:
        """A text that was spooled. Raises DatabaseDown."""
        self._take(gateway, request)

    def _take(self, gateway: Gateway, request: WebhookRequest) -> Result:
        """One message id is one text. Raises DatabaseDown."""
        mo = _door_of(gateway).parse(request)
        key = self._key_of(mo, request)
        decision = decide(mo.sender, mo.to)
        command = command_of(mo.text)
        if command is not None and isinstance(mo.sender, Msisdn) and decision in OBEYED:
            is_new = self._obey(gateway, mo, key, mo.sender, command)
        elif decision is Decision.ANSWERED and isinstance(mo.sender, Msisdn):
            is_new = self._answer(gateway, mo, key, mo.sender)
        else:
            is_new = self._commitments.record(_cause(mo, key, decision, None))
        return Result.ACCEPTED if is_new else Result.REPEAT

    def _obey(
        self, gateway: Gateway, mo: MoSms, key: EventKey, sender: Msisdn, command: Command
    ) -> bool:
        """STOP, START, HELP and LANG: ahead of every menu, without Redis, and after STOP too.

        False for a repeat.
        """
        visit = self._visit(gateway, mo, sender)
        answer = answer_to(command, *self._runner.hearer(visit.caller_key))
        text = answer.text if sender.takes_sms else None
        match command.wish:
            case Wish.STOP:
                cause = _cause(mo, key, Decision.STOPPED, None, command.wish)
                return self._commitments.change_consent(cause, ConsentState.OPTED_OUT, text)
            case Wish.START:
                cause = _cause(mo, key, Decision.STARTED, None, command.wish)
                return self._commitments.change_consent(cause, ConsentState.OPTED_IN, text)
            case Wish.HELP | Wish.LANG | Wish.PLAIN:
                cause = _cause(mo, key, _decision_of(command.wish, answer), None, command.wish)
                is_new = self._commitments.reply(cause, text, answer.remembers)
                if is_new and answer.remembers is not None:
                    self._runner.speak(visit, answer.remembers)
                return is_new

    def _answer(self, gateway: Gateway, mo: MoSms, key: EventKey, sender: Msisdn) -> bool:
        """False for a repeat."""
        visit = replace(self._visit(gateway, mo, sender), event=f"{mo.gateway}:{key.here}")
        try:
            thought = self._runner.text(visit)
        except NoSuchEntry:
            return self._commitments.record(_cause(mo, key, Decision.NO_ENTRY_POINT, None))
        version, screen = thought.session.menu_version, thought.session.screen
        decision = Decision.UNKNOWN if thought.is_unknown else Decision.ANSWERED
        cause = _cause(mo, key, decision, version, screen)
        cause = msgspec.structs.replace(cause, done_by=may_be_done(visit, thought.session))
        if thought.is_secret:
            # A PIN is nobody's to keep, sealed or not.
            cause = msgspec.structs.replace(cause, content={"to": mo.to})
        if thought.is_unknown and self._commitments.was_decided(cause, self._quiet):
            # Perhaps a machine that answers us, as we would answer it.
            again = msgspec.structs.replace(cause, decision=Decision.UNKNOWN_AGAIN)
            return self._commitments.record(again)
        kept = self._commitments.commit(
            cause, thought.program, thought.effects, answer=sms_answer(thought)
        )
        if kept.withheld:
            # A screen that was never sent waits for no answer.
            unseen = msgspec.structs.replace(thought.session, ended=True)
            thought = replace(thought, session=unseen, is_withheld=True)
        if kept.is_new:
            self._keep(visit, thought)
        return kept.is_new

    def _key_of(self, mo: MoSms, request: WebhookRequest) -> EventKey:
        if mo.message_id is not None:
            return EventKey(mo.message_id)
        return self._keys.text(mo, mo.sent_at or request.arrived_at or self._clock.now())

    def _keep(self, visit: Visit, thought: Thought) -> None:
        try:
            self._runner.keep(visit, thought)
        except SessionsDown as fault:
            # The text is answered already; only a numbered reply to it would start anew.
            log.warning("sms session not kept", why=str(fault))

    def _visit(self, gateway: Gateway, mo: MoSms, sender: Msisdn) -> Visit:
        now = self._clock.now().timestamp()
        return Visit(
            session_key=self._keys.sms_session(mo.gateway, sender.e164, mo.to),
            caller_key=self._keys.caller(sender.e164),
            said=Last(mo.text),
            display=Display(region=gateway.settings.region_of(sender.region)),
            ttl_seconds=SESSION_SECONDS,
            keeps_input=False,
            now=now,
            answer_by=now + TURN_SECONDS,
            channel=CHANNEL,
            gateway=mo.gateway,
            masked=sender.masked,
            number=sender.e164,
        )


def _decision_of(wish: Wish, answer: Answer) -> Decision:
    if wish is Wish.HELP:
        return Decision.HELPED
    return Decision.LANGUAGE_CHOSEN if answer.remembers else Decision.LANGUAGES_TOLD


def _cause(
    mo: MoSms, key: EventKey, decision: Decision, menu_version: int | None, service: str = ""
) -> Cause:
    return Cause(
        gateway=mo.gateway,
        kind=CHANNEL,
        event_id=key.here,
        same_as=key.beside,
        party=mo.sender,
        content={"to": mo.to, "text": mo.text},
        menu_version=menu_version,
        decision=decision,
        link_id=mo.link_id,
        service=service,
    )


def _door_of(gateway: Gateway) -> SmsDoor:
    if gateway.sms is None:
        raise NotThisChannel
    return gateway.sms
