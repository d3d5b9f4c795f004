"""Posting forms to a vendor: pooled connections, finite waits, and one exact promise.

The promise: whoever gets a SendError with the verdict RETRY from here knows that the vendor never
saw the whole request. All else is AMBIGUOUS, for none of these vendors takes an idempotency key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from http.client import HTTPConnection
from typing import Final
from urllib.parse import SplitResult, quote_plus, urlsplit

import structlog

from gateways.connections import Connections, PatientSocket
from gateways.lean_response import LeanResponse
from telecom.clock import Clock
from telecom.errors import Reason, SendError, Verdict
from telecom.failpoints import failpoint

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MAX_ANSWER_BYTES: Final = 64 * 1024
_CHUNK_BYTES: Final = 8 * 1024
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*", re.ASCII)  # what a form has as it is
_UNFIT_PATH: Final = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request may take.

    `read_seconds` is the longest silence. `body_seconds` ends an answer that dribbles in without
    ever being silent for so long; what came by then, and the last piece of it, is kept.
    """

    connect_seconds: float = 3.0
    read_seconds: float = 8.0
    body_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`headers` have lower-case names. `body` may be cut short: by a limit, or by the vendor."""

    code: int
    headers: Mapping[str, str]
    body: bytes


class FormPoster:
    """Thread-safe."""

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        self._connections = Connections(patience.connect_seconds, patience.read_seconds)

    def post(
        self, url: str, form: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> HttpAnswer:
        """One HTTP request: no retries, no redirects, no proxy of the environment.

        Raises SendError where there is no answer at all; any HTTP status is an answer.
        """
        body = _encode(form)
        where = urlsplit(url)
        try:
            connection = self._connections.take(where)
        except Exception as fault:
            raise _no_answer(fault, Verdict.RETRY) from None
        response = _ask(connection, where, body, headers)
        return HttpAnswer(
            code=response.status,
            headers=response.heads,
            body=self._read(response, connection, where),
        )

    def _read(
        self, response: LeanResponse, connection: HTTPConnection, where: SplitResult
    ) -> bytes:
        """What arrives in time and in bounds: however it ends, the status line is evidence."""
        until = self._clock.now() + timedelta(seconds=self._patience.body_seconds)
        read = bytearray()
        is_whole = False
        try:
            while chunk := response.read1(_CHUNK_BYTES):
                read += chunk
                if len(read) > MAX_ANSWER_BYTES or self._clock.now() > until:
                    break
            else:
                is_whole = not response.length
            if not is_whole and not chunk:  # the connection ended before the answer did
                log.warning("answer cut short", why="EOF", code=response.status)
        except Exception as fault:
            log.warning("answer cut short", why=type(fault).__name__, code=response.status)
        response.close()
        if is_whole and not response.will_close:
            self._connections.give_back(where, connection)
        else:
            connection.close()
        return bytes(read[:MAX_ANSWER_BYTES])


def _ask(
    connection: HTTPConnection, where: SplitResult, body: bytes, headers: Mapping[str, str]
) -> LeanResponse:
    """The request, and the head of its answer.

    Whatever breaks before its last byte is on its way means that no vendor can have accepted
    anything, whichever of a dozen exceptions says why.
    """
    verdict = Verdict.RETRY
    try:
        connection.sock.sendall(_head_of(where, len(body), headers) + body)
        verdict = Verdict.AMBIGUOUS
        failpoint("after_bytes")
        # It asks for no more of a socket than to be read.
        response = LeanResponse(PatientSocket(connection.sock), method="POST")  # type: ignore[arg-type]
        response.begin()
    except Exception as fault:
        connection.close()
        raise _no_answer(fault, verdict) from None
    return response


def _head_of(where: SplitResult, length: int, headers: Mapping[str, str]) -> bytes:
    """Raises ValueError for what would be read as more headers than these."""
    lines = [_first_lines(where)]
    for name, value in headers.items():
        if "\n" in name or "\r" in name or "\n" in value or "\r" in value:
            raise ValueError("a header of two lines")
        lines.append(f"{name}: {value}")
    lines.append(f"Content-Length: {length}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1")


@lru_cache(maxsize=64)  # an account has one or two addresses
def _first_lines(where: SplitResult) -> str:
    path = where.path or "/"
    if _UNFIT_PATH.search(path):
        raise ValueError("no path")
    host, port = where.hostname or "", where.port
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != {"https": 443, "http": 80}.get(where.scheme):
        host = f"{host}:{port}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n"
        "Content-Type: application/x-www-form-urlencoded"
    )


def _no_answer(fault: Exception, verdict: Verdict) -> SendError:
    what = type(fault).__name__
    reason = Reason.NO_ANSWER if verdict is Verdict.AMBIGUOUS else Reason.UNREACHABLE
    return SendError(reason, verdict, detail=what)


def _encode(form: Mapping[str, str | int]) -> bytes:
    try:
        cells = (f"{_quoted(name)}={_quoted(str(value))}" for name, value in form.items())
        return "&".join(cells).encode("ascii")
    except UnicodeEncodeError:  # half a surrogate pair
        raise SendError(Reason.REJECTED, Verdict.GIVE_UP, detail="text is not Unicode") from None


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote_plus(text)
