"""Missed-call webhooks: ringing, fallback and final ones alike; one call id is one call."""

from __future__ import annotations

from flask import Blueprint, Response, request

from missed_call.handler import MissedCallHandler
from web.flask_door import FlaskDoor

METHODS = ("GET", "POST")


def blueprint(handler: MissedCallHandler, door: FlaskDoor) -> Blueprint:
    pages = Blueprint("missed_call", __name__, url_prefix="/missed-call")

    @pages.route("/<gateway>", methods=METHODS)
    @pages.route("/<gateway>/<secret>", methods=METHODS)
    def ring(gateway: str, secret: str | None = None) -> Response:
        return door.answer(request, "missed_call", gateway, secret, handler.ring)

    return pages
