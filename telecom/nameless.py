"""Events that a vendor gives no id: what makes two arrivals the same event. Pure.

A bucket of time is part of the key, and who comes late looks into the buckets beside it: else a
repeat that falls on a border would count twice. So two events are one up to the width of a bucket
apart, two from twice that on, and in between as the clock has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Alphanumeric, Hidden, Msisdn, Party, ShortCode

CALL_SECONDS: Final = 60  # somebody who calls again so soon wants the same link, not a second one
TEXT_SECONDS: Final = 4  # people do send the same word twice, but not so fast


@dataclass(frozen=True, slots=True)
class EventKey:
    """Stands for the id: a keyed hash, for it is made of an MSISDN. `beside`: of a repeat's first
    arrival, if that fell into a bucket beside this one.
    """

    here: str
    beside: tuple[str, ...] = ()


def key_of_call(
    hasher: KeyedHash, gateway: str, caller: Party, called: Party, at: datetime
) -> EventKey:
    return _key(hasher, ("call", gateway, _written(caller), _written(called)), at, CALL_SECONDS)


def key_of_text(
    hasher: KeyedHash, gateway: str, sender: Party, to: str, text: str, at: datetime
) -> EventKey:
    return _key(hasher, ("text", gateway, _written(sender), to, text), at, TEXT_SECONDS)


def _key(hasher: KeyedHash, parts: tuple[str, ...], at: datetime, seconds: int) -> EventKey:
    bucket = int(at.timestamp() // seconds)
    before, here, after = (
        "made:" + hasher.of("\x1f".join((*parts, str(bucket + step)))) for step in (-1, 0, 1)
    )
    return EventKey(here, (before, after))


def _written(party: Party) -> str:
    match party:
        case Msisdn():
            return party.e164
        case Hidden():
            return "hidden"
        case ShortCode():
            return party.digits
        case Alphanumeric():
            return party.name
