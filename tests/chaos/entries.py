"""What the people's ledger says of one webhook, and of many. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any


def is_turn(entry: Any) -> bool:
    return bool(entry["kind"] == "ussd")


def is_served(entry: Any) -> bool:
    """A screen of the menu, or its promise; anything else is an apology."""
    return bool(entry["body"].startswith("CON ") or entry["promises"])


def was_on_its_way(entry: Any, since: float, until: float) -> bool:
    """Also what was asked a moment before the fault, and answered in it."""
    return bool(entry["at"] < until and entry["at"] + entry["seconds"] > since)


def slowest(said: Any) -> float:
    return max(float(entry["seconds"]) for entry in said)


def answers_of(said: Any) -> str:
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for entry in said:
        found[entry["kind"]][entry["status"]] += 1
    return ", ".join(f"{kind} {dict(codes)}" for kind, codes in sorted(found.items()))
