"""The object graph, without Flask: settings in, a `Bridge` out. For the app, the worker and tests.

What thinks is in `thinking`, what the channels are made of in `channels`, what sends in `sending`,
what the commands work with in `desks`; here is what starts and ends.

Building opens nothing: Redis and SQL open with the first thing that needs them, and a broken
gateways.yaml or menus.yaml is found by whoever asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Final

from desks import Desks
from gateways.findings import BadGateways
from menu.diagnostics import BadMenu
from models.database import DatabaseDown
from models.library import NothingPublished
from outbound.backups import Backups
from outbound.wake import Wake
from services import network
from settings import Settings
from state.bell import Waits
from telecom.clock import Clock
from telecom.keyed_hash import KeyedHash

REPLAYER_PATIENCE_SECONDS: Final = 5.0


class Bridge(Desks):
    """Everything that one process needs, each part made when it is first asked for."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], clock: Clock | None = None
    ) -> None:
        super().__init__(settings, environ, clock)
        self._is_started = False
        self._starting = threading.Lock()
        self._stopped = threading.Event()

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

    def stop(self) -> None:
        """The end of what `start` began, and of this process' connections to services and to the
        database."""
        self._stopped.set()
        self.service_caller.close()
        self.address_guard.close()
        self.database.dispose()

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


def build(settings: Settings, environ: Mapping[str, str], clock: Clock | None = None) -> Bridge:
    """`environ` answers the `${NAME}` references of gateways.yaml."""
    return Bridge(settings, environ, clock)
