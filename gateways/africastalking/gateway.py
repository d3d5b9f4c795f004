"""An Africa's Talking account: its doors, its sender, and the proof it asks of webhooks."""

from __future__ import annotations

from gateways.africastalking.inbound import (
    AfricasTalkingDlr,
    AfricasTalkingOptOut,
    AfricasTalkingSms,
    AfricasTalkingUssd,
    AfricasTalkingVoice,
)
from gateways.africastalking.outbound import AfricasTalkingSender
from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.poster import FormPoster, Patience
from gateways.signing import check_address, check_secret
from gateways.webhook import WebhookRequest
from telecom.clock import Clock


class AfricasTalking:
    """Opens no connection before the first SMS."""

    keeps_inbox = False

    def __init__(
        self, settings: AfricasTalkingSettings, clock: Clock, patience: Patience | None = None
    ) -> None:
        self.settings = settings
        self.ussd = AfricasTalkingUssd(settings.name, settings.country)
        self.sms = AfricasTalkingSms(settings.name, settings.country)
        self.dlr = AfricasTalkingDlr(settings.name)
        self.optout = AfricasTalkingOptOut(settings.name, settings.country)
        self.voice = AfricasTalkingVoice(settings.name, settings.country)
        poster = FormPoster(clock, patience or Patience())
        self.sender = AfricasTalkingSender(settings, poster, clock)

    def authenticate(self, request: WebhookRequest, secret: str | None) -> None:
        """Raises Forbidden. The vendor signs nothing: the secret in the path is all the proof."""
        check_address(request.client, self.settings.allow_from)
        check_secret(secret, self.settings.webhook_secret)
