"""The turns around the offer to go on where one was dropped. Pure."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from menu import engine
from menu.engine import Step
from menu.language import Language
from menu.program import Program
from menu.resuming import Wish, offer
from menu.session import Session
from menu.turns import Thought, Visit, changed, next_thought


def first_offer(
    program: Program, visit: Visit, left_off: Session, language: Language | None
) -> Thought:
    """The first turn of a redial. Perhaps the caller chose another `language` since."""
    reads = language if language and language in program.languages else left_off.language
    asks = msgspec.structs.replace(
        left_off,
        turn=0,
        ahead=left_off.turn + left_off.ahead,  # of all the dialogue, until it goes on
        offers=True,
        language=reads,
    )
    return _asked(program, visit, asks, is_unclear=False)


def answered(program: Program, visit: Visit, session: Session, wish: Wish) -> Thought:
    """What follows from an answer, unless he begins again."""
    if wish is Wish.UNCLEAR:
        return _asked(program, visit, session, is_unclear=True)
    if wish is Wish.LEAVE:
        step = engine.leave(program, session.place, visit.display, visit.now)
        return next_thought(program, visit, session, step)
    step = engine.look(program, session.place, visit.display, visit.now)
    there = next_thought(program, visit, session, step)
    return changed(there, offers=False, ahead=session.ahead - there.session.turn)


def take_up(program: Program, visit: Visit, session: Session | None, left_off: Session) -> Thought:
    """What was dropped on USSD goes on by SMS, and there alone. `session`: what went on there.

    The turn behind the last one that was kept may have done what it does, and the session have been
    lost with whoever thought it: the first answer by SMS is that turn once more.
    """
    step = engine.look(program, left_off.place, visit.display, visit.now)
    turn = session.turn if session else 0
    due = f"{left_off.origin}:{left_off.turn + left_off.ahead + 1}"
    before = msgspec.structs.replace(
        left_off,
        turn=turn,
        code="",
        origin="",
        ahead=0,
        taken_up=(left_off.taken_up[0], due) if left_off.origin and left_off.taken_up else (),
    )
    thought = next_thought(program, replace(visit, event=""), before, step)
    return replace(thought, takes_up=True)


def _asked(program: Program, visit: Visit, session: Session, *, is_unclear: bool) -> Thought:
    shown = offer(program, session, visit.display, is_unclear=is_unclear)
    return next_thought(program, visit, session, Step(shown=shown, ends=False, place=session.place))
