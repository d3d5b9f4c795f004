"""A webhook as plain values, so that everything inside is free of any web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """What a gateway sent. `path` is our canonical route path, `query` the raw query string.

    `headers` holds a fixed list of lower-case names only; the WSGI environment is never kept.
    `client` is the sender's IP address, trusted proxies already taken away.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
