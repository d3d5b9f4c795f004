"""One caller for all declared services: in time, not twice where that does harm, and with the last
good answer where there is no new one.

Nobody asks what another is asking just now, here or in another process: he waits for that answer.
"""

from __future__ import annotations

import secrets as chance
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
import structlog

from menu.record_parts import Record, RecordStatus
from menu.service_parts import (
    BAD_ANSWER,
    BAD_INPUT,
    DOWN,
    FAULTS,
    SLOW,
    UNSURE,
    Http,
    PythonCall,
    Service,
    TakenKind,
)
from menu.services import Inquiry, Reply
from menu.table_parts import TableFile, TableQuery
from metrics.catalogue import SERVICE_CALLS, SERVICE_SECONDS
from metrics.meter import SILENT, Meter
from services.faults import Failed
from services.flights import Flights
from services.http import HttpConnector
from services.placing import Places
from services.python_calls import PythonConnector
from services.records import Records
from services.request_writing import BadInput, taken_from
from services.tables import Tables
from services.tables_asking import QueryConnector
from state.answers import Known, RedisAnswers, Verdict
from telecom.clock import Clock
from telecom.faults import report
from telecom.keyed_hash import KeyedHash

MOST_SECONDS: Final = 2.5  # one service may take; a turn has room for what comes behind it
SPARE_SECONDS: Final = 0.5  # of a turn, for its answer
DONE_SECONDS: Final = 3600  # what was done is remembered so long: gateways repeat within minutes
WAITERS_SECONDS: Final = 2.0  # an answer that is not kept is there so long for those who waited
RETRY_SECONDS: Final = 0.3  # less is not worth a second try
FAIR_SECONDS: Final = 1.0  # who had less says nothing about the service
_POLLS: Final = (0.01, 0.02, 0.04)
_FAULTS: Final = frozenset({SLOW, DOWN, BAD_ANSWER, UNSURE})
NOTHING_KNOWN: Final = Known(verdict=Verdict.ALONE)
NO_TABLES: Final = Reply(outcome=DOWN)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(tuple[str, dict[str, str]])
log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """`text` is a keyed hash of what is asked, or of what is done; empty: nothing is shared."""

    service: Service
    told: Mapping[str, str] = field(repr=False)
    key: str
    text: str
    began_at: float
    ends_at: float  # monotonic
    may_wait: bool = False
    is_patient: bool = False

    def left(self) -> float:
        return self.ends_at - time.monotonic()

    @property
    def fresh_seconds(self) -> float:
        if not self.service.is_safe:
            return DONE_SECONDS
        return self.service.cache_seconds or -1

    @property
    def keep_seconds(self) -> float:
        if not self.text:
            return 0
        if not self.service.is_safe:
            return DONE_SECONDS
        return max(self.service.cache_seconds, self.service.stale_seconds, WAITERS_SECONDS)


