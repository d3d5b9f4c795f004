"""USSD as a gateway and its caller see it: bodies, repeats, and what follows from a turn."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models.inbound_event import inbound_event
from models.mt_message import mt_message
from models.subscriber import subscriber
from telecom.encoding import Limit


def test_a_dial_shows_the_home_screen_in_english(house: Any) -> None:
    body = house.dial()
    assert body.startswith("CON UMANG services\n1 Get the app\n")


def test_the_link_arrives(house: Any) -> None:
    house.dial()
    assert house.dial("1").startswith("END You will get an SMS")
    (text,) = house.send()
    assert "https://sanket.example.in/l/" in text
    (taken,) = house.vendor.ledger
    assert (taken.to, taken.sender) == ("+919812345678", "UMANG")


def test_a_turn_without_effects_touches_no_sql(house: Any) -> None:
    house.dial()
    house.dial("3")
    assert house.count(inbound_event) == house.count(mt_message) == house.count(subscriber) == 0


def test_a_repeated_turn_gets_the_same_bytes_and_does_no_second_work(house: Any) -> None:
    first = [house.dial(), house.dial("1")]
    again = [house.dial("1"), house.dial("1")]
    assert again == [first[1], first[1]]
    assert len(house.send()) == 1
    assert house.dial("1") == first[1]
    assert house.send() == []


def test_parallel_copies_of_a_turn_get_the_same_bytes(house: Any) -> None:
    house.dial()
    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda _: house.dial("1"), range(16)))
    assert len(bodies) == 1
    assert len(house.send()) == 1


def test_a_first_turn_in_parallel_with_itself(house: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda _: house.dial(), range(16)))
    assert len(bodies) == 1


LANGUAGES = [("2", "उमंग", "hi"), ("3", "উমঙ্গ", "bn"), ("1", "UMANG", "en")]


@pytest.mark.parametrize(("key", "shown", "language"), LANGUAGES)
def test_a_chosen_language_is_remembered_by_every_channel(
    house: Any, key: str, shown: str, language: str
) -> None:
    house.dial()
    house.dial("3")
    assert shown in house.dial(f"3*{key}")
    assert shown in house.dial(session="ATUid_2")
    house.ring()
    (text,) = house.send()
    assert text.startswith(house.bridge.library.live()[1].links["umang"].sms[language][:4])
    assert "HIN" not in text  # a caller whose language is known needs no hint


SCRIPTS = [("1", "[ -~]"), ("2", "[\u0900-\u097f]"), ("3", "[\u0980-\u09ff]")]


@pytest.mark.parametrize(("chosen", "script"), SCRIPTS, ids=["en", "hi", "bn"])
def test_every_screen_fits_a_phone_and_speaks_the_callers_language(
    house: Any, chosen: str, script: str
) -> None:
    """Walks every path of up to three keys, as the phone would; no path chooses a language."""
    for text in ("", "3", f"3*{chosen}"):
        house.dial(text, session="first")
    seen: set[str] = set()
    for number, keys in enumerate(paths(("1", "2", "3", "0", "00", "9"), 3)):
        if re.search("3.*[123]", "".join(keys)):
            continue
        for length in range(len(keys) + 1):
            body = house.dial("*".join(keys[:length]), session=f"walk{number}")
            seen.add(body[4:])
            if body.startswith("END "):
                break
    assert len(seen) >= 6
    assert [text for text in seen if not Limit().fits(text)] == []
    first_lines = {text.splitlines()[0] for text in seen}
    assert [line for line in first_lines if not re.match(script, line)] == []


def paths(keys: tuple[str, ...], depth: int) -> list[tuple[str, ...]]:
    longest: list[tuple[str, ...]] = [()]
    for _ in range(depth):
        longest = [(*path, key) for path in longest for key in keys]
    return longest


def test_a_lost_session_starts_again_without_doing_anything(house: Any, redis: Any) -> None:
    house.dial()
    house.dial("3")
    redis.flushall()
    assert "हिन्दी" in house.dial("3*9")  # walked there, stopped at the choice that is none
    redis.flushall()
    assert house.dial("1").startswith("CON UMANG services")
    assert house.send() == []


def test_a_shortcut_walks_and_the_next_key_acts(house: Any) -> None:
    assert "हिन्दी" in house.dial("3")
    assert "उमंग" in house.dial("3*2")


def test_a_session_id_used_by_another_caller_shows_him_nothing_of_the_first(house: Any) -> None:
    house.dial()
    house.dial("3")
    assert house.dial(msisdn="+919812345679").startswith("CON UMANG services")


def test_an_ended_session_stays_ended(house: Any) -> None:
    house.dial()
    ended = house.dial("1")
    assert house.dial("1*1") == ended
    assert len(house.send()) == 1


def test_a_service_code_that_nobody_serves_ends_politely(house: Any) -> None:
    assert house.dial(code="*999#") == "END This code is not in service."


def test_the_end_notification_is_taken(house: Any) -> None:
    answer = house.post(
        f"/ussd/india/{house.secret}/end", sessionId="ATUid_1", phoneNumber="+919812345678",
        serviceCode="*384*97183#", networkCode="40445", status="Incomplete", hopsCount="2",
        date="2026-11-23 09:00:00", cost="0", durationInMillis="4000", input="", errorMessage="",
        lastAppResponse="CON UMANG",
    )  # fmt: skip
    assert answer.status_code == 200
