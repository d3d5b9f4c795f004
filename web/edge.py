"""The edge: what every webhook passes before any channel sees it. No web framework in here.

It knows the gateway, proves the sender, and turns whatever went wrong into an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import structlog

from gateways.base import Gateway
from gateways.webhook import WebhookRequest, WebhookResponse
from models.database import DatabaseDown
from telecom.errors import Forbidden, Malformed

log = structlog.get_logger(__name__)

MAX_BODY_BYTES: Final = 64 * 1024
MAX_FIELDS: Final = 100
# The only headers that travel inwards: what a signature or a form needs, and nothing personal.
KEPT_HEADERS: Final = ("content-type", "x-twilio-signature", "i-twilio-idempotency-token")

Handle = Callable[[Gateway, WebhookRequest], WebhookResponse]


class NotThisChannel(Exception):
    """The gateway exists, but has no door of this kind."""


class TooLarge(Malformed):
    """The body is over MAX_BODY_BYTES."""


class Edge:
    def __init__(self, gateways: Callable[[], Mapping[str, Gateway]]) -> None:
        """`gateways` is asked with each webhook: the first one reads the file."""
        self._gateways = gateways

    def answer(
        self, name: str, secret: str | None, request: WebhookRequest, handle: Handle
    ) -> WebhookResponse:
        """Raises nothing. Whatever the channel did not answer itself becomes 4xx or 503."""
        gateway = self._gateways().get(name)
        if gateway is None:
            return refusal(404, "unknown gateway")
        try:
            gateway.authenticate(request, secret)
        except Forbidden as fault:
            log.warning("webhook refused", gateway=name, why=str(fault))
            return refusal(403, "forbidden")
        try:
            return handle(gateway, request)
        except NotThisChannel:
            return refusal(404, "this gateway has no such channel")
        except TooLarge:
            return refusal(413, "body too large")
        except Malformed as fault:
            log.warning("webhook malformed", gateway=name, why=str(fault))
            return refusal(400, str(fault))
        except DatabaseDown as fault:
            # The gateway may repeat: nothing was acknowledged, so nothing is lost by saying so.
            log.warning("webhook not stored", gateway=name, why=str(fault))
            return refusal(503, "try again")
        except Exception:
            log.exception("webhook failed", gateway=name)
            return refusal(503, "try again")


def refusal(status: int, why: str) -> WebhookResponse:
    return WebhookResponse(status, why + "\n")


def check_size(request: WebhookRequest) -> None:
    """Raises TooLarge. A handler calls it, so that a channel may answer in its own manner."""
    if len(request.body) > MAX_BODY_BYTES:
        raise TooLarge("body too large")
