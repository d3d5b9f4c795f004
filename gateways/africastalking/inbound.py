"""Africa's Talking's webhooks: USSD, SMS and voice forms in, the answers that the vendor reads out.

Facts: docs.africastalking.com/ussd, /sms/notifications and /voice; recorded live forms. A phone
number is read by the gateway's country; a plus that was not encoded arrives as a space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from gateways.africastalking.codes import FAILURE, REPORT
from gateways.form import identifier, parse_form, required, with_plus
from gateways.screen import plain_screen
from gateways.webhook import WebhookRequest, WebhookResponse
from telecom.errors import Malformed, Reason
from telecom.events import (
    Cumulative,
    DeliveryReport,
    MissedCall,
    MoSms,
    NotACall,
    OptOut,
    UssdEnded,
    UssdRequest,
)
from telecom.msisdn import Msisdn, Party, parse_party, parse_service
from telecom.replies import UssdReply
from telecom.statuses import DlrStatus
from telecom.text import clean_text

REJECT: Final = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'

_SERVICE_CODE: Final = re.compile(r"[0-9*#]{1,64}")
_WORD: Final = re.compile(r"[A-Za-z]{1,32}")
_STATUS: Final = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}")
_NO_WORD: Final = "(no word)"  # what is kept of a status that is none: it may hold anything
_ADDRESS: Final = re.compile(r"[\x21-\x7e]{1,32}")
_Read = Callable[[str, str], Party]
_IS_ACTIVE: Final = frozenset({"0", "1", "true", "false"})


class AfricasTalkingUssd:
    NAMES: Final = frozenset({"sessionId", "serviceCode", "phoneNumber", "text"})
    END_NAMES: Final = frozenset({"sessionId", "phoneNumber", "status", "hopsCount"})

    def __init__(self, gateway: str, country: str) -> None:
        self._gateway = gateway
        self._country = country

    def parse(self, request: WebhookRequest) -> UssdRequest:
        """One step. `text` holds all inputs so far; the first step may come without it at all."""
        form = parse_form(request, self.NAMES)
        return UssdRequest(
            gateway=self._gateway,
            session_id=identifier(form, "sessionId"),
            msisdn=_msisdn(form, "phoneNumber", self._country),
            service_code=_matching(form, "serviceCode", _SERVICE_CODE),
            said=Cumulative(plain_screen(form.get("text", ""))),
        )

    def parse_end(self, request: WebhookRequest) -> UssdEnded:
        """The notification after a session; `status` is Success, Incomplete or Failed."""
        form = parse_form(request, self.END_NAMES)
        hops = form.get("hopsCount", "")
        return UssdEnded(
            gateway=self._gateway,
            session_id=identifier(form, "sessionId"),
            msisdn=_msisdn(form, "phoneNumber", self._country),
            status=_matching(form, "status", _WORD),
            hops=int(hops) if re.fullmatch(r"[0-9]{1,4}", hops) else None,
        )

    def render(self, reply: UssdReply) -> WebhookResponse:
        """The vendor reads four bytes; a text that itself begins with CON or END stays a text."""
        prefix = "END " if reply.ends else "CON "
        return WebhookResponse(200, prefix + plain_screen(reply.text))

    def render_end(self) -> WebhookResponse:
        return WebhookResponse(200, "")


class AfricasTalkingSms:
    NAMES: Final = frozenset({"id", "from", "to", "text", "date", "linkId"})

    def __init__(self, gateway: str, country: str) -> None:
        self._gateway = gateway
        self._country = country

    def parse(self, request: WebhookRequest) -> MoSms:
        """`text` must be there and may be empty: people do send empty texts."""
        form = parse_form(request, self.NAMES)
        return MoSms(
            gateway=self._gateway,
            message_id=identifier(form, "id"),
            sender=_party(form, "from", self._country),
            to=_address(form, "to"),
            text=clean_text(required(form, "text")),
            sent_at=_utc(required(form, "date")),
            link_id=form.get("linkId") or None,
        )

    def render(self) -> WebhookResponse:
        """The vendor ignores the body."""
        return WebhookResponse(200, "")


class AfricasTalkingDlr:
    """The number, its network and the count of retries are not read: the id says which SMS it is.

    The vendor has one address for all reports of an account, so there is no token of ours in it.
    """

    NAMES: Final = frozenset({"id", "status", "failureReason"})

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway

    def parse(self, request: WebhookRequest) -> DeliveryReport:
        form = parse_form(request, self.NAMES)
        written = required(form, "status")
        if not written.strip():
            raise Malformed("status: empty")
        vendor_status = written if _STATUS.fullmatch(written) else _NO_WORD
        status = REPORT.get(vendor_status, DlrStatus.UNKNOWN)
        why = form.get("failureReason") if status is DlrStatus.FAILED else None
        return DeliveryReport(
            gateway=self._gateway,
            gateway_message_id=identifier(form, "id"),
            status=status,
            vendor_status=vendor_status,
            reason=FAILURE.get(why, Reason.UNKNOWN).value if why else None,
        )

    def render(self) -> WebhookResponse:
        """The vendor ignores the body."""
        return WebhookResponse(200, "")


class AfricasTalkingOptOut:
    """Of bulk SMS (docs.africastalking.com/sms/notifications): `senderId` and `phoneNumber`.

    There is no id in it. Which of our senders was refused is not read: no is no to all of them.
    """

    NAMES: Final = frozenset({"phoneNumber"})

    def __init__(self, gateway: str, country: str) -> None:
        self._gateway = gateway
        self._country = country

    def parse(self, request: WebhookRequest) -> OptOut:
        form = parse_form(request, self.NAMES)
        return OptOut(gateway=self._gateway, msisdn=_msisdn(form, "phoneNumber", self._country))

    def render(self) -> WebhookResponse:
        """The vendor ignores the body."""
        return WebhookResponse(200, "")


class AfricasTalkingVoice:
    NAMES: Final = frozenset(
        {"isActive", "sessionId", "direction", "callerNumber", "destinationNumber", "callStartTime"}
    )

    def __init__(self, gateway: str, country: str) -> None:
        self._gateway = gateway
        self._country = country

    def parse(self, request: WebhookRequest) -> MissedCall | NotACall:
        """A call is told twice or more, ringing and ended, always with the same `sessionId`."""
        form = parse_form(request, self.NAMES)
        call_id = identifier(form, "sessionId")
        if required(form, "isActive").lower() not in _IS_ACTIVE:
            raise Malformed("isActive: neither 1 nor 0")
        direction = _matching(form, "direction", _WORD).lower()
        if direction == "outbound":
            return NotACall(gateway=self._gateway, call_id=call_id)
        if direction != "inbound":
            raise Malformed("direction: neither Inbound nor Outbound")
        return MissedCall(
            gateway=self._gateway,
            call_id=call_id,
            caller=_party(form, "callerNumber", self._country),
            called=_party(form, "destinationNumber", self._country, parse_service),
            at=_find_utc(form.get("callStartTime", "")),
        )

    def reject(self) -> WebhookResponse:
        """Reject must be the only element, or the call is answered and billed.

        Sent as text/plain, as the vendor's own samples do.
        """
        return WebhookResponse(200, REJECT)


def _msisdn(form: Mapping[str, str], name: str, country: str) -> Msisdn:
    try:
        return Msisdn.parse(required(form, name), country)
    except Malformed:
        raise Malformed(f"{name}: missing, or not a phone number") from None


def _party(form: Mapping[str, str], name: str, country: str, read: _Read = parse_party) -> Party:
    """Anybody who may call or text: a hidden caller, a bank's name and a short code, too."""
    try:
        return read(required(form, name), country)
    except Malformed:
        raise Malformed(f"{name}: missing, or nobody's address") from None


def _matching(form: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = required(form, name)
    if pattern.fullmatch(value) is None:
        raise Malformed(f"{name}: not of the promised form")
    return value


def _address(form: Mapping[str, str], name: str) -> str:
    """Our own number or short code, as the vendor writes it."""
    value = with_plus(required(form, name))
    if _ADDRESS.fullmatch(value) is None:
        raise Malformed(f"{name}: not a number or short code")
    return value


def _utc(text: str) -> datetime:
    """`2026-01-02T03:04:05Z` and `2026-01-02 03:04:05` are both sent, and both are UTC."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("date: not a date") from None


def _find_utc(text: str) -> datetime | None:
    """A time whose form no page promises: good to have, no reason to refuse a call."""
    if not text:
        return None
    try:
        return _utc(text)
    except Malformed:
        return None
