"""What gateways tell us, in neutral words. Past these types no vendor's word survives."""

from __future__ import annotations

from datetime import datetime

from telecom.msisdn import Msisdn, Party
from telecom.statuses import DlrStatus
from telecom.values import Value


class Cumulative(Value, frozen=True):
    """Everything the caller typed since the dial, joined by `*` (Africa's Talking)."""

    text: str


class Last(Value, frozen=True):
    """Only what the caller typed last (most other vendors)."""

    text: str


Said = Cumulative | Last


class UssdRequest(Value, frozen=True, kw_only=True):
    gateway: str
    session_id: str
    msisdn: Msisdn
    service_code: str
    said: Said
    sequence: int | None = None


class UssdEnded(Value, frozen=True, kw_only=True):
    """The gateway tells that a session is over. Nothing is shown any more."""

    gateway: str
    session_id: str
    msisdn: Msisdn | None
    status: str
    hops: int | None = None


class MoSms(Value, frozen=True, kw_only=True):
    """`message_id` None: the vendor gives none, and telecom.nameless makes one."""

    gateway: str
    message_id: str | None
    sender: Party
    to: str
    text: str
    sent_at: datetime | None = None
    link_id: str | None = None


class MissedCall(Value, frozen=True, kw_only=True):
    """A call to one of our numbers. `caller` may be hidden: then nobody can be answered.

    `call_id` None: the vendor gives none, and telecom.nameless makes one.
    """

    gateway: str
    call_id: str | None
    caller: Party
    called: Party
    at: datetime | None = None


class NotACall(Value, frozen=True, kw_only=True):
    """A voice webhook that wants an answer, but is no missed call (a call of our own)."""

    gateway: str
    call_id: str


class DeliveryReport(Value, frozen=True, kw_only=True):
    gateway: str
    gateway_message_id: str
    status: DlrStatus
    vendor_status: str
    reason: str | None = None


class OptOut(Value, frozen=True, kw_only=True):
    """Somebody told the gateway, and not us, that he wants no more SMS."""

    gateway: str
    msisdn: Msisdn
