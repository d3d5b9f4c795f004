"""A service that nobody can wait for: the dialogue ends in time, and the answer comes by SMS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from sqlalchemy import select, update

from models.inbound_event import inbound_event
from models.late_answer import late_answer
from models.mt_message import mt_message
from telecom.failpoints import VARIABLE
from tests.conftest import ROOT, load_by_path

MENU: Final = """
version: 1
name: Prices
languages: [en, hi]
country: IN
entry_points:
  ussd:
    "*384*7#": home
    "*384*8#": {{ go: home, last_answer: {{ minutes: 60 }} }}
    "*384*6#": board
    "*384*5#": ahead
  sms: {{ keywords: {{ PRICE: {{ go: home, args: [crop] }} }}, default: home }}
  missed_call: {{ "+919718397183": all }}
services:
  prices:
    url: {origin}/price/{{crop}}
    takes: {{ crop: {{ max: 30 }} }}
    gives: {{ modal: {{ path: modal, type: number }} }}
    outcomes: {{ not_found: {{ status: 404 }} }}
    timeout_seconds: {timeout}
  board:
    url: {origin}/board
    gives: {{ modal: {{ type: number }} }}
    cache_seconds: 60
    stale_seconds: 3600
screens:
  board:
    call: {{ service: board, save_as: board, on_error: sorry }}
    text: {{ en: "Rs {{board.modal}}, {{board.age}} minutes old", hi: "{{board.modal}} रुपये" }}
    end: true
  ahead:
    text: {{ en: The board, hi: बोर्ड }}
    options: [ {{ label: {{ en: Read, hi: पढ़ें }}, go: board }} ]
    prefetch: board
  home:
    text: {{ en: Which crop?, hi: कौन सी फ़सल? }}
    ask: {{ kind: text, save_as: crop }}
    go: price
  price:
    call:
      service: prices
      with: {{ crop: "{{crop}}" }}
      save_as: price
      when_slow: sms
      on_error: sorry
      outcomes: {{ not_found: unknown }}
    text: {{ en: "{{crop}}: Rs {{price.modal}}", hi: "{{crop}}: {{price.modal}} रुपये" }}
    options: [ {{ label: {{ en: Another, hi: दूसरी }}, go: home }} ]
  all:
    call: {{ service: prices, with: {{ crop: all }}, save_as: price, on_error: sorry }}
    go: told
  told:
    send_sms: {{ en: "All: Rs {{price.modal}}", hi: "सब: {{price.modal}} रुपये" }}
    text: {{ en: Sent., hi: भेजा। }}
    end: true
  unknown: {{ text: {{ en: "Nobody sells {{crop}}.", hi: "{{crop}} नहीं बिकता।" }}, end: true }}
  sorry:
    text: {{ en: "No price today. Call 1800110001.", hi: "आज दाम नहीं। 1800110001" }}
    end: true
"""
DAY: Final = timedelta(days=1)
PUT_OFF: Final = "END You will get the answer by SMS."
CALLERS: Final = [f"+9198{middle}45678" for middle in range(101, 201)]  # no neighbours
provider_module = load_by_path(ROOT / "tests" / "fakes" / "provider.py")


class Gate:
    """A provider's answers that wait until it opens."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self._opened = threading.Event()

    def script(self, crop: str, modal: int, status: int = 200) -> None:
        said = provider_module.says({"modal": modal}, status=status)

        def raw() -> Iterator[bytes]:
            self._opened.wait(60)
            yield from said.pieces()

        self._provider.script(f"/price/{crop}", provider_module.Answer(raw=raw))

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def provider() -> Iterator[Any]:
    with provider_module.Provider() as provider:
        yield provider


@pytest.fixture
def gate(provider: Any) -> Iterator[Gate]:
    gate = Gate(provider)
    gate.script("onion", 2400)
    gate.script("all", 77)
    yield gate
    gate.open()


@pytest.fixture
def timeout() -> float:
    return 0.2


@pytest.fixture
def house_settings(tmp_path: Path, provider: Any, gate: Gate, timeout: float) -> dict[str, str]:
    file = tmp_path / "prices.yaml"
    text = MENU.format(origin=provider.origin, timeout=timeout)
    file.write_text(text, encoding="utf-8")
    return {
        "BRIDGE_MENUS": str(file),
        "BRIDGE_SERVICES_LOOPBACK": "1",
        "BRIDGE_NEW_NUMBERS_PER_DAY": "1000",
        "BRIDGE_LATE_ANSWER_SECONDS": "5",
    }


