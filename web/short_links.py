"""GET /l/<code>: sends the phone that opens an app link to its store."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from services.short_links import ShortLinks

GONE = """<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Link not found</title>
<p>This link is not known, or too old. Give another missed call for a new one.</p>
<p lang="hi">यह लिंक मान्य नहीं है। नए लिंक के लिए फिर से मिस्ड कॉल दें।</p>
<p lang="bn">এই লিঙ্কটি আর নেই। নতুন লিঙ্কের জন্য আবার মিসড কল দিন।</p>
</html>
"""


def blueprint(links: ShortLinks) -> Blueprint:
    pages = Blueprint("short_links", __name__)

    @pages.get("/l/<code>")
    def open_link(code: str) -> AnyResponse:
        address = links.find_address(code, request.headers.get("User-Agent", ""))
        if address is None:
            return Response(GONE, 404, content_type="text/html; charset=utf-8")
        answer = redirect(address, 302)
        # Another phone behind the same proxy must not get this phone's store.
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return pages
