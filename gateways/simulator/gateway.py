"""The gateway of the simulated handset. It speaks as Africa's Talking does; nothing leaves it."""

from __future__ import annotations

from gateways.africastalking.inbound import (
    AfricasTalkingSms,
    AfricasTalkingUssd,
    AfricasTalkingVoice,
)
from gateways.base import DlrDoor, OptOutDoor
from gateways.settings import GatewaySettings
from gateways.signing import check_address, check_loopback
from gateways.webhook import WebhookRequest
from telecom.errors import Forbidden
from telecom.replies import Accepted, MtSms


class Simulator:
    """For development, and for this machine only: its client may claim to be any subscriber."""

    keeps_inbox = True
    dlr: DlrDoor | None = None  # what it takes is in the inbox: there is nothing to report
    optout: OptOutDoor | None = None

    def __init__(self, settings: GatewaySettings) -> None:
        self.settings = settings
        self.ussd = AfricasTalkingUssd(settings.name, settings.country)
        self.sms = AfricasTalkingSms(settings.name, settings.country)
        self.voice = AfricasTalkingVoice(settings.name, settings.country)
        self.sender = SimulatorSender()

    def authenticate(self, request: WebhookRequest, secret: str | None) -> None:
        """Raises Forbidden."""
        check_loopback(request.client)
        check_address(request.client, self.settings.allow_from)
        if secret is not None:
            raise Forbidden("a simulator has no secret")


class SimulatorSender:
    def prepare(self) -> None:
        """There is nothing to load."""

    def send(self, mt: MtSms) -> Accepted:
        """Always accepted: the inbox of the simulated handset reads it back from the outbox."""
        return Accepted(gateway_message_id=f"sim-{mt.ref}")
