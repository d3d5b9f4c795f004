"""The life of an MT message: its statuses, the moves that are legal, and what each class allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class MtStatus(StrEnum):
    QUEUED = "queued"  # durable; nothing tried, or the last try was definitely not accepted
    CLAIMED = "claimed"  # one worker holds it; no call was made
    SUBMITTED = "submitted"  # the intent is written; the call may have happened
    UNKNOWN = "unknown"  # may or may not have been accepted
    SENT = "sent"  # the gateway accepted it
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"  # consent or a cap forbade it, before any call
    UNKNOWN_FINAL = "unknown_final"  # nobody will ever try again; evidence may still come

    @property
    def is_final(self) -> bool:
        return self in FINAL


_S = MtStatus
FINAL: Final = frozenset({_S.DELIVERED, _S.FAILED, _S.EXPIRED, _S.SUPPRESSED, _S.UNKNOWN_FINAL})

MOVES: Final = MappingProxyType(
    {
        # A row that waits or is claimed for another try may turn out to have arrived already, and
        # one whose life ends then is not simply expired: an earlier copy may be on the phone.
        _S.QUEUED: frozenset(
            {
                *(_S.CLAIMED, _S.EXPIRED, _S.SUPPRESSED, _S.UNKNOWN_FINAL),
                *(_S.SENT, _S.DELIVERED, _S.FAILED),
            }
        ),
        _S.CLAIMED: frozenset(
            {
                *(_S.SUBMITTED, _S.QUEUED, _S.EXPIRED, _S.SUPPRESSED),
                *(_S.SENT, _S.DELIVERED, _S.FAILED),
            }
        ),
        _S.SUBMITTED: frozenset(
            {_S.SENT, _S.DELIVERED, _S.FAILED, _S.QUEUED, _S.UNKNOWN, _S.UNKNOWN_FINAL}
        ),
        _S.UNKNOWN: frozenset({_S.SENT, _S.DELIVERED, _S.FAILED, _S.QUEUED, _S.UNKNOWN_FINAL}),
        _S.SENT: frozenset({_S.DELIVERED, _S.FAILED}),
        # Final, but stronger evidence still counts: a phone that shows the SMS has the last word.
        _S.FAILED: frozenset({_S.DELIVERED}),
        _S.UNKNOWN_FINAL: frozenset({_S.SENT, _S.DELIVERED, _S.FAILED}),
        _S.DELIVERED: frozenset(),
        _S.EXPIRED: frozenset(),
        _S.SUPPRESSED: frozenset(),
    }
)


def may_move(before: MtStatus, after: MtStatus) -> bool:
    """Whether an MT message in `before` may become `after`."""
    return after in MOVES[before]


class DlrStatus(StrEnum):
    """What a delivery report says, in our words."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  # a word that nobody has seen: counted, never acted on


class MessageClass(StrEnum):
    LINK = "link"
    RESULT = "result"
    OTP = "otp"
    CONFIRMATION = "confirmation"
    BULK = "bulk"


class Lane(StrEnum):
    """Who is served before whom, where a gateway takes fewer than wait."""

    DIALOGUE = "dialogue"  # somebody looks at the phone: answers to USSD and SMS, one-time codes
    CALLS = "calls"  # answers to missed calls, which come in crowds
    BULK = "bulk"


def lane_of(message_class: MessageClass, channel: str | None) -> Lane:
    """`channel` is that of the event that it answers; None for what answers nothing."""
    if message_class is MessageClass.BULK:
        return Lane.BULK
    return Lane.CALLS if channel == "missed_call" else Lane.DIALOGUE


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """How often a class may be submitted, what follows an ambiguous send, how long it lives."""

    max_submissions: int
    resends_ambiguous: bool
    life_seconds: int


POLICIES: Final = MappingProxyType(
    {
        MessageClass.LINK: ClassPolicy(2, True, 30 * 60),
        MessageClass.RESULT: ClassPolicy(3, True, 24 * 3600),
        MessageClass.OTP: ClassPolicy(1, False, 5 * 60),
        MessageClass.CONFIRMATION: ClassPolicy(1, False, 10 * 60),
        MessageClass.BULK: ClassPolicy(1, False, 4 * 3600),
    }
)
