"""Slow services are asked here, once nobody waits any more, and their answers promised as SMS.

No transaction is open while a service is asked. What it says is promised in the transaction that
ends the row, so whoever dies on the way leaves either the row or the SMS.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from menu import late
from menu.last_answer import KeptAnswer, LastAnswer
from menu.late import Answer, Question
from menu.ports import Library, ServicePort
from menu.program import Program
from metrics.catalogue import EVENTS
from metrics.meter import SILENT, Meter
from models import inbound_event, late_answer, subscriber
from models.database import Database, DatabaseDown
from models.inbound_event import NewEvent
from models.late_answer import LateAnswer
from models.sealing import Unsealable
from models.shared_clock import SharedClock
from outbound.answering import FAILED
from outbound.causes import Cause, Proposal
from outbound.group_writer import GroupWriter
from outbound.proposing import Proposer
from outbound.wake import Waiting
from telecom.failpoints import failpoint
from telecom.faults import report
from telecom.msisdn import Msisdn

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MOST_TRIES: Final = 3
PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=20))  # after the first, after the second
SPARE: Final = timedelta(seconds=30)  # beside what services may take: then a holder counts as dead
REST_SECONDS: Final = 1.0
LATE: Final = "answered_late"  # what becomes of the event
SORRY: Final = "apologised"


class LateAnswers:
    def __init__(
        self,
        database: Database,
        proposer: Proposer,
        writer: GroupWriter,
        library: Library,
        services: ServicePort,
        clock: SharedClock,
        caller_key: Callable[[str], str],
        *,
        patience_seconds: float,
        at_most: int,
        meter: Meter = SILENT,
        keep: Callable[[KeptAnswer], None] = lambda _: None,
    ) -> None:
        """One try may take `patience_seconds`; `at_most` are asked at a time. `caller_key` names
        who has this E.164 number, as in the turn that asked. `keep` keeps an answer for who dials
        again; it never raises.
        """
        self._database = database
        self._proposer = proposer
        self._writer = writer
        self._library = library
        self._services = services
        self._clock = clock
        self._caller_key = caller_key
        self._patience_seconds = patience_seconds
        self._hold = timedelta(seconds=patience_seconds) + SPARE
        self._at_most = at_most
        self._meter = meter
        self._keep = keep
        self._busy = 0
        self._counting = threading.Lock()

    def answer_some(self) -> int:
        """Those that are due, one after the other; how many there were. Raises DatabaseDown."""
        claims = self._claim(self._at_most)
        for mine in claims:
            self._answer(mine)
        return len(claims)

    def answer_until(
        self, stop: threading.Event, wake: Waiting, idle_seconds: Callable[[], float]
    ) -> None:
        """Blocks until `stop`, and asks side by side. Survives whatever goes wrong.

        What is on its way then is not waited for: another worker takes it when its time is over.
        """
        while not stop.is_set():
            try:
                free = self._at_most - self._busy
                claims = self._claim(free) if free else []
                for mine in claims:
                    self._begin(mine, wake)
            except DatabaseDown as fault:
                log.warning("late answers wait", why=str(fault))
                stop.wait(REST_SECONDS)
                continue
            except Exception as fault:
                report("late answers wait", fault)
                stop.wait(REST_SECONDS)
                continue
            if not claims or len(claims) == free:
                wake.wait(idle_seconds())

    def _begin(self, mine: LateAnswer, wake: Waiting) -> None:
        def answer() -> None:
            try:
                self._answer(mine)
            except DatabaseDown as fault:
                log.warning("late answers wait", why=str(fault))
            finally:
                with self._counting:
                    self._busy -= 1
                wake.poke()

        with self._counting:
            self._busy += 1
        try:
            threading.Thread(target=answer, name="late-answer", daemon=True).start()
        except RuntimeError:  # no thread is to be had
            with self._counting:
                self._busy -= 1
            raise

    def _claim(self, at_most: int) -> list[LateAnswer]:
        with self._database.ask() as conn:
            if not late_answer.is_any_due(conn, self._clock.now(conn)):
                return []
        with self._database.write() as conn:
            now = self._clock.now(conn)
            claims = late_answer.claim(conn, now=now, held_until=now + self._hold, at_most=at_most)
        if claims:
            failpoint("late_claimed")
        return claims

    def _answer(self, mine: LateAnswer) -> None:
        """Raises DatabaseDown."""
        try:
            self._ask(mine)
        except DatabaseDown:
            raise
        except Exception as fault:
            report("late answer failed", fault, event_id=mine.event_id)
            self._give_up(mine)

    def _ask(self, mine: LateAnswer) -> None:
        with self._database.ask() as conn:
            event = late_answer.event_of(conn, mine)
            now = self._clock.now(conn)
            if event is None:
                return
            reads = subscriber.find_language(conn, event.msisdn_hash or "")
        question = self._proposer.question_of(mine.question_sealed)
        program = self._library.get(mine.menu_version)
        caller_key = self._caller_key(self._proposer.content_of(event)["msisdn"])
        if question is None or program is None:
            _, program = self._library.live()
            reads = question.language if question else reads
            answer = late.sorry(program, question, reads, now.timestamp())
        else:
            found = late.answer(
                program,
                question,
                self._services,
                caller_key=caller_key,
                now=now.timestamp(),
                seconds_left=self._seconds_left(),
                is_last_try=mine.tries >= MOST_TRIES,
            )
            if found is None:
                self._put_off(mine)
                return
            answer = found
        failpoint("late_asked")
        if question is not None and answer.kept is not None:
            # Before the SMS is promised: who dies here comes by once more, and keeps the same.
            self._keep_for(caller_key, question, answer.kept)
            failpoint("late_kept")
        self._end(mine, event, self._proposal(mine, event, program, question, answer))

    def _keep_for(self, caller_key: str, question: Question, answer: LastAnswer | None) -> None:
        """What who dials again reads; None: there will be none."""
        if question.kept_seconds:
            kept = KeptAnswer(
                caller_key=caller_key,
                asked_at=question.asked_at,
                seconds=question.kept_seconds,
                answer=answer,
            )
            self._keep(kept)

    def _seconds_left(self) -> Callable[[], float]:
        ends_at = time.monotonic() + self._patience_seconds
        return lambda: ends_at - time.monotonic()

    def _proposal(
        self,
        mine: LateAnswer,
        event: NewEvent,
        program: Program,
        question: Question | None,
        answer: Answer,
    ) -> Proposal:
        content = self._proposer.content_of(event)
        cause = Cause(
            gateway=event.gateway,
            kind=event.kind,
            event_id=event.gateway_event_id,
            party=Msisdn.from_e164(content["msisdn"]),
            menu_version=mine.menu_version,
            decision=SORRY if answer.is_sorry else LATE,
            link_id=question.link_id if question else None,
            service=answer.screen,
        )
        return self._proposer.effects(cause, program, answer.effects, answer.text, ahead="late_")

    def _end(self, mine: LateAnswer, event: NewEvent, proposal: Proposal) -> None:
        with self._database.write() as conn:
            if not late_answer.end(conn, mine):
                return
            decisions = self._writer.answer(conn, [event], lambda _: proposal)
            failpoint("late_answered")
        failpoint("late_committed")
        self._meter.count(EVENTS, event.gateway, event.kind, decisions[event.id])

    def _put_off(self, mine: LateAnswer) -> None:
        log.info("service asked again later", tries=mine.tries)
        with self._database.write() as conn:
            pause = PAUSES[min(mine.tries, len(PAUSES)) - 1]
            late_answer.put_off(conn, mine, self._clock.now(conn) + pause)

    def _give_up(self, mine: LateAnswer) -> None:
        """Of what went wrong here; nothing can be said, after the last try."""
        with self._database.write() as conn:
            if mine.tries < MOST_TRIES:
                late_answer.put_off(conn, mine, self._clock.now(conn) + PAUSES[-1])
                return
            event = late_answer.event_of(conn, mine)
            if not late_answer.end(conn, mine):
                return
            inbound_event.set_decisions(conn, {mine.event_id: FAILED})
        question = self._proposer.question_of(mine.question_sealed)
        if question is not None and event is not None:
            with suppress(Unsealable):  # then nobody can tell whose it was
                msisdn = self._proposer.content_of(event)["msisdn"]
                self._keep_for(self._caller_key(msisdn), question, None)
