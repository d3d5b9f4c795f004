"""One caller's place in a menu: a small value that lives in Redis between two turns."""

from __future__ import annotations

import msgspec


class Session(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """`turn` counts the answered turns and is the version for compare-and-set (first answer: 1).

    `heard` is the raw text of the last turn, kept so that a repeat is recognised; `shown` is the
    answer to it, replayed byte for byte. `path` holds the screens that "back" returns to, the
    nearest last. `at` is the time of the last turn, seconds since the epoch.
    """

    menu_version: int
    turn: int
    screen: str
    language: str
    path: tuple[str, ...] = ()
    heard: str = ""
    shown: str = ""
    ended: bool = False
    at: float = 0.0
    sequence: int | None = None
