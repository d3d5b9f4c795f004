"""Missed calls that were rejected and kept: what follows from each, from the menu that is live."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import structlog

from menu.answers import call_answer
from menu.language import Language
from menu.ports import Library
from menu.runner import NoSuchEntry, Runner
from menu.turns import Caller
from missed_call.policy import CALLED, CHANNEL, Decision
from models.database import DatabaseDown
from models.inbound_event import NewEvent
from outbound.answering import Answering
from outbound.causes import Cause, Proposal
from outbound.proposing import Proposer
from outbound.wake import Waiting
from state.keys import Keys
from telecom.clock import Clock
from telecom.faults import report
from telecom.msisdn import Msisdn

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

# Calls that come in a row are answered a few at a time: a group of ten costs little more than one.
CROWD_SECONDS: Final = 0.05
REST_SECONDS: Final = 1.0


class CallAnswers:
    def __init__(
        self,
        library: Library,
        runner: Runner,
        proposer: Proposer,
        answering: Answering,
        keys: Keys,
        clock: Clock,
    ) -> None:
        self._library = library
        self._runner = runner
        self._proposer = proposer
        self._answering = answering
        self._keys = keys
        self._clock = clock

    def answer_some(self) -> int:
        """How many were answered; 0: none waits. Raises DatabaseDown, and whatever keeps the menu
        from being read.
        """
        self._library.live()  # without a menu there is nothing wrong with the calls
        return self._answering.answer_some(self._think)

    def answer_all(self) -> int:
        """Raises as `answer_some` does."""
        answered = 0
        while some := self.answer_some():
            answered += some
        return answered

    def answer_until(
        self, stop: threading.Event, wake: Waiting, idle_seconds: Callable[[], float]
    ) -> None:
        """Blocks until `stop`. `wake` is poked when a call was kept; `idle_seconds` says how long
        to wait where it may not be. Survives whatever goes wrong.
        """
        while not stop.is_set():
            try:
                answered = self.answer_some()
            except DatabaseDown as fault:
                log.warning("calls wait", why=str(fault))
                stop.wait(REST_SECONDS)
            except Exception as fault:
                report("calls wait", fault)
                stop.wait(REST_SECONDS)
            else:
                if answered > 1:
                    stop.wait(CROWD_SECONDS)
                elif not answered:
                    wake.wait(idle_seconds())

    def _think(self, event: NewEvent, language: Language | None) -> Proposal:
        content = self._proposer.content_of(event)
        caller, called = (Msisdn.from_e164(content[name]) for name in ("msisdn", CALLED))
        now = self._clock.now().timestamp()
        who = Caller(key=self._keys.caller(caller.e164), region=caller.region)
        try:
            thought = self._runner.ring(called.e164, language, now, who)
        except NoSuchEntry:
            return self._proposer.nothing(self._cause(event, caller, Decision.NO_ENTRY_POINT))
        session = thought.session
        cause = self._cause(
            event, caller, Decision.ANSWERED, session.menu_version, service=session.screen
        )
        answer = call_answer(thought)
        return self._proposer.effects(cause, thought.program, thought.effects, answer)

    def _cause(
        self,
        event: NewEvent,
        caller: Msisdn,
        decision: Decision,
        menu_version: int | None = None,
        service: str = "",
    ) -> Cause:
        return Cause(
            gateway=event.gateway,
            kind=CHANNEL,
            event_id=event.gateway_event_id,
            party=caller,
            menu_version=menu_version,
            decision=decision,
            service=service,
        )
