"""What Twilio's words and codes mean. Pure data; the tables are the policy.

Codes: twilio.com/docs/api/errors. The same code may come in the answer to a send and, later, as
ErrorCode of a delivery report. What may be tried again is ours: RETRY only where the message was
certainly not taken and the cause can pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from telecom.errors import Reason, Verdict
from telecom.statuses import DlrStatus

Outcome = tuple[Reason, Verdict]

CODES: Final[Mapping[int, Outcome]] = MappingProxyType(
    {
        # Only the subscriber lifts it, with START.
        21610: (Reason.OPTED_OUT, Verdict.GIVE_UP),
        # The numbers
        21211: (Reason.BAD_MSISDN, Verdict.GIVE_UP),  # To is no number
        21604: (Reason.BAD_MSISDN, Verdict.GIVE_UP),  # To is missing
        21614: (Reason.BAD_MSISDN, Verdict.GIVE_UP),  # To is no mobile
        30005: (Reason.BAD_MSISDN, Verdict.GIVE_UP),  # nobody has this number
        30006: (Reason.BAD_MSISDN, Verdict.GIVE_UP),  # a landline
        21408: (Reason.NO_ROUTE, Verdict.GIVE_UP),  # the account may not send to this country
        21612: (Reason.NO_ROUTE, Verdict.GIVE_UP),  # no way from this sender to this number
        21212: (Reason.BAD_SENDER_ID, Verdict.GIVE_UP),  # From is no sender
        21603: (Reason.BAD_SENDER_ID, Verdict.GIVE_UP),  # From is missing
        21606: (Reason.BAD_SENDER_ID, Verdict.GIVE_UP),  # From is not ours, or cannot send SMS
        30018: (Reason.BAD_SENDER_ID, Verdict.GIVE_UP),  # not registered in that country
        30024: (Reason.BAD_SENDER_ID, Verdict.GIVE_UP),
        # The text
        21602: (Reason.REJECTED, Verdict.GIVE_UP),  # Body is missing
        21609: (Reason.REJECTED, Verdict.GIVE_UP),  # StatusCallback is no address
        21617: (Reason.REJECTED, Verdict.GIVE_UP),  # over 1600 characters
        30004: (Reason.REJECTED, Verdict.GIVE_UP),  # blocked
        30007: (Reason.REJECTED, Verdict.GIVE_UP),  # filtered by the MNO
        # An operator mends these; meanwhile the message waits as long as it lives.
        20003: (Reason.BAD_CREDENTIALS, Verdict.RETRY),  # wrong token
        20005: (Reason.BAD_CREDENTIALS, Verdict.RETRY),  # account not active
        20404: (Reason.BAD_CREDENTIALS, Verdict.RETRY),  # no such account
        30002: (Reason.BAD_CREDENTIALS, Verdict.RETRY),  # account suspended
        # Too much at once
        14107: (Reason.THROTTLED, Verdict.RETRY),
        20429: (Reason.THROTTLED, Verdict.RETRY),
        21611: (Reason.THROTTLED, Verdict.RETRY),  # the queue of this sender is full
        30001: (Reason.THROTTLED, Verdict.RETRY),  # queue overflow
        30017: (Reason.THROTTLED, Verdict.RETRY),  # congestion at the MNO
        30022: (Reason.THROTTLED, Verdict.RETRY),
        30023: (Reason.THROTTLED, Verdict.RETRY),
        30027: (Reason.THROTTLED, Verdict.RETRY),
        63017: (Reason.THROTTLED, Verdict.RETRY),
        63018: (Reason.THROTTLED, Verdict.RETRY),
    }
)

_HTTP: Final[Mapping[int, Outcome]] = MappingProxyType(
    {
        401: (Reason.BAD_CREDENTIALS, Verdict.RETRY),
        403: (Reason.BAD_CREDENTIALS, Verdict.RETRY),
        408: (Reason.UNREACHABLE, Verdict.RETRY),  # the vendor never saw the whole request
        429: (Reason.THROTTLED, Verdict.RETRY),  # not processed, as the vendor says
    }
)

# MessageStatus of a report. What is not here is DlrStatus.UNKNOWN: counted, never acted on.
STATUSES: Final[Mapping[str, DlrStatus]] = MappingProxyType(
    {
        "accepted": DlrStatus.SENT,
        "scheduled": DlrStatus.SENT,
        "queued": DlrStatus.SENT,
        "sending": DlrStatus.SENT,
        "sent": DlrStatus.SENT,  # the MNO has it; where phones do not report, the last word
        "partially_delivered": DlrStatus.SENT,  # some segments: the phone cannot show it yet
        "delivered": DlrStatus.DELIVERED,
        "read": DlrStatus.DELIVERED,
        "undelivered": DlrStatus.FAILED,
        "failed": DlrStatus.FAILED,
        "canceled": DlrStatus.FAILED,
    }
)


def outcome_of(http: int, code: int | None) -> Outcome:
    """For any status but 2xx. No page says that a 5xx means "not taken", whatever its code."""
    if http >= 500:
        return Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS
    if not 400 <= http < 500:
        return Reason.GARBLED, Verdict.AMBIGUOUS  # 1xx, 3xx: nothing that this vendor documents
    if http == 429:
        return _HTTP[http]
    if code is not None and code in CODES:
        return CODES[code]
    return _HTTP.get(http, (Reason.REJECTED, Verdict.GIVE_UP))


def reason_of(error_code: int) -> str:
    """Why a report says that an SMS failed: our word where there is one, else the code itself."""
    known = CODES.get(error_code)
    return known[0].value if known else str(error_code)
