"""What can be wrong with what came from outside, and why a send failed."""

from __future__ import annotations

from enum import StrEnum


class Malformed(ValueError):
    """A value from outside is not what its sender promised.

    The text names the field and the reason, never the value: values may be personal.
    """


class Forbidden(Exception):
    """The webhook does not prove that it comes from the gateway it names."""


class Reason(StrEnum):
    """Why a gateway did not take an MT message, in our words."""

    BAD_MSISDN = "bad_msisdn"
    OPTED_OUT = "opted_out"
    DO_NOT_DISTURB = "do_not_disturb"
    BAD_SENDER_ID = "bad_sender_id"
    NO_CREDIT = "no_credit"
    ON_HOLD = "on_hold"
    BAD_CREDENTIALS = "bad_credentials"
    NO_ROUTE = "no_route"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    GATEWAY_FAULT = "gateway_fault"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    GARBLED = "garbled"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a failed send means for the message. The dispatcher reads this and nothing else."""

    RETRY = "retry"  # definitely not accepted; a later try may work
    GIVE_UP = "give_up"  # definitely not accepted; no try will work
    AMBIGUOUS = "ambiguous"  # may have been accepted: only evidence may decide


class SendError(Exception):
    """An MT message was not, or not surely, accepted by the gateway."""

    def __init__(
        self,
        reason: Reason,
        verdict: Verdict,
        *,
        detail: str = "",
        retry_after_seconds: float | None = None,
        http_code: int | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.verdict = verdict
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds
        self.http_code = http_code
