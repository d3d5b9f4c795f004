"""What a page says when it cannot answer: plain words, and never a traceback."""

from __future__ import annotations

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from models.database import DatabaseDown

log = structlog.get_logger(__name__)


def register(app: Flask) -> None:
    """Webhooks never come here: the edge answers them itself."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DatabaseDown, _database_down)
    app.register_error_handler(Exception, _unexpected)


def _http(fault: HTTPException) -> Response:
    answer = _plain(fault.code or 500, fault.name)
    for name, value in fault.get_headers():
        if name in ("Allow", "Location", "Retry-After"):
            answer.headers[name] = value
    return answer


def _database_down(fault: DatabaseDown) -> Response:
    log.warning("page without database", why=str(fault))
    answer = _plain(503, "Out of service for a moment. Please try again.")
    answer.headers["Retry-After"] = "5"
    return answer


def _unexpected(_fault: Exception) -> Response:
    log.exception("page failed")
    return _plain(500, "Something went wrong here. It was noted.")


def _plain(status: int, words: str) -> Response:
    return Response(words + "\n", status, content_type="text/plain; charset=utf-8")
