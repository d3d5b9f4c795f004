"""What is kept of a turn, so that it can be run again: who, where, what was said, what came of it.

Pure. A caller is a keyed hash and a masked number. What nobody may keep is not in it; what a person
wrote is sealed, so that neither Redis nor a table has it in clear.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from menu.effects import AnswerLater, Effect, RememberLanguage, SendLink, SendSms
from menu.inputs import is_choice
from menu.turns import Thought, Visit

MOST_SAID: Final = 200  # characters; a longer text is not kept, and cannot be run again
# The outcomes of a turn; a dialogue whose last turn is open, or asked, was dropped.
OPEN: Final = "open"
ASKED: Final = "asked"  # by the bridge itself: does he go on, which keyword was meant
COMPLETED: Final = "completed"
ENDED: Final = "ended"
TOLD_AGAIN: Final = "told again"  # the last answer is offered, or read
WITHHELD: Final = "withheld"
ERROR: Final = "error"


class TurnRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """It is stored in Redis and read by other releases: only append fields, with defaults.

    `origin` is the session in which the dialogue began, where that is another one. `at` is in
    seconds since the epoch. `begins`: nothing that was said before counts; then `entry` is what was
    dialled, or the keyword. `said` are choices; what was written is in `sealed`. `is_withheld`:
    what was said is kept nowhere. `effects`: "link umang", "sms", "language hi".
    """

    session: str
    origin: str
    caller: str
    masked: str
    channel: str
    gateway: str
    turn: int
    at: float
    menu_version: int
    language: str
    begins: bool
    entry: str
    said: str
    sealed: bytes
    is_withheld: bool
    screen: str
    outcome: str
    effects: tuple[str, ...]
    septets: int
    ucs2: int
    is_latin: bool
    region: str


_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final = msgspec.msgpack.Decoder(TurnRecord)


class Recorder:
    """Writes a turn as the bytes that the stream takes."""

    def __init__(self, seal: Callable[[str], bytes]) -> None:
        self._seal = seal

    def __call__(self, visit: Visit, thought: Thought) -> bytes:
        session, display = thought.session, visit.display
        said, sealed, is_withheld = self._kept_of(thought)
        return _encode(
            TurnRecord(
                session=visit.session_key,
                origin=session.origin,
                caller=visit.caller_key,
                masked=visit.masked,
                channel=visit.channel,
                gateway=visit.gateway,
                turn=session.turn,
                at=visit.now,
                menu_version=session.menu_version,
                language=session.language,
                begins=thought.begins,
                entry=thought.entry or session.code,
                said=said,
                sealed=sealed,
                is_withheld=is_withheld,
                screen=session.screen,
                outcome=outcome_of(thought),
                effects=kinds_of(thought.effects),
                septets=display.limit.septets,
                ucs2=display.limit.ucs2,
                is_latin=display.is_latin,
                region=display.region,
            )
        )

    def _kept_of(self, thought: Thought) -> tuple[str, bytes, bool]:
        """Clear, sealed, and whether it is kept nowhere. What nobody asked for may be a PIN; so may
        one of several inputs at once, as a growing text brings them after a turn that was lost."""
        typed = thought.typed
        is_several = "*" in typed and not thought.begins
        if thought.is_secret or thought.is_unknown or is_several or len(typed) > MOST_SAID:
            return "", b"", True
        if thought.takes_up:  # where it began is recorded on the other channel
            return "", b"", True
        if not typed or (typed.isascii() and all(map(_is_key, typed.split("*")))):
            return typed, b"", False
        return "", self._seal(typed.encode("utf-8", "replace").decode()), False


def read(written: bytes) -> TurnRecord | None:
    """None for a record of another age of this program."""
    try:
        return _decoder.decode(written)
    except msgspec.MsgspecError:
        return None


def outcome_of(thought: Thought) -> str:
    session = thought.session
    if thought.is_withheld:
        return WITHHELD
    if session.offer or session.offers:
        return ASKED
    if not session.ended:
        return TOLD_AGAIN if session.offers_answer else OPEN
    screen = thought.program.screens.get(session.screen)
    if screen is not None and screen.ends:
        return COMPLETED
    return ERROR if session.shown in thought.program.phrases["busy"].values() else ENDED


def kinds_of(effects: tuple[Effect, ...]) -> tuple[str, ...]:
    return tuple(map(_kind_of, effects)) if effects else ()


def _kind_of(effect: Effect) -> str:
    match effect:
        case SendLink(link):
            return f"link {link}"
        case SendSms():
            return "sms"
        case AnswerLater():
            return f"later {effect.service}"
        case RememberLanguage(language):
            return f"language {language}"


def _is_key(typed: str) -> bool:
    return is_choice(typed) and typed.strip().isalnum()
