"""PostgreSQL crashes and comes back under the load of people. Nobody on the bridge's side helps."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

pytestmark = [
    pytest.mark.debian("postgres"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
AWAY = (0.0, 3.0)  # seconds, of each crash: as `pg_ctl restart -m immediate`, and longer
REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
Answer = tuple[int, str, float]  # status, body, seconds


class Crowd:
    """People who ring, text and dial all the while; what each of them got, by what he did."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.stop = threading.Event()
        self.got: dict[str, list[Answer]] = defaultdict(list)
        acts = [
            lambda number: self.note("ring", lambda: town.ring(number)),
            lambda number: self.note("text", lambda: town.text(number)),
            self.dial,
            self.text_until_taken,
        ]
        self.people = [
            threading.Thread(target=self.live, args=(act, who * 100_000))
            for who, act in enumerate(acts * 2, 1)
        ]

    def live(self, act: Callable[[int], None], first: int) -> None:
        for number in range(first, first + 100_000):
            if self.stop.wait(0.05):
                return
            act(number)

    def note(self, what: str, do: Callable[[], tuple[int, str]]) -> Answer:
        began = time.monotonic()
        status, body = do()
        answer = (status, body, time.monotonic() - began)
        self.got[what].append(answer)
        return answer

    def dial(self, number: int) -> None:
        caller = f"+9196{number:08d}"
        for text in ("", "1"):
            turn = partial(self.town.turn, f"ATUid_{number}", caller, text)
            _, body, _ = self.note("dial", turn)
        if body.startswith("END You will get an SMS"):
            self.town.acknowledged.append(caller)

    def text_until_taken(self, number: int) -> None:
        """Through a gateway that tries again after a 5xx, and only then."""
        while self.note("text again", lambda: self.town.text(number, "patient"))[0] != 200:
            if self.stop.wait(0.2):
                return

    def __enter__(self) -> Crowd:
        for person in self.people:
            person.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for person in self.people:
            person.join()


@pytest.mark.usefixtures("storage")
def test_a_crash_of_the_database_loses_nothing_and_shows_no_error(
    new_town: Any, database_url: str, postgresql: Any, eventually: Any
) -> None:
    town = new_town({"BRIDGE_DATABASE_URL": database_url}, "--workers", "2")
    eventually(town.is_ready, 60)
    with Crowd(town) as crowd:
        for seconds_away in AWAY:
            before = len(town.acknowledged)
            eventually(lambda before=before: len(town.acknowledged) > before + 40, 60)
            postgresql.stop()
            crowd.stop.wait(seconds_away)  # people go on
            postgresql.start()
        before = len(town.acknowledged)
        eventually(lambda: len(town.acknowledged) > before + 40, 60)
    got = crowd.got
    assert {(status, body) for status, body, _ in got["ring"]} == {(200, REJECT)}
    assert {status for status, _, _ in got["text"]} == {200}
    assert {status for status, _, _ in got["text again"]} == {200, 503}
    assert {status for status, _, _ in got["dial"]} == {200}
    assert {body[:4] for _, body, _ in got["dial"]} == {"CON ", "END "}
    slowest = {what: max(seconds for _, _, seconds in answers) for what, answers in got.items()}
    assert slowest["dial"] < 4.0, slowest  # turn_deadline_seconds
    acknowledged = set(town.acknowledged)
    eventually(lambda: acknowledged <= set(town.delivered()), 60)
    copies = town.delivered()
    assert max(copies.values()) <= 2
    assert sum(count - 1 for count in copies.values()) <= len(AWAY) * 4  # four sender threads
    assert not list((town.folder / "var" / "spool").glob("*"))
    assert town.is_ready()
