"""GET /l/<code>: sends the phone that opens an app link to its store."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from services.short_links import Opened, Opening, ShortLinks, Visitor
from web.clients import Clients

_STATUS: Final[Mapping[Opened, HTTPStatus]] = {
    Opened.EXPIRED: HTTPStatus.GONE,
    Opened.UNKNOWN: HTTPStatus.NOT_FOUND,
    Opened.THROTTLED: HTTPStatus.TOO_MANY_REQUESTS,
    Opened.UNSURE: HTTPStatus.OK,
}
_WAIT: Final = "60"  # seconds, for whoever tries codes
_PAGE: Final = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
{body}
</html>
"""


def blueprint(links: ShortLinks, clients: Clients) -> Blueprint:
    pages = Blueprint("short_links", __name__)

    @pages.get("/l/<code>")  # and HEAD
    def open_link(code: str) -> AnyResponse:
        visitor = Visitor(
            address=clients.address_of(request),
            user_agent=request.headers.get("User-Agent", ""),
            headers=dict(request.headers),
            is_head=request.method == "HEAD",
        )
        opened = links.open(code, visitor)
        answer = redirect(opened.to, 302) if opened.outcome is Opened.FOUND else _page(opened)
        # Another phone behind the same proxy must not get this phone's store.
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return pages


def _page(opened: Opening) -> Response:
    """Small and plain: a phone of any age shows it."""
    if opened.outcome is Opened.THROTTLED:
        answer = Response("Too many tries. Wait a minute.\n", content_type="text/plain")
        answer.headers["Retry-After"] = _WAIT
    else:
        lines = _choices(opened) if opened.outcome is Opened.UNSURE else _told(opened)
        lang = opened.language or next(iter(opened.texts), "en")
        title = opened.texts.get(lang, "Link")
        written = _PAGE.format(lang=escape(lang), title=escape(title), body="\n".join(lines))
        answer = Response(written, content_type="text/html; charset=utf-8")
    answer.status_code = _STATUS[opened.outcome]
    return answer


def _told(opened: Opening) -> list[str]:
    """In the language of the SMS; where nobody knows it, in each that the menu has."""
    known = opened.language
    texts = {known: opened.texts[known]} if known else opened.texts
    lines = [f'<p lang="{escape(language)}">{escape(text)}</p>' for language, text in texts.items()]
    return [*lines, *(_call(way) for way in opened.ways)]


def _call(way: str) -> str:
    return f'<p><a href="tel:{quote(way, safe="+*")}">{escape(way)}</a></p>'


def _choices(opened: Opening) -> list[str]:
    return [
        f'<p><a rel="noreferrer" href="{escape(address)}">{escape(name)}</a></p>'
        for name, address in opened.choices.items()
    ]
