"""What a menu may know of a service: what it must be told, and what it answers. Pure.

The table of services is handed in by whoever loads a menu; connectors belong elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from menu.value_types import ValueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """`takes`: the names of what it must be told. `gives`: the parts of its answer. `reads`: it
    only looks something up, so that a missed call, whose number may be forged, may ask it.
    `widest`: the most characters of a part, 60 where nothing is said.
    """

    takes: frozenset[str] = frozenset()
    gives: Mapping[str, ValueKind] = field(default_factory=dict)
    reads: bool = False
    widest: Mapping[str, int] = field(default_factory=dict)


Services = Mapping[str, ServiceSpec]
NO_SERVICES: Final[Services] = MappingProxyType({})


def no_services() -> Services:
    return NO_SERVICES
