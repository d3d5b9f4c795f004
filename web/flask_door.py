"""One door to the edge: Flask. It copies the request into plain values and the answer back."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from flask import Request, Response

from gateways.webhook import WebhookRequest, WebhookResponse
from web.edge import KEPT_HEADERS, MAX_BODY_BYTES, Edge, Handle

Networks = Sequence[IPv4Network | IPv6Network]


class FlaskDoor:
    """`trusted_proxies` are the networks whose X-Forwarded-For is believed."""

    def __init__(self, edge: Edge, trusted_proxies: Networks = ()) -> None:
        self._edge = edge
        self._trusted = tuple(trusted_proxies)

    def answer(
        self, request: Request, door: str, gateway: str, secret: str | None, handle: Handle
    ) -> Response:
        """`door` as web.edge has it."""
        return as_flask(self._edge.answer(door, gateway, secret, self._plain(request), handle))

    def _plain(self, request: Request) -> WebhookRequest:
        return WebhookRequest(
            method=request.method,
            path=request.path,
            query=request.query_string.decode("latin-1"),
            headers={
                name: request.headers[name] for name in KEPT_HEADERS if name in request.headers
            },
            # One byte over the limit is read, and no more: that byte tells that it was passed.
            body=request.stream.read(MAX_BODY_BYTES + 1),
            client=self._client_of(request),
        )

    def _client_of(self, request: Request) -> str:
        """The nearest address that is not one of our own proxies."""
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        client = request.remote_addr or ""
        while hops and self._is_trusted(client):
            client = hops.pop() or client
        return client

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


def as_flask(answer: WebhookResponse) -> Response:
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    response.headers.extend(dict(answer.headers))
    return response
