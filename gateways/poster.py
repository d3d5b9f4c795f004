"""Posting forms to a vendor: pooled connections, finite waits, and one exact promise.

The promise: whoever gets a SendError with the verdict RETRY from here knows that the vendor never
saw the whole request. All else is AMBIGUOUS, for none of these vendors takes an idempotency key.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import certifi
import structlog
import urllib3

from telecom.clock import Clock
from telecom.errors import Reason, SendError, Verdict

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MAX_ANSWER_BYTES: Final = 64 * 1024
_CHUNK_BYTES: Final = 8 * 1024
_MOST_CONNECTIONS: Final = 256  # kept warm, a host: more than a dispatcher has threads


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
    """Thread-safe: one pool of connections, of which each request has one to itself.

    urllib3 itself, not the `requests` on top of it, which takes more CPU a request than the request.
    """

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        # It looks neither at a proxy nor at a .netrc of whoever started us, and keeps no cookies.
        self._pools = urllib3.PoolManager(
            num_pools=4,
            maxsize=_MOST_CONNECTIONS,
            ca_certs=certifi.where(),
            cert_reqs="CERT_REQUIRED",
            retries=False,
            timeout=urllib3.Timeout(connect=patience.connect_seconds, read=patience.read_seconds),
        )

    def post(
        self, url: str, form: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> HttpAnswer:
        """One HTTP request: no retries, no redirects, no proxy of the environment.

        Raises SendError where there is no answer at all; any HTTP status is an answer.
        """
        encoded = _encode(form)
        body = _Witness(encoded)
        try:
            response = self._pools.urlopen(
                "POST",
                url,
                body=body,
                headers={
                    "Accept-Encoding": "identity",
                    **headers,
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Content-Length": str(len(encoded)),
                },
                redirect=False,
                preload_content=False,
            )
        except Exception as fault:
            # Whatever broke, the dispatcher must learn whether the SMS may be on its way.
            raise _no_answer(fault, body) from None
        return HttpAnswer(
            code=response.status,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=self._read(response),
        )

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """What arrives in time and in bounds: however it ends, the status line is evidence."""
        until = self._clock.now() + timedelta(seconds=self._patience.body_seconds)
        read = bytearray()
        try:
            while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
                read += chunk
                if len(read) > MAX_ANSWER_BYTES or self._clock.now() > until:
                    break
        except Exception as fault:
            log.warning("answer cut short", why=type(fault).__name__, code=response.status)
        finally:
            response.close()  # one that was read to its end is back in the pool already
        return bytes(read[:MAX_ANSWER_BYTES])


class _Witness(io.BytesIO):
    """A request body that knows whether its bytes began to leave.

    The HTTP client reads it only once it is connected, TLS done, headers sent: unread means that no
    vendor can have accepted anything, whichever of a dozen exceptions says why.
    """

    left = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.left = True
        return super().read(size)


def _no_answer(fault: Exception, body: _Witness) -> SendError:
    what = type(fault).__name__
    if body.left:
        return SendError(Reason.NO_ANSWER, Verdict.AMBIGUOUS, detail=what)
    return SendError(Reason.UNREACHABLE, Verdict.RETRY, detail=what)


def _encode(form: Mapping[str, str | int]) -> bytes:
    try:
        return urlencode(form).encode("ascii")
    except UnicodeEncodeError:  # half a surrogate pair
        raise SendError(Reason.REJECTED, Verdict.GIVE_UP, detail="text is not Unicode") from None
