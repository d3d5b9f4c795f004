"""/healthz (this process answers) and /readyz (what it needs answers too).

A fault takes a process out of service (503). A warning does not: people are served well, but
somebody has something to repair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, jsonify

Check = Callable[[], str | None]  # what is wrong, in words; None when nothing is
Warnings = Callable[[], Sequence[str]]


def blueprint(checks: Mapping[str, Check], warnings: Mapping[str, Warnings]) -> Blueprint:
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return jsonify(alive=True)

    @pages.get("/readyz")
    def readyz() -> tuple[Response, int]:
        faults = {name: fault for name, check in checks.items() if (fault := check())}
        told = {name: list(found) for name, warn in warnings.items() if (found := warn())}
        answer = jsonify(ready=not faults, faults=faults, warnings=told)
        return answer, 503 if faults else 200

    return pages
