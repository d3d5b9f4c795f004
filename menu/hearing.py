"""Telling a new input from a repeat. Gateways deliver twice, late and out of order.

Pure: the stored session and the request come in, what was meant comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from menu.session import Session
from telecom.events import Cumulative, Last, Said

REPEAT_SECONDS: Final = 1.0  # without a sequence, the same input this soon is a repeat


@dataclass(frozen=True, slots=True)
class Repeat:
    """Nothing new was said: the stored answer stands."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A new input."""

    typed: str


def hear(session: Session, said: Said, sequence: int | None, now: float) -> Repeat | Heard:
    """What the caller typed in this turn, given what the session has heard before.

    `now` is in seconds since the epoch, as `Session.at` is.
    """
    if session.ended:
        return Repeat()
    match said:
        case Cumulative(text):
            return _suffix(session.heard, text)
        case Last(text):
            return _latest(session, text, sequence, now)


def _suffix(heard: str, text: str) -> Repeat | Heard:
    """A caller can type `*` himself, so only the part after the stored text is the new input."""
    if text == heard:
        return Repeat()
    if heard == "":
        return Heard(text)
    if text.startswith(heard + "*"):
        return Heard(text[len(heard) + 1 :])
    if heard.startswith(text):
        return Repeat()  # an older turn that arrives late gets the screen of today
    return Heard(text.rpartition("*")[2])


def _latest(session: Session, text: str, sequence: int | None, now: float) -> Repeat | Heard:
    if sequence is not None and session.sequence is not None:
        return Heard(text) if sequence > session.sequence else Repeat()
    is_repeat = text == session.heard and now - session.at < REPEAT_SECONDS
    return Repeat() if is_repeat else Heard(text)
