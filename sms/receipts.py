"""Delivery reports, from the webhook to the outbox: durable before they are acknowledged."""

from __future__ import annotations

import re
from typing import Final

from gateways.base import DlrDoor, Gateway
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from models.database import DatabaseDown
from outbound.receipts import Receipt, Receipts
from telecom.errors import Malformed
from web.edge import NotThisChannel, check_size, refusal
from web.spool import Spool

SPOOLED_AS: Final = "dlr"
_REF: Final = re.compile(r"[0-9a-f]{32}")


class DlrHandler:
    def __init__(self, receipts: Receipts, spool: Spool) -> None:
        self._receipts = receipts
        self._spool = spool

    def receive(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        """Acknowledged when the report is durable: in the database, else in the spool."""
        check_size(request)
        try:
            receipt = self._take(gateway, request)
        except DatabaseDown:
            if gateway.settings.retries:
                raise  # a 503 brings it again
            self._spool.keep(SPOOLED_AS, gateway.settings.name, request)
            return _door_of(gateway).render().marked(Result.SPOOLED)
        if receipt is Receipt.CONTRADICTS:
            return refusal(403, "forbidden", Result.FORBIDDEN)
        result = Result.REPEAT if receipt is Receipt.REPEATED else Result.ACCEPTED
        return _door_of(gateway).render().marked(result)

    def take(self, gateway: Gateway, request: WebhookRequest) -> None:
        """A report that was spooled. Raises DatabaseDown."""
        self._take(gateway, request)

    def _take(self, gateway: Gateway, request: WebhookRequest) -> Receipt:
        report = _door_of(gateway).parse(request)
        return self._receipts.take(report, ref_of(request.query))


def ref_of(query: str) -> str | None:
    """Our own token in the address that we gave to the vendor: `?ref=`. Raises Malformed.

    One that is not of our form is none: the report still has the gateway's own id.
    """
    refs = [piece.removeprefix("ref=") for piece in query.split("&") if piece.startswith("ref=")]
    if len(refs) > 1:
        raise Malformed("ref: comes twice")
    return refs[0] if refs and _REF.fullmatch(refs[0]) else None


def _door_of(gateway: Gateway) -> DlrDoor:
    if gateway.dlr is None:
        raise NotThisChannel
    return gateway.dlr
