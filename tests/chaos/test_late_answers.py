"""G4 for answers that nobody could wait for: kill -9 at each named place of their way, in the
worker and in the web server that asked; and a hundred callers whose provider is late.

A caller gets a valid end in time, and exactly one SMS with the right answer.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from telecom.failpoints import VARIABLE
from tests.chaos.conftest import LONG
from tests.chaos.field import SECRET
from tests.fakes.provider import Provider, says

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
MENU: Final = """
version: 1
name: Prices
languages: [en]
entry_points:
  ussd:
    "*384*7#": {{ go: home, last_answer: {{ minutes: 60 }} }}
    "*384*8#": board
services:
  prices:
    url: {origin}/price/{{crop}}
    takes: {{ crop: {{ max: 30 }} }}
    gives: {{ modal: {{ path: modal, type: number }} }}
    timeout_seconds: 0.5
  board:
    url: {origin}/board
    gives: {{ modal: {{ path: modal, type: number }} }}
    cache_seconds: 60
screens:
  home: {{ text: Which crop?, ask: {{ kind: text, save_as: crop }}, go: price }}
  price:
    call:
      service: prices
      with: {{ crop: "{{crop}}" }}
      save_as: price
      when_slow: sms
      on_error: sorry
    text: "{{crop}}: Rs {{price.modal}}"
    end: true
  board:
    call: {{ service: board, save_as: board, on_error: sorry }}
    text: "Rs {{board.modal}}"
    end: true
  sorry: {{ text: No price today., end: true }}
