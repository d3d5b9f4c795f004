"""What the person with the handset sees: frozen values, free of HTTP and of terminals.

`fault` says, where it is set, what was wrong on the bridge's side. A real phone would not show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Screen:
    """One USSD screen. `ends` means that no answer is awaited any more.

    `is_own` marks the phone's own words, which no bridge sent.
    """

    text: str
    ends: bool
    is_own: bool = False
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """An SMS that left the phone, or did not: then `fault` is set. `to` is as it was sent."""

    text: str
    to: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """A call that is over. `called` is in E.164."""

    text: str
    called: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedSms:
    """`sender_id` is None where the gateway sends under its default one. `at` is aware."""

    sms_id: str
    at: datetime
    sender_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """SMS in the order of their coming, and the cursor behind the last of them."""

    messages: tuple[ReceivedSms, ...]
    after: str


class NotPossible(Exception):
    """The person asked for what this phone cannot do now. The text says what to do instead."""
