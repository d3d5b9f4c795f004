"""SMS webhooks."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sms.handler import SmsHandler
from web.flask_door import FlaskDoor

METHODS = ("GET", "POST")


def blueprint(handler: SmsHandler, door: FlaskDoor) -> Blueprint:
    pages = Blueprint("sms", __name__, url_prefix="/sms")

    @pages.route("/<gateway>", methods=METHODS)
    @pages.route("/<gateway>/<secret>", methods=METHODS)
    def receive(gateway: str, secret: str | None = None) -> Response:
        return door.answer(request, gateway, secret, handler.receive)

    return pages
