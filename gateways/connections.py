"""Warm connections to vendors, shared by all threads of a process: one request at a time.

They are the standard library's. Over `requests` a send took four times the CPU, over urllib3 three.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import struct
from collections import defaultdict, deque
from functools import cached_property, lru_cache
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult

import certifi

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_IDLE: Final = 256  # kept for a host: more than a dispatcher has threads

_Host = tuple[str, str, int | None]


class Connections:
    """No proxy and no .netrc of whoever started us, no cookies, no redirects, no retries."""

    def __init__(self, connect_seconds: float, read_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._idle: defaultdict[_Host, deque[HTTPConnection]] = defaultdict(deque)

    def take(self, url: SplitResult) -> HTTPConnection:
        """A connection that is open, TLS done, nothing sent yet. Raises OSError and its like."""
        idle = self._idle[_host_of(url)]
        while idle:
            try:
                connection = idle.pop()  # the one that was used last, so that the rest grow old
            except IndexError:  # another thread was faster
                break
            if _is_alive(connection):
                return connection
            connection.close()
        connection = self._new(url)
        connection.connect()
        _wait_at_most(connection.sock, self._read_seconds)
        return connection

    def give_back(self, url: SplitResult, connection: HTTPConnection) -> None:
        """Only after an answer that was read to its end."""
        idle = self._idle[_host_of(url)]
        if connection.sock is None or len(idle) >= MOST_IDLE:
            connection.close()
        else:
            idle.append(connection)

    def _new(self, url: SplitResult) -> HTTPConnection:
        host = url.hostname or ""
        if url.scheme == "https":
            return HTTPSConnection(host, url.port, timeout=self._connect_seconds, context=self._tls)
        return HTTPConnection(host, url.port, timeout=self._connect_seconds)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=certifi.where())


class PatientSocket:
    """What is read of a connection that waits at most as long as it was told."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As `http.client` asks for it. Its `read` raises TimeoutError and other OSErrors."""
        return io.BufferedReader(_Reading(self._sock))


class _Reading(io.RawIOBase):
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, into: WriteableBuffer) -> int:
        try:
            return self._sock.recv_into(into)
        except BlockingIOError:
            raise TimeoutError("nothing came in time") from None


def _wait_at_most(sock: socket.socket, seconds: float) -> None:
    """The kernel measures it where it can: Python would ask for each piece whether it is there, and
    then read it, and each time wait for its turn among the threads. TLS is not told by the kernel
    whether time was over.
    """
    if isinstance(sock, ssl.SSLSocket):
        sock.settimeout(seconds)
        return
    sock.settimeout(None)
    whole, part = divmod(round(seconds * 1_000_000), 1_000_000)
    for each in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(socket.SOL_SOCKET, each, struct.pack("@ll", whole, part))


@lru_cache(maxsize=64)  # an account has one or two addresses
def _host_of(url: SplitResult) -> _Host:
    return url.scheme, url.hostname or "", url.port


def _is_alive(connection: HTTPConnection) -> bool:
    """What can be read before anything was asked is the vendor's good-bye."""
    if connection.sock is None:
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)
