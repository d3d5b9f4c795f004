"""The services that menus may call, and what asks them. What exists is what can be read here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

import structlog

from menu.services import Services, ServiceSpec
from telecom.clock import Clock

MOST_SECONDS: Final = 2.5  # one service may take; a turn has room for what comes behind it
SPARE_SECONDS: Final = 0.5  # of a turn, for its answer
log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Connector(Protocol):
    """One service: a module of this package makes it."""

    @property
    def spec(self) -> ServiceSpec: ...

    def ask(self, told: Mapping[str, str], seconds: float) -> Mapping[str, str]:
        """The parts of its answer, within so many seconds. May raise whatever went wrong; it keeps
        and logs nothing of what it is told."""
        ...


SERVICES: Final[Mapping[str, Connector]] = MappingProxyType({})


def specs_of(connectors: Mapping[str, Connector] = SERVICES) -> Services:
    """What menus may know of them."""
    return {name: connector.spec for name, connector in connectors.items()}


class ServiceDesk:
    """Implements menu.ports.ServicePort."""

    def __init__(self, clock: Clock, connectors: Mapping[str, Connector] = SERVICES) -> None:
        self._clock = clock
        self._connectors = connectors

    def ask(
        self, service: str, told: Mapping[str, str], answer_by: float
    ) -> Mapping[str, str] | None:
        """A turn has one budget: whoever is asked last gets what the others left of it."""
        connector = self._connectors.get(service)
        if connector is None:  # of a menu that was published when there was such a service
            log.warning("service not asked", service=service, why="there is none")
            return None
        seconds = min(MOST_SECONDS, answer_by - self._clock.now().timestamp() - SPARE_SECONDS)
        if seconds <= 0:
            log.warning("service not asked", service=service, why="no time is left")
            return None
        try:
            return connector.ask(told, seconds)
        except Exception as fault:  # whatever it is, a phone waits behind it
            log.warning("service failed", service=service, why=type(fault).__name__)
            return None
