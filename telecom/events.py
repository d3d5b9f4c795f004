"""What gateways tell us, in neutral words. Past these types no vendor's word survives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telecom.msisdn import Msisdn, Party
from telecom.statuses import DlrStatus


@dataclass(frozen=True, slots=True)
class Cumulative:
    """Everything the caller typed since the dial, joined by `*` (Africa's Talking)."""

    text: str


@dataclass(frozen=True, slots=True)
class Last:
    """Only what the caller typed last (most other vendors)."""

    text: str


Said = Cumulative | Last


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdRequest:
    gateway: str
    session_id: str
    msisdn: Msisdn
    service_code: str
    said: Said
    sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdEnded:
    """The gateway tells that a session is over. Nothing is shown any more."""

    gateway: str
    session_id: str
    msisdn: Msisdn | None
    status: str
    hops: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoSms:
    """`message_id` None: the vendor gives none, and telecom.nameless makes one."""

    gateway: str
    message_id: str | None
    sender: Party
    to: str
    text: str
    sent_at: datetime | None = None
    link_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCall:
    """A call to one of our numbers. `caller` may be hidden: then nobody can be answered.

    `call_id` None: the vendor gives none, and telecom.nameless makes one.
    """

    gateway: str
    call_id: str | None
    caller: Party
    called: Party
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotACall:
    """A voice webhook that wants an answer, but is no missed call (a call of our own)."""

    gateway: str
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    gateway: str
    gateway_message_id: str
    status: DlrStatus
    vendor_status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Somebody told the gateway, and not us, that he wants no more SMS."""

    gateway: str
    msisdn: Msisdn