def ask(
    house: Any, crop: str = "onion", msisdn: str = "+919812345678", code: str = "*384*7#"
) -> str:
    session = f"ATUid_{msisdn}"
    house.dial(session=session, msisdn=msisdn, code=code)
    return str(house.dial(crop, session=session, msisdn=msisdn, code=code))


def decisions(house: Any) -> list[str]:
    with house.bridge.database.read() as conn:
        return list(conn.execute(select(inbound_event.c.decision)).scalars())


def test_the_screen_ends_politely_and_its_text_comes_by_sms(house: Any, gate: Gate) -> None:
    assert ask(house) == PUT_OFF
    assert (house.count(late_answer), house.count(mt_message)) == (1, 0)
    assert decisions(house) == ["answers_later"]
    gate.open()
    assert house.send() == ["onion: Rs 2400"]
    assert (house.count(late_answer), decisions(house)) == (0, ["answered_late"])
    assert house.send() == []


def test_a_repeated_turn_reads_the_same_and_asks_no_second_time(house: Any, gate: Gate) -> None:
    assert ask(house) == PUT_OFF
    again = house.dial("onion", session="ATUid_+919812345678", code="*384*7#")
    assert again == PUT_OFF
    gate.open()
    assert house.send() == ["onion: Rs 2400"]


def test_a_text_is_answered_once_with_the_answer(house: Any, gate: Gate) -> None:
    assert house.text("PRICE onion").status_code == 200
    assert house.count(mt_message) == 0
    gate.open()
    assert house.send() == ["onion: Rs 2400"]


def test_a_missed_call_holds_no_row_while_a_service_thinks(house: Any, gate: Gate) -> None:
    house.ring()
    assert house.answer_calls() == 1  # at once, though nobody has answered
    assert house.count(late_answer) == 1
    gate.open()
    assert house.send() == ["All: Rs 77"]


def test_in_the_language_of_the_caller(house: Any, gate: Gate) -> None:
    house.text("LANG HIN")
    house.send()
    assert ask(house) == "END जवाब SMS से मिलेगा।"
    gate.open()
    (text,) = house.send()
    assert text == "onion: 2400 रुपये"


def test_a_named_outcome_is_an_answer_too(house: Any, gate: Gate) -> None:
    gate.script("gold", 0, status=404)
    assert ask(house, "gold") == PUT_OFF
    gate.open()
    assert house.send() == ["Nobody sells gold."]
    assert decisions(house) == ["answered_late"]


def test_who_sent_stop_is_not_promised_an_sms(house: Any, gate: Gate) -> None:
    house.text("STOP")
    house.send()
    assert ask(house).startswith("END You ended our SMS.")
    assert house.count(late_answer) == 0
    gate.open()
    assert house.send() == []


def test_a_stop_that_comes_before_the_answer_counts(house: Any, gate: Gate) -> None:
    assert ask(house) == PUT_OFF
    house.clock.pass_seconds(1)
    house.text("STOP")
    gate.open()
    (confirmed,) = house.send()
    assert "onion" not in confirmed
    assert sorted(decisions(house)) == ["opted_out", "stopped"]


def test_a_shortcut_promises_nothing_that_nobody_has_seen(house: Any) -> None:
    body = house.dial("", session="s", code="*384*7*onion#")
    assert "SMS" not in body


def test_the_menu_of_then_words_the_answer(house: Any, gate: Gate, tmp_path: Path) -> None:
    assert ask(house) == PUT_OFF
    file = tmp_path / "prices.yaml"
    file.write_text(file.read_text("utf-8").replace("{crop}: Rs", "{crop} costs"), "utf-8")
    house.bridge.publish_menu()
    gate.open()
    assert house.send() == ["onion: Rs 2400"]


def test_a_provider_that_is_down_is_asked_again_and_then_regretted(
    house: Any, gate: Gate, provider: Any
) -> None:
    assert ask(house) == PUT_OFF
    gate.open()
    provider.script("/price/onion", provider_module.Answer(status=503))
    for pause in (5, 20):
        assert house.send() == []
        assert house.send() == []  # not before the pause is over
        house.clock.pass_seconds(pause)
    assert house.send() == ["No price today. Call 1800110001."]
    assert (house.count(late_answer), decisions(house)) == (0, ["apologised"])
    assert provider.asked("/price/onion") >= 4


