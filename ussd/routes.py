"""USSD webhooks. The secret, where a gateway needs one, stands right after its name."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ussd.handler import UssdHandler
from web.flask_door import FlaskDoor

METHODS = ("GET", "POST")


def blueprint(handler: UssdHandler, door: FlaskDoor) -> Blueprint:
    pages = Blueprint("ussd", __name__, url_prefix="/ussd")

    @pages.route("/<gateway>", methods=METHODS)
    @pages.route("/<gateway>/<secret>", methods=METHODS)
    def turn(gateway: str, secret: str | None = None) -> Response:
        return door.answer(request, "ussd", gateway, secret, handler.turn)

    @pages.route("/<gateway>/end", methods=METHODS)
    @pages.route("/<gateway>/<secret>/end", methods=METHODS)
    def end(gateway: str, secret: str | None = None) -> Response:
        return door.answer(request, "ussd_end", gateway, secret, handler.end)

    return pages
