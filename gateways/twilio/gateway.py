"""A Twilio account: its doors, its sender, and the proof of its webhooks."""

from __future__ import annotations

from gateways.base import OptOutDoor, UssdDoor
from gateways.poster import FormPoster, Patience
from gateways.signing import check_address
from gateways.twilio.inbound import TwilioDlr, TwilioSms, TwilioVoice
from gateways.twilio.outbound import TwilioSender
from gateways.twilio.proof import Proof
from gateways.twilio.settings import TwilioSettings
from gateways.webhook import WebhookRequest
from telecom.clock import Clock
from telecom.errors import Forbidden


class Twilio:
    """Opens no connection before the first SMS. `public_url` is part of what the vendor signs."""

    keeps_inbox = False
    ussd: UssdDoor | None = None
    optout: OptOutDoor | None = None  # it is the text STOP itself, and error 21610

    def __init__(
        self,
        settings: TwilioSettings,
        clock: Clock,
        public_url: str,
        patience: Patience | None = None,
    ) -> None:
        self.settings = settings
        self.sms = TwilioSms(settings.name, settings.country, settings.account_sid)
        self.dlr = TwilioDlr(settings.name, settings.account_sid)
        self.voice = TwilioVoice(settings.name, settings.country, settings.account_sid)
        poster = FormPoster(clock, patience or Patience())
        self.sender = TwilioSender(settings, poster, clock, public_url)
        self._proof = Proof(settings.auth_token, public_url)

    def authenticate(self, request: WebhookRequest, secret: str | None) -> None:
        """Raises Forbidden. What is signed needs no secret, and an address with one is not ours."""
        check_address(request.client, self.settings.allow_from)
        if secret is not None:
            raise Forbidden("this vendor has no secret in the path")
        self._proof.check(request)
