"""One door to the edge: Flask. It copies the request into plain values and the answer back."""

from __future__ import annotations

from flask import Request, Response

from gateways.webhook import WebhookRequest, WebhookResponse
from web.clients import Clients
from web.edge import KEPT_HEADERS, MAX_BODY_BYTES, Edge, Handle


class FlaskDoor:
    def __init__(self, edge: Edge, clients: Clients) -> None:
        self._edge = edge
        self._clients = clients

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
            client=self._clients.address_of(request),
        )


def as_flask(answer: WebhookResponse) -> Response:
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    response.headers.extend(dict(answer.headers))
    return response
