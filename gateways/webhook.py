"""A webhook as plain values, so that everything inside is free of any web framework."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import field
from msgspec.structs import replace

from telecom.values import Value


class WebhookRequest(Value, frozen=True, kw_only=True):
    """What a gateway sent. `path` is our canonical route path, `query` the raw query string.

    `headers` holds a fixed list of lower-case names only; the WSGI environment is never kept.
    `client` is the sender's IP address, trusted proxies already taken away. `arrived_at` only of
    one that waited in the spool.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str
    arrived_at: datetime | None = None


class Result(StrEnum):
    """What became of a webhook. The gateway reads a code and a body; this is for who watches."""

    ACCEPTED = "accepted"
    REPEAT = "repeat"  # seen before: the same answer, no new work
    SPOOLED = "spooled"  # on disk, until the database is back
    MALFORMED = "malformed"
    FORBIDDEN = "forbidden"
    NOT_SERVED = "not_served"  # no such gateway, channel or service code here
    UNAVAILABLE = "unavailable"  # the database or Redis did not answer
    FAILED = "failed"  # a bug of ours


class WebhookResponse(Value, frozen=True):
    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    result: Result = Result.ACCEPTED

    def marked(self, result: Result) -> WebhookResponse:
        return self if result is self.result else replace(self, result=result)