"""
PUT_OFF: Final = "END You will get the answer by SMS."
IN_TIME: Final = 4.0  # seconds: the deadline of a turn
LATE: Final = 30.0 if LONG else 1.5  # seconds after which the provider answers
HOLD: Final = 100  # seconds; longer than a worker holds a question
WORKER: Final = ("late_claimed", "late_asked", "late_kept", "late_answered", "late_committed")
# Where the web server dies that asked, and whether the question was durable by then.
WEB: Final = {
    "before_inbound_commit": False,
    "group_commit_written": False,
    "after_inbound_commit": True,
}
CALLERS: Final = [f"+9198{middle}45678" for middle in range(101, 201)]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def webs() -> int:
    return 1


@pytest.fixture
def late_field(new_field: Any, provider: Provider, tmp_path: Path, webs: int) -> Any:
    menu = tmp_path / "prices.yaml"
    menu.write_text(MENU.format(origin=provider.origin), encoding="utf-8")
    return new_field(
        webs=webs,
        dispatchers=1,
        faults={},
        reports=None,
        settings={
            "BRIDGE_MENUS": str(menu),
            "BRIDGE_SERVICES_LOOPBACK": "1",
            "BRIDGE_LATE_ANSWER_SECONDS": "60",
            "BRIDGE_LATE_ANSWER_THREADS": "64",
        },
    )


def turn(
    field: Any, caller: str, said: str, code: str = "*384*7#", web: int = 0
) -> tuple[str, float]:
    """The body, empty where none came, and the seconds that it took."""
    form = {"sessionId": f"ATUid_{caller}", "serviceCode": code, "networkCode": "40445"}
    form |= {"phoneNumber": caller, "text": said}
    connection = HTTPConnection("127.0.0.1", field.ports[web], timeout=20)
    began = time.monotonic()
    try:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"/ussd/india/{SECRET}", urlencode(form), kind)
        answer = connection.getresponse()
        body = answer.read().decode()
    except (OSError, HTTPException):
        return "", time.monotonic() - began
    else:
        assert answer.status == 200
        return body, time.monotonic() - began
    finally:
        connection.close()


def ask(field: Any, caller: str, crop: str) -> tuple[str, float]:
    first, _ = turn(field, caller, "")
    assert first.startswith("CON Which crop?"), first
    return turn(field, caller, crop)


def texts(field: Any) -> Counter[tuple[str, str]]:
    return Counter((entry["to"], entry["text"]) for entry in field.took() if entry.get("taken"))


def let_holds_end(field: Any) -> None:
    """Of whoever died over a question: nobody waits for it."""
    older = "UPDATE late_answer SET due_at = due_at - make_interval(secs => :away)"
    with field.bridge.database.write() as conn:
        conn.execute(text(older), {"away": HOLD})


def waiting(field: Any) -> int:
    with field.bridge.database.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM late_answer")).scalar_one())


@pytest.mark.parametrize("place", WORKER)
def test_g4_a_worker_dies_over_a_late_answer(
    place: str,
    late_field: Any,
    provider: Provider,
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    field, (dispatcher,) = late_field, late_field.dispatchers
    dispatcher.kill()
    callers = CALLERS[: times(2, 12)]
    for number, caller in enumerate(callers):
        provider.script(f"/price/crop{number}", says({"modal": 1000 + number}, wait=1.5))
        assert ask(field, caller, f"crop{number}")[0] == PUT_OFF
        dispatcher.environ = {VARIABLE: place}
        dispatcher.start()
        field.wait_until(lambda: not dispatcher.is_alive(), 30)
        assert waiting(field) == (place != "late_committed")
        dispatcher.environ = {}
        dispatcher.start()
        let_holds_end(field)
        field.wait_until(lambda: not waiting(field), 30)
        field.wait_until_settled(30)
        dispatcher.kill()
    right = {(caller, f"crop{n}: Rs {1000 + n}"): 1 for n, caller in enumerate(callers)}
    tell("G4", f"{place}: kills {len(callers)}, SMS {texts(field).total()}")
    assert texts(field) == right


@pytest.mark.parametrize("place", WEB)
def test_g4_a_web_server_dies_over_a_question(
    place: str, late_field: Any, provider: Provider, tell: Callable[..., None]
) -> None:
    """The gateway repeats the turn; who asked is answered once, and reads so."""
    field, caller, (web,) = late_field, CALLERS[0], late_field.webs
    provider.script("/price/onion", says({"modal": 2400}, wait=1.5))
    web.kill()
    web.environ = {VARIABLE: place}
    web.start()
    field.wait_until(web.is_up, 60)
    assert ask(field, caller, "onion")[0] == ""
    web.kill()
    web.environ = {}
    web.start()
    field.wait_until(web.is_up, 60)
    if WEB[place]:  # nobody has to say it again
        field.wait_until(lambda: texts(field).total() == 1, 30)
    else:
        assert not waiting(field)
    for _ in range(2):
        assert turn(field, caller, "onion")[0] in (PUT_OFF, "END onion: Rs 2400")
    field.wait_until(lambda: not waiting(field) and texts(field).total(), 30)
    field.wait_until_settled(30)
    tell("G4", f"{place}: kills 1, told again, SMS {texts(field).total()}")
    assert texts(field) == {(caller, "onion: Rs 2400"): 1}


def test_100_of_100_callers_of_a_late_provider(
    late_field: Any, provider: Provider, tell: Callable[..., None]
) -> None:
    """Each gets a valid end within his turn's deadline, and one SMS with his own answer."""
    field = late_field
    for number, _ in enumerate(CALLERS):
        provider.script(f"/price/crop{number}", says({"modal": 1000 + number}, wait=LATE))
    with ThreadPoolExecutor(20) as phones:
        ends = list(phones.map(lambda n: ask(field, CALLERS[n], f"crop{n}"), range(100)))
    slowest = max(seconds for _, seconds in ends)
    assert [body for body, _ in ends] == [PUT_OFF] * 100
    field.wait_until(lambda: not waiting(field), 60 + 4 * LATE)
    field.wait_until_settled(60)
    right = {(caller, f"crop{n}: Rs {1000 + n}"): 1 for n, caller in enumerate(CALLERS)}
    tell("late", f"provider {LATE:.1f} s late: ends 100, SMS {texts(field).total()},"
         f" slowest turn {slowest:.2f} s")  # fmt: skip
    assert texts(field) == right
    assert slowest < IN_TIME


@pytest.mark.parametrize("webs", [2])
def test_200_callers_who_ask_the_same_at_once_are_one_call(
    late_field: Any, provider: Provider, tell: Callable[..., None]
) -> None:
    """Through two web servers, which know of each other by Redis alone."""
    field, callers = late_field, [f"+9198{number + 1000}5678" for number in range(200)]
    provider.script("/board", says({"modal": 2400}, wait=0.3))
    together = threading.Barrier(len(callers))

    def call(number: int) -> tuple[str, float]:
        together.wait(60)
        return turn(field, callers[number], "", "*384*8#", number % 2)

    with ThreadPoolExecutor(len(callers)) as phones:
        ends = list(phones.map(call, range(len(callers))))
    slowest = max(seconds for _, seconds in ends)
    tell("late", f"200 at once: calls {provider.asked('/board')}, slowest turn {slowest:.2f} s")
    assert Counter(body for body, _ in ends) == {"END Rs 2400": 200}
    assert provider.asked("/board") == 1