@pytest.mark.parametrize("timeout", [1.1])  # long enough to say something about the provider
def test_100_of_100_callers_get_their_end_in_time_and_their_answer_once(
    house: Any, gate: Gate, provider: Any
) -> None:
    """The provider answers after all have hung up; its breaker has opened by then."""
    for number, _ in enumerate(CALLERS):
        gate.script(f"crop{number}", 1000 + number)

    def call(number: int) -> str:
        return ask(house, f"crop{number}", CALLERS[number])

    with ThreadPoolExecutor(20) as pool:
        ends = list(pool.map(call, range(100)))
    assert ends == [PUT_OFF] * 100
    assert house.count(late_answer) == 100
    gate.open()
    with ThreadPoolExecutor(4) as pool:  # workers side by side
        list(pool.map(lambda _: answer_all(house.bridge.late_answers.answer_some), range(4)))
    taken: list[str] = []
    while some := house.send():
        taken += some
    assert sorted(taken) == sorted(f"crop{n}: Rs {1000 + n}" for n in range(100))
    right = {each.to: each.text for each in house.vendor.ledger}
    assert right == {CALLERS[n]: f"crop{n}: Rs {1000 + n}" for n in range(100)}


def answer_all(answer_some: Callable[[], int]) -> None:
    while answer_some():
        pass


def test_nobody_can_read_the_question_at_rest(house: Any, gate: Gate) -> None:
    gate.script("saffron", 1)
    assert ask(house, "saffron") == PUT_OFF
    assert house.count(late_answer) == 1
    assert b"saffron" not in house.at_rest()


def test_a_worker_that_wakes_too_late_has_lost_the_row(house: Any, gate: Gate) -> None:
    assert ask(house) == PUT_OFF
    gate.open()
    late = house.bridge.late_answers
    (mine,) = late._claim(5)
    assert house.send() == []  # it is held
    house.clock.pass_seconds(36)
    (other,) = late._claim(5)
    late._answer(mine)
    assert house.count(mt_message) == 0
    late._answer(other)
    late._answer(other)
    assert house.send() == ["onion: Rs 2400"]


def test_of_a_provider_that_is_down_the_last_good_answer_is_told_with_its_age(
    house: Any, provider: Any
) -> None:
    def board() -> str:
        session = f"ATUid_{house.clock.now().timestamp()}"
        return str(house.dial(session=session, code="*384*6#"))

    provider.script("/board", provider_module.says({"modal": 2400}))
    assert board() == "END Rs 2400, 0 minutes old"
    provider.script("/board", provider_module.Answer(status=503))
    house.clock.pass_seconds(600)
    assert board() == "END Rs 2400, 10 minutes old"
    house.clock.pass_seconds(3001)
    assert board() == "END No price today. Call 1800110001."


def wait_until(holds: Callable[[], object]) -> None:
    never = threading.Event()
    for _ in range(1000):
        if holds():
            return
        never.wait(0.01)
    raise AssertionError("not true within 10 s")


def test_what_is_asked_ahead_is_there_for_the_next_screen(house: Any, provider: Any) -> None:
    provider.script("/board", provider_module.says({"modal": 2400}))
    assert house.dial(session="s", code="*384*5#").startswith("CON The board")
    assert house.dial(session="s", code="*384*5#").startswith("CON The board")  # a repeat
    wait_until(lambda: provider.asked("/board"))
    assert house.dial("1", session="s", code="*384*5#") == "END Rs 2400, 0 minutes old"
    assert provider.asked("/board") == 1


def test_nobody_waits_for_what_is_asked_ahead(house: Any, provider: Any) -> None:
    """The provider says nothing before the screen is there: who goes on waits for that answer."""
    opened = threading.Event()

    def raw() -> Iterator[bytes]:
        opened.wait(60)
        yield from provider_module.says({"modal": 2400}).pieces()

    provider.script("/board", provider_module.Answer(raw=raw))
    assert house.dial(session="s", code="*384*5#").startswith("CON The board")
    wait_until(lambda: provider.asked("/board"))
    with ThreadPoolExecutor(1) as pool:
        next_screen = pool.submit(house.dial, "1", session="s", code="*384*5#")
        opened.set()
        assert next_screen.result(30) == "END Rs 2400, 0 minutes old"
    assert provider.asked("/board") == 1


REDIAL: Final = "*384*8#"


def read_again(house: Any, msisdn: str = "+919812345678", session: str = "again") -> list[str]:
    """What a redial shows, and what "1" does then."""
    first = house.dial(session=session, msisdn=msisdn, code=REDIAL)
    return [first, house.dial("1", session=session, msisdn=msisdn, code=REDIAL)]


