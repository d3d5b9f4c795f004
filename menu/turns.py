"""One turn as values: what comes in, and what it comes to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

import msgspec

from menu.effects import Effect
from menu.engine import Step
from menu.hearing import MOST_KEPT, MOST_KEPT_BYTES, kept
from menu.inputs import beginning
from menu.last_answer import KeptAnswer
from menu.ports import LeftOff
from menu.program import Program
from menu.resuming import kept_of
from menu.screens import ANY_PHONE, Display
from menu.session import Session
from telecom.events import Cumulative, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One turn as the runner needs it. Keys carry no personal value; `now` is epoch seconds. The
    `number` (E.164) is for the bridge's own registers, whose people call back.

    `keeps_input` only where repeats are told by it: what people write is nobody's to keep. A
    gateway hears the answer to it by `answer_by` (epoch seconds), or hears none. `channel`,
    `gateway` and the `masked` number are for the record of the turn alone.
    `event` names what came in, where that has a name of its own; a turn of a session is named by
    its number.
    """

    session_key: str
    caller_key: str
    said: Said
    sequence: int | None = None
    display: Display = ANY_PHONE
    ttl_seconds: int
    now: float
    keeps_input: bool = True
    answer_by: float = inf
    channel: str = ""
    gateway: str = ""
    masked: str = ""
    event: str = ""
    number: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a turn comes to. A repeat has no effects, and nothing to keep.

    `is_secret`: nobody may keep what was typed. `takes_up`: a dialogue that was dropped on another
    channel goes on in this one. `is_unknown`: a text that was not understood, and is no choice
    either; a machine may have sent it. `start` is where the last screen was reached from in this
    turn. `is_told`: a missed call is answered with what is shown. `has_failed`: a service did not
    answer; `has_answered`: one did. `kept_answer`: what is kept for a redial from now on.

    For the record of the turn: `typed` is what was heard in it, of a dialled shortcut the keys that
    were followed, with stars between them. `begins`: nothing that was said before counts; `entry`
    is the keyword by which it did. `is_withheld`: the spend guard let no SMS of it pass.
    """

    program: Program
    session: Session
    effects: tuple[Effect, ...] = ()
    is_repeat: bool = False
    is_secret: bool = False
    takes_up: bool = False
    is_unknown: bool = False
    start: str = ""
    is_told: bool = False
    typed: str = ""
    begins: bool = False
    entry: str = ""
    is_withheld: bool = False
    has_failed: bool = False
    has_answered: bool = False
    kept_answer: KeptAnswer | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who gave a missed call: his pseudonym, and his country (ISO 3166)."""

    key: str = ""
    region: str | None = None


def left_off_by(visit: Visit, thought: Thought) -> LeftOff | None:
    """What is kept from now on for a caller who is dropped; None: what is kept there stays."""
    if thought.takes_up:
        return LeftOff(caller_key=visit.caller_key, session=None, seconds=0)
    if not thought.session.code:
        return None
    kept = kept_of(thought.session, visit.session_key, visit.caller_key, thought.program)
    if kept is None or kept.session is None or kept.session.taken_up:
        return kept
    there = msgspec.structs.replace(kept.session, taken_up=(visit.gateway,))
    return replace(kept, session=there)


def followed_input(said: Said, count: int) -> tuple[str, int]:
    """What is kept of an input of which so many keys were followed. What nobody asked for may be
    the answer to a question of a session that was lost."""
    if not isinstance(said, Cumulative):
        return "", len(said.text)
    followed = "*".join(said.text.split("*")[: max(count, 0)])
    clear = beginning(followed, MOST_KEPT, MOST_KEPT_BYTES)
    return clear, len(said.text) - len(clear)


def turn_key(visit: Visit, session: Session | None, ahead: int = 0) -> str:
    """The name of a turn behind this session, None before the first: a repeat has the same, and so
    has somebody who goes on elsewhere and answers once more (menu.resuming.effects_key)."""
    if visit.event:
        due = session.taken_up if session else ()
        return due[1] if _is_due(due, visit.event) else visit.event
    if session is None:
        return f"{visit.session_key}:{1 + ahead}"
    return f"{session.origin or visit.session_key}:{session.turn + 1 + session.ahead + ahead}"


def may_be_done(visit: Visit, session: Session) -> tuple[str, str] | None:
    """The gateway by which, and the name under which, what this turn does may have been done: it
    goes on with a dialogue that was dropped there."""
    there = session.taken_up
    if visit.event:
        return (there[0], there[1]) if there[2:] == (visit.event,) else None
    if not there or not session.origin or there[0] == visit.gateway:
        return None
    return there[0], f"{session.origin}:{session.turn + session.ahead}"


def _is_due(taken_up: tuple[str, ...], event: str) -> bool:
    """Whether this text is the first behind those that went on; it may be told twice."""
    return len(taken_up) > 1 and taken_up[2:] in ((), (event,))


def next_thought(
    program: Program, visit: Visit, session: Session, step: Step, typed: str = ""
) -> Thought:
    """The turn after this session's last one."""
    thought = thought_of(
        program,
        session.menu_version,
        step,
        turn=session.turn + 1,
        visit=visit,
        now=visit.now,
        heard=kept(session, visit.said, is_secret=step.is_secret),
        typed=typed,
    )
    return changed(
        thought,
        code=session.code,
        origin=session.origin,
        ahead=session.ahead,
        offers=session.offers,
        began_at=session.began_at,
        is_private=session.is_private or step.is_secret,
        taken_up=_taken_up(visit, session),
    )


def _taken_up(visit: Visit, session: Session) -> tuple[str, ...]:
    its = session.taken_up
    return (*its, visit.event) if visit.event and len(its) == 2 else its


def changed(thought: Thought, **fields: str | float | bool | tuple[str, ...]) -> Thought:
    return replace(thought, session=msgspec.structs.replace(thought.session, **fields))


def thought_of(
    program: Program,
    version: int,
    step: Step,
    *,
    turn: int,
    visit: Visit | None,
    now: float,
    heard: tuple[str, int] = ("", 0),
    typed: str = "",
    begins: bool = False,
    entry: str = "",
) -> Thought:
    """The first turn of a dialogue, or whatever else a step comes to."""
    clear, hidden = heard if visit and visit.keeps_input else ("", 0)
    session = Session(
        menu_version=version,
        turn=turn,
        screen=step.place.screen,
        language=step.place.language,
        path=step.place.path,
        page=step.place.page,
        query=step.place.query,
        rows=dict(step.place.rows),
        values=dict(step.place.values),
        tries=step.place.tries,
        returns=step.place.returns,
        heard=clear,
        hidden=hidden,
        shown=step.shown,
        ended=step.ends,
        at=now,
        sequence=visit.sequence if visit else None,
        began_at=now,
    )
    return Thought(
        program=program,
        session=session,
        effects=step.effects,
        is_secret=step.is_secret,
        start=step.start,
        has_failed=step.has_failed,
        has_answered=step.has_answered,
        typed=typed,
        begins=begins,
        entry=entry,
    )
