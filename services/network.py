"""How services are connected to: at a looked-at address, and never for longer than a call may take.

The timeouts of HTTP clients count from byte to byte: a server that sends one a second holds them
for ever. Here every read and write of a call gets what is left of the whole of it.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import certifi
import httpcore2
import httpx2

from services.address_guard import AddressGuard, Forbidden, Unresolved

CONNECTIONS: Final = 64
KEPT: Final = 16
KEPT_SECONDS: Final = 15.0


class Deadline(threading.local):
    """Of the call that this thread is in. A kept connection serves one call after the other."""

    ends_at: float = 0.0

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        before, self.ends_at = self.ends_at, time.monotonic() + seconds
        try:
            yield
        finally:
            self.ends_at = before

    def left(self) -> float:
        return self.ends_at - time.monotonic()


class GuardedBackend(httpcore2.NetworkBackend):
    def __init__(self, guard: AddressGuard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - what is left of the call is less
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Of several addresses the first that answers. TLS is told the name, as always."""
        try:
            addresses = self._guard.addresses_of(host, port, self._deadline.left())
        except (Forbidden, Unresolved) as fault:
            raise NotReached(fault) from None
        for place, address in enumerate(addresses, start=1):
            left = self._deadline.left()
            if left <= 0:
                break
            share = left / (len(addresses) - place + 1)
            try:
                stream = self._plain.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if place == len(addresses):
                    raise
                continue
            return DeadlineStream(stream, self._deadline)
        raise httpcore2.ConnectTimeout("no time is left")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        raise httpcore2.ConnectError("no service has a socket file")

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, max(self._deadline.left(), 0.0)))


class NotReached(httpcore2.ConnectError):
    """`why`: the name leads inside, or nowhere."""

    def __init__(self, why: Exception) -> None:
        super().__init__(type(why).__name__)
        self.why = why


class DeadlineStream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._cut(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._cut(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._cut(timeout, httpcore2.ConnectTimeout)
        return DeadlineStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _cut(self, timeout: float | None, fault: type[Exception]) -> float:
        left = self._deadline.left()
        if left <= 0:
            raise fault("no time is left")
        return left if timeout is None else min(timeout, left)


def new_client(guard: AddressGuard, deadline: Deadline) -> httpx2.Client:
    """Follows nothing, believes no proxy of the environment, keeps no cookie."""
    transport = httpx2.HTTPTransport(
        verify=trust(),
        trust_env=False,
        limits=httpx2.Limits(
            max_connections=CONNECTIONS,
            max_keepalive_connections=KEPT,
            keepalive_expiry=KEPT_SECONDS,
        ),
        retries=0,
    )
    # httpx2 has no door for this; tests/services/test_address_guard.py holds its version to it.
    transport._pool._network_backend = GuardedBackend(guard, deadline)
    return httpx2.Client(
        transport=transport,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "sanket"},
    )


@cache
def trust() -> ssl.SSLContext:
    """Reading the certificates takes a quarter of a second: once a process, and best before anybody
    waits."""
    return ssl.create_default_context(cafile=certifi.where())
