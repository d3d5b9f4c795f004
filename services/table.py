"""The services that menus may call, and what asks them. What exists is what can be read here; a
menu may declare further ones, which `services.caller` asks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

import structlog

from menu.service_parts import DOWN, SLOW
from menu.services import Inquiry, Reply, Services, ServiceSpec
from services.caller import MOST_SECONDS, SPARE_SECONDS, ServiceCaller
from telecom.clock import Clock

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

    def __init__(
        self,
        clock: Clock,
        connectors: Mapping[str, Connector] = SERVICES,
        caller: ServiceCaller | None = None,
    ) -> None:
        self._clock = clock
        self._connectors = connectors
        self._caller = caller

    def ask(self, inquiry: Inquiry) -> Reply:
        """A turn has one budget: whoever is asked last gets what the others left of it."""
        if inquiry.declared is not None and self._caller is not None:
            return self._caller.ask(inquiry.declared, inquiry)
        service = inquiry.service
        connector = self._connectors.get(service)
        if connector is None:  # of a menu that was published when there was such a service
            log.warning("service not asked", service=service, why="there is none")
            return Reply(outcome=DOWN)
        now = self._clock.now().timestamp()
        most = inquiry.patience_seconds or MOST_SECONDS
        seconds = min(most, inquiry.answer_by - now - SPARE_SECONDS)
        if seconds <= 0:
            log.warning("service not asked", service=service, why="no time is left")
            return Reply(outcome=SLOW)
        try:
            return Reply(parts=connector.ask(inquiry.told, seconds))
        except Exception as fault:  # whatever it is, a phone waits behind it
            log.warning("service failed", service=service, why=type(fault).__name__)
            return Reply(outcome=DOWN)
