"""What it costs to ask a service of a menu: beside a bare HTTP client, and from what is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count, islice
from typing import Final

import httpx2

from benchmarks import vendor
from benchmarks.house import Redis, home
from benchmarks.measuring import Round, Sample, Scale
from menu.compiler import compile_published
from menu.service_parts import Service
from menu.services import Inquiry
from models.sealing import Sealer
from services.address_guard import AddressGuard
from services.caller import ServiceCaller
from services.http import HttpConnector
from services.placing import Places
from services.python_calls import PythonConnector
from services.secrets import Secrets
from services.tokens import Tokens
from state.answers import RedisAnswers
from state.connection import connect
from telecom.clock import SystemClock
from telecom.keyed_hash import KeyedHash

NAMES: Final = {
    "service-floor": "a bare HTTP client asks, and reads the JSON",
    "service-uncached": "a service asked for what nobody asked before",
    "service-cached": "a service asked for what is kept",
}
_PATIENCE_SECONDS: Final = 4.0
_MENU: Final = """version: 1
name: Prices
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
services:
  prices:
    url: "${PRICES_URL}/v1/prices/{crop}"
    takes: { crop: text }
    gives: { modal: { path: "@", type: number } }
    cache_seconds: 600
    stale_seconds: 3600
screens: { home: { text: Hello., end: true } }
"""


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    """The service is on loopback, in a process of its own, and answers at once."""
    with home() as place, Redis(place).running() as redis, vendor.running() as provider:
        service = compile_published({"menus.yaml": _MENU}).services["prices"]
        caller = _caller(redis.url, provider.base_url)
        crops = (f"crop{number}" for number in count())
        ask = partial(_ask, caller, service)
        with httpx2.Client(trust_env=False) as client:
            yield {
                "service-floor": partial(
                    _timed, scale, crops, partial(_bare, client, provider.base_url)
                ),
                "service-uncached": partial(_timed, scale, crops, ask),
                "service-cached": partial(_timed, scale, _same(), ask),
            }
        caller.close()


def _caller(redis_url: str, provider_url: str) -> ServiceCaller:
    sealer, clock = Sealer(bytes(32), "answers"), SystemClock()
    environ = {"PRICES_URL": provider_url}
    answers, secrets = RedisAnswers(connect(redis_url), sealer.seal, sealer.find_open), Secrets({})
    http = HttpConnector(
        AddressGuard(allows_loopback=True), secrets, Tokens(answers, secrets, clock)
    )
    hasher, python = KeyedHash(b"k" * 32), PythonConnector()
    return ServiceCaller(clock, answers, hasher, http, python, places=Places(environ))


def _same() -> Iterator[str]:
    while True:
        yield "onion"


def _bare(client: httpx2.Client, url: str, crop: str) -> None:
    answer = client.get(f"{url}/v1/prices/{crop}", timeout=_PATIENCE_SECONDS)
    float(json.loads(answer.content))


def _ask(caller: ServiceCaller, service: Service, crop: str) -> None:
    by = time.time() + _PATIENCE_SECONDS
    inquiry = Inquiry(service="prices", told={"crop": crop}, answer_by=by, declared=service)
    reply = caller.ask(service, inquiry)
    if reply.outcome:
        raise ValueError(reply.outcome)


def _timed(scale: Scale, crops: Iterator[str], ask: Callable[[str], None]) -> Sample:
    """One after the other; the first, which opens a connection, is not counted."""
    ask(next(crops))
    waits: list[float] = []
    begun, cpu = time.perf_counter(), time.process_time()
    for crop in islice(crops, scale.webhooks):
        began = time.perf_counter()
        ask(crop)
        waits.append(time.perf_counter() - began)
    return Sample(
        count=len(waits),
        wall_seconds=time.perf_counter() - begun,
        cpu_seconds=time.process_time() - cpu,
        waits=waits,
    )
