"""The listening socket that outlives web servers: made once, inherited, and let go by the old one.

A worker that is to be replaced must neither refuse nor reset a connection. Closing its socket would
reset what waits in the kernel's queue, so the outermost process keeps the socket open, and the
worker puts one in its place on which nobody ever calls: it accepts nothing more, and ends what it
has begun. From then on each of its answers closes its connection, so that the proxy in front
comes to the new worker.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BACKLOG: Final = 1024
FIRST_OF_SYSTEMD: Final = 3  # sd_listen_fds(3)


def find_inherited(environ: Mapping[str, str]) -> socket.socket | None:
    """The socket that systemd holds for us, also while nobody of us runs."""
    if environ.get("LISTEN_PID") != str(os.getpid()) or environ.get("LISTEN_FDS") != "1":
        return None
    return socket.socket(fileno=FIRST_OF_SYSTEMD)


def take(address: str, port: int) -> socket.socket:
    """The port is ours, yet nobody listens before the first web worker does: a host that is only
    starting must refuse, so that a proxy goes to another one. Raises OSError where it is taken.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Without this the connections that a stopped server left behind keep the port for a minute.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind((address, port))
    except OSError:
        line.close()
        raise
    return line


class Duty:
    """Runs in a web worker: it is on duty until the other end of the pipe `until` is closed."""

    def __init__(self, listening: int, until: int) -> None:
        self._listening = listening
        self._until = until
        self._is_over = False

    def begin(self) -> None:
        threading.Thread(target=self._watch, name="duty", daemon=True).start()

    def wrap(self, app: WSGIApplication) -> WSGIApplication:
        """`app`, whose answers close their connection once the duty is over."""

        def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if not self._is_over:
                return app(environ, start_response)
            return app(environ, _closing(start_response))

        return wrapped

    def _watch(self) -> None:
        while os.read(self._until, 1):
            pass
        self._is_over = True
        _let_go(self._listening)


def _closing(start_response: StartResponse) -> StartResponse:
    def closing(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[..., object]:
        return start_response(status, [*headers, ("Connection", "close")], *more)

    return closing


def _let_go(listening: int) -> None:
    """The server's own descriptor may be a duplicate: every one of this socket is replaced."""
    nobody = socket.create_server(("127.0.0.1", 0))
    nobody.setblocking(False)  # the server asks it, and must not wait there
    wanted = os.fstat(listening).st_ino
    for descriptor in [int(path.name) for path in Path("/dev/fd").iterdir()]:
        with suppress(OSError):  # that of the list itself, which is closed by now
            if os.fstat(descriptor).st_ino == wanted:
                os.dup2(nobody.fileno(), descriptor)
