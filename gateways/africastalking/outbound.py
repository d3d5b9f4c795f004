"""Sending SMS through Africa's Talking: the vendor's SDK makes the request, we read the answer.

The SDK alone loses the HTTP status, opens a connection for every SMS, and reads JSON only where the
content type has no charset; its `SMSService` is therefore used with our own transport under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from africastalking.SMS import SMSService

from gateways.africastalking.codes import (
    ACCEPTED,
    RECIPIENT,
    WITHOUT_RECIPIENTS,
    Outcome,
    outcome_of_http,
)
from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.number_format import NumberFormat, render_number
from gateways.poster import FormPoster, HttpAnswer
from gateways.retry_after import parse_retry_after
from telecom.clock import Clock
from telecom.errors import Reason, SendError, Verdict
from telecom.msisdn import Msisdn
from telecom.replies import Accepted, MtSms

MAX_ID_CHARACTERS: Final = 128
_UNREADABLE: Final[Outcome] = (Reason.GARBLED, Verdict.AMBIGUOUS)


class AfricasTalkingSender:
    """Thread-safe. One recipient per request, so that one answer is about one message.

    `enqueue` stays off: the vendor advises it for long lists only, and without it the answer itself
    tells of a bad number. Premium replies (`linkId`) are not sent: they bill the subscriber.
    """

    def __init__(self, settings: AfricasTalkingSettings, poster: FormPoster, clock: Clock) -> None:
        self._service = _Service(settings, poster)
        self._sender_id = settings.sender_id
        self._number_format = settings.number_format
        self._clock = clock

    def prepare(self) -> None:
        """The SDK was loaded with this module."""

    def send(self, mt: MtSms) -> Accepted:
        """Raises SendError, and nothing else."""
        answer: HttpAnswer = self._service.send(
            mt.text, [mt.to.e164], sender_id=mt.sender_id or self._sender_id
        )
        if not 200 <= answer.code < 300:
            wait = parse_retry_after(answer.headers.get("retry-after"), self._clock.now())
            raise _fault(outcome_of_http(answer.code), answer, wait)
        return _accepted(answer, mt.to.e164, render_number(mt.to, self._number_format))


class _Service(SMSService):  # type: ignore[misc]  # the SDK has no types
    """The SDK's request, with our transport in place of its own."""

    def __init__(self, settings: AfricasTalkingSettings, poster: FormPoster) -> None:
        super().__init__(settings.username, settings.api_key.get_secret_value())
        if settings.base_url:
            self._baseUrl = f"{settings.base_url}/version1"
        self._poster = poster
        self._number_format = settings.number_format

    def _make_request(
        self,
        url: str,
        _method: str,
        headers: Mapping[str, str],
        data: Mapping[str, str | int],
        **_of_its_transport: object,
    ) -> HttpAnswer:
        return self._poster.post(url, {**data, "to": self._written(str(data["to"]))}, headers)

    def _written(self, e164: str) -> str:
        """The SDK takes a number with its plus only; the account may want it otherwise."""
        if self._number_format is NumberFormat.E164:
            return e164
        return render_number(Msisdn.from_e164(e164), self._number_format)


class _Recipient(msgspec.Struct, rename="camel"):
    number: str
    status_code: int
    message_id: object = None
    cost: object = None


class _SmsMessageData(msgspec.Struct, rename="pascal"):
    recipients: list[_Recipient]
    message: str | None = None


class _Answer(msgspec.Struct):
    sent: _SmsMessageData = msgspec.field(name="SMSMessageData")


def _accepted(answer: HttpAnswer, e164: str, written: str) -> Accepted:
    """Raises SendError. The order of recipients is not promised, so the number must be ours.

    `written`: as the request had it.
    """
    sent = _read(answer)
    if not sent.recipients:
        raise _fault(WITHOUT_RECIPIENTS.get(sent.message or "", _UNREADABLE), answer)
    ours = [
        recipient
        for recipient in sent.recipients
        if _same(recipient.number, e164) or recipient.number.strip() == written
    ]
    if len(ours) != 1:
        raise _fault(_UNREADABLE, answer)
    recipient = ours[0]
    if recipient.status_code not in ACCEPTED:
        outcome = RECIPIENT.get(recipient.status_code, (Reason.UNKNOWN, Verdict.AMBIGUOUS))
        raise _fault(outcome, answer, detail=f"status code {recipient.status_code}")
    return Accepted(
        gateway_message_id=_short_ascii(recipient.message_id), cost=_short_ascii(recipient.cost)
    )


def _read(answer: HttpAnswer) -> _SmsMessageData:
    try:
        return msgspec.json.decode(answer.body, type=_Answer).sent
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _fault(_UNREADABLE, answer) from None


def _same(number: str, e164: str) -> bool:
    return number.strip().lstrip("+") == e164.lstrip("+")


def _short_ascii(value: object) -> str | None:
    """An id or a price that can be stored. A message is accepted even if its id is rubbish."""
    if not isinstance(value, str) or value in {"", "None"} or len(value) > MAX_ID_CHARACTERS:
        return None
    return value if value.isascii() and value.isprintable() else None


def _fault(
    outcome: Outcome,
    answer: HttpAnswer,
    retry_after_seconds: float | None = None,
    detail: str = "",
) -> SendError:
    reason, verdict = outcome
    return SendError(
        reason,
        verdict,
        # The shape of the answer, never its words: it repeats the subscriber's number.
        detail=detail or f"HTTP {answer.code} with {len(answer.body)} bytes",
        retry_after_seconds=retry_after_seconds,
        http_code=answer.code,
    )
