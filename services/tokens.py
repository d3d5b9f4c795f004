"""OAuth 2.0 tokens of client credentials: fetched once for all processes, kept until they end."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from menu.service_parts import BAD_ANSWER, REFUSED, Basic, ClientCredentials
from services.faults import Failed
from services.request_writing import WrittenRequest, encoded
from services.secrets import MOST, VISIBLE, Secrets
from telecom.clock import Clock

SPARE_SECONDS: Final = 30.0  # so long before its end a token is not used any more
UNLESS_TOLD_SECONDS: Final = 300
MOST_SECONDS: Final = 86400


class Shelf(Protocol):
    """Where all processes keep them. Never raises; it may forget at any time."""

    def keep_token(self, name: str, token: str, seconds: float) -> None: ...
    def find_token(self, name: str) -> tuple[str, float] | None:
        """The token, and seconds that it is good for."""
        ...

    def drop_token(self, name: str) -> None: ...


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float | str | None = None


Send = Callable[[WrittenRequest], tuple[int, bytes]]


class Tokens:
    def __init__(self, shelf: Shelf, secrets: Secrets, clock: Clock) -> None:
        self._shelf = shelf
        self._secrets = secrets
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, auth: ClientCredentials, send: Send) -> str:
        """Raises Failed."""
        name, now = self._name(auth), self._clock.now().timestamp()
        kept = self._kept.get(name)
        if kept is not None and kept[1] > now:
            return kept[0]
        shared = self._shelf.find_token(name)
        if shared is not None:
            self._kept[name] = (shared[0], now + shared[1])
            return shared[0]
        token, seconds = self._fetched(auth, send)
        ends_at = now + max(seconds - SPARE_SECONDS, 0)
        with self._lock:
            if len(self._kept) > 500:
                self._kept.clear()
            self._kept[name] = (token, ends_at)
        if seconds > SPARE_SECONDS:
            self._shelf.keep_token(name, token, seconds - SPARE_SECONDS)
        return token

    def drop(self, auth: ClientCredentials) -> None:
        """It was refused: the next call fetches a new one."""
        name = self._name(auth)
        self._kept.pop(name, None)
        self._shelf.drop_token(name)

    def _fetched(self, auth: ClientCredentials, send: Send) -> tuple[str, float]:
        body = "grant_type=client_credentials"
        if auth.scope:
            body += f"&scope={encoded(auth.scope)}"
        request = WrittenRequest(
            method="POST",
            url=auth.token_url,
            headers={
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": self._secrets.basic(Basic(auth.client_id, auth.client_secret)),
            },
            body=body.encode(),
        )
        status, answer = send(request)
        if status != 200:
            raise Failed(REFUSED, f"no token: HTTP {status}")
        try:
            granted = msgspec.json.decode(answer, type=_Granted)
            seconds = float(granted.expires_in or UNLESS_TOLD_SECONDS)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise Failed(BAD_ANSWER, "no token in the answer") from None
        if len(granted.access_token) > MOST or not VISIBLE.fullmatch(granted.access_token):
            raise Failed(BAD_ANSWER, "a token that no header can have")
        return granted.access_token, min(max(seconds, 0.0), MOST_SECONDS)

    def _name(self, auth: ClientCredentials) -> str:
        """Another client, secret or scope has another token."""
        parts = (
            auth.token_url,
            self._secrets.get(auth.client_id),
            self._secrets.get(auth.client_secret),
            auth.scope,
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
