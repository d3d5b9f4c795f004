"""What one event would have us send, and what gateways.yaml tells of whom and at which price."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from telecom.money import Money
from telecom.msisdn import Msisdn
from telecom.prices import PriceList

SERVICE_LENGTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What a gateway's SMS cost, and how much of that a day may bring."""

    prices: PriceList
    day_budget: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What gateways.yaml tells the guard. `own` are numbers of ours: answering them never ends."""

    tariffs: Mapping[str, Tariff]
    countries: frozenset[str]
    own: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """All that one event would have us send. `said` is the text that it answers, if it was one.

    `service` is what the money is for, `link` the link and its language.

    `is_stop`: the confirmation of STOP, which goes out when money is up, too, to whom we write to.
    """

    gateway: str
    channel: str
    to: Msisdn
    texts: tuple[str, ...] = field(repr=False)
    service: str
    link: str = ""
    said: str | None = field(default=None, repr=False)
    is_stop: bool = False
    is_answer_to_command: bool = False
    own: Collection[str] = ()  # numbers that are called to reach us
