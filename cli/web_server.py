"""The web server: granian's main process and its workers, run as `python -m cli.web_server`.

It is a child of `flask serve`, not the same process, for three reasons found in granian's source.
It forks its workers, which must not inherit threads, locks or connections of the outermost
process. It ends itself with exit code 1 when a worker dies twice within 5.5 s: as a child it is
simply started again. And it takes over SIGTERM, which the outermost process needs to end the
members in their order. It stays small: no app, no database; granian and our logs.
"""

from __future__ import annotations

import os
import signal
import socket
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import mp

from cli import heap, logs
from cli.lifeline import PARENT, end_with_named_parent
from cli.listening import BACKLOG, Duty

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# The name under which an app keeps what it wants to do before the first request.
WARM: Final = "sanket-warm"
# A turn may take 8 s at most, so whoever is not done by then never will be.
WORKER_PATIENCE_SECONDS: Final = 10
_HOLDER: Final[Any] = vars(mp)["SocketHolder"]  # its stub knows no arguments


@click.command()
@click.option("--app", required=True)
@click.option("--host", required=True)
@click.option("--port", type=int, required=True)
@click.option("--workers", type=int, required=True)
@click.option("--threads", type=int, required=True)
@click.option("--socket", "listening", type=int, help="Descriptor of the socket; else its own.")
@click.option("--until", type=int, help="Descriptor of a pipe: its end is the end of the duty.")
@click.option("--ready", type=int, help="Descriptor of a pipe: each worker writes a byte to it.")
def main(
    app: str,
    host: str,
    port: int,
    workers: int,
    threads: int,
    listening: int | None,
    until: int | None,
    ready: int | None,
) -> None:
    """Serves the Flask app that `--app` names, as `flask --app` would find it."""
    end_with_named_parent(os.environ)
    os.environ[PARENT] = str(os.getpid())  # for the workers
    logs.configure("error")
    server: Any = Granian(
        app,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=WORKER_PATIENCE_SECONDS,
        # Below this it warns of more threads than cores. Ours mostly wait for others.
        log_level=LogLevels.error,
        log_dictconfig=logs.GRANIAN,
        log_access=False,  # a path holds a webhook's secret, a query a caller's number
    )
    if listening is not None:
        # Held to this version of granian by tests/cli/test_renewal.py.
        server._init_shared_socket = partial(_share, server, listening)
    server.serve(target_loader=partial(load_app, app, listening, until, ready), wrap_loader=False)


def _share(server: Any, listening: int) -> None:
    """In place of a socket for each worker: the one of our parent for all of them."""
    server._ssp = None
    server._sfd = listening
    server._shd = _HOLDER(listening, False, BACKLOG)
    server._sso = socket.socket(fileno=listening)
    server._sso.set_inheritable(True)


def load_app(
    app: str, listening: int | None = None, until: int | None = None, ready: int | None = None
) -> WSGIApplication:
    """Runs in each worker, before anything else of ours."""
    # A forked worker inherits handlers that only tell the main process to stop: without this, a
    # SIGTERM during the import below would be lost.
    for inherited in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(inherited, signal.SIG_DFL)
    end_with_named_parent(os.environ)
    from flask.cli import ScriptInfo  # here, so that the main process stays without Flask

    loaded = ScriptInfo(app_import_path=app).load_app()
    loaded.extensions.get(WARM, _nothing)()
    heap.settle()
    if listening is None or until is None or ready is None:
        return loaded
    duty = Duty(listening, until)
    duty.begin()
    os.write(ready, b".")
    return duty.wrap(loaded)


def _nothing() -> None:
    """Of an app that has nothing to warm."""


if __name__ == "__main__":
    main()
