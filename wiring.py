"""The object graph, without Flask: settings in, a `Bridge` out. For the app, the worker and tests.

What the channels are made of is in `channels`; here is what starts, sends, and serves the commands.

Building opens nothing: Redis and SQL open with the first thing that needs them, and a broken
gateways.yaml or menus.yaml is found by whoever asks for it.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Final

import structlog

from channels import Channels
from gateways import loader as gateways_loader
from gateways.base import Gateway, Sender
from gateways.findings import BadGateways
from menu import linter
from menu.diagnostics import BadMenu, Diagnostic, Place, error, in_file_order
from menu.fit import Network
from menu.fit_report import Report, find_misfits, report
from menu.recorded import Dialogue, dialogues_of, opened
from menu.service_parts import Service
from menu.shares import Limits as ShareLimits
from models import (
    kept_record,
    link_funnel,
    link_sweep,
    migrate,
    outbox_pause,
    publishing,
    send_attempt,
    turn,
)
from models.database import DatabaseDown
from models.fitting_files import FittingFiles
from models.key_mark import KeyMark
from models.library import NothingPublished
from models.link_funnel import Funnel
from models.menu_desk import MenuDesk
from models.menu_files import MenuFiles
from models.menu_publication import Listed
from models.menu_rounds import MenuRounds
from models.menu_watcher import MenuReview, MenuWatcher
from models.publishing import Published
from models.switchboard import Switchboard
from outbound.backups import Backups
from outbound.desk import Desk
from outbound.dispatcher import Dispatcher
from outbound.dlt_gate import DltGate
from outbound.drainer import MOST_BESIDE, MOST_TOGETHER, Drainer
from outbound.outcomes import NotTaken
from outbound.reaper import Reaper
from outbound.standing import Standings
from outbound.sweeper import Sweeper
from outbound.traffic import Account, Traffic
from outbound.wake import Waiting, Wake
from outbound.worker import Worker
from services import network
from services.record_desk import RecordDesk
from services.surroundings import Lack
from settings import Settings
from sms import optouts, receipts
from state.bell import Waits
from state.pace import RedisPace
from state.turns import TurnStream
from telecom import faults
from telecom.clock import Clock
from telecom.dlt import DltIds
from telecom.dlt_book import DltBook
from telecom.keyed_hash import KeyedHash
from telecom.money import Money
from telecom.prices import PriceList
from telecom.replies import MtSms
from web.replaying import Replayer, Take

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

REPLAYER_PATIENCE_SECONDS: Final = 5.0
SEND_SECONDS: Final = 12.0  # connect 3 s, read 8 s, and slack
LEAST_BATCH: Final = 10
PUBLISHER: Final = "start"  # who published a menu that the start of the bridge published


class Bridge(Channels):
    """Everything that one process needs, each part made when it is first asked for."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], clock: Clock | None = None
    ) -> None:
        super().__init__(settings, environ, clock)
        self._is_started = False
        self._starting = threading.Lock()
        self._stopped = threading.Event()
        self._menu_files = MenuFiles(settings.menus, self.clock, self.menu_services)
        self._fitting = FittingFiles(self.menu_files, self._networks, self.menu_services)
        self._review = MenuReview(self._fitting, self.database, self.menu_services)

    def start(self) -> None:
        """Before the first webhook: from now on newly published menus are followed. Repeatable."""
        if self._is_started:
            return
        with self._starting:
            if not self._is_started:
                counts = self.share_counts.flush
                follow = partial(self.library.keep_fresh, self._stopped, then=counts)
                threading.Thread(target=follow, name="menus", daemon=True).start()
                look = partial(self.tables.keep_fresh, self._stopped, self._live_services)
                threading.Thread(target=look, name="tables", daemon=True).start()
                self._is_started = True

    def warm(self) -> None:
        """Reads, before the first webhook comes, what it would wait for: a second and a half of a
        phone's patience. What cannot be read is told to whoever asks for it.
        """
        with suppress(BadMenu, DatabaseDown, NothingPublished):
            if self.library.live()[1].services:
                network.trust()
        self.start()
        with suppress(BadGateways, OSError, UnicodeDecodeError):
            _ = self.gateways

    def warm_senders(self) -> None:
        """The same before the first SMS is claimed: two seconds in which a death would leave it in
        doubt. A sender that cannot be loaded is told of, and fails those who ask for it.
        """
        with suppress(BadMenu, DatabaseDown):
            self._dlt_book()
        with suppress(BadGateways, OSError, UnicodeDecodeError):
            for name, gateway in self.gateways.items():
                try:
                    if gateway.sender:
                        gateway.sender.prepare()
                except Exception as error:
                    faults.report("sender not loaded", error, gateway=name)

    def stop(self) -> None:
        """The end of what `start` began, and of this process' connections to services and to the
        database."""
        self._stopped.set()
        self.service_caller.close()
        self.address_guard.close()
        self.database.dispose()

    def _live_services(self) -> Collection[Service]:
        try:
            served = self.library.served()
            return {
                each.fingerprint: each for one in served for each in one.services.values()
            }.values()
        except (BadMenu, DatabaseDown, NothingPublished):  # told by whoever follows the menus
            return ()

    # What the commands need

    def check(self) -> Sequence[str]:
        """Every error of gateways.yaml and menus.yaml, one a line."""
        found = [*self.check_gateways(), *self.check_menus()]
        return [str(finding) for finding in found if finding.is_error]

    def check_menus(self) -> list[Diagnostic]:
        try:
            files, services = self.menu_files(), self.menu_services
            examined = linter.examine(files, services=services)
            lacks = self.surroundings.check(examined.source) if examined.source else ()
            misfits = find_misfits(files, self._networks(), services)
            return in_file_order([*examined.diagnostics, *misfits, *lacks])
        except BadMenu as fault:
            return list(fault.diagnostics)

    def fit_menu(self) -> Report:
        """Raises BadMenu."""
        return report(self.menu_files(), self._networks(), self.menu_services)

    def segment_prices(self, country: str) -> Mapping[str, Money]:
        """What a segment to this country costs, by gateway; {} where gateways.yaml is broken."""
        with suppress(BadGateways, OSError, UnicodeDecodeError):
            return {name: its.in_country(country) for name, its in self.sms_prices().items()}
        return {}

    def _networks(self) -> list[Network]:
        """What the phones of every enabled gateway show; none where gateways.yaml is broken."""
        with suppress(BadGateways, OSError, UnicodeDecodeError):
            each = [gateway.settings for gateway in self.gateways.values()]
            return [
                Network(one.name, one.ussd_limit, is_latin=one.ussd_script == "latin")
                for one in each
            ]
        return []

    def find_moved_keys(self) -> list[Diagnostic]:
        """What the menu file changes of what people know; nothing while that cannot be told."""
        if not self.database.may_be_there:
            return []
        try:
            return publishing.find_moved_keys(self.database, self.menu_files(), self.menu_services)
        except (BadMenu, DatabaseDown):
            return []

    def find_lacks(self) -> list[Lack]:
        """Why services of the live menus cannot be asked from here."""
        live = self._live_services()
        return [lack for each in live for lack in self.surroundings.lacks_of(each)]

    def tell_lacks(self) -> None:
        """To the log: menus and environment may be edited by different people."""
        for lack in self.find_lacks():
            why = f"{lack.reason} {lack.hint}"
            log.warning("service not set up", service=lack.service, why=why)

    def check_gateways(self) -> list[Diagnostic]:
        path = self.settings.gateways
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            return [_unreadable(path.name, "G001", fault)]
        return gateways_loader.check(
            text,
            path.name,
            self._environ,
            development=self.settings.dev,
            public_url=self.settings.public_url,
        )

    def forget_counts(self) -> None:
        """Never raises: counting keeps nobody from work."""
        with suppress(OSError):
            self.counts.forget()

    def migrate(self) -> None:
        migrate.upgrade(self.settings.database_url)

    def check_key(self) -> None:
        """Raises OtherKey, DatabaseDown."""
        self.key_mark.check()

    @cached_property
    def key_mark(self) -> KeyMark:
        secret = self.settings.secret_key.get_secret_value().encode()
        proof = KeyedHash(secret, "key mark").of("sanket")
        return KeyMark(self.database, proof, self.outbox.recipient, self.clock.now)

    def publish_menu(self) -> None:
        """The menu file becomes live unless this very file was published before.

        Without BRIDGE_MENUS_WATCH only the first one ever does. Raises BadMenu, DatabaseDown.
        """
        if self.settings.menus_watch or not publishing.is_anything_live(self.database):
            publishing.publish_if_new(
                self.database,
                self._fitting(),
                PUBLISHER,
                self.clock.now(),
                self.menu_services,
            )

    def publish_menu_as(
        self, published_by: str, note: str, files: Mapping[str, bytes] | None = None
    ) -> Published:
        """The menu file, or these files, become live in any case. Raises BadMenu, DatabaseDown."""
        return publishing.publish(
            self.database,
            self._fitting() if files is None else files,
            published_by=published_by,
            note=note,
            now=self.clock.now(),
            services=self.menu_services,
        )

    def roll_back_menu(self, version: int | None, published_by: str, note: str) -> int:
        """Raises NoSuchVersion, BadMenu, DatabaseDown."""
        return publishing.roll_back(
            self.database,
            version,
            published_by=published_by,
            note=note,
            now=self.clock.now(),
            services=self.menu_services,
        )

    def menu_history(self) -> list[Listed]:
        """Raises DatabaseDown."""
        return publishing.history(self.database)

    @cached_property
    def menu_desk(self) -> MenuDesk:
        return MenuDesk(
            self.database,
            self.menu_services,
            self.clock,
            lambda number: self._keys.caller(number.e164),
            self.share_counts.find,
        )

    def menu_rounds(self) -> MenuRounds:
        return MenuRounds(
            self.database,
            self._shared_clock,
            ShareLimits(
                least_dialogues=self.settings.share_least_dialogues,
                completion_drop=self.settings.share_completion_drop,
                error_rise=self.settings.share_error_rise,
            ),
            self.share_counts.find,
            self.menu_services,
            self.meter,
        )

    @cached_property
    def desk(self) -> Desk:
        return Desk(
            self.database,
            self.outbox,
            self._hasher,
            self._shared_clock,
            settle_seconds=self.settings.settle_seconds,
            gateways=self._find_sending,
            dlt=self._dlt_book,
        )

    def sweepers(self) -> Sequence[Sweeper]:
        """Of links with their clicks, and of what callers wrote."""
        written = timedelta(days=self.settings.feedback_days)
        sweeper = partial(Sweeper, database=self.database, clock=self._shared_clock)
        return [
            sweeper("links", kept=self._links_kept, delete=link_sweep.delete_old),
            sweeper("feedback", kept=written, delete=kept_record.delete_old),
        ]

    @property
    def _links_kept(self) -> timedelta:
        return timedelta(days=self.settings.links_days)

    def links_since(self) -> datetime:
        """Links that were made before are swept out, and count no more."""
        return self.clock.now() - self._links_kept

    def count_links(self, since: datetime, until: datetime) -> Funnel:
        """Of the links that were made in that time. Raises DatabaseDown."""
        with self.database.read() as conn:
            return link_funnel.count(conn, since, until)

    @cached_property
    def record_desk(self) -> RecordDesk:
        return RecordDesk(self.database, self._sealer, self._shared_clock)

    @cached_property
    def switchboard(self) -> Switchboard:
        return Switchboard(self.database, self.library, self.clock, self._networks)

    @cached_property
    def backups(self) -> Backups:
        secret = self.settings.secret_key.get_secret_value().encode()
        return Backups(
            self.settings.database_url,
            self.database,
            self.outbox,
            self._shared_clock,
            KeyedHash(secret, "backup"),
            self._answer_calls_of,
        )

    def _answer_calls_of(self, url: str) -> None:
        """The calls that wait in the database of this URL. Raises whatever stands in the way."""
        settings = self.settings.model_copy(update={"database_url": url})
        beside = Bridge(settings, self._environ, self.clock)
        try:
            beside.call_answers.answer_all()
        finally:
            beside.stop()

    def _find_sending(self) -> Collection[str] | None:
        """The gateways that send; None where gateways.yaml is broken."""
        try:
            return [name for name, gateway in self.gateways.items() if gateway.sender]
        except (BadGateways, OSError, UnicodeDecodeError):
            return None

    def how_to_reach(self) -> Sequence[str]:
        _, program = self.library.live()
        return [
            *(f"dial  {code}" for code in program.ussd),
            *(f"text  {word.upper()}" for word in list(program.sms_keywords)[:1]),
            *(f"ring  {called}" for called in program.missed_call),
        ]

    def run_worker(self, stop: threading.Event) -> None:
        """Sends until `stop`, answers calls that wait, takes what the web workers of this host had
        to spool, and follows the menu file.

        The file is followed here because this process is started again when it dies, never forks
        (as the outermost one does), and is one a host however many web workers there are. It does
        nothing before it knows that the database belongs to our key. Raises OtherKey.
        """
        if not self.key_mark.wait(stop):
            return
        replay = partial(self.replayer.replay_until, stop)
        replayer = threading.Thread(target=replay, name="spool", daemon=True)
        replayer.start()
        count = partial(self.click_notes.take_in_until, stop, self.database)
        threading.Thread(target=count, name="clicks", daemon=True).start()
        if self.settings.menus_watch:
            watch = partial(self.menu_watcher().run, stop)
            threading.Thread(target=watch, name="menu-watcher", daemon=True).start()
        rounds = partial(self.menu_rounds().run, stop)
        threading.Thread(target=rounds, name="menu-rounds", daemon=True).start()
        for sweeper in self.sweepers():
            sweep = partial(sweeper.run, stop)
            threading.Thread(target=sweep, name="sweeper", daemon=True).start()
        self.start()
        drainers = [
            threading.Thread(target=partial(drainer.run, stop), name="turns", daemon=True)
            for drainer in self.drainers()
        ]
        for drainer in drainers:
            drainer.start()
        worker, calls = self.worker(), Wake()
        answer = partial(self.call_answers.answer_until, stop, calls, worker.idle_seconds)
        answerer = threading.Thread(target=answer, name="calls", daemon=True)
        answerer.start()

        late = Wake()
        ask = partial(self.late_answers.answer_until, stop, late, worker.idle_seconds)
        asker = threading.Thread(target=ask, name="late-answers", daemon=True)
        asker.start()

        pokes = {Waits.SMS: worker.poke, Waits.CALL: calls.poke, Waits.LATE: late.poke}
        listen = partial(self.bell.listen, stop, pokes, worker.hears)
        threading.Thread(target=listen, name="bell", daemon=True).start()
        worker.run(stop)
        calls.poke()
        late.poke()
        for thread in (answerer, asker, replayer, *drainers):
            thread.join(REPLAYER_PATIENCE_SECONDS)

    @cached_property
    def replayer(self) -> Replayer:
        """Gives spooled webhooks to who takes them, by channel."""
        takers: Mapping[str, Take] = {
            "sms": lambda name, request: self.sms.take(self.gateways[name], request),
            receipts.SPOOLED_AS: lambda name, request: self.dlrs.take(self.gateways[name], request),
            optouts.SPOOLED_AS: lambda name, request: self.optouts.take(
                self.gateways[name], request
            ),
            "missed_call": lambda name, request: self.missed_call.take(
                self.gateways[name], request
            ),
        }
        return Replayer(self.spool, takers)

    def menu_watcher(self) -> MenuWatcher:
        return MenuWatcher(self._fitting, self.database, self.clock, self.menu_services)

    def worker(self, wake: Waiting | None = None, threads: int | None = None) -> Worker:
        return Worker(
            self.dispatcher(threads),
            self.reaper(),
            self.traffic,
            threads=threads or self.settings.worker_threads,
            wake=wake,
            beat=self.heartbeat.beat,
        )

    def dispatcher(self, threads: int | None = None) -> Dispatcher:
        senders: dict[str, Sender] = {
            name: gateway.sender for name, gateway in self.gateways.items() if gateway.sender
        }
        return Dispatcher(
            self.database,
            self.outbox,
            senders,
            clock=self._shared_clock,
            host_clock=self.clock,
            monotonic=time.monotonic,
            owner=_owner(),
            lease_seconds=self.settings.lease_seconds,
            send_seconds=min(SEND_SECONDS, self.settings.lease_seconds / 2),
            batch=max(LEAST_BATCH, threads or self.settings.worker_threads),
            meter=self.meter,
            may_move_on=self.traffic.may_move_on,
            heard=self.traffic.heard,
            dlt_of=self._dlt_of,
        )

    @cached_property
    def traffic(self) -> Traffic:
        return Traffic(
            {name: _account(gateway) for name, gateway in self.gateways.items() if gateway.sender},
            self.outbox,
            host_clock=self.clock,
            monotonic=time.monotonic,
            routes=self.shelf.routes,
            pace=RedisPace(self.redis),
            standings=Standings(self.tallies),
            tried=self._tried,
            paused=self._paused,
            meter=self.meter,
        )

    def _dlt_of(self, gateway: str, mt: MtSms) -> DltIds | NotTaken | None:
        dlt = self.gateways[gateway].settings.dlt
        account = dlt.ids_for(mt.message_class) if dlt else None
        return self._dlt_gate.look(account, mt)

    @cached_property
    def _dlt_gate(self) -> DltGate:
        return DltGate(self._dlt_book, self.clock)

    def _dlt_book(self) -> DltBook | None:
        """What the live menu registers. Raises DatabaseDown, BadMenu."""
        try:
            _, program = self.library.live()
        except NothingPublished:
            return None
        return program.dlt

    def _tried(self, mt_id: str) -> Sequence[str]:
        with self.database.read() as conn:
            return send_attempt.tried(conn, mt_id)

    def _paused(self) -> Collection[str]:
        with self.database.read() as conn:
            return [pause.gateway for pause in outbox_pause.pauses(conn)]

    def reaper(self) -> Reaper:
        return Reaper(
            self.database,
            self._shared_clock,
            settle_seconds=self.settings.settle_seconds,
            meter=self.meter,
        )

    def recorded(self, last: int) -> list[Dialogue]:
        """The dialogues that began last, at most so many, the oldest first. Raises DatabaseDown."""
        with self.database.read() as conn:
            turns = turn.last_dialogues(conn, last)
        return dialogues_of(opened(each, self.turn_sealer.find_open) for each in turns)

    def drainers(self) -> Sequence[Drainer]:
        """PostgreSQL writes for one of them while the other reads; SQLite writes for one at all."""
        count, most = (1, MOST_TOGETHER) if self.database.has_one_writer else (2, MOST_BESIDE)
        return [
            Drainer(
                TurnStream(self.redis, f"{number}:{_owner()}"),
                self.database,
                self._shared_clock,
                kept=timedelta(days=self.settings.turns_days),
                most_together=most,
            )
            for number in range(count)
        ]

    def menu_warnings(self) -> Sequence[str]:
        """What keeps the menu file from being live, while the last good menu serves."""
        return self._review.warnings() if self.settings.menus_watch else ()

    def sms_prices(self) -> Mapping[str, PriceList]:
        """What a segment costs, by gateway. Raises BadGateways."""
        return {name: tariff.prices for name, tariff in self.spend_world.tariffs.items()}

    def menu_files(self) -> Mapping[str, bytes]:
        """The menu's files as they lie on the disk, the root first. Raises BadMenu."""
        return self._menu_files.read()


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:64]


def _account(gateway: Gateway) -> Account:
    settings = gateway.settings
    return Account(
        sender_id=settings.sender_id,
        tps=settings.tps,
        sender_tps=settings.sender_tps,
        cost=settings.cost,
    )


def build(settings: Settings, environ: Mapping[str, str], clock: Clock | None = None) -> Bridge:
    """`environ` answers the `${NAME}` references of gateways.yaml."""
    return Bridge(settings, environ, clock)


def _unreadable(file: str, rule: str, fault: Exception) -> Diagnostic:
    why = fault.strerror if isinstance(fault, OSError) else "is not UTF-8"
    return error(Place(file, 1, 1), rule, f"The file cannot be read: {why}.")
