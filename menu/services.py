"""What a menu may know of a service: what it must be told, and what it answers. Pure.

The table of services is handed in by whoever loads a menu; connectors belong elsewhere. A menu may
declare further ones of its own (menu.service_schema).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from types import MappingProxyType
from typing import Final

from menu.service_parts import Service
from menu.value_types import ValueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """`takes`: the names of what it must be told; `optional` ones it need not be. `gives`: the
    parts of its answer; `widest` are their characters. `reads`: it only looks something up, so that
    a missed call, whose number may be forged, may ask it. `outcomes`: the names of what a call may
    come to when it is not answered.
    """

    takes: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    gives: Mapping[str, ValueKind] = field(default_factory=dict)
    widest: Mapping[str, int] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    reads: bool = False
    outcomes: frozenset[str] = frozenset()


Services = Mapping[str, ServiceSpec]
NO_SERVICES: Final[Services] = MappingProxyType({})
MOST_CALLS: Final = 3  # for one answer: somebody waits with the phone in his hand


def no_services() -> Services:
    return NO_SERVICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One call of a service, by a turn that must be answered by `answer_by` (epoch seconds;
    infinite where nobody waits).

    `declared`: as the menu at hand declares the service; None for one of the bridge's own. `key`
    names what the call may do: whoever repeats the turn, or goes on with it later, brings the same.
    What it is told may be a PIN: it is for the service alone. `caller_key` names who asks: a
    service hears a hash of it, not the next one's, and that only where it takes the caller. Only a
    register of the bridge's own hears the `number` (E.164).

    `may_wait`: where it is slow, or has been of late, somebody asks it later. `patience_seconds`,
    where that is done: so long it may take, whatever is usual, and whatever it was before.
    """

    service: str
    told: Mapping[str, str] = field(default_factory=dict, repr=False)
    answer_by: float = inf
    declared: Service | None = None
    key: str = ""
    caller_key: str = ""
    number: str = field(default="", repr=False)
    may_wait: bool = False
    patience_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The parts of an answer, or, where there is an `outcome`, the name of what happened instead.

    `at`: when the service said so (epoch seconds); None: just now.
    """

    parts: Mapping[str, str] = field(default_factory=dict, repr=False)
    outcome: str = ""
    at: float | None = None
