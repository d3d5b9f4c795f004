"""Every vendor there is. A new one is a new folder and a new row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from gateways.africastalking.gateway import AfricasTalking
from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.base import Gateway
from gateways.settings import GatewaySettings
from gateways.simulator.gateway import Simulator
from gateways.twilio.gateway import Twilio
from gateways.twilio.settings import TwilioSettings
from telecom.clock import Clock

S = TypeVar("S", bound=GatewaySettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """`open` checks plain values, raises pydantic's ValidationError, and opens no connection.

    Its last argument is the public address of the bridge: some vendors sign it.
    """

    settings: type[GatewaySettings]
    open: Callable[[Mapping[str, object], Clock, str], Gateway]
    is_for_development: bool = False


def _vendor(
    settings: type[S],
    factory: Callable[[S, Clock, str], Gateway],
    *,
    is_for_development: bool = False,
) -> Vendor:
    def open_gateway(values: Mapping[str, object], clock: Clock, public_url: str) -> Gateway:
        return factory(settings.model_validate(values), clock, public_url)

    return Vendor(settings=settings, open=open_gateway, is_for_development=is_for_development)


VENDORS: Final[Mapping[str, Vendor]] = MappingProxyType(
    {
        "africastalking": _vendor(
            AfricasTalkingSettings, lambda settings, clock, _url: AfricasTalking(settings, clock)
        ),
        "simulator": _vendor(
            GatewaySettings,
            lambda settings, _clock, _url: Simulator(settings),
            is_for_development=True,
        ),
        "twilio": _vendor(TwilioSettings, Twilio),
    }
)
