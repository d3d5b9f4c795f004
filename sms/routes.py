"""SMS webhooks: texts, reports on what we sent, and opt-outs that the gateway heard of."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sms.handler import SmsHandler
from sms.inbox import Inbox
from sms.optouts import OptOutHandler
from sms.receipts import DlrHandler
from web.flask_door import FlaskDoor

METHODS = ("GET", "POST")


def blueprint(
    handler: SmsHandler,
    dlrs: DlrHandler,
    optouts: OptOutHandler,
    door: FlaskDoor,
    inbox: Inbox | None = None,
) -> Blueprint:
    """`inbox` only in development: it hands out what was sent to a number."""
    pages = Blueprint("sms", __name__, url_prefix="/sms")

    @pages.route("/<gateway>", methods=METHODS)
    @pages.route("/<gateway>/<secret>", methods=METHODS)
    def receive(gateway: str, secret: str | None = None) -> Response:
        return door.answer(request, "sms", gateway, secret, handler.receive)

    @pages.route("/<gateway>/dlr", methods=METHODS)
    @pages.route("/<gateway>/<secret>/dlr", methods=METHODS)
    def report(gateway: str, secret: str | None = None) -> Response:
        return door.answer(request, "dlr", gateway, secret, dlrs.receive)

    @pages.route("/<gateway>/optout", methods=METHODS)
    @pages.route("/<gateway>/<secret>/optout", methods=METHODS)
    def opt_out(gateway: str, secret: str | None = None) -> Response:
        return door.answer(request, "optout", gateway, secret, optouts.receive)

    if inbox is not None:

        @pages.get("/<gateway>/inbox")
        def read_inbox(gateway: str) -> Response:
            return door.answer(request, "inbox", gateway, None, inbox.read)

    return pages