class ServiceCaller:
    def __init__(
        self,
        clock: Clock,
        answers: RedisAnswers,
        hasher: KeyedHash,
        http: HttpConnector,
        python: PythonConnector,
        meter: Meter = SILENT,
        *,
        tables: Tables | None = None,
        queries: QueryConnector | None = None,
        records: Records | None = None,
        places: Places | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tables = tables
        self._queries = queries
        self._records = records
        self._places = places
        self._clock = clock
        self._answers = answers
        self._hasher = hasher
        self._http = http
        self._python = python
        self._meter = meter
        self._sleep = sleep
        self._flights = Flights()

    def close(self) -> None:
        """Of what its connectors opened. Who asks afterwards opens anew, or is told that it is
        down."""
        self._http.close()
        self._python.close()
        if self._queries is not None:
            self._queries.close()
        if self._tables is not None:
            self._tables.close()

    def ask(self, service: Service, inquiry: Inquiry) -> Reply:
        """Never raises. The same inquiry may be asked again, by whoever goes on with it: what it
        does is done once."""
        began = time.monotonic()
        now = self._clock.now().timestamp()
        left = inquiry.answer_by - now - SPARE_SECONDS
        usual = min(MOST_SECONDS, service.timeout_seconds)
        seconds = min(inquiry.patience_seconds or usual, left)
        try:
            reply, how = self._answered(service, inquiry, began, now, seconds)
        except BadInput as fault:
            reply, how = Reply(outcome=BAD_INPUT), BAD_INPUT
            log.info("service not asked", service=service.name, why=str(fault))
        except Failed as fault:
            reply, how = Reply(outcome=fault.outcome), fault.outcome
            log.warning("service failed", service=service.name, why=fault.why, outcome=how)
        except Exception as fault:  # whatever it is, a phone waits behind it
            reply, how = Reply(outcome=DOWN), DOWN
            report("service failed", fault, service=service.name)
        self._meter.count(SERVICE_CALLS, service.name, how)
        self._meter.time(SERVICE_SECONDS, time.monotonic() - began, service.name)
        return reply

    def _answered(
        self, service: Service, inquiry: Inquiry, began: float, now: float, seconds: float
    ) -> tuple[Reply, str]:
        """The reply, and how it was come by. Raises BadInput, Failed."""
        if isinstance(service.way, Record | RecordStatus):
            # By the bridge's own database, which says once a turn what it did: kept nowhere else.
            if seconds <= 0:
                raise Failed(SLOW, "no time is left")
            reply = self._records.ask(service, service.way, inquiry) if self._records else NO_TABLES
            return reply, _how(reply)
        if self._places is not None:
            service = self._places.placed(service)
        told = taken_from(service, self._told(service, inquiry))
        if isinstance(service.way, TableFile):
            # Faster than whatever keeps answers; it waits for nobody, and so has no deadline.
            reply = self._tables.ask(service, service.way, told) if self._tables else NO_TABLES
            return reply, _how(reply)
        question = _Question(
            service=service,
            told=told,
            key=self._hasher.of(f"service:{service.name}:{inquiry.key}") if inquiry.key else "",
            text=self._name(service, told, inquiry.key),
            began_at=now,
            ends_at=began + seconds,
            may_wait=inquiry.may_wait,
            is_patient=inquiry.patience_seconds > 0,
        )
        return self._ask(question, seconds)

    def _ask(self, question: _Question, seconds: float) -> tuple[Reply, str]:
        """The reply, and how it was come by. Of one process only one looks and asks; a follower
        whose leader had less time than he has goes on himself."""
        if not question.text:
            return self._led(question, seconds)
        name = f"{question.service.fingerprint}:{question.text}"
        while True:
            flight, leads = self._flights.join(name)
            if leads:
                break
            reply = flight.wait(question.left())
            if reply is not None and not reply.outcome:
                return reply, "shared"
            outcome = reply.outcome if reply is not None else SLOW
            if outcome != SLOW or question.left() < RETRY_SECONDS:
                is_known = outcome == SLOW and not question.service.is_safe
                return self._fallback(
                    question, NOTHING_KNOWN, UNSURE if is_known else outcome, "shared"
                )
        reply = Reply(outcome=DOWN)
        try:
            reply, how = self._led(question, seconds)
        finally:
            self._flights.land(name, flight, reply)
        return reply, how

    def _led(self, question: _Question, seconds: float) -> tuple[Reply, str]:
        asker = chance.token_hex(8) if question.text else ""
        while True:
            known = self._known(question, asker, seconds)
            if known.verdict is Verdict.FRESH:
                return _read(known), "cached"
            if seconds <= 0 or question.left() <= 0:
                return self._fallback(question, known, SLOW, "no time is left")
            if known.verdict is Verdict.OPEN and question.is_patient:
                return self._asked(question, known, "")  # the breaker is there for who must hurry
            if known.verdict is Verdict.OPEN and question.may_wait:
                return self._fallback(question, known, SLOW, "its breaker is open")
            if known.verdict is Verdict.OPEN:
                return self._fallback(question, known, DOWN, "its breaker is open")
            if known.verdict is not Verdict.WAIT:
                return self._asked(question, known, asker)
            waited = self._waited(question, known)
            if waited is not None:
                return waited

    def _known(self, question: _Question, asker: str, seconds: float) -> Known:
        service = question.service
        hold = seconds + SPARE_SECONDS if service.is_safe else DONE_SECONDS
        return self._answers.ask(
            service.fingerprint,
            question.text or "none",
            now=self._clock.now().timestamp(),
            fresh_seconds=question.fresh_seconds,
            asker=asker if seconds > 0 else "",
            hold_seconds=max(hold, SPARE_SECONDS),
        )

    def _asked(self, question: _Question, known: Known, asker: str) -> tuple[Reply, str]:
        service, had = question.service, question.left()
        try:
            reply, why, is_done = self._tried(question), "", True
        except Failed as fault:
            is_unsure = fault.was_sent and not service.is_safe
            outcome = UNSURE if is_unsure else fault.outcome
            reply, why, is_done = Reply(outcome=outcome), fault.why, fault.was_sent
        except BadInput as fault:
            reply, why, is_done = Reply(outcome=BAD_INPUT), str(fault), False
        except Exception as fault:  # whoever waits for this answer must hear that there is none
            reply, why, is_done = Reply(outcome=DOWN), type(fault).__name__, True
        if not service.is_safe and reply.outcome in (DOWN, BAD_ANSWER) and is_done:
            reply = replace(reply, outcome=UNSURE)  # it has the request, and perhaps did it
        at = self._clock.now().timestamp()
        keeps = (not reply.outcome) if service.is_safe else is_done
        is_fault = reply.outcome in _FAULTS
        counts = None if is_fault and had < FAIR_SECONDS else is_fault
        self._answers.tell(
            service.fingerprint,
            question.text or "none",
            asker=asker,
            text=_written(reply) if keeps and question.text else "",
            at=at,
            keep_seconds=question.keep_seconds,
            failed=reply.outcome if not keeps else "",
            is_fault=counts,
        )
        if reply.outcome:
            return self._fallback(question, known, reply.outcome, why)
        return reply, "answered"

    def _tried(self, question: _Question) -> Reply:
        """Once; twice where that does no harm and may help. Raises Failed."""
        is_safe = question.service.is_safe
        try:
            reply = self._connected(question)
            if reply.outcome != DOWN or not is_safe or question.left() < RETRY_SECONDS:
                return reply
        except Failed as fault:
            may_again = is_safe or not fault.was_sent
            if fault.outcome != DOWN or not may_again or question.left() < RETRY_SECONDS:
                raise
        return self._connected(question)

    def _connected(self, question: _Question) -> Reply:
        service, left = question.service, question.left()
        match service.way:
            case Http() as http:
                return self._http.ask(service, http, question.told, left, question.key)
            case PythonCall() as call:
                return self._python.ask(service, call, question.told, left, question.key)
            case TableQuery() as query if self._queries is not None:
                return self._queries.ask(service, query, question.told, left)
        raise Failed(DOWN, "there are no tables here")

    def _waited(self, question: _Question, known: Known) -> tuple[Reply, str] | None:
        """What the other caller got. None: he is gone, and this one may ask."""
        polls, pause = iter(_POLLS), _POLLS[-1]
        while question.left() > 0:
            pause = next(polls, pause)
            self._sleep(min(pause, max(question.left(), 0.0)))
            seen = self._answers.look(question.service.fingerprint, question.text)
            if seen.text and seen.at >= min(question.began_at, self._clock.now().timestamp()):
                return _read(seen), "shared"
            if seen.failed:
                return self._fallback(question, seen, seen.failed, "shared")
            if seen.verdict is not Verdict.WAIT:
                return None
        outcome = SLOW if question.service.is_safe else UNSURE
        return self._fallback(question, known, outcome, "another asks, and waits")

    def _fallback(
        self, question: _Question, known: Known, outcome: str, why: str
    ) -> tuple[Reply, str]:
        """The last good answer, where the author allows one so old."""
        service, now = question.service, self._clock.now().timestamp()
        if outcome in _FAULTS or outcome not in {each.name for each in service.outcomes}:
            log.warning("service failed", service=service.name, why=why, outcome=outcome)
            is_young = known.text and now - known.at <= service.stale_seconds
            if service.is_safe and is_young:
                return _read(known), "stale"
        return Reply(outcome=outcome), outcome if outcome in FAULTS else "named"

    def _told(self, service: Service, inquiry: Inquiry) -> Mapping[str, str]:
        """With who asks, where the service takes that, and never what a menu says of it: two
        services cannot compare notes, and nobody passes for another."""
        callers = [name for name, taken in service.takes.items() if taken.kind is TakenKind.CALLER]
        if not callers:
            return inquiry.told
        key = inquiry.caller_key
        who = self._hasher.of(f"caller of {service.name}:{key}") if key else ""
        return {**inquiry.told, **dict.fromkeys(callers, who)}

    def _name(self, service: Service, told: Mapping[str, str], key: str) -> str:
        """Who asks a safe service the same shares the answer; what is done is told apart by key."""
        if not service.is_safe:
            return self._hasher.of(f"done:{service.fingerprint}:{key}") if key else ""
        if service.has_secrets:
            return ""
        asked = _encoder.encode(sorted(told.items())).decode()
        return self._hasher.of(f"asked:{service.fingerprint}:{asked}")


def _how(reply: Reply) -> str:
    if not reply.outcome:
        return "answered"
    return reply.outcome if reply.outcome in FAULTS else "named"


def _written(reply: Reply) -> str:
    return _encoder.encode((reply.outcome, dict(reply.parts))).decode()


def _read(known: Known) -> Reply:
    try:
        outcome, parts = _decoder.decode(known.text)
    except msgspec.MsgspecError:
        return Reply(outcome=BAD_ANSWER)
    return Reply(outcome=outcome, parts=parts, at=known.at)
