"""Twilio's webhooks: texts, calls and delivery reports in; TwiML out.

Facts: twilio.com/docs/messaging/guides/webhook-request, /voice/twiml, /voice/twiml/reject. A form
that is not of our own account, or can be read in two ways (cuts.py), is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final

from gateways.form import parse_form, parse_pairs, required, with_plus
from gateways.twilio import cuts
from gateways.twilio.codes import STATUSES, reason_of
from gateways.webhook import WebhookRequest, WebhookResponse
from telecom.errors import Malformed
from telecom.events import DeliveryReport, MissedCall, MoSms, NotACall
from telecom.msisdn import Hidden, Party, Withheld, parse_party, parse_service
from telecom.statuses import DlrStatus
from telecom.text import clean_text

TWIML: Final = "text/xml"  # a plain text would be sent to the subscriber as an SMS
NOTHING: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
REJECT: Final = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'

_Read = Callable[[str, str], Party]
_MESSAGE_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_CALL_SID: Final = re.compile(r"CA[0-9a-fA-F]{32}")
_ADDRESS: Final = re.compile(r"\+?[0-9]{3,20}")
_WORD: Final = re.compile(r"[a-z_-]{1,32}")
_NO_WORD: Final = "(no word)"  # what is kept of a status that is none: it may hold anything
_CODE: Final = re.compile(r"[0-9]{1,6}")
_DIGITS: Final = re.compile(r"[+ ]?[0-9]{1,20}")
_INCOMING: Final = frozenset({"received", "receiving"})
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4}){14,}[A-Za-z0-9+/]{2}(?:[A-Za-z0-9+/]{2}|==|.=)")


class TwilioSms:
    NAMES: Final = frozenset(
        {"AccountSid", "MessageSid", "From", "To", "Body", "SmsStatus", "MessageStatus"}
    )

    def __init__(self, gateway: str, country: str, account_sid: str) -> None:
        self._gateway = gateway
        self._country = country
        self._account_sid = account_sid

    def parse(self, request: WebhookRequest) -> MoSms:
        """`Body` may be empty or absent: pictures come without a text."""
        form = _parse(request, self.NAMES, cuts.SMS, self._account_sid)
        if "MessageStatus" in form or form.get("SmsStatus", "received") not in _INCOMING:
            # Taken for a text, it would be an SMS of ours to ourselves.
            raise Malformed("SmsStatus: a delivery report; its address ends in /dlr")
        return MoSms(
            gateway=self._gateway,
            message_id=_matching(form, "MessageSid", _MESSAGE_SID),
            sender=_party(form, "From", self._country),
            to=_address(form, "To"),
            text=clean_text(_undo_base64(form.get("Body", ""))),
        )

    def render(self) -> WebhookResponse:
        """The answer goes out as an SMS of its own, through the outbox."""
        return WebhookResponse(200, NOTHING, TWIML)


class TwilioDlr:
    NAMES: Final = frozenset({"AccountSid", "MessageSid", "MessageStatus", "ErrorCode"})

    def __init__(self, gateway: str, account_sid: str) -> None:
        self._gateway = gateway
        self._account_sid = account_sid

    def parse(self, request: WebhookRequest) -> DeliveryReport:
        """`ErrorCode` comes with failures only; 21610 is OPTED_OUT here, too.

        A status that nobody has seen is taken, whatever it looks like: a refusal would not bring
        a better one.
        """
        form = _parse(request, self.NAMES, cuts.REPORT, self._account_sid)
        written = required(form, "MessageStatus")
        if not written.strip():
            raise Malformed("MessageStatus: empty")
        status = written if _WORD.fullmatch(written) else _NO_WORD
        code = form.get("ErrorCode", "")
        if code and _CODE.fullmatch(code) is None:
            raise Malformed("ErrorCode: not a code")
        return DeliveryReport(
            gateway=self._gateway,
            gateway_message_id=_matching(form, "MessageSid", _MESSAGE_SID),
            status=STATUSES.get(status, DlrStatus.UNKNOWN),
            vendor_status=status,
            reason=reason_of(int(code)) if code.strip("0") else None,
        )

    def render(self) -> WebhookResponse:
        return WebhookResponse(200, NOTHING, TWIML)


class TwilioVoice:
    NAMES: Final = frozenset({"AccountSid", "CallSid", "Direction", "From", "To"})

    def __init__(self, gateway: str, country: str, account_sid: str) -> None:
        self._gateway = gateway
        self._country = country
        self._account_sid = account_sid

    def parse(self, request: WebhookRequest) -> MissedCall | NotACall:
        """Ringing, its repeat at the fallback address, and the end of a call: one `CallSid`."""
        form = _parse(request, self.NAMES, cuts.CALL, self._account_sid)
        call_id = _matching(form, "CallSid", _CALL_SID)
        direction = _matching(form, "Direction", _WORD)
        if direction.startswith("outbound"):  # outbound-api, outbound-dial: calls of our own
            return NotACall(gateway=self._gateway, call_id=call_id)
        if direction != "inbound":
            raise Malformed("Direction: neither inbound nor outbound")
        return MissedCall(
            gateway=self._gateway,
            call_id=call_id,
            caller=_caller(form, "From", self._country),
            called=_caller(form, "To", self._country, parse_service),
        )

    def reject(self) -> WebhookResponse:
        """First and only: any other verb before it answers the call, which is billed then."""
        return WebhookResponse(200, REJECT, TWIML)


def _parse(
    request: WebhookRequest, names: frozenset[str], shape: cuts.Form, account_sid: str
) -> Mapping[str, str]:
    form = parse_form(request, names)
    if required(form, "AccountSid") != account_sid:
        raise Malformed("AccountSid: not the account of this gateway")
    if request.method != "GET":  # the fields of a GET stand in the signed URL itself
        shape.check(parse_pairs(request))
    return form


def _matching(form: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = required(form, name)
    if pattern.fullmatch(value) is None:
        raise Malformed(f"{name}: not of the promised form")
    return value


def _party(form: Mapping[str, str], name: str, country: str, read: _Read = parse_party) -> Party:
    try:
        return read(required(form, name), country)
    except Malformed:
        raise Malformed(f"{name}: missing, or nobody's address") from None


def _caller(form: Mapping[str, str], name: str, country: str, read: _Read = parse_party) -> Party:
    """Digits that no network gave out are still a caller: refused, the call would be answered."""
    try:
        return _party(form, name, country, read)
    except Malformed:
        if _DIGITS.fullmatch(form.get(name, "")):
            return Hidden(Withheld.UNKNOWN)
        raise


def _address(form: Mapping[str, str], name: str) -> str:
    """Our own number or short code, as the vendor writes it."""
    value = with_plus(required(form, name))
    if _ADDRESS.fullmatch(value) is None:
        raise Malformed(f"{name}: not a number or short code")
    return value


def _undo_base64(text: str) -> str:
    """Joined texts have been seen to arrive in base64 now and then, without a word about it."""
    if _BASE64.fullmatch(text) is None:
        return text
    try:
        decoded = base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return text
    return decoded if decoded.replace("\n", " ").isprintable() else text
