"""Sending SMS through Twilio: the vendor's SDK makes the request, we carry it and read the answer.

The SDK alone waits for ever, shares one connection pool between threads that it does not protect,
and takes what it misses from the environment, the host name of its API among that.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import cached_property
from ipaddress import ip_address
from typing import Any, Final, NoReturn
from urllib.parse import quote, urlsplit

import msgspec

from gateways.number_format import render_number
from gateways.poster import FormPoster, HttpAnswer
from gateways.retry_after import parse_retry_after
from gateways.twilio.codes import CODES, Outcome, outcome_of
from gateways.twilio.settings import TwilioSettings
from telecom.clock import Clock
from telecom.errors import Reason, SendError, Verdict
from telecom.replies import Accepted, MtSms

MAX_VALIDITY_SECONDS: Final = 36_000
_MESSAGE_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_MESSAGING_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")
_NOT_SENT: Final = frozenset({"failed", "undelivered", "canceled"})
_UNREADABLE: Final[Outcome] = (Reason.GARBLED, Verdict.AMBIGUOUS)
# The SDK reads os.environ where it is given nothing: TWILIO_EDGE would choose another host.
_NO_ENVIRONMENT: Final = {"TWILIO_EDGE": ""}


class TwilioSender:
    """Thread-safe. One recipient per request; the vendor has no idempotency key."""

    def __init__(
        self, settings: TwilioSettings, poster: FormPoster, clock: Clock, public_url: str
    ) -> None:
        self._settings = settings
        self._poster = poster
        self._clock = clock
        self._callback = _callback_of(settings, public_url)

    def prepare(self) -> None:
        """The SDK loads its hundreds of resources when the first one is asked for: half a second,
        two on a busy machine.
        """
        _ = self._client.messages

    def send(self, mt: MtSms) -> Accepted:
        """Raises SendError, and nothing else."""
        try:
            self._client.messages.create(
                to=render_number(mt.to, self._settings.number_format),
                body=mt.text,
                validity_period=self._validity_seconds(mt),
                **_sender(mt.sender_id or self._settings.sender_id),
                **self._status_callback(mt),
            )
        except _Answered as answered:
            return self._read(answered.answer)
        raise _fault(_UNREADABLE, detail="the SDK made no request")

    @cached_property
    def _client(self) -> Any:
        # Only those who send wait for it.
        from twilio.rest import Client

        token = self._settings.auth_token[0].get_secret_value()
        return Client(
            self._settings.account_sid,
            token,
            http_client=_Transport(self._poster, self._settings.base_url),
            environment=_NO_ENVIRONMENT,
        )

    def _validity_seconds(self, mt: MtSms) -> int:
        """What is left of the message's life: a link of last night is no use in the morning."""
        left = (mt.expires_at - self._clock.now()).total_seconds()
        return int(min(max(left, 1), MAX_VALIDITY_SECONDS))

    def _status_callback(self, mt: MtSms) -> Mapping[str, str]:
        if self._callback is None:
            return {}
        return {"status_callback": f"{self._callback}?ref={quote(mt.ref, safe='')}"}

    def _read(self, answer: HttpAnswer) -> Accepted:
        if 200 <= answer.code < 300:
            return _accepted(answer)
        code = _code_of(answer)
        wait = parse_retry_after(answer.headers.get("retry-after"), self._clock.now())
        raise _fault(outcome_of(answer.code, code), answer, wait, _detail(answer, code))


class _Answered(Exception):
    """Carries an answer past the SDK, whose own reading of it fails in a dozen ways."""

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__()
        self.answer = answer


class _Transport:
    """In place of the SDK's HTTP client."""

    is_async = False

    def __init__(self, poster: FormPoster, base_url: str | None) -> None:
        self._poster = poster
        self._base_url = base_url

    def request(
        self,
        _method: str,
        url: str,
        *,
        data: Mapping[str, str | int],
        headers: Mapping[str, str],
        auth: tuple[str, str],
        **_of_its_transport: object,
    ) -> NoReturn:
        parts = urlsplit(url)
        url = (self._base_url or f"{parts.scheme}://{parts.netloc}") + parts.path
        basic = base64.b64encode(":".join(auth).encode()).decode("ascii")
        raise _Answered(
            self._poster.post(url, data, {**headers, "Authorization": f"Basic {basic}"})
        )


class _Message(msgspec.Struct):
    sid: str
    status: object = None
    error_code: object = None


class _Error(msgspec.Struct):
    code: object = None


def _accepted(answer: HttpAnswer) -> Accepted:
    """Raises SendError. Nothing but a message's SID says that it was taken."""
    try:
        message = msgspec.json.decode(answer.body, type=_Message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _fault(_UNREADABLE, answer) from None
    if _MESSAGE_SID.fullmatch(message.sid) is None:
        raise _fault(_UNREADABLE, answer)
    if isinstance(message.status, str) and message.status in _NOT_SENT:
        refused = (Reason.REJECTED, Verdict.GIVE_UP)
        code = _as_code(message.error_code)
        raise _fault(CODES.get(code or 0, refused), answer, detail=_detail(answer, code))
    return Accepted(gateway_message_id=message.sid)


def _code_of(answer: HttpAnswer) -> int | None:
    try:
        return _as_code(msgspec.json.decode(answer.body, type=_Error).code)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _as_code(written: object) -> int | None:
    return written if isinstance(written, int) and 0 < written < 1_000_000 else None


def _sender(sender_id: str) -> Mapping[str, str]:
    if _MESSAGING_SERVICE.fullmatch(sender_id):
        return {"messaging_service_sid": sender_id}
    return {"from_": sender_id}


def _callback_of(settings: TwilioSettings, public_url: str) -> str | None:
    """Where reports shall go; None where the vendor could not reach it.

    Twilio refuses a message whose StatusCallback is on loopback or has an underscore in its host.
    A server that stands in for it on this machine does reach loopback.
    """
    parts = urlsplit(public_url)
    reachable = parts.scheme == "https" and not _is_loopback(parts.hostname or "")
    stands_in = settings.base_url and _is_loopback(urlsplit(settings.base_url).hostname or "")
    if "_" in parts.netloc or not (reachable or stands_in):
        return None
    return f"{public_url}/sms/{settings.name}/dlr"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _detail(answer: HttpAnswer, code: int | None) -> str:
    # The shape of the answer, never its words: they repeat the subscriber's number.
    return f"HTTP {answer.code}, code {code}" if code else ""


def _fault(
    outcome: Outcome,
    answer: HttpAnswer | None = None,
    retry_after_seconds: float | None = None,
    detail: str = "",
) -> SendError:
    reason, verdict = outcome
    if answer is not None and not detail:
        detail = f"HTTP {answer.code} with {len(answer.body)} bytes"
    return SendError(
        reason,
        verdict,
        detail=detail,
        retry_after_seconds=retry_after_seconds,
        http_code=answer.code if answer else None,
    )
