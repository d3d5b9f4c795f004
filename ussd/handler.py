"""The USSD use case: one webhook, one screen, in time. A phone never hears our trouble."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec
import structlog

from gateways.base import Gateway, UssdDoor
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from menu.effects import AnswerLater, SendLink, SendSms
from menu.ports import SessionsDown
from menu.resuming import effects_key
from menu.runner import NoSuchEntry, Runner
from menu.screens import Display
from menu.turns import Thought, Visit, may_be_done
from metrics.catalogue import USSD_TURNS
from metrics.meter import SILENT, Meter
from models.database import DatabaseDown
from outbound.commitments import Cause, Commitments, Kept
from outbound.limits import Withheld
from state.keys import Keys
from telecom.clock import Clock
from telecom.errors import Malformed
from telecom.events import UssdRequest
from telecom.replies import UssdReply
from telecom.split import fit
from web.edge import NotThisChannel, check_size

log = structlog.get_logger(__name__)

# Said where no menu can be asked for a better word; GSM-7, so that every phone shows it.
BUSY: Final = "Service is busy. Please try again later."
NOT_SERVED: Final = "This code is not in service."
MAX_HEARD: Final = 2000  # characters of one session's input; a person never types as many


class UssdHandler:
    def __init__(
        self,
        runner: Runner,
        commitments: Commitments,
        keys: Keys,
        clock: Clock,
        meter: Meter = SILENT,
    ) -> None:
        self._runner = runner
        self._commitments = commitments
        self._keys = keys
        self._clock = clock
        self._meter = meter

    def turn(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        door = _door_of(gateway)
        try:
            check_size(request)
            asked = door.parse(request)
            reply, result = self._reply(gateway, asked)
        except Malformed as fault:
            log.warning("ussd malformed", gateway=gateway.settings.name, why=str(fault))
            reply, result = UssdReply(BUSY, ends=True), Result.MALFORMED
        except NoSuchEntry:
            log.warning("ussd code unknown", gateway=gateway.settings.name)
            reply, result = UssdReply(NOT_SERVED, ends=True), Result.NOT_SERVED
        except (SessionsDown, DatabaseDown) as fault:
            why = f"{type(fault).__name__}: {fault}"
            log.warning("ussd out of service", gateway=gateway.settings.name, why=why)
            reply, result = UssdReply(BUSY, ends=True), Result.UNAVAILABLE
        except Exception:
            # A 500 hangs up the phone on its caller, so this one place may swallow anything.
            log.exception("ussd failed", gateway=gateway.settings.name)
            reply, result = UssdReply(BUSY, ends=True), Result.FAILED
        outcome = "ends" if reply.ends else "continues"
        self._meter.count(USSD_TURNS, gateway.settings.name, outcome)
        return door.render(reply).marked(result)

    def end(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        """The gateway's word that a session is over. Sessions run out by themselves."""
        door = _door_of(gateway)
        check_size(request)
        ended = door.parse_end(request)
        log.info("ussd ended", gateway=ended.gateway, vendor_status=ended.status, hops=ended.hops)
        return door.render_end()

    def _reply(self, gateway: Gateway, asked: UssdRequest) -> tuple[UssdReply, Result]:
        if len(asked.said.text) > MAX_HEARD:
            raise Malformed(f"text: over {MAX_HEARD} characters")
        visit = self._visit(gateway, asked)
        thought = self._runner.dial(visit, asked.service_code)
        withheld = self._commit(asked, visit, thought).withheld if thought.effects else None
        if withheld is not None and withheld is not Withheld.SAME_LINK:
            thought = _without_sms(thought, visit.display, withheld)
        session = self._runner.keep(visit, thought)
        reply = UssdReply(fit(session.shown, visit.display.limit), ends=session.ended)
        return reply, Result.REPEAT if thought.is_repeat else Result.ACCEPTED

    def _visit(self, gateway: Gateway, asked: UssdRequest) -> Visit:
        now = self._clock.now().timestamp()
        return Visit(
            session_key=self._keys.ussd_session(asked),
            caller_key=self._keys.caller(asked.msisdn.e164),
            said=asked.said,
            sequence=asked.sequence,
            display=_display_of(gateway, asked.msisdn.region),
            ttl_seconds=gateway.settings.session_seconds,
            now=now,
            answer_by=now + gateway.settings.turn_deadline_seconds,
            channel="ussd",
            gateway=asked.gateway,
            masked=asked.msisdn.masked,
            number=asked.msisdn.e164,
        )

    def _commit(self, asked: UssdRequest, visit: Visit, thought: Thought) -> Kept:
        """The turn's number makes the effects' key, so a repeat of this turn finds it taken."""
        sends = any(isinstance(effect, SendLink | SendSms) for effect in thought.effects)
        asks = any(isinstance(effect, AnswerLater) for effect in thought.effects)
        cause = Cause(
            gateway=asked.gateway,
            kind="ussd",
            event_id=effects_key(visit.session_key, thought.session),
            party=asked.msisdn,
            menu_version=thought.session.menu_version,
            decision="answers_later" if asks else "link_sent" if sends else "language_chosen",
            service=thought.session.screen,
            done_by=may_be_done(visit, thought.session),
        )
        return self._commitments.commit(cause, thought.program, thought.effects)


def _without_sms(thought: Thought, display: Display, withheld: Withheld) -> Thought:
    """No screen may promise an SMS that will not come: it tells why, and ends."""
    session, program = thought.session, thought.program
    shown_in = program.shown_in(session.language, is_latin=display.is_latin)
    phrase = "no_sms" if withheld is Withheld.OPTED_OUT else "too_many_sms"
    told = program.phrases[phrase][shown_in]
    told_so = msgspec.structs.replace(session, shown=told, ended=True)
    return replace(thought, session=told_so, is_withheld=True, kept_answer=None)


def _display_of(gateway: Gateway, country: str | None) -> Display:
    settings = gateway.settings
    is_latin = settings.ussd_script == "latin"
    return Display(settings.ussd_limit, is_latin, region=settings.region_of(country))


def _door_of(gateway: Gateway) -> UssdDoor:
    if gateway.ussd is None:
        raise NotThisChannel
    return gateway.ussd
