"""What we tell gateways, in neutral words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telecom.dlt import DltIds
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass


@dataclass(frozen=True, slots=True)
class UssdReply:
    """One screen. `ends` closes the session."""

    text: str
    ends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MtSms:
    """One SMS on its way out. `ref` is our own id of it, safe to show to a gateway."""

    ref: str
    to: Msisdn
    text: str
    sender_id: str | None
    message_class: MessageClass
    expires_at: datetime
    link_id: str | None = None
    dlt: DltIds | None = None  # for numbers of India, where the gateway's account has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The gateway took the message. The id is None where a gateway gives none."""

    gateway_message_id: str | None
    cost: str | None = None
