"""Asks a service over HTTP: one exchange, within so many seconds, in so many bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin

import httpx2

from menu.service_addresses import split_location
from menu.service_parts import (
    BAD_ANSWER,
    DOWN,
    SLOW,
    ApiKey,
    Basic,
    Bearer,
    ClientCredentials,
    Http,
    Service,
)
from menu.services import Reply
from services.address_guard import AddressGuard
from services.faults import Failed
from services.network import Deadline, NotReached, new_client
from services.request_writing import WrittenRequest, with_field, write_request
from services.response_reading import MOST_BYTES, BadAnswer, read_response, unpacked
from services.secrets import Secrets
from services.tokens import Tokens

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_UNSENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
ENCODINGS: Final = "gzip, deflate"  # what response_reading unpacks


class HttpConnector:
    """Opens nothing before it is asked; safe to share between threads."""

    def __init__(self, guard: AddressGuard, secrets: Secrets, tokens: Tokens) -> None:
        self._guard = guard
        self._secrets = secrets
        self._tokens = tokens
        self._deadline = Deadline()
        self._lock = threading.Lock()
        self._clients: dict[bool, httpx2.Client] = {}

    def ask(
        self, service: Service, http: Http, told: Mapping[str, str], seconds: float, key: str
    ) -> Reply:
        """`told` as the service takes it; `key` names what the call does. Raises Failed, BadInput.

        A token that is refused is fetched anew, once, where asking twice is no harm.
        """
        request = write_request(http, service, told)
        if http.idempotency_header and key:
            request = _with(request, http.idempotency_header, key)
        with self._deadline.of(seconds):
            try:
                status, reply = self._answered(service, http, request)
                if status == 401 and isinstance(http.auth, ClientCredentials) and service.is_safe:
                    self._tokens.drop(http.auth)
                    _, reply = self._answered(service, http, request)
            except _UNSENT as fault:
                raise _unsent(fault, self._deadline.left()) from None
            except httpx2.TimeoutException:
                raise Failed(SLOW, "not in time", was_sent=True) from None
            except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as fault:
                why = type(fault).__name__
                raise Failed(DOWN, why, was_sent=True) from None
        return reply

    def close(self) -> None:
        """Of all connections; the next call opens new ones."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def _answered(self, service: Service, http: Http, request: WrittenRequest) -> tuple[int, Reply]:
        """The last of the redirects that may be followed. Raises what httpx2 raises, and Failed."""
        follows = http.hops if service.is_safe and request.method == "GET" else 0
        for _ in range(follows + 1):
            is_home = request.url.startswith((http.origin + "/", http.origin + "?"))
            signed = self._signed(http, request) if is_home else request
            with self._exchange(signed, keeps=service.is_safe) as response:
                if response.status_code not in _REDIRECTS or not follows:
                    chunks = self._in_time(response.iter_raw(MOST_BYTES))
                    reply = read_response(service, response.status_code, response.headers, chunks)
                    return response.status_code, reply
                location = response.headers.get("location", "")
            onward = urljoin(request.url, location) if len(location) < 2000 else ""
            split = split_location(onward)
            if split is None or split[1] not in http.hosts or _is_weaker(http.origin, onward):
                raise Failed(BAD_ANSWER, "it leads where no redirect may lead", was_sent=True)
            request = replace(request, url=onward)
        raise Failed(BAD_ANSWER, "too many redirects", was_sent=True)

    @contextmanager
    def _exchange(self, request: WrittenRequest, *, keeps: bool) -> Iterator[httpx2.Response]:
        """A call that does something never goes over a connection that may be closed already:
        nobody could tell whether it arrived."""
        left = self._deadline.left()
        if left <= 0:
            raise Failed(SLOW, "no time is left")
        headers = {**request.headers, "Accept-Encoding": ENCODINGS}
        if not keeps:
            headers["Connection"] = "close"
        with self._client(keeps=keeps).stream(
            request.method,
            request.url,
            headers=headers,
            content=request.body or None,
            timeout=left,
        ) as response:
            yield response

    def _in_time(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            if self._deadline.left() <= 0:
                raise httpx2.ReadTimeout("no time is left")

    def _signed(self, http: Http, request: WrittenRequest) -> WrittenRequest:
        match http.auth:
            case Bearer(secret):
                return _with(request, "Authorization", f"Bearer {self._secrets.get(secret)}")
            case Basic() as basic:
                return _with(request, "Authorization", self._secrets.basic(basic))
            case ApiKey(key, header=header) if header:
                return _with(request, header, self._secrets.get(key))
            case ApiKey(key, query=field):
                return replace(request, url=with_field(request.url, field, self._secrets.get(key)))
            case ClientCredentials() as credentials:
                token = self._tokens.get(credentials, self._fetch)
                return _with(request, "Authorization", f"Bearer {token}")
        return request

    def _fetch(self, request: WrittenRequest) -> tuple[int, bytes]:
        """For tokens. Nothing was asked of the service itself yet."""
        try:
            with self._exchange(request, keeps=True) as response:
                encoding = response.headers.get("content-encoding", "")
                chunks = self._in_time(response.iter_raw(MOST_BYTES))
                return response.status_code, unpacked(encoding, chunks)
        except _UNSENT as fault:
            raise _unsent(fault, self._deadline.left()) from None
        except httpx2.TimeoutException:
            raise Failed(SLOW, "no token in time") from None
        except httpx2.HTTPError as fault:
            raise Failed(DOWN, f"no token: {type(fault).__name__}") from None
        except BadAnswer as fault:
            raise Failed(BAD_ANSWER, f"no token: {fault}") from None

    def _client(self, *, keeps: bool) -> httpx2.Client:
        client = self._clients.get(keeps)
        if client is None:
            with self._lock:
                client = self._clients.get(keeps)
                if client is None:
                    client = self._clients[keeps] = new_client(self._guard, self._deadline)
        return client


def _with(request: WrittenRequest, header: str, value: str) -> WrittenRequest:
    return replace(request, headers={**request.headers, header: value})


def _is_weaker(origin: str, onward: str) -> bool:
    return origin.startswith("https://") and not onward.startswith("https://")


def _unsent(fault: Exception, left: float) -> Failed:
    """Nothing was sent. Who ran out of time met a slow service, whatever it was that took it."""
    cause: BaseException | None = fault
    while cause is not None and not isinstance(cause, NotReached):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, NotReached):
        return Failed(DOWN, f"{type(cause.why).__name__}: {cause.why}")
    if isinstance(fault, httpx2.TimeoutException) or left <= 0:
        return Failed(SLOW, "no connection in time")
    return Failed(DOWN, "no connection")
