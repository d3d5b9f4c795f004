"""Which texts are answered. Each decision has a name, and the name is recorded. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from telecom.msisdn import Msisdn, Party

SESSION_SECONDS: Final = 30 * 60  # how long a numbered answer to our last SMS is understood
TURN_SECONDS: Final = 4.0  # what services may take: a gateway waits for its 2xx


class Decision(StrEnum):
    ANSWERED = "answered"
    NOT_A_SUBSCRIBER = "not_a_subscriber"  # banks, MNOs, short codes: answering them makes loops
    CANNOT_TAKE_SMS = "cannot_take_sms"
    OWN_NUMBER = "own_number"
    NO_ENTRY_POINT = "no_entry_point"
    UNKNOWN = "unknown_text_answered"  # once, and then not again for a while
    UNKNOWN_AGAIN = "unknown_text_again"
    STOPPED = "stopped"
    STARTED = "started"
    HELPED = "helped"
    LANGUAGE_CHOSEN = "language_chosen"
    LANGUAGES_TOLD = "languages_told"


# Who cannot be answered by SMS may still say STOP; our own number and named senders say nothing.
OBEYED: Final = frozenset({Decision.ANSWERED, Decision.CANNOT_TAKE_SMS})


def decide(sender: Party, to: str) -> Decision:
    """`to` is our own number or short code, as the gateway wrote it."""
    if not isinstance(sender, Msisdn):
        return Decision.NOT_A_SUBSCRIBER
    if sender.e164.lstrip("+") == to.lstrip("+"):
        return Decision.OWN_NUMBER
    return Decision.ANSWERED if sender.takes_sms else Decision.CANNOT_TAKE_SMS
