"""Posting forms to a vendor: pooled connections, finite waits, and one exact promise.

The promise: whoever gets a SendError with the verdict RETRY from here knows that the vendor never
saw the whole request. All else is AMBIGUOUS, for none of these vendors takes an idempotency key.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Final
from urllib.parse import urlencode

import requests
import structlog
from requests.adapters import HTTPAdapter

from telecom.clock import Clock
from telecom.errors import Reason, SendError, Verdict
from telecom.failpoints import failpoint

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MAX_ANSWER_BYTES: Final = 64 * 1024
_CHUNK_BYTES: Final = 8 * 1024


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
    """Thread-safe: every thread has a `requests.Session` of its own, and so its own connections.

    A Session is not documented as thread-safe, and the dispatcher's threads are few and live long,
    so one warm connection for each of them is what a shared pool would hold, too.
    """

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        self._local = threading.local()

    def post(
        self, url: str, form: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> HttpAnswer:
        """One HTTP request: no retries, no redirects, no proxy of the environment.

        Raises SendError where there is no answer at all; any HTTP status is an answer.
        """
        body = _Witness(_encode(form))
        try:
            response = self._session().post(
                url,
                data=body,
                headers={**headers, "Content-Type": "application/x-www-form-urlencoded"},
                timeout=(self._patience.connect_seconds, self._patience.read_seconds),
                allow_redirects=False,
                stream=True,
            )
        except Exception as fault:
            # Whatever broke, the dispatcher must learn whether the SMS may be on its way.
            raise _no_answer(fault, body) from None
        return HttpAnswer(
            code=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=self._read(response),
        )

    def _read(self, response: requests.Response) -> bytes:
        """What arrives in time and in bounds: however it ends, the status line is evidence."""
        until = self._clock.now() + timedelta(seconds=self._patience.body_seconds)
        read = bytearray()
        try:
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
                read += chunk
                if len(read) > MAX_ANSWER_BYTES or self._clock.now() > until:
                    break
        except Exception as fault:
            log.warning("answer cut short", why=type(fault).__name__, code=response.status_code)
        finally:
            response.close()  # one that was read to its end is back in the pool already
        return bytes(read[:MAX_ANSWER_BYTES])

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _new_session()
        return session


class _Witness(io.BytesIO):
    """A request body that knows whether its bytes began to leave.

    The HTTP client reads it only once it is connected, TLS done, headers sent: unread means that no
    vendor can have accepted anything, whichever of a dozen exceptions says why.
    """

    left = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.left = True
        read = super().read(size)
        if not read:  # the client asks for more only when all was handed to the socket
            failpoint("after_bytes")
        return read


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


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy and no .netrc of whoever started us
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept-Encoding"] = "identity"
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=1, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
