"""The contract of a gateway: doors in, one sender out. A vendor's folder fills it."""

from __future__ import annotations

from typing import Protocol

from gateways.settings import GatewaySettings
from gateways.webhook import WebhookRequest, WebhookResponse
from telecom.events import (
    DeliveryReport,
    MissedCall,
    MoSms,
    NotACall,
    OptOut,
    UssdEnded,
    UssdRequest,
)
from telecom.replies import Accepted, MtSms, UssdReply


class UssdDoor(Protocol):
    def parse(self, request: WebhookRequest) -> UssdRequest:
        """Raises Malformed."""
        ...

    def parse_end(self, request: WebhookRequest) -> UssdEnded:
        """Raises Malformed."""
        ...

    def render(self, reply: UssdReply) -> WebhookResponse:
        """A valid body for this vendor, whatever the text holds."""
        ...

    def render_end(self) -> WebhookResponse: ...


class SmsDoor(Protocol):
    def parse(self, request: WebhookRequest) -> MoSms:
        """Raises Malformed."""
        ...

    def render(self) -> WebhookResponse:
        """The body that tells this vendor: taken, nothing to send by this answer."""
        ...


class DlrDoor(Protocol):
    def parse(self, request: WebhookRequest) -> DeliveryReport:
        """A status word that nobody has seen is DlrStatus.UNKNOWN. Raises Malformed."""
        ...

    def render(self) -> WebhookResponse:
        """The body that tells this vendor: taken."""
        ...


class OptOutDoor(Protocol):
    def parse(self, request: WebhookRequest) -> OptOut:
        """Raises Malformed."""
        ...

    def render(self) -> WebhookResponse:
        """The body that tells this vendor: taken."""
        ...


class VoiceDoor(Protocol):
    def parse(self, request: WebhookRequest) -> MissedCall | NotACall:
        """Raises Malformed."""
        ...

    def reject(self) -> WebhookResponse:
        """The body that rejects the call unanswered, so that nobody is billed."""
        ...


class Sender(Protocol):
    def prepare(self) -> None:
        """Loads what the first send would wait for. Whoever sends calls it before he claims: an
        intent that waits for it is in doubt for so long, should its process die.
        """
        ...

    def send(self, mt: MtSms) -> Accepted:
        """One HTTP request, one recipient, finite deadline. Raises SendError, and nothing else."""
        ...


class Gateway(Protocol):
    """One configured account. A missing door means that the vendor does not do that channel."""

    @property
    def settings(self) -> GatewaySettings: ...
    @property
    def ussd(self) -> UssdDoor | None: ...
    @property
    def sms(self) -> SmsDoor | None: ...
    @property
    def dlr(self) -> DlrDoor | None: ...
    @property
    def optout(self) -> OptOutDoor | None: ...
    @property
    def voice(self) -> VoiceDoor | None: ...
    @property
    def sender(self) -> Sender | None: ...
    @property
    def keeps_inbox(self) -> bool:
        """True where MT messages are read back from us instead of leaving (the simulator)."""
        ...

    def authenticate(self, request: WebhookRequest, secret: str | None) -> None:
        """`secret` is the path part after the gateway's name. Raises Forbidden."""
        ...
