"""What thinks: the menus, their services and the runner; and the stores and keys that everything
stands on. Building opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from menu.runner import Runner
from menu.turn_record import Recorder
from metrics.folder import Folder
from metrics.prometheus import PrometheusMeter
from models.callers import SqlCallers
from models.database import Database
from models.library import SqlLibrary
from models.read_only import ReadOnlyDatabases
from models.sealing import Sealer
from models.shared_clock import DatabaseClock, OneClock, SharedClock
from outbound.outbox import Outbox
from outbound.wake import Rings
from services.address_guard import AddressGuard
from services.caller import ServiceCaller
from services.http import HttpConnector
from services.placing import Places
from services.prefetching import Prefetcher
from services.python_calls import PythonConnector
from services.records import Records
from services.secrets import Secrets
from services.surroundings import Surroundings
from services.table import ServiceDesk, specs_of
from services.tables import Tables
from services.tables_asking import QueryConnector
from services.tokens import Tokens
from settings import Settings
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
from telecom.keyed_hash import KeyedHash, derive_key

BUSY_SECONDS: Final = 2.0  # a phone waits behind a locked database; a call is spooled then


class Thinking:
    """What every other part is handed. Its own parts are made with it."""

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
