"""What a service answered becomes the parts that a menu shows, or the name of what it is. Pure.

Nothing of it is believed: every part has a type and a length, and no control character leaves here.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from menu.service_parts import BAD_ANSWER, DOWN, REFUSED, Given, Service
from menu.services import Reply
from menu.value_types import ValueKind
from telecom.text import cut

MOST_TEXT: Final = 1000  # characters of a part that are looked at
MOST_BYTES: Final = 64 * 1024  # as they come, and again when they are unpacked
_JSON: Final = re.compile(
    r"application/([\w.+-]+\+)?json|text/(json|plain)|application/octet-stream"
)
_CHARSETS: Final = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "utf-8-sig",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
}
_UNPACK: Final = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS,
                  "deflate": zlib.MAX_WBITS}  # fmt: skip
_SPACES: Final = re.compile(r"\s+")
_YES: Final = {"true": "yes", "yes": "yes", "y": "yes", "1": "yes",
               "false": "no", "no": "no", "n": "no", "0": "no"}  # fmt: skip
_BUSY: Final = frozenset({408, 425, 429})


class BadAnswer(Exception):
    """What came is not what was declared. The text holds nothing of it."""


def read_response(
    service: Service, status: int, headers: Mapping[str, str], chunks: Iterable[bytes]
) -> Reply:
    """Never raises for what came; what the transport raises passes. `chunks` are read only so far
    as they are needed, and never over MOST_BYTES."""
    try:
        body = _read_body(headers, chunks)
    except BadAnswer:
        named = _outcome_of(service, status, None)
        if named:
            return Reply(outcome=named)
        return Reply(outcome=_fault_of(status) or BAD_ANSWER)
    return reply_of(service, status, body)


def reply_of(service: Service, status: int, body: object) -> Reply:
    named = _outcome_of(service, status, body) or _fault_of(status)
    if named:
        return Reply(outcome=named)
    try:
        return Reply(parts=parts_of(service.gives, body))
    except BadAnswer:
        return Reply(outcome=BAD_ANSWER)


def parts_of(gives: Mapping[str, Given], body: object) -> dict[str, str]:
    """Raises BadAnswer."""
    return {name: _part(name, given, _found(given, body)) for name, given in gives.items()}


def _outcome_of(service: Service, status: int, body: object) -> str:
    for outcome in service.outcomes:
        if outcome.statuses and status not in outcome.statuses:
            continue
        if outcome.when is None or _holds(outcome.when.search, body):
            return outcome.name
    return ""


def _fault_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status in _BUSY or status >= 500:
        return DOWN
    return REFUSED if status >= 400 else BAD_ANSWER


def _holds(search: Any, body: object) -> bool:
    try:
        found = search(body)
    except Exception:  # a function of the wrong kind of value, and whatever else strangers send
        return False
    return found not in (None, False, "", [], {})


def _read_body(headers: Mapping[str, str], chunks: Iterable[bytes]) -> object:
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip() and not _JSON.fullmatch(kind.strip().lower()):
        raise BadAnswer("not JSON")
    raw = unpacked(headers.get("content-encoding", ""), chunks)
    if not raw.strip():
        return None
    charset = re.search(r"charset\s*=\s*\"?([\w.-]+)", parameters, re.IGNORECASE)
    codec = _CHARSETS.get(charset[1].lower() if charset else "utf-8")
    if codec is None:
        raise BadAnswer("an unknown charset")
    try:
        return json.loads(raw.decode(codec), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadAnswer("no JSON") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


def unpacked(encoding: str, chunks: Iterable[bytes]) -> bytes:
    """A bomb is unpacked by as much as is allowed, and a byte."""
    named = encoding.strip().lower()
    if named in ("", "identity"):
        unpack = None
    elif named in _UNPACK:
        unpack = zlib.decompressobj(_UNPACK[named])
    else:
        raise BadAnswer("an unknown encoding")
    body, came = bytearray(), 0
    for chunk in chunks:
        came += len(chunk)
        try:
            body += (
                chunk if unpack is None else unpack.decompress(chunk, MOST_BYTES + 1 - len(body))
            )
        except zlib.error:
            raise BadAnswer("badly packed") from None
        if came > MOST_BYTES or len(body) > MOST_BYTES:
            raise BadAnswer("too large")
    if unpack is not None and came and not unpack.eof:
        raise BadAnswer("cut short")
    return bytes(body)


def _found(given: Given, body: object) -> object:
    try:
        return given.path.search(body)
    except Exception:
        raise BadAnswer("not as declared") from None


def _part(name: str, given: Given, found: object) -> str:
    if found is None or found == "":
        if given.is_optional:
            return ""
        raise BadAnswer(f"{name} is missing")
    if isinstance(found, dict | list):
        raise BadAnswer(f"{name} is not one value")
    match given.kind:
        case ValueKind.NUMBER | ValueKind.MONEY:
            return _number(name, found)
        case ValueKind.DATE:
            return _day(name, given, found)
        case ValueKind.YES_NO:
            return _flag(name, found)
        case _:
            text = clean(_plain(found)[: 4 * MOST_TEXT])
            if not text and not given.is_optional:
                raise BadAnswer(f"{name} is empty")
            return cut(text, given.widest)


def clean(text: str) -> str:
    """One line: no control characters, none that turn the direction of others, no lone surrogates.
    Those that join letters of Indian scripts stay."""
    spaced = _SPACES.sub(" ", text.replace("\x1b", " "))
    kept = (
        char
        for char in spaced
        if char in "\u200c\u200d"
        or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _plain(found: object) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)


def _number(name: str, found: object) -> str:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        raise BadAnswer(f"{name} is no number")
    if isinstance(found, float) and not math.isfinite(found):
        raise BadAnswer(f"{name} is no number")
    text = found.strip() if isinstance(found, str) else str(found)
    try:
        number = Decimal(text) if len(text) <= 40 and text.isascii() else Decimal("NaN")
    except InvalidOperation:
        raise BadAnswer(f"{name} is no number") from None
    if not number.is_finite() or abs(number) >= 10**13:
        raise BadAnswer(f"{name} is no number")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        number = round(number, 4)
    return f"{number:f}"


def _day(name: str, given: Given, found: object) -> str:
    text = str(found).strip()[:40]
    try:
        if given.day_form:
            day = datetime.strptime(text, given.day_form).date()  # noqa: DTZ007 - a day has no zone
        else:
            day = date.fromisoformat(text[:10])
    except ValueError:
        raise BadAnswer(f"{name} is no day") from None
    return day.isoformat()


def _flag(name: str, found: object) -> str:
    flag = _YES.get(_plain(found).strip().lower())
    if flag is None:
        raise BadAnswer(f"{name} is neither yes nor no")
    return flag
