"""Telling a new input from a repeat. Gateways deliver twice, late and out of order.

Pure: the stored session and the request come in, what was meant comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from menu.inputs import beginning
from menu.session import Session
from telecom.events import Cumulative, Last, Said

MOST_KEPT: Final = 150  # characters of what was heard
MOST_KEPT_BYTES: Final = 450
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
            return _suffix(session, text)
        case Last(text):
            return _latest(session, text, sequence, now)


def _suffix(session: Session, text: str) -> Repeat | Heard:
    """A caller can type `*` himself, so only the part after the stored text is the new input."""
    heard = session.heard
    if session.hidden:
        return _behind_hidden(heard, len(heard) + session.hidden, text)
    if text == heard:
        return Repeat()
    if heard == "":
        return Heard(text)
    if text.startswith(heard + "*"):
        return Heard(text[len(heard) + 1 :])
    if heard.startswith(text):
        return Repeat()  # an older turn that arrives late gets the screen of today
    return Heard(text.rpartition("*")[2])


def _behind_hidden(heard: str, length: int, text: str) -> Repeat | Heard:
    """Of what may not be kept only the length is known. That is enough: a text grows with each
    input, so one as long as the last is the last, and a shorter one is older."""
    if len(text) <= length:
        return Repeat()
    if text.startswith(heard) and text[length] == "*":
        return Heard(text[length + 1 :])
    return Heard(text.rpartition("*")[2])


def _latest(session: Session, text: str, sequence: int | None, now: float) -> Repeat | Heard:
    if sequence is not None and session.sequence is not None:
        return Heard(text) if sequence > session.sequence else Repeat()
    is_same = len(text) == len(session.heard) + session.hidden and text.startswith(session.heard)
    is_repeat = is_same and now - session.at < REPEAT_SECONDS
    return Repeat() if is_repeat else Heard(text)


def kept(session: Session | None, said: Said, *, is_secret: bool) -> tuple[str, int]:
    """What a session keeps of an input, so that a repeat of it is recognised: its beginning, and
    the number of characters behind that. What is secret is never kept, nor what follows it in a
    text that grows; nor more than MOST_KEPT characters of any.
    """
    text = said.text
    if session is None and isinstance(said, Last):
        return "", len(text)  # nobody asked for it: the answer to a session that was lost, a PIN
    clear = "" if is_secret else text
    if session is not None and isinstance(said, Cumulative) and (is_secret or session.hidden):
        clear = session.heard if text.startswith(session.heard) else ""
    clear = beginning(clear, MOST_KEPT, MOST_KEPT_BYTES)
    return clear, len(text) - len(clear)
