"""What this stack cannot go below: a form is parsed, Redis is asked and told, a text goes back.

No menu, no proof of the sender, no compare-and-set. Redis is spoken to over a raw socket, one a
thread. It is served by `cli.web_server`, so on the very settings that the bridge has.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import hiredis
from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REDIS_SOCKET: Final = "SANKET_FLOOR_REDIS"  # the path of its unix socket
SECONDS: Final = "180"
ANSWER: Final = b"CON Place 0 of the menu\n1 Place 1\n2 Place 2\n3 Place 3\n4 Language\n0 Exit"


class Redis(threading.local):
    """A connection of each thread's own."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(os.environ[REDIS_SOCKET])
        self._reader = hiredis.Reader()

    def ask(self, *words: str | bytes) -> object:
        # The types of hiredis 3.5 know of one word only.
        self._socket.sendall(hiredis.pack_command(words))  # type: ignore[arg-type]
        while (answer := self._reader.gets()) is False:
            self._reader.feed(self._socket.recv(65536))
        return answer


class Floor(Flask):
    """A Flask in name only, because `cli.web_server` serves nothing else: none of it runs."""

    def __init__(self) -> None:
        super().__init__("floor")
        self._redis = Redis()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        key = "floor:" + form["sessionId"]
        self._redis.ask("GET", key)
        self._redis.ask("SET", key, ANSWER + form["text"].encode(), "EX", SECONDS)
        kind = ("Content-Type", "text/plain; charset=utf-8")
        start_response("200 OK", [kind, ("Content-Length", str(len(ANSWER)))])
        return [ANSWER]


def create_app() -> Flask:
    return Floor()
