"""/healthz: this process answers. /readyz: what it needs answers too. /metrics: for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from health.readiness import Readiness
from metrics.page import CONTENT_TYPE
from web.clients import Clients, Networks

STRANGER = "/metrics is not for this address. BRIDGE_METRICS_ALLOW lists the networks it is for.\n"


def blueprint(
    readiness: Readiness, write_metrics: Callable[[], str], clients: Clients, allowed: Networks
) -> Blueprint:
    """`allowed` may read /metrics, and nobody else."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return jsonify(alive=True)

    @pages.get("/readyz")
    def readyz() -> tuple[Response, int]:
        report = readiness.report()
        answer = jsonify(ready=report.is_ready, faults=report.faults, warnings=report.warnings)
        return answer, 200 if report.is_ready else 503

    @pages.get("/metrics")
    def metrics() -> Response:
        if not clients.come_from(allowed, request):
            return Response(STRANGER, 403, content_type="text/plain; charset=utf-8")
        return Response(write_metrics(), content_type=CONTENT_TYPE)

    return pages
