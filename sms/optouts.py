"""Opt-outs that a gateway tells of, from the webhook to consent: durable before acknowledged."""

from __future__ import annotations

from typing import Final

from gateways.base import Gateway, OptOutDoor
from gateways.webhook import Result, WebhookRequest, WebhookResponse
from models.database import DatabaseDown
from outbound.commitments import Commitments
from web.edge import NotThisChannel, check_size
from web.spool import Spool

SPOOLED_AS: Final = "optout"


class OptOutHandler:
    def __init__(self, commitments: Commitments, spool: Spool) -> None:
        self._commitments = commitments
        self._spool = spool

    def receive(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        """Acknowledged when the opt-out is durable: in the database, else in the spool."""
        check_size(request)
        try:
            self.take(gateway, request)
        except DatabaseDown:
            if gateway.settings.retries:
                raise  # a 503 brings it again
            self._spool.keep(SPOOLED_AS, gateway.settings.name, request)
            return _door_of(gateway).render().marked(Result.SPOOLED)
        return _door_of(gateway).render()

    def take(self, gateway: Gateway, request: WebhookRequest) -> None:
        """A repeat finds itself obeyed already. Raises DatabaseDown."""
        told = _door_of(gateway).parse(request)
        self._commitments.learn_opt_out(told.gateway, told.msisdn)


def _door_of(gateway: Gateway) -> OptOutDoor:
    if gateway.optout is None:
        raise NotThisChannel
    return gateway.optout
