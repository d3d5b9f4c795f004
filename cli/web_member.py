"""The web server as a member of the tree, and its quiet replacement by a newer one.

A new one starts beside the old on the same socket. When it is ready the old one lets the socket go,
lives until the proxy has closed its connections, and ends. One that does not get ready changes
nothing. (All in the thread that calls: a child is killed with the thread that started it.)
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import structlog

from cli.process_tree import Child

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

START_SECONDS: Final = 60.0
# nginx closes a connection to us that was idle for 2 s (deploy/nginx.conf), and one that was not
# is closed by our answer. So after this nothing of the proxy leads to the old one.
PROXY_SECONDS: Final = 3.0
END_SECONDS: Final = 12.0


class _Server(Child):
    """One life of it. The pipes tell when it is ready, and it when its duty is over."""

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], line: socket.socket, workers: int
    ) -> None:
        super().__init__("web", argv, env)
        self._line = line
        self._workers = workers
        self._ready = 0
        self._ready_from = self._until = -1

    def start(self) -> None:
        until, self._until = os.pipe()
        self._ready_from, ready = os.pipe()
        os.set_blocking(self._ready_from, False)
        fds = (self._line.fileno(), until, ready)
        told = ("--socket", str(fds[0]), "--until", str(fds[1]), "--ready", str(fds[2]))
        self._spawn(told, fds)
        os.close(until)
        os.close(ready)

    def is_ready(self) -> bool:
        """Whether every worker has loaded the app, or did before it died."""
        with suppress(BlockingIOError):
            self._ready += len(os.read(self._ready_from, 64))
        return self._ready >= self._workers

    def let_go(self) -> None:
        """It takes no new connection any more."""
        if self._until >= 0:
            os.close(self._until)
            self._until = -1

    def close(self) -> None:
        self.let_go()
        os.close(self._ready_from)


class WebServer:
    """`is_handed_over`: the socket outlives us, so that nothing is reset by our end either."""

    name = "web"

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        line: socket.socket,
        workers: int,
        *,
        is_handed_over: bool,
    ) -> None:
        self._argv = argv
        self._env = env
        self._workers = workers
        self._line = line
        self._is_handed_over = is_handed_over
        self._server: _Server | None = None
        self._next: _Server | None = None
        self._old: _Server | None = None
        self._until = 0.0  # the end of the step that the replacement is in
        self._asked_at = 0.0

    def start(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = self._make()
        self._server.start()

    def is_ready(self) -> bool:
        return self._server is not None and self._server.is_ready()

    def has_exited(self) -> bool:
        return self._server is not None and self._server.has_exited()

    def is_being_replaced(self) -> bool:
        return self._next is not None or self._old is not None

    def renew(self) -> None:
        """Begins a replacement, unless one is on its way. `glance` carries it on."""
        if not self.is_being_replaced():
            self._next = self._make()
            self._next.start()
            self._until = time.monotonic() + START_SECONDS

    def glance(self) -> None:
        """One look, and the next step when it is time for it."""
        now = time.monotonic()
        if self._next is not None:
            self._look_at_next(self._next, now)
        elif self._old is not None and now >= self._until:
            self._old.stop(END_SECONDS if self._old.has_exited() else 0.0)
            self._old.close()
            self._old = None
        elif self._old is not None and now >= self._asked_at:
            self._old.ask_to_stop()
            self._asked_at = now + 1.0
            if self._old.has_exited():
                self._until = now

    def ask_to_stop(self) -> None:
        for server in self._all():
            server.let_go()
            if not self._is_handed_over:
                server.ask_to_stop()
        if not self._is_handed_over:
            self._line.close()  # as long as it is open, people queue for nobody
        self._asked_at = time.monotonic()

    def stop(self, patience_seconds: float) -> None:
        give_up_at = time.monotonic() + patience_seconds
        if self._is_handed_over and self._all():
            time.sleep(max(0.0, self._asked_at + PROXY_SECONDS - time.monotonic()))
        for server in self._all():
            server.ask_to_stop()
        for server in self._all():
            server.stop(max(0.0, give_up_at - time.monotonic()))
        self._line.close()

    def _make(self) -> _Server:
        return _Server(self._argv, self._env, self._line, self._workers)

    def _all(self) -> list[_Server]:
        return [one for one in (self._server, self._next, self._old) if one is not None]

    def _look_at_next(self, server: _Server, now: float) -> None:
        if server.is_ready() and self._server is not None:
            self._server.let_go()
            self._server, self._old, self._next = server, self._server, None
            self._asked_at = now + PROXY_SECONDS
            self._until = self._asked_at + END_SECONDS
            log.info("renewed", member=self.name)
        elif server.has_exited() or now >= self._until:
            why = "it ended" if server.has_exited() else f"not ready within {START_SECONDS:.0f} s"
            log.error("not renewed", member=self.name, why=f"{why}; the old one serves on")
            server.stop(0.0)
            server.close()
            self._next = None
