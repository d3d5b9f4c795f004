"""/healthz (this process answers) and /readyz (what it needs answers too)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify

Check = Callable[[], str | None]  # what is wrong, in words; None when nothing is


def blueprint(checks: Mapping[str, Check]) -> Blueprint:
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return jsonify(alive=True)

    @pages.get("/readyz")
    def readyz() -> tuple[Response, int]:
        faults = {name: fault for name, check in checks.items() if (fault := check())}
        return jsonify(ready=not faults, faults=faults), 503 if faults else 200

    return pages
