"""The edge: what every webhook passes before any channel sees it. No web framework in here.

It knows the gateway, proves the sender, and turns whatever went wrong into an answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from gateways.base import Gateway
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from metrics.catalogue import WEBHOOK_SECONDS, WEBHOOKS
from metrics.kinds import UNKNOWN
from metrics.meter import SILENT, Meter
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
    def __init__(
        self,
        gateways: Callable[[], Mapping[str, Gateway]],
        meter: Meter = SILENT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`gateways` is asked with each webhook: the first one reads the file."""
        self._gateways = gateways
        self._meter = meter
        self._monotonic = monotonic

    def answer(
        self, door: str, name: str, secret: str | None, request: WebhookRequest, handle: Handle
    ) -> WebhookResponse:
        """Raises nothing. Whatever the channel did not answer itself becomes 4xx or 503.

        `door` is one of metrics.catalogue.DOORS: for who watches, and for nothing else.
        """
        began_at = self._monotonic()
        try:
            gateway = self._gateways().get(name)
        except Exception:
            log.exception("webhook failed", gateway=name)
            return refusal(503, "try again", Result.FAILED)
        if gateway is None:  # nobody may make up names for us to count
            answer, known = refusal(404, "unknown gateway", Result.NOT_SERVED), UNKNOWN
        else:
            answer, known = self._answer(gateway, name, secret, request, handle), name
        self._meter.count(WEBHOOKS, door, known, answer.result)
        self._meter.time(WEBHOOK_SECONDS, self._monotonic() - began_at, door)
        return answer

    def _answer(
        self,
        gateway: Gateway,
        name: str,
        secret: str | None,
        request: WebhookRequest,
        handle: Handle,
    ) -> WebhookResponse:
        try:
            gateway.authenticate(request, secret)
        except Forbidden as fault:
            log.warning("webhook refused", gateway=name, why=str(fault))
            return refusal(403, "forbidden", Result.FORBIDDEN)
        try:
            return handle(gateway, request)
        except NotThisChannel:
            return refusal(404, "this gateway has no such channel", Result.NOT_SERVED)
        except TooLarge:
            return refusal(413, "body too large", Result.MALFORMED)
        except Malformed as fault:
            log.warning("webhook malformed", gateway=name, why=str(fault))
            return refusal(400, str(fault), Result.MALFORMED)
        except DatabaseDown as fault:
            # The gateway may repeat: nothing was acknowledged, so nothing is lost by saying so.
            log.warning("webhook not stored", gateway=name, why=str(fault))
            return refusal(503, "try again", Result.UNAVAILABLE)
        except Exception:
            log.exception("webhook failed", gateway=name)
            return refusal(503, "try again", Result.FAILED)


def refusal(status: int, why: str, result: Result) -> WebhookResponse:
    return WebhookResponse(status, why + "\n", result=result)


def check_size(request: WebhookRequest) -> None:
    """Raises TooLarge. A handler calls it, so that a channel may answer in its own manner."""
    if len(request.body) > MAX_BODY_BYTES:
        raise TooLarge("body too large")
