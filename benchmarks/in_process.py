"""One webhook after the other through the WSGI app: no socket; a real Redis, a real SQLite."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any, Final

from flask import Flask

from app import mount
from benchmarks.house import Redis, bridge_in, home
from benchmarks.measuring import Round, Sample, Scale, timed
from benchmarks.webhooks import DIALOGUES, FORM_TYPE, Webhook

CHANNELS: Final = ("ussd", "sms", "missed-call")
_ENVIRON: Final[Mapping[str, object]] = {
    "REQUEST_METHOD": "POST",
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "127.0.0.1:8000",
    "CONTENT_TYPE": FORM_TYPE,
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    with home() as place, Redis(place).running() as redis, bridge_in(place) as bridge:
        app = Flask("sanket")
        mount(app, bridge)
        callers = count()

        def through(channel: str) -> Sample:
            return _through(app, DIALOGUES[channel], scale.webhooks, callers, redis)

        for channel in CHANNELS:  # what is opened with the first request is no request's cost
            _through(app, DIALOGUES[channel], len(DIALOGUES[channel]), callers, redis)
        yield {channel: partial(through, channel) for channel in CHANNELS}


def _through(
    app: Flask, dialogue: tuple[Webhook, ...], total: int, callers: Iterator[int], redis: Redis
) -> Sample:
    asked = [
        (webhook, webhook.body(caller))
        for caller, _ in zip(callers, range(total // len(dialogue)), strict=False)
        for webhook in dialogue
    ]
    waits: list[float] = []
    sample = timed(len(asked), lambda: waits.extend(_ask_all(app, asked)), redis.cpu)
    return Sample(
        count=sample.count,
        wall_seconds=sample.wall_seconds,
        cpu_seconds=sample.cpu_seconds,
        beside_seconds=sample.beside_seconds,
        waits=waits,
    )


def _ask_all(app: Flask, asked: Iterable[tuple[Webhook, bytes]]) -> Iterator[float]:
    for webhook, body in asked:
        started = time.perf_counter()
        _ask(app, webhook, body)
        yield time.perf_counter() - started


def _ask(app: Flask, webhook: Webhook, body: bytes) -> None:
    told: list[str] = []

    def start_response(status: str, *_: Any) -> Any:
        told.append(status)

    environ: dict[str, Any] = {
        **_ENVIRON,
        "PATH_INFO": webhook.path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    answer = b"".join(app(environ, start_response))
    if told != ["200 OK"] or webhook.expects not in answer:
        raise RuntimeError(f"{webhook.path} answers {told} {answer[:80]!r}")
