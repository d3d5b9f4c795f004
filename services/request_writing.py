"""A service and what it is told become one HTTP request. Pure.

Whatever somebody typed is one component: of a path it is one segment, of a query or form one value,
of JSON one string or number. It can end none of these, so it changes nothing but itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import quote

from menu.date_limits import parse_iso
from menu.service_parts import BLANK, Http, Json, Service, Taken, TakenKind

MOST_URL: Final = 4000
# A server behind the service may decode twice, and split then: what divides a path is not sent.
_DIVIDES: Final = re.compile(r"[/\\;?#%]")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class BadInput(Exception):
    """What the service should be told is not what it takes. The text names the part, and nothing
    that was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRequest:
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


def taken_from(service: Service, told: Mapping[str, str]) -> dict[str, str]:
    """All that the service takes, each as its type says; nothing where it may be left out. Raises
    BadInput."""
    return {name: _taken(name, its, told.get(name, "")) for name, its in service.takes.items()}


def write_request(http: Http, service: Service, told: Mapping[str, str]) -> WrittenRequest:
    """`told` as `taken_from` returns it. Raises BadInput."""
    url = http.origin + _path(http.path, told)
    if query := _fields(http.query, told):
        url += "?" + query
    if len(url) > MOST_URL:
        raise BadInput("the address grows too long")
    headers = {"Accept": "application/json", **dict(http.headers)}
    body = b""
    if http.has_json:
        headers["Content-Type"] = "application/json"
        written = _filled_json(http.json, service, told)
        body = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
    elif http.form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = _fields(http.form, told).encode("ascii")
    return WrittenRequest(method=http.method, url=url, headers=headers, body=body)


def encoded(text: str) -> str:
    """One component of a URL: letters, digits, "-", "_", "." and "~" stay, all else is escaped."""
    return quote(text, safe="", encoding="utf-8", errors="strict")


def with_field(url: str, name: str, value: str) -> str:
    """The URL with one more field behind its "?"."""
    return f"{url}{'&' if '?' in url else '?'}{encoded(name)}={encoded(value)}"


def _taken(name: str, its: Taken, text: str) -> str:
    text = text.strip()
    if not text:
        if its.is_optional:
            return ""
        raise BadInput(f"{name}: nothing is told")
    if len(text) > its.most:
        raise BadInput(f"{name}: over {its.most} characters")
    if _CONTROLS.search(text):
        raise BadInput(f"{name}: control characters")
    if its.kind is TakenKind.NUMBER:
        return _number(name, text)
    if its.kind is TakenKind.DATE and parse_iso(text) is None:
        raise BadInput(f"{name}: is no day")
    return text


def _number(name: str, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadInput(f"{name}: is no number") from None
    if not number.is_finite() or abs(number) >= 10**15 or abs(number.as_tuple().exponent) > 15:  # type: ignore[arg-type]
        raise BadInput(f"{name}: is no number")
    return f"{number:f}"


def _path(path: str, told: Mapping[str, str]) -> str:
    def segment(found: re.Match[str]) -> str:
        text = told[found[1]]
        if not text or _DIVIDES.search(text):
            raise BadInput(f"{found[1]}: has a sign that divides addresses")
        return encoded(text)

    if "{" not in path:
        return path
    filled = BLANK.sub(segment, path)
    if any(part.strip(".") == "" and part for part in filled.split("/")):
        raise BadInput("the address would lead elsewhere")
    return filled


def _fields(fields: tuple[tuple[str, str], ...], told: Mapping[str, str]) -> str:
    pairs = ((name, _filled(text, told)) for name, text in fields if not _is_left_out(text, told))
    return "&".join(f"{encoded(name)}={encoded(text)}" for name, text in pairs)


def _is_left_out(text: str, told: Mapping[str, str]) -> bool:
    """It is made of nothing but something that was not told."""
    only = BLANK.fullmatch(text)
    return only is not None and not told[only[1]]


def _filled(text: str, told: Mapping[str, str]) -> str:
    return BLANK.sub(lambda found: told[found[1]], text) if "{" in text else text


def _filled_json(written: Json, service: Service, told: Mapping[str, str]) -> Json:
    if isinstance(written, dict):
        return {
            name: _filled_json(inside, service, told)
            for name, inside in written.items()
            if not (isinstance(inside, str) and _is_left_out(inside, told))
        }
    if isinstance(written, list):
        return [_filled_json(inside, service, told) for inside in written]
    if not isinstance(written, str):
        return written
    only = BLANK.fullmatch(written)
    if only is not None and service.takes[only[1]].kind is TakenKind.NUMBER and told[only[1]]:
        text = told[only[1]]
        return float(text) if "." in text else int(text)
    return _filled(written, told)
