"""Strict reading of form webhooks.

Web frameworks are lenient: they drop a whole body for one wrong byte, mix the query into the
body, and take the first of two equal fields. A webhook spends money, so here each of these is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from gateways.webhook import WebhookRequest
from telecom.errors import Malformed

MAX_FIELDS: Final = 100
FORM_TYPE: Final = "application/x-www-form-urlencoded"

_IDENTIFIER: Final = re.compile(r"[\x21-\x7e]{1,128}")  # what a database key and a log can hold
_PLUS: Final = b"%2B"
_LOST_PLUS: Final = re.compile(r" (?=[0-9])")


class TooManyFields(Malformed):
    """More fields than any gateway sends: an attack, not a mistake."""


def parse_form(
    request: WebhookRequest, names: frozenset[str], max_fields: int = MAX_FIELDS
) -> Mapping[str, str]:
    """The fields called `names`, as far as they are there; of a GET from its query, else its body.

    A name comes once or the form is refused; other fields are checked for their bytes only. A body
    without a content type is read as a form: some HTTP clients of gateways leave it out.
    Raises Malformed (TooManyFields is one), whose text holds no value.
    """
    form: dict[str, str] = {}
    for name, value in parse_pairs(request, max_fields):
        if name not in names:
            continue
        if name in form:
            raise Malformed(f"{name}: comes twice")
        form[name] = value
    return form


def parse_pairs(request: WebhookRequest, max_fields: int = MAX_FIELDS) -> Sequence[tuple[str, str]]:
    """Every field with its value, as they came: doubled and blank ones, too. Raises Malformed."""
    pieces = [piece for piece in _raw(request).split(b"&") if piece]
    if len(pieces) > max_fields:
        raise TooManyFields(f"form: over {max_fields} fields")
    pairs = [piece.partition(b"=") for piece in pieces]
    return [(_decode_name(name), _decode(value)) for name, _, value in pairs]


def required(form: Mapping[str, str], name: str) -> str:
    """The field, which may be empty. Raises Malformed."""
    if name not in form:
        raise Malformed(f"{name}: missing")
    return form[name]


def identifier(form: Mapping[str, str], name: str) -> str:
    """A gateway's own id: 1 to 128 printable ASCII characters without spaces. Raises Malformed."""
    value = required(form, name)
    if _IDENTIFIER.fullmatch(value) is None:
        raise Malformed(f"{name}: not an id")
    return value


def with_plus(value: str) -> str:
    """A plus that the gateway forgot to encode arrives as a space: " 254711" is "+254711"."""
    return f"+{value[1:]}" if _LOST_PLUS.match(value) else value


def _raw(request: WebhookRequest) -> bytes:
    if request.method == "GET":
        try:
            return request.query.encode("latin-1")  # as WSGI hands over raw bytes
        except UnicodeEncodeError:
            raise Malformed("query: not bytes") from None
    _check_content_type(request.headers.get("content-type", ""))
    return request.body


def _check_content_type(content_type: str) -> None:
    if content_type == FORM_TYPE:
        return
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() not in {"", FORM_TYPE}:
        raise Malformed(f"content type: not {FORM_TYPE}")
    for parameter in parameters.split(";"):
        key, _, value = parameter.strip().partition("=")
        if key.lower() == "charset" and value.strip("\"'").lower() not in {"utf-8", "utf8"}:
            raise Malformed("content type: charset is not UTF-8")


@lru_cache(maxsize=256)
def _decode_name(piece: bytes) -> str:
    """A vendor's few names, the same with every webhook."""
    return _decode(piece)


def _decode(piece: bytes) -> str:
    if piece.isalnum():
        return piece.decode("ascii")  # as most fields are
    if piece[:3] == _PLUS and piece[3:].isdigit():
        return "+" + piece[3:].decode("ascii")  # and the numbers
    try:
        text = unquote_to_bytes(piece.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("form: not UTF-8") from None
    if "\0" in text:
        raise Malformed("form: holds a NUL byte")
    return text
