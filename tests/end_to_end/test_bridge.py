"""The whole bridge in its real processes: the link arrives, and no kill -9 loses anything.

The ledgers of the caller and of the vendor are the judges, not our database.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest


@pytest.fixture(scope="module")
def town(new_town: Any, eventually: Any) -> Any:
    place = new_town()
    eventually(place.is_ready, 30)
    return place


REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
JOURNEYS = [
    # how, the caller, what the SMS begins with
    ("dial", "+919811111111", "UMANG app: http://127.0.0.1:"),
    ("text", "+919811111112", "UMANG app: http://127.0.0.1:"),
    ("ring", "+919811111113", "UMANG app: http://127.0.0.1:"),
]


@pytest.mark.parametrize(("how", "caller", "begins"), JOURNEYS)
def test_the_link_arrives_once_and_works(
    town: Any, eventually: Any, how: str, caller: str, begins: str
) -> None:
    """Every webhook comes three times in parallel, as gateways do when in doubt."""
    with ThreadPoolExecutor(3) as pool:
        for path, form, expected in webhooks_of(town.secret, how, caller):
            copies = [pool.submit(town.post, path, **form) for _ in range(3)]
            assert {copy.result()[0] for copy in copies} == {200}
            (body,) = {copy.result()[1] for copy in copies}
            assert body.startswith(expected)
    eventually(lambda: town.texts_to(caller), 20)
    # The dispatcher has looked again before another caller's SMS goes out after this one.
    town.ring(int(caller[-8:]) + 50)
    eventually(lambda: town.texts_to(f"+9198{int(caller[-8:]) + 50:08d}"), 20)
    (text,) = town.texts_to(caller)
    assert text.startswith(begins)
    found = re.search(r"http://127\.0\.0\.1:\d+(/l/\w+)", text)
    assert found
    connection = HTTPConnection("127.0.0.1", town.port, timeout=5)
    connection.request("GET", found[1], headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14)"})
    answer = connection.getresponse()
    connection.close()
    assert (answer.status, answer.headers["Location"][:24]) == (302, "https://play.google.com/")


def webhooks_of(secret: str, how: str, caller: str) -> list[tuple[str, dict[str, str], str]]:
    """The webhooks of one journey in order: path, form, what the answer begins with."""
    if how == "text":
        form = {"from": caller, "to": "56161", "text": "UMANG", "id": f"ATXid_{caller}"}
        return [(f"/sms/india/{secret}", form | {"date": "2026-11-23 09:00:00"}, "")]
    if how == "ring":
        form = {
            "isActive": "1",
            "sessionId": f"ATVId_{caller}",
            "direction": "Inbound",
            "callerNumber": caller,
            "destinationNumber": "+919718397183",
        }
        return [(f"/missed-call/india/{secret}", form, REJECT)]
    form = {
        "sessionId": f"ATUid_{caller}",
        "serviceCode": "*384*97183#",
        "phoneNumber": caller,
        "networkCode": "40445",
    }
    path = f"/ussd/india/{secret}"
    return [
        (path, form | {"text": ""}, "CON UMANG services\n1 Get the app\n"),
        (path, form | {"text": "1"}, "END You will get an SMS"),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_kill_the_parent_then_the_worker(town: Any, eventually: Any) -> None:
    chance = random.Random(97183)
    stop = threading.Event()

    def crowd(first: int) -> None:
        """People ring, text and dial all the while; the bridge may be gone at any moment."""
        number = first
        while not stop.is_set():
            for act in (town.ring, town.text, town.dial):
                act(number)
            number += 1
            stop.wait(0.05)

    people = [threading.Thread(target=crowd, args=(first * 1_000_000,)) for first in (11, 12)]
    for person in people:
        person.start()
    try:
        for victim in ("parent", "worker", "parent", "worker"):
            before = len(town.acknowledged)
            eventually(lambda before=before: len(town.acknowledged) > before + 12, 30)
            stop.wait(chance.random() / 3)
            kill(town, victim, eventually)
    finally:
        stop.set()
        for person in people:
            person.join()
    acknowledged = set(town.acknowledged)
    assert len(acknowledged) > 48
    eventually(lambda: acknowledged <= set(town.delivered()), 40)
    # A message that was in flight at a kill may go out twice, never three times.
    copies = town.delivered()
    assert max(copies.values()) <= 2
    doubled = sum(count - 1 for count in copies.values())
    assert doubled <= 4 * 4  # four kills, four sender threads


def kill(town: Any, victim: str, eventually: Any) -> None:
    assert town.running is not None
    if victim == "worker":
        eventually(lambda: town.child("worker"), 10)
        os.kill(town.child("worker"), signal.SIGKILL)
        return
    town.running.kill()
    town.running.wait()
    town.start()
    eventually(town.is_ready, 30)
