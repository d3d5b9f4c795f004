"""Everything arrives twice: in a row, at once, days later, after a restart. One effect, one answer.

Also from vendors that give their events no id: none is on the shelf, so one is made of another.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gateways.webhook import WebhookRequest, WebhookResponse
from models.inbound_event import inbound_event
from telecom.events import MissedCall, NotACall
from tests.conftest import House
from wiring import build

ROOT = Path(__file__).parents[2]
ARRIVALS = {
    "call": lambda house: house.ring(event="ATVId_1"),
    "text": lambda house: house.text("LINK", event="ATXid_1"),
    "stop": lambda house: house.text("STOP", event="ATXid_2"),
    "menu": lambda house: house.text("no such word", event="ATXid_3"),
}


@pytest.fixture(params=list(ARRIVALS))
def arrive(request: pytest.FixtureRequest) -> Any:
    return ARRIVALS[request.param]


def same(*answers: Any) -> bool:
    return len({(one.status_code, one.data, one.content_type) for one in answers}) == 1


def test_in_a_row_and_days_later(house: Any, arrive: Any) -> None:
    first = arrive(house)
    sent = house.send()
    again = [arrive(house) for _ in range(3)]
    house.clock.pass_seconds(25 * 3600)
    again.append(arrive(house))
    assert first.status_code == 200
    assert same(first, *again)
    assert len(sent) == 1
    assert house.send() == []
    assert (house.count(inbound_event), house.promised()) == (1, 1)


def test_at_once(house: Any, arrive: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: arrive(house), range(8)))
    assert answers[0].status_code == 200
    assert same(*answers)
    assert (house.count(inbound_event), house.promised()) == (1, 1)


def test_after_a_restart_and_a_loss_of_redis(house: Any, arrive: Any, redis: Any) -> None:
    first = arrive(house)
    redis.flushall()
    house.bridge.stop()
    house.bridge = build(house.bridge.settings, {}, house.clock)
    house.app = type(house.app)("sanket")
    from app import mount

    mount(house.app, house.bridge)
    assert same(first, arrive(house))
    assert (house.count(inbound_event), house.promised()) == (1, 1)


def test_the_first_was_spooled(house: Any, arrive: Any) -> None:
    house.lose_database()
    first = arrive(house)
    house.find_database()
    assert same(first, arrive(house))
    house.bridge.replayer.replay()
    assert (house.count(inbound_event), house.promised()) == (1, 1)


def test_a_turn_whose_session_was_lost_does_not_send_twice(house: Any, redis: Any) -> None:
    """UMANG's first option sends the link."""
    house.dial()
    house.dial("1")
    promised = house.promised()
    assert promised == 1
    redis.flushall()
    for _ in range(2):
        assert house.dial("1").startswith(("CON ", "END "))
    assert house.promised() == promised


# A vendor without ids


@dataclass(frozen=True)
class WithoutIds:
    """A voice or SMS door whose events lost their ids."""

    door: Any

    def parse(self, request: WebhookRequest) -> Any:
        event = self.door.parse(request)
        if isinstance(event, NotACall):
            return event
        if isinstance(event, MissedCall):
            return replace(event, call_id=None, at=None)
        return replace(event, message_id=None, sent_at=None)

    def reject(self) -> WebhookResponse:
        return self.door.reject()  # type: ignore[no-any-return]

    def render(self) -> WebhookResponse:
        return self.door.render()  # type: ignore[no-any-return]


@pytest.fixture
def nameless(house: House) -> House:
    gateway: Any = house.bridge.gateways["india"]
    gateway.voice, gateway.sms = WithoutIds(gateway.voice), WithoutIds(gateway.sms)
    return house


def test_one_call_told_often_is_one_and_the_next_one_is_another(nameless: House) -> None:
    for _ in range(3):
        nameless.ring()
        nameless.clock.pass_seconds(10)
    assert nameless.promised() == 1
    nameless.ring(caller="+919812345679")
    assert nameless.promised() == 2
    nameless.clock.pass_seconds(600)
    nameless.ring()
    assert nameless.promised() == 3


def test_the_border_of_a_minute_does_not_split_a_call(nameless: House) -> None:
    nameless.clock.pass_seconds(59)
    nameless.ring()
    nameless.clock.pass_seconds(2)
    nameless.ring()
    assert (nameless.count(inbound_event), nameless.promised()) == (1, 1)


def test_copies_without_ids_at_once(nameless: House) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: nameless.ring(), range(8)))
    assert same(*answers)
    assert (nameless.count(inbound_event), nameless.promised()) == (1, 1)


def test_the_same_word_twice_is_two_texts_unless_at_the_same_moment(nameless: House) -> None:
    for _ in range(2):
        nameless.text("MENU")
    nameless.text("HELP")
    assert nameless.promised() == 2
    nameless.clock.pass_seconds(10)
    nameless.text("MENU")
    assert nameless.promised() == 3


def test_a_call_without_id_that_was_spooled_keeps_its_time(nameless: House) -> None:
    nameless.lose_database()
    nameless.ring()
    nameless.find_database()
    nameless.clock.pass_seconds(5)
    nameless.ring()
    nameless.clock.pass_seconds(3600)
    nameless.bridge.replayer.replay()
    assert (nameless.count(inbound_event), nameless.promised()) == (1, 1)


# Killed in the middle, and told again

RING = """
import os, sys
from settings_reading import load_settings
from wiring import build
from gateways.webhook import WebhookRequest
from web.edge import Edge

bridge = build(load_settings(os.environ), os.environ)
body = ("isActive=1&sessionId=ATVId_1&direction=Inbound&callerNumber=%2B919812345678"
        "&destinationNumber=%2B919718397183")
request = WebhookRequest(method="POST", path="", query="", body=body.encode(), client="127.0.0.1",
    headers={"content-type": "application/x-www-form-urlencoded"})
answer = Edge(lambda: bridge.gateways).answer(
    "missed_call", "india", sys.argv[1], request, bridge.missed_call.ring)
print(answer.status, answer.result)
"""


@pytest.mark.parametrize(
    ("point", "kept"),
    [("before_inbound_commit", 0), ("group_commit_written", 0), ("after_inbound_commit", 1)],
)
def test_killed_over_a_call(house: House, point: str, kept: int) -> None:
    settings = house.bridge.settings
    assert settings.redis_url is not None
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")},
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(settings.var),
        "BRIDGE_DATABASE_URL": settings.database_url,
        "BRIDGE_REDIS_URL": settings.redis_url,
        "BRIDGE_GATEWAYS": str(settings.gateways),
        "BRIDGE_MENUS": str(settings.menus),
        "BRIDGE_PUBLIC_URL": settings.public_url,
        "SANKET_CRASH_AT": point,
    }
    done = subprocess.run(
        [sys.executable, "-c", RING, house.secret],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, ""), done.stderr
    assert (house.count(inbound_event), house.promised()) == (kept, kept)
    assert house.ring(event="ATVId_1").status_code == 200
    assert (house.count(inbound_event), house.promised()) == (1, 1)
