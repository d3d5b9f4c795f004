"""Services that are declared in a menu, asked for real: a provider on loopback, a real Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis import Redis

from menu.compiler import compile_menu
from menu.service_parts import Service
from menu.services import Inquiry, Reply
from models.sealing import Sealer
from services.address_guard import AddressGuard
from services.caller import ServiceCaller
from services.http import HttpConnector
from services.placing import Places
from services.python_calls import PythonConnector
from services.secrets import Secrets
from services.tokens import Tokens
from state.answers import RedisAnswers
from telecom.clock import Clock, SystemClock
from telecom.keyed_hash import KeyedHash
from tests.conftest import ROOT, load_by_path

MENU = """version: 1
name: Example
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
services:
  it:
%s
screens: { home: { text: Hello., end: true } }
"""
provider_module = load_by_path(ROOT / "tests" / "fakes" / "provider.py")
SECRETS = {"TOKEN": "t0ken", "NAME": "asha", "WORD": "s3cret", "BROKEN": "a\r\nX-Evil: 1"}


def declared(lines: str) -> Service:
    """The service "it" of these lines."""
    indented = "\n".join(f"    {line}" for line in lines.strip().splitlines())
    return compile_menu({"menus.yaml": MENU % indented}).services["it"]


@dataclass
class Desk:
    """One process, as it were: what asks, and what it shares with others."""

    redis: Redis
    clock: Clock = field(default_factory=SystemClock)
    secrets: Mapping[str, str] = field(default_factory=lambda: dict(SECRETS))
    guard: AddressGuard = field(default_factory=lambda: AddressGuard(allows_loopback=True))

    def __post_init__(self) -> None:
        sealer = Sealer(bytes(32), "answers")
        self.answers = RedisAnswers(self.redis, sealer.seal, sealer.find_open)
        secrets = Secrets(self.secrets)
        self.http = HttpConnector(self.guard, secrets, Tokens(self.answers, secrets, self.clock))
        self.caller = ServiceCaller(
            self.clock,
            self.answers,
            KeyedHash(b"k" * 32),
            self.http,
            PythonConnector(),
            places=Places(self.secrets),
        )

    def ask(self, service: Service, key: str = "turn", seconds: float = 4.0, **told: str) -> Reply:
        answer_by = self.clock.now().timestamp() + seconds
        inquiry = Inquiry(
            service=service.name, told=told, answer_by=answer_by, declared=service, key=key
        )
        return self.caller.ask(service, inquiry)


@pytest.fixture
def provider() -> Iterator[Any]:
    with provider_module.Provider() as provider:
        yield provider


@pytest.fixture
def desk(redis: Redis) -> Iterator[Desk]:
    desk = Desk(redis)
    yield desk
    desk.http.close()


@pytest.fixture
def new_desk(redis: Redis) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(**options: Any) -> Desk:
        made.append(Desk(**{"redis": redis, **options}))
        return made[-1]

    yield make
    for each in made:
        each.http.close()
