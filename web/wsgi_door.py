"""A second door to the edge, in front of Flask: the busiest webhooks, at a third of the CPU.

It knows addresses of one form, /channel/gateway and /channel/gateway/secret, with or without the
word of delivery reports behind them, and gives all else to Flask, which knows these, too: what a
webhook means is decided behind both doors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from werkzeug.wsgi import get_input_stream

from gateways.webhook import WebhookRequest, WebhookResponse
from web.clients import Clients
from web.edge import KEPT_HEADERS, MAX_BODY_BYTES, Edge, Handle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METHODS: Final = frozenset({"GET", "POST"})
REPORTS: Final = "dlr"
# Words that stand where a secret may, and are none; Flask's routes have them.
NO_SECRETS: Final = frozenset({REPORTS, "end", "optout", "inbox"})
_STATUS: Final = {code.value: f"{code.value} {code.phrase.upper()}" for code in HTTPStatus}
_VARIABLES: Final = {
    name: "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
    for name in KEPT_HEADERS
}


class WsgiDoor:
    def __init__(
        self,
        behind: WSGIApplication,
        edge: Edge,
        clients: Clients,
        handlers: Mapping[str, tuple[str, Handle]],
        start: Callable[[], None],
    ) -> None:
        """`handlers`: by the channel's word in the address, for reports with `/dlr` behind it, the
        name that the edge counts it under, and who answers. `start` comes before the first webhook;
        it may be called again.
        """
        self._behind = behind
        self._edge = edge
        self._clients = clients
        self._handlers = handlers
        self._start = start

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        _, *pieces = path.split("/")
        word = pieces[0]
        if len(pieces) in (3, 4) and pieces[-1] == REPORTS:
            word = f"{word}/{pieces.pop()}"
        known = self._handlers.get(word) if len(pieces) in (2, 3) else None
        if known is None or not _is_plain(environ, path, pieces):
            return self._behind(environ, start_response)
        self._start()
        door, handle = known
        secret = pieces[2] if len(pieces) == 3 else None
        request = self._plain(environ, path)
        return _tell(self._edge.answer(door, pieces[1], secret, request, handle), start_response)

    def _plain(self, environ: WSGIEnvironment, path: str) -> WebhookRequest:
        return WebhookRequest(
            method=environ["REQUEST_METHOD"],
            path=path,
            query=environ.get("QUERY_STRING", ""),
            headers={
                name: environ[variable]
                for name, variable in _VARIABLES.items()
                if variable in environ
            },
            body=get_input_stream(environ).read(MAX_BODY_BYTES + 1),
            client=self._clients.address(
                environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
            ),
        )


def _is_plain(environ: WSGIEnvironment, path: str, pieces: list[str]) -> bool:
    """Whether there is one way to read this address; Flask reads the others."""
    return (
        environ["REQUEST_METHOD"] in METHODS
        and all(pieces)
        and pieces[-1] not in NO_SECRETS
        and path.isascii()
        and not environ.get("SCRIPT_NAME")
    )


def _tell(answer: WebhookResponse, start_response: StartResponse) -> Iterable[bytes]:
    body = answer.body.encode()
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(body))),
        *answer.headers.items(),
    ]
    start_response(_STATUS[answer.status], headers)
    return [body]