def test_who_dials_again_is_told_that_it_waits_and_then_the_answer(house: Any, gate: Gate) -> None:
    assert ask(house, code=REDIAL) == PUT_OFF
    waits = "CON Your last answer is not there yet. It comes by SMS.\n2 Start again\n0 Exit"
    assert read_again(house) == [waits, waits]
    stranger = house.dial(session="s", msisdn="+919812345679", code=REDIAL)
    assert stranger.startswith("CON Which crop?")
    gate.open()
    assert house.send() == ["onion: Rs 2400"]
    offer, answer = read_again(house, session="third")
    assert offer.startswith("CON Your last answer, ")
    assert answer.splitlines()[1:] == ["onion: Rs 2400", "2 Start again", "0 Exit"]
    again = house.dial("1*2", session="third", code=REDIAL)
    assert again.startswith("CON Which crop?")
    assert house.dial(session="fourth", code=REDIAL).startswith("CON Which crop?")


def test_nobody_finds_it_at_rest_and_it_has_an_end(house: Any, gate: Gate, redis: Any) -> None:
    ask(house, code=REDIAL)
    gate.open()
    house.send()
    (key,) = redis.keys("last:*")
    assert b"98123" not in key
    assert b"onion" not in redis.get(key)
    assert 3500 < redis.ttl(key) <= 3600


def test_a_worker_that_was_faster_than_the_turn_has_the_last_word(
    house: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answered between the turn's commit and the save of its session."""
    gate.script("rice", 3100)
    keep, worked = house.bridge.sessions.save, []

    def save(*args: Any, **kept: Any) -> Any:
        if kept.get("last_answer"):
            gate.open()
            worked.append(house.bridge.late_answers.answer_some())
        return keep(*args, **kept)

    monkeypatch.setattr(house.bridge.sessions, "save", save)
    assert ask(house, "rice", code=REDIAL) == PUT_OFF
    assert worked == [1]
    assert "rice: Rs 3100" in read_again(house)[1]


def test_of_what_fails_here_nobody_is_told_for_ever_that_it_comes(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(house, code=REDIAL) == PUT_OFF

    def broken(_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(house.bridge.late_answers, "_services", SimpleNamespace(ask=broken))
    for _ in range(3):
        assert house.send() == []
        house.clock.pass_seconds(30)
    assert decisions(house) == ["failed"]
    assert house.dial(session="again", code=REDIAL).startswith("CON Which crop?")


def test_without_what_redis_kept_the_answer_comes_all_the_same(
    house: Any, gate: Gate, redis: Any
) -> None:
    assert ask(house, code=REDIAL) == PUT_OFF
    redis.flushall()
    gate.open()
    assert house.send() == ["onion: Rs 2400"]


# A real process with the real clock; it dies by its own hand at the named point.
DOOMED: Final = """
import os
from settings_reading import load_settings
from wiring import build
environ = {name: value for name, value in os.environ.items() if name.startswith("BRIDGE_")}
build(load_settings(environ), {}).late_answers.answer_some()
"""


@pytest.mark.parametrize(
    ("point", "rows", "promised"),
    [
        ("late_claimed", 1, 0),
        ("late_asked", 1, 0),
        ("late_kept", 1, 0),
        ("late_answered", 1, 0),
        ("late_committed", 0, 1),
    ],
)
def test_a_real_kill_neither_loses_nor_doubles_the_answer(
    house: Any,
    gate: Gate,
    tmp_path: Path,
    house_settings: dict[str, str],
    point: str,
    rows: int,
    promised: int,
) -> None:
    assert ask(house, code=REDIAL) == PUT_OFF
    gate.open()
    settings = house.bridge.settings
    environ = {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path / "var"),
        "BRIDGE_DATABASE_URL": settings.database_url,
        "BRIDGE_REDIS_URL": settings.redis_url,
        "BRIDGE_GATEWAYS": str(tmp_path / "gateways.yaml"),
        "BRIDGE_PUBLIC_URL": "https://sanket.example.in",
        **house_settings,
        VARIABLE: point,
    }
    doomed = subprocess.run(
        [sys.executable, "-c", DOOMED],
        cwd=ROOT,
        env={**os.environ, **environ},
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert doomed.returncode == -signal.SIGKILL, doomed.stderr.decode()
    assert (house.count(late_answer), house.count(mt_message)) == (rows, promised)
    with house.bridge.database.write() as conn:  # their holder's time is over, by any clock
        conn.execute(update(late_answer).values(due_at=house.clock.now()))
        due = {"not_before": house.clock.now(), "expires_at": house.clock.now() + DAY}
        conn.execute(update(mt_message).values(**due))
    assert house.send() == ["onion: Rs 2400"]
    assert house.send() == []
    assert (house.count(late_answer), house.count(mt_message)) == (0, 1)
    assert decisions(house) == ["answered_late"]
    assert "onion: Rs 2400" in read_again(house)[1]
