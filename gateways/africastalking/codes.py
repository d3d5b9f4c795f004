"""What Africa's Talking's codes mean for an MT message. Pure data; the tables are the policy.

Codes of a recipient: docs.africastalking.com/sms/sending, "Status codes". What may be tried again
is ours: RETRY only where the vendor says that it did not take the message and the cause can pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from telecom.errors import Reason, Verdict
from telecom.statuses import DlrStatus

Outcome = tuple[Reason, Verdict]

ACCEPTED: Final = frozenset({100, 101, 102})  # Processed, Sent, Queued: wait for the report

RECIPIENT: Final[Mapping[int, Outcome]] = MappingProxyType(
    {
        # RiskHold: the vendor may release it later, so a second try could arrive twice.
        401: (Reason.ON_HOLD, Verdict.GIVE_UP),
        402: (Reason.BAD_SENDER_ID, Verdict.GIVE_UP),  # InvalidSenderId
        403: (Reason.BAD_MSISDN, Verdict.GIVE_UP),  # InvalidPhoneNumber
        404: (Reason.BAD_MSISDN, Verdict.GIVE_UP),  # UnsupportedNumberType
        405: (Reason.NO_CREDIT, Verdict.RETRY),  # InsufficientBalance: works after a top-up
        406: (Reason.OPTED_OUT, Verdict.GIVE_UP),  # UserInBlacklist: only the subscriber lifts it
        407: (Reason.NO_ROUTE, Verdict.GIVE_UP),  # CouldNotRoute
        409: (Reason.DO_NOT_DISTURB, Verdict.GIVE_UP),  # DoNotDisturbRejection
        500: (Reason.GATEWAY_FAULT, Verdict.RETRY),  # InternalServerError
        501: (Reason.GATEWAY_FAULT, Verdict.RETRY),  # GatewayError
        502: (Reason.REJECTED, Verdict.GIVE_UP),  # RejectedByGateway
    }
)

# The word beside an empty list of recipients: HTTP 201, and nothing was sent (recorded live).
WITHOUT_RECIPIENTS: Final[Mapping[str, Outcome]] = MappingProxyType(
    {"InvalidSenderId": (Reason.BAD_SENDER_ID, Verdict.GIVE_UP)}
)

# The words of a delivery report: docs.africastalking.com/sms/deliveryreports. "Success" here is the
# phone's; in the answer to a send the same word only means "accepted".
REPORT: Final[Mapping[str, DlrStatus]] = MappingProxyType(
    {
        "Sent": DlrStatus.SENT,
        "Submitted": DlrStatus.SENT,
        "Buffered": DlrStatus.SENT,
        "Success": DlrStatus.DELIVERED,
        "Rejected": DlrStatus.FAILED,
        "Failed": DlrStatus.FAILED,
        "AbsentSubscriber": DlrStatus.FAILED,
        "Expired": DlrStatus.FAILED,
    }
)

# `failureReason` of a report that says failed.
FAILURE: Final[Mapping[str, Reason]] = MappingProxyType(
    {
        # The subscriber's airtime for a premium SMS, not our balance: no top-up of ours helps.
        "InsufficientCredit": Reason.REJECTED,
        "InvalidLinkId": Reason.REJECTED,
        "UserIsInactive": Reason.BAD_MSISDN,
        "UserInBlackList": Reason.OPTED_OUT,
        "UserInBlacklist": Reason.OPTED_OUT,  # as the same vendor's code 406 is spelt
        "UserAccountSuspended": Reason.REJECTED,
        "NotNetworkSubscriber": Reason.NO_ROUTE,
        "UserNotSubscribedToProduct": Reason.REJECTED,
        "UserDoesNotExist": Reason.BAD_MSISDN,
        "DeliveryFailure": Reason.UNKNOWN,  # it says no more than "failed" does
    }
)

_HTTP: Final[Mapping[int, Outcome]] = MappingProxyType(
    {
        # A wrong key is the operator's to mend; meanwhile the message waits as long as it lives.
        401: (Reason.BAD_CREDENTIALS, Verdict.RETRY),
        403: (Reason.BAD_CREDENTIALS, Verdict.RETRY),
        408: (Reason.UNREACHABLE, Verdict.RETRY),  # the vendor never saw the whole request
        429: (Reason.THROTTLED, Verdict.RETRY),
    }
)


def outcome_of_http(code: int) -> Outcome:
    """For any status but 2xx. No page says that a 5xx means "not taken": evidence decides."""
    if code in _HTTP:
        return _HTTP[code]
    if 400 <= code < 500:
        return Reason.REJECTED, Verdict.GIVE_UP
    if code >= 500:
        return Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS
    return Reason.GARBLED, Verdict.AMBIGUOUS  # 1xx, 3xx: nothing that this vendor documents
