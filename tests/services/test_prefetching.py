"""Asked ahead: few at a time, nobody waits, and what finds no room is dropped."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from menu.compiler import compile_menu
from menu.looking_ahead import asked_ahead
from menu.program import Program
from menu.service_parts import Service
from menu.services import Inquiry, Reply
from menu.session import Session
from metrics.kinds import Metric
from services.prefetching import STALE_SECONDS, Prefetcher

MENU = """
version: 1
name: Prices
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
services:
  prices:
    url: https://api.example/prices/{crop}
    takes: { crop: text, who: caller }
    gives: { modal: {} }
    cache_seconds: 60
  news: { url: "https://api.example/news", gives: { text: {} }, cache_seconds: 60 }
screens:
  home: { text: Which crop?, ask: { kind: text, save_as: crop }, go: crop, prefetch: news }
  crop:
    text: "{crop}:"
    options: [ { label: Price, go: price }, { label: News, go: news } ]
    prefetch: [ price, news ]
  price:
    call: { service: prices, with: { crop: "{crop}" }, save_as: price, on_error: sorry }
    text: "Rs {price.modal}"
    end: true
  news:
    call: { service: news, save_as: news, on_error: sorry }
    text: "{news.text}"
    end: true
  sorry: { text: Try later., end: true }
"""
PROGRAM: Program = compile_menu({"menus.yaml": MENU})
PATIENCE = 5.0


class Counts:
    """A meter."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, ...]] = Counter()

    def count(self, metric: Metric, *labels: str, by: float = 1) -> None:
        self.seen[labels] += 1

    def time(self, metric: Metric, seconds: float, *labels: str) -> None:
        pass


def inquiry(service: str = "prices") -> Inquiry:
    return Inquiry(service=service, declared=PROGRAM.services[service])


def session(screen: str, **more: object) -> Session:
    return Session(menu_version=1, turn=2, screen=screen, language="en", **more)  # type: ignore[arg-type]


def ahead(here: Session, program: Program = PROGRAM) -> list[tuple[str, dict[str, str]]]:
    return [(each.service, dict(each.told)) for each in asked_ahead(program, here, "me", 0.0)]


def test_what_a_screen_names_is_asked_with_what_is_known_there() -> None:
    known = session("crop", values={"crop": "onion"})
    assert ahead(known) == [("prices", {"crop": "onion"}), ("news", {})]
    assert [each.caller_key for each in asked_ahead(PROGRAM, known, "me", 0.0)] == ["me", "me"]


@pytest.mark.parametrize(
    ("here", "asked"),
    [
        (session("home"), ["news"]),
        (session("crop"), ["news"]),  # what it would be told was lost
        (session("price", values={"crop": "onion"}), []),
        (session("home", ended=True), []),
        (session("home", offers=True), []),
        (session("home", offers_answer=True), []),
        (session("a screen of another menu"), []),
    ],
)
def test_where_nothing_is_known_or_nobody_goes_on_less_is_asked(
    here: Session, asked: list[str]
) -> None:
    assert [service for service, _ in ahead(here)] == asked


def test_nobody_waits_and_what_finds_no_room_is_dropped() -> None:
    gate, begun, done = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)

    def ask(service: Service, inquiry: Inquiry) -> Reply:
        begun.release()
        gate.wait(PATIENCE)
        done.release()
        return Reply()

    counts = Counts()
    prefetcher = Prefetcher(ask, counts, threads=2, most_waiting=3)
    for _ in range(2):
        prefetcher.prefetch(inquiry())
        assert begun.acquire(timeout=PATIENCE)
    for _ in range(9):
        prefetcher.prefetch(inquiry())
    assert counts.seen == {("prices", "asked"): 2, ("prices", "dropped"): 6}
    gate.set()
    for _ in range(5):
        assert done.acquire(timeout=PATIENCE)
    assert counts.seen[("prices", "asked")] == 5
    assert sum(thread.name == "prefetch" for thread in threading.enumerate()) == 2


def test_what_has_waited_too_long_is_not_asked() -> None:
    now, asked, done = [0.0], list[str](), threading.Semaphore(0)
    begun, gate = threading.Event(), threading.Event()

    def ask(service: Service, inquiry: Inquiry) -> Reply:
        asked.append(service.name)
        begun.set()
        gate.wait(PATIENCE)
        done.release()
        return Reply()

    counts = Counts()
    prefetcher = Prefetcher(ask, counts, threads=1, monotonic=lambda: now[0])
    prefetcher.prefetch(inquiry())
    assert begun.wait(PATIENCE)
    prefetcher.prefetch(inquiry("news"))
    now[0] = STALE_SECONDS + 0.1
    prefetcher.prefetch(inquiry())
    gate.set()
    assert done.acquire(timeout=PATIENCE)
    assert done.acquire(timeout=PATIENCE)
    assert asked == ["prices", "prices"]
    assert counts.seen[("news", "dropped")] == 1


def test_one_that_fails_takes_no_other_with_it() -> None:
    done = threading.Semaphore(0)

    def ask(service: Service, inquiry: Inquiry) -> Reply:
        done.release()
        raise RuntimeError("broken")

    prefetcher = Prefetcher(ask, threads=1)
    for _ in range(3):
        prefetcher.prefetch(inquiry())
        assert done.acquire(timeout=PATIENCE)


def test_what_the_bridge_has_itself_is_not_asked_ahead() -> None:
    def ask(service: Service, inquiry: Inquiry) -> Reply:
        raise AssertionError((service, inquiry))

    Prefetcher(ask).prefetch(Inquiry(service="balance"))
