"""Going on where one was dropped: what is kept for it, the offer on redial, and the answer. Pure.

What had an effect has it no second time: the place is shown again, nobody arrives there anew.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

import msgspec

from menu.inputs import fold, pressed_key
from menu.ports import LeftOff
from menu.program import BACK_KEY, HOME_KEY, Program
from menu.reserved_words import bare
from menu.screens import Display, lines_of, told_above
from menu.session import Session

GO_ON_KEY: Final = "1"
AFRESH_KEY: Final = "2"
MOST_LETTERS: Final = 40  # of a text that may be a word to go on by

# By SMS, besides the menu's own phrase. RESUME, चालू and চালু mean START (menu.reserved_words).
_WORDS: Final = (
    "continue, go on, जारी, जारी रखें, जारी रखो, जारी करें, jari, jaari, jari rakhen, jari rakhe,"
    " jari rakho, চালিয়ে, চালিয়ে যান, চালিয়ে যাও, chaliye, chaliye jan, chaliye jao"
)
GO_ON_WORDS: Final = frozenset(bare(word) for word in _WORDS.split(","))


class Wish(Enum):
    """What the caller answers to the offer."""

    GO_ON = auto()
    AFRESH = auto()
    LEAVE = auto()
    UNCLEAR = auto()


def kept_of(
    session: Session, session_key: str, caller_key: str, program: Program
) -> LeftOff | None:
    """What becomes of what is kept for the caller, after this turn of a dialogue that he dialled.
    None: it stays as it is.

    A first screen is not worth an offer; nor is what lies behind a PIN anybody's who finds the
    phone. Somebody who has not answered the offer may be dropped once more.
    """
    if session.offers or session.offers_answer:
        return None
    seconds = program.resume_seconds
    if seconds and session.path and not session.ended and not session.is_private:
        kept = msgspec.structs.replace(
            session, heard="", hidden=0, shown="", origin=session.origin or session_key
        )
        return LeftOff(caller_key=caller_key, session=kept, seconds=seconds)
    if session.turn == 1:
        return None
    return LeftOff(caller_key=caller_key, session=None, seconds=0)


def is_fresh(left_off: Session, live: Program, now: float) -> bool:
    """Whether it is offered still. `live` is the menu of today: it may offer nothing any more."""
    return bool(live.resume_seconds) and now - left_off.at <= live.resume_seconds


def offer(program: Program, session: Session, display: Display, *, is_unclear: bool = False) -> str:
    """What is asked. Where there is no room for all of it, the two ways are what counts."""
    language = program.shown_in(session.language, is_latin=display.is_latin)
    phrases = {name: texts[language] for name, texts in program.phrases.items()}
    ways = ((GO_ON_KEY, phrases["go_on"]), (AFRESH_KEY, phrases["start_again"]))
    lines, footers = lines_of(ways), program.ways_out[language].at_top
    asked = "\n".join((*lines, footers.only))
    for above in (phrases["unfinished"], *([phrases["wrong_choice"]] if is_unclear else [])):
        longer = told_above(above, asked)
        asked = longer if display.limit.fits(longer) else asked
    return asked


def wish_of(program: Program, typed: str) -> Wish:
    key = pressed_key(typed)
    if key == GO_ON_KEY or is_phrase(program, "go_on", typed):
        return Wish.GO_ON
    if key in (AFRESH_KEY, HOME_KEY) or is_phrase(program, "start_again", typed):
        return Wish.AFRESH
    return Wish.LEAVE if key == BACK_KEY else Wish.UNCLEAR


def asks_to_go_on(program: Program, text: str) -> bool:
    """Whether this whole SMS is a word by which people go on with what they had dialled."""
    if len(text) > MOST_LETTERS:
        return False
    return bare(text) in GO_ON_WORDS or is_phrase(program, "go_on", text)


def effects_key(session_key: str, session: Session) -> str:
    """The name of what this turn does. Whoever goes on in another session and answers once more
    what he had answered already, finds it done."""
    return f"{session.origin or session_key}:{session.turn + session.ahead}"


def is_phrase(program: Program, name: str, typed: str) -> bool:
    """In any language."""
    return fold(typed) in {fold(phrase) for phrase in program.phrases[name].values()}
