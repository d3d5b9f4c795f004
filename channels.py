"""What the channels are made of: settings in, their handlers out. Building opens nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property, partial
from typing import Final

from gateways import loader as gateways_loader
from gateways.base import Gateway
from gateways.loader import Shelf
from menu.runner import Runner
from menu.turn_record import Recorder
from metrics.folder import Folder
from metrics.prometheus import PrometheusMeter
from missed_call.answering import CallAnswers
from missed_call.handler import MissedCallHandler
from models.callers import SqlCallers
from models.database import Database
from models.library import SqlLibrary
from models.read_only import ReadOnlyDatabases
from models.sealing import Sealer
from models.shared_clock import DatabaseClock, OneClock, SharedClock
from outbound.answering import Answering
from outbound.commitments import MOST_TOGETHER, Commitments
from outbound.guard import Guard, Tariff, World
from outbound.late_answering import LateAnswers
from outbound.ledger import Ledger
from outbound.limits import Limits
from outbound.outbox import Outbox
from outbound.receipts import Receipts
from outbound.register import Register
from outbound.wake import Rings
from services.address_guard import AddressGuard
from services.app_links import AppLinks
from services.caller import ServiceCaller
from services.click_notes import ClickNotes
from services.guesses import Guesses
from services.http import HttpConnector
from services.placing import Places
from services.prefetching import Prefetcher
from services.python_calls import PythonConnector
from services.records import Records
from services.secrets import Secrets
from services.short_links import ShortLinks
from services.surroundings import Surroundings
from services.table import ServiceDesk, specs_of
from services.tables import Tables
from services.tables_asking import QueryConnector
from services.tokens import Tokens
from settings import Settings
from sms.handler import SmsHandler
from sms.inbox import Inbox
from sms.optouts import OptOutHandler
from sms.receipts import DlrHandler
from state.answers import RedisAnswers
from state.bell import Bell, Waits
from state.connection import connect
from state.embedded import EmbeddedRedis
from state.heartbeat import Heartbeat
from state.keys import Keys
from state.last_answers import AnswerSeal
from state.sessions import RedisSessions
from state.share_counts import ShareCounts
from state.tallies import RedisTallies
from state.usuals import RedisUsuals
from telecom.clock import Clock, SystemClock
from telecom.errors import Malformed
from telecom.keyed_hash import KeyedHash, derive_key
from telecom.msisdn import Msisdn
from telecom.prices import PriceList
from ussd.handler import UssdHandler
from web.spool import Spool

BUSY_SECONDS: Final = 2.0  # a phone waits behind a locked database; a call is spooled then


class Channels:
    """Each part is made when it is first asked for."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self._environ = environ
        self.clock = clock or SystemClock()
        self.counts = Folder(settings.var / "metrics")
        self.meter = PrometheusMeter(self.counts)
        self._shared_clock: SharedClock = OneClock(clock) if clock else DatabaseClock(self.clock)
        secret = settings.secret_key.get_secret_value().encode()
        self._sealer = Sealer(derive_key(secret, "sealing"))
        self._hasher = KeyedHash(secret)
        self._keys = Keys(self._hasher)
        self.database = Database(settings.database_url, busy_timeout_seconds=BUSY_SECONDS)
        self.menu_services = specs_of()
        self.library = SqlLibrary(self.database, self.menu_services)
        redis_url = settings.redis_url or EmbeddedRedis(settings.var).url
        self.redis = connect(redis_url)
        self.bell = Bell(self.redis)
        rings = Rings(
            sms=partial(self.bell.ring, Waits.SMS),
            calls=partial(self.bell.ring, Waits.CALL),
            late_answers=partial(self.bell.ring, Waits.LATE),
        )
        self.outbox = Outbox(self._sealer, self._hasher, self._shared_clock, rings)
        answers = self._sealer.bound_to("last answer")
        self.sessions = RedisSessions(
            self.redis,
            self.meter,
            most_turns=settings.turns_waiting,
            answers=AnswerSeal(answers.seal, answers.find_open),
        )
        self.heartbeat = Heartbeat(self.redis)
        self.tallies = RedisTallies(self.redis)
        self.tables = Tables(settings.menus.parent, settings.var / "tables")
        self.queries = QueryConnector(Secrets(self._environ), ReadOnlyDatabases())
        callers = SqlCallers(self.database)
        self.address_guard = AddressGuard(
            allows_loopback=settings.services_loopback, networks=settings.services_networks
        )
        self.surroundings = Surroundings(environ, self.address_guard)
        self.service_caller = self._service_caller()
        self._services = services = ServiceDesk(self.clock, caller=self.service_caller)
        prefetch = Prefetcher(self.service_caller.ask, self.meter).prefetch
        usual = self._sealer.bound_to("usual")
        usuals = RedisUsuals(self.redis, usual.seal, usual.find_open)
        self.share_counts = ShareCounts(self.redis, self.library.running)
        self.turn_sealer = Sealer(derive_key(secret, "sealing of turns"), "turn")
        record = Recorder(self.turn_sealer.seal) if settings.turns else None
        self._runner = Runner(
            self.library,
            self.sessions,
            callers,
            services,
            usuals,
            record,
            self.share_counts,
            prefetch,
        )

    def _service_caller(self) -> ServiceCaller:
        """Opens nothing, as everything here."""
        sealed = self._sealer.bound_to("answers of services")
        answers = RedisAnswers(self.redis, sealed.seal, sealed.find_open)
        secrets = Secrets(self._environ)
        http = HttpConnector(self.address_guard, secrets, Tokens(answers, secrets, self.clock))
        python = PythonConnector()
        return ServiceCaller(
            self.clock,
            answers,
            self._hasher,
            http,
            python,
            self.meter,
            tables=self.tables,
            queries=self.queries,
            records=Records(
                self.database,
                self._sealer,
                self._hasher,
                self._shared_clock,
                per_day=self.settings.feedback_per_day,
            ),
            places=Places(self._environ),
        )

    @cached_property
    def shelf(self) -> Shelf:
        """Raises BadGateways."""
        path = self.settings.gateways
        return gateways_loader.load(
            path.read_text(encoding="utf-8"),
            path.name,
            self._environ,
            development=self.settings.dev,
            public_url=self.settings.public_url,
            clock=self.clock,
        )

    @property
    def gateways(self) -> Mapping[str, Gateway]:
        return self.shelf.gateways

    @cached_property
    def ussd(self) -> UssdHandler:
        return UssdHandler(self._runner, self._commitments, self._keys, self.clock, self.meter)

    @cached_property
    def sms(self) -> SmsHandler:
        return SmsHandler(
            self._runner,
            self._commitments,
            self._keys,
            self.clock,
            self.spool,
            quiet=timedelta(seconds=self.settings.unknown_text_seconds),
        )

    @cached_property
    def dlrs(self) -> DlrHandler:
        return DlrHandler(Receipts(self.database, self._shared_clock, self.meter), self.spool)

    @cached_property
    def optouts(self) -> OptOutHandler:
        return OptOutHandler(self._commitments, self.spool)

    @cached_property
    def missed_call(self) -> MissedCallHandler:
        return MissedCallHandler(self._commitments, self._keys, self.clock, self.spool)

    @cached_property
    def call_answers(self) -> CallAnswers:
        writer = self._commitments.writer
        answering = Answering(self.database, writer, at_most=MOST_TOGETHER, meter=self.meter)
        return CallAnswers(
            self.library, self._runner, self._commitments, answering, self._keys, self.clock
        )

    @cached_property
    def late_answers(self) -> LateAnswers:
        return LateAnswers(
            self.database,
            self._commitments,
            self.library,
            self._services,
            self._shared_clock,
            self._keys.caller,
            patience_seconds=self.settings.late_answer_seconds,
            at_most=self.settings.late_answer_threads,
            meter=self.meter,
            keep=self.sessions.keep_answer,
        )

    @cached_property
    def spool(self) -> Spool:
        return Spool(self.settings.var / "spool", self._sealer, self.clock)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.database, self.outbox)

    @cached_property
    def short_links(self) -> ShortLinks:
        return ShortLinks(
            self.database,
            self.library,
            self.clock,
            self.click_notes,
            Guesses(time.monotonic),
            self.meter,
        )

    @cached_property
    def click_notes(self) -> ClickNotes:
        return ClickNotes(self.settings.var / "clicks")

    @cached_property
    def guard(self) -> Guard:
        return Guard(self._hasher, _limits(self.settings), lambda: self.spend_world)

    @cached_property
    def spending(self) -> Ledger:
        limits = _limits(self.settings)
        return Ledger(self.database, self._shared_clock, limits, lambda: self.spend_world)

    @cached_property
    def do_not_disturb(self) -> Register:
        return Register(self.database, self._hasher, self._shared_clock)

    @cached_property
    def spend_world(self) -> World:
        """What the spend guard must know of gateways.yaml. Raises BadGateways."""
        each = [gateway.settings for gateway in self.gateways.values()]
        own = (_find_own(one.sender_id, one.country) for one in each)
        return World(
            tariffs={
                one.name: Tariff(
                    prices=one.prices or PriceList.flat(self.settings.sms_price),
                    day_budget=one.day_budget,
                )
                for one in each
            },
            countries=self.settings.sms_countries | {one.country for one in each},
            own=frozenset(number for number in own if number),
        )

    @cached_property
    def _commitments(self) -> Commitments:
        return Commitments(
            self.database,
            self.outbox,
            AppLinks(self.settings.public_url),
            self._sealer,
            self._hasher,
            self._shared_clock,
            self.guard,
            lambda name: self.gateways[name].settings.sender_id,
            self.meter,
        )


def _limits(settings: Settings) -> Limits:
    return Limits(
        call_cooldown=timedelta(seconds=settings.call_cooldown_seconds),
        calls_per_day=settings.calls_per_day,
        calls_per_week=settings.calls_per_week,
        answers_per_day=settings.answers_per_day,
        same_link=timedelta(seconds=settings.same_link_seconds),
        loop_texts=settings.loop_texts,
        loop_window=timedelta(minutes=settings.loop_minutes),
        loop_same_texts=settings.loop_same_texts,
        prefix_per_hour=settings.prefix_per_hour,
        new_numbers_per_day=settings.new_numbers_per_day,
        day_budgets={budget.currency: budget for budget in settings.day_budget},
        service_budgets={budget.currency: budget for budget in settings.service_day_budget},
        hour_percent=settings.hour_percent,
    )


def _find_own(sender_id: str | None, country: str) -> str | None:
    """The number that our SMS come from, where it is one."""
    try:
        return Msisdn.parse(sender_id or "", country).e164
    except Malformed:
        return None
