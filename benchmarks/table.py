"""Every benchmark there is. docs/performance.md has a row for each of these names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from benchmarks import (
    accepting,
    asking,
    in_process,
    looking_up,
    menu_loading,
    over_http,
    replaying,
    searching,
    sending,
    sessions,
    steps,
    turn_stream,
)
from benchmarks.measuring import Round, Scale


@dataclass(frozen=True, slots=True)
class Group:
    """Benchmarks that share what is set up for them, and whose rounds alternate."""

    rounds: Callable[[Scale], AbstractContextManager[Mapping[str, Round]]]
    names: Mapping[str, str]  # with what one of it is


GROUPS: Final = (
    Group(
        over_http.rounds,
        {
            "http-floor": "bare WSGI: form, Redis GET and SET",
            "http-ussd": "a USSD turn over HTTP",
            "http-sms": "an SMS over HTTP",
            "http-missed-call": "a missed call over HTTP",
        },
    ),
    Group(
        in_process.rounds,
        {
            "ussd": "a USSD turn through the WSGI app",
            "sms": "an SMS through the WSGI app",
            "missed-call": "a missed call through the WSGI app",
        },
    ),
    Group(
        steps.rounds,
        {
            "step-10": "the engine's step, 10 screens",
            "step-1000": "the engine's step, 1,000 screens",
            "step-10000": "the engine's step, 10,000 screens",
        },
    ),
    Group(sessions.rounds, {"session-fullest": "the fullest session of 4 KB, written and read"}),
    Group(
        menu_loading.rounds,
        {
            "check-default": "check the menus of this checkout, tables included",
            "check-10": "check and compile 10 screens",
            "check-1000": "check and compile 1,000 screens",
            "check-10000": "check and compile 10,000 screens",
            "load-10": "load 10 published screens",
            "load-1000": "load 1,000 published screens",
            "load-10000": "load 10,000 published screens",
        },
    ),
    Group(
        searching.rounds,
        {
            "search-1000": "a name, keys or a mistake looked for in 1,000 rows",
            "search-50000": "the same in 50,000 rows",
        },
    ),
    Group(looking_up.rounds, {looking_up.NAME: "a row looked up in a file of 1,000,000"}),
    Group(asking.rounds, asking.NAMES),
    Group(
        sending.on_sqlite,
        {
            "send-0ms": "an SMS to a vendor that answers at once, 4 threads",
            "send-50ms": "the same after 50 ms",
            "send-50ms-16": "the same with 16 threads",
            "send-0ms-64": "an SMS to a vendor that answers at once, 64 threads",
            "send-50ms-64": "the same after 50 ms: 1,280 a second at most",
            "send-50ms-128": "the same with 128 threads: 2,560 a second at most",
        },
    ),
    Group(
        sending.on_postgresql,
        {
            "send-postgresql-16": "an SMS after 50 ms, 16 threads, PostgreSQL: 320 at most",
            "send-postgresql-64": "the same with 64 threads: 1,280 at most",
            "send-postgresql-128": "the same with 128 threads: 2,560 at most",
            "ask-50ms-16": "the same client asks that vendor, 16 threads, and does nothing else",
            "ask-50ms-64": "the same with 64 threads",
            "ask-50ms-128": "the same with 128 threads",
        },
    ),
    Group(
        accepting.on_sqlite,
        {
            "accept-sqlite": "an event and its SMS, committed to SQLite",
            "accept-sqlite-16": "the same from 16 threads",
            "accept-sqlite-64": "a missed call through the edge, 64 in flight, SQLite",
        },
    ),
    Group(
        accepting.on_postgresql,
        {
            "accept-postgresql": "an event and its SMS, committed to PostgreSQL",
            "accept-postgresql-16": "the same from 16 threads",
            "accept-postgresql-64": "a missed call through the edge, 64 in flight, PostgreSQL",
            "accept-postgresql-2x32": "the same in two processes, 32 in flight in each",
            "accept-postgresql-2x32-pinned": "the same, each process on a core of its own",
        },
    ),
    Group(
        turn_stream.turns,
        {
            "turn-plain": "a session saved, no turn recorded",
            "turn-stream": "the same, and its turn in the stream",
        },
    ),
    Group(turn_stream.draining, {"drain-postgresql": "a turn from the stream to PostgreSQL"}),
    Group(replaying.rounds, {"replay-10000": "a recorded dialogue, run again; 10,000 a round"}),
)
WORDS: Final[Mapping[str, str]] = {
    name: words for group in GROUPS for name, words in group.names.items()
}

# What is compared within one run: (the one, with the other).
RATIOS: Final = (
    ("http-ussd", "http-floor"),
    ("http-sms", "http-floor"),
    ("http-missed-call", "http-floor"),
    ("step-1000", "step-10"),
    ("step-10000", "step-10"),
    ("search-50000", "search-1000"),
    ("service-uncached", "service-floor"),
    ("send-postgresql-16", "ask-50ms-16"),
    ("send-postgresql-64", "ask-50ms-64"),
    ("send-postgresql-128", "ask-50ms-128"),
    ("turn-stream", "turn-plain"),
)
