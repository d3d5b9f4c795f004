"""Reads the JSON in which the bridge lists the SMS of one SIM."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from simulator.seen import Inbox, ReceivedSms

KEYS: Final = frozenset({"messages", "after"})


class Garbled(ValueError):
    """The answer is not what the bridge promises. Names the place, never the value."""


def parse_inbox(body: bytes) -> Inbox:
    """`{"messages": [{"id", "at", "from", "text"}], "after"}`; "from" and "after" may be null.

    A null cursor is the one before the first SMS, "". Raises Garbled.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Garbled("the inbox is not JSON") from fault
    if not isinstance(answer, dict) or not answer.keys() >= KEYS:
        raise Garbled("the inbox is not an object with messages and after")
    if not isinstance(answer["messages"], list):
        raise Garbled("messages is not a list")
    sms = tuple(_sms(place, entry) for place, entry in enumerate(answer["messages"]))
    return Inbox(sms, _optional_text(answer, "after", "the inbox") or "")


def _sms(place: int, entry: object) -> ReceivedSms:
    where = f"messages[{place}]"
    if not isinstance(entry, dict):
        raise Garbled(f"{where} is not an object")
    return ReceivedSms(
        sms_id=_text(entry, "id", where),
        at=_moment(_text(entry, "at", where), where),
        sender_id=_optional_text(entry, "from", where),
        text=_text(entry, "text", where),
    )


def _text(entry: dict[str, object], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str):
        raise Garbled(f"{where}: {key} is not a string")
    return value


def _optional_text(entry: dict[str, object], key: str, where: str) -> str | None:
    return None if entry.get(key) is None else _text(entry, key, where)


def _moment(written: str, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError as fault:
        raise Garbled(f"{where}: at is no ISO 8601 time") from fault
    if at.tzinfo is None:
        raise Garbled(f"{where}: at names no time zone")
    return at.astimezone(UTC)
