"""Single values in the shape of a service: addresses, headers, names of secrets, spans of time."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator
from pydantic import WithJsonSchema as InEditors

from menu.service_addresses import HOST, NAMED, OWN_PREFIX, may_be, names_in, split_url, stand_in
from menu.shapes import matching, wrong

MOST_CHARACTERS: Final = 160
MOST_SECONDS: Final = 7 * 86400
MOST_HOPS: Final = 3

_NAMED: Final = r"\$\{[A-Z][A-Z0-9_]{0,63}\}"
_FIELD: Final = r"[!-~]{1,80}"
_HEADER: Final = r"[A-Za-z][A-Za-z0-9-]{0,49}"
_VISIBLE: Final = r"[ -~]{0,200}"
_PYTHON: Final = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*:[a-z][a-z0-9_]*")

# These say how the bytes of a request are read, or prove who asks: they are ours to write.
_OURS: Final = frozenset(
    {
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
        "content-type", "accept-encoding", "expect", "proxy-authorization", "authorization",
        "cookie", "keep-alive", "proxy-connection",
    }
)  # fmt: skip


def python_name(value: str) -> tuple[str, str] | None:
    """Module and function; None for what names none."""
    if not _PYTHON.fullmatch(value) or len(value) > 200:
        return None
    module, _, function = value.partition(":")
    return module, function


def _url(value: str) -> str:
    if len(value) > 500 or split_url(stand_in(value)) is None:
        hint = 'Write such as https://api.example/v1/{crop}; what follows "?" belongs under query.'
        raise wrong("This is not the address of a service.", hint)
    for name in names_in(value):
        if name.startswith(OWN_PREFIX):
            hint = "Give the variable a name of its own."
            raise wrong(f"{name} is the bridge's own.", hint)
    return value


def _plain_url(value: str) -> str:
    if "{" in NAMED.sub("", value):
        raise wrong("Nothing can be filled in here.", "Write the address as it is.")
    return _url(value)


def _secret(value: str) -> str:
    if not re.fullmatch(_NAMED, value):
        hint = "Write ${NAME}, and set the variable NAME where the bridge runs."
        raise wrong("A secret does not stand in a menu.", hint)
    name = value[2:-1]
    if name.startswith(OWN_PREFIX):
        raise wrong(f"{name} is the bridge's own.", "Give the secret a name of its own.")
    return name


def _visible(pattern: str, what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise wrong(f'"{value[:50]}" is not {what}.', "Use plain letters, digits and signs.")
        return value

    return AfterValidator(check)


def _header_name(value: str) -> str:
    if not re.fullmatch(_HEADER, value):
        raise wrong(f'"{value[:50]}" is not the name of a header.', "Write such as X-Api-Key.")
    if value.lower() in _OURS:
        raise wrong(f"{value} is written by the bridge.", 'Remove the line, or use "auth".')
    return value


def _header_value(value: str) -> str:
    if "{" in value:
        hint = "What people type belongs in the path, query, form or JSON."
        raise wrong("Nothing is filled in here.", hint)
    if not re.fullmatch(_VISIBLE, value):
        raise wrong("A header has visible ASCII characters, 200 at most.", "Shorten or remove it.")
    return value


def _template(value: str) -> str:
    if len(value) > 500:
        raise wrong("This is longer than 500 characters.", "Send less.")
    return value


def _host(value: str) -> str:
    if not re.fullmatch(HOST, value) or not may_be(value):
        raise wrong(f'"{value[:50]}" is not the name of a host.', "Write such as api.example.org.")
    return value


def _whole(most: int, least: int = 0) -> BeforeValidator:
    def whole(value: object) -> object:
        if not (isinstance(value, str) and re.fullmatch(r"[0-9]{1,7}", value)):
            return value  # of a wrong kind: told as such
        if not least <= int(value) <= most:
            raise wrong(f'"{value}" is out of range.', f"Write a number from {least} to {most}.")
        return int(value)

    return BeforeValidator(whole, json_schema_input_type=int)


def _amount(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", value) or not 0.1 <= float(value) <= 10:
        raise wrong(f'"{value[:50]}" is out of range.', "Write seconds from 0.1 to 10.")
    return float(value)


_BEGINS: Final = rf"(https?://|{_NAMED}).*"
Url = Annotated[str, AfterValidator(_url), InEditors(matching(_BEGINS))]
PlainUrl = Annotated[str, AfterValidator(_plain_url), InEditors(matching(_BEGINS))]
SecretName = Annotated[str, AfterValidator(_secret), InEditors(matching(_NAMED))]
FieldName = Annotated[str, _visible(_FIELD, "the name of a field"), InEditors(matching(_FIELD))]
HeaderName = Annotated[str, AfterValidator(_header_name), InEditors(matching(_HEADER))]
HeaderValue = Annotated[str, AfterValidator(_header_value), InEditors(matching(_VISIBLE))]
FixedText = Annotated[str, _visible(_VISIBLE, "a plain text"), InEditors(matching(_VISIBLE))]
Template = Annotated[
    str, AfterValidator(_template), InEditors({"type": ["string", "number", "boolean"]})
]
Host = Annotated[str, AfterValidator(_host), InEditors(matching(HOST))]
Characters = Annotated[int, _whole(MOST_CHARACTERS, 1)]
Seconds = Annotated[int, _whole(MOST_SECONDS)]
Hops = Annotated[int, _whole(MOST_HOPS, 1)]
Amount = Annotated[float, BeforeValidator(_amount, json_schema_input_type=float)]
