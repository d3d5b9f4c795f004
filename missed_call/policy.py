"""Which missed calls are answered. Each decision has a name, and the name is recorded.

Pure. A caller's number can be forged, so the answer is only ever a link or the caller's own data.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from telecom.msisdn import Hidden, Line, Msisdn, Party

CHANNEL: Final = "missed_call"
CALLED: Final = "called"  # under which an event keeps the number that was called


class Decision(StrEnum):
    ANSWERED = "answered"
    HIDDEN_CALLER = "hidden_caller"  # withheld, anonymous: there is nobody to answer
    NOT_A_SUBSCRIBER = "not_a_subscriber"  # short codes and named senders
    LANDLINE = "landline_caller"  # there is nothing that it could read
    CANNOT_TAKE_SMS = "cannot_take_sms"  # toll-free and premium numbers
    OWN_NUMBER = "own_number"  # we rang ourselves: answering would go round for ever
    NO_ENTRY_POINT = "no_entry_point"  # no screen is set for the called number


def decide(caller: Party, called: Party) -> Decision:
    """What is to be done about this call, before any menu is asked."""
    match caller:
        case Hidden():
            return Decision.HIDDEN_CALLER
        case Msisdn():
            if caller == called:
                return Decision.OWN_NUMBER
            if caller.line is Line.FIXED:
                return Decision.LANDLINE
            if not caller.takes_sms:
                return Decision.CANNOT_TAKE_SMS
            return Decision.ANSWERED if isinstance(called, Msisdn) else Decision.NO_ENTRY_POINT
        case _:
            return Decision.NOT_A_SUBSCRIBER
