"""Dialogues over USSD, as gateways bring them: repeated, late, cut off, begun again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from hypothesis import note

from menu.hearing import Heard, Repeat, hear
from menu.session import Session
from menu.turns import Thought, Visit
from telecom.events import Cumulative, Last
from tests.fuzz.callers import Caller
from tests.fuzz.typing_people import KEYS

MOST_DROPS: Final = 4  # in a row


def live(caller: Caller) -> None:
    """One session, over one channel, and perhaps what he does after it over another."""
    match caller.dice.one_of(("ussd", "ussd", "last", "sequence", "sms", "ring")):
        case "ussd":
            CumulativeDialogue(caller).runs()
        case "last":
            LastDialogue(caller).runs()
        case "sequence":
            LastDialogue(caller, has_sequence=True).runs()
        case "sms":
            caller.texts()
        case "ring":
            caller.rings()
    if caller.usuals.last and not caller.dice.chance(50):
        caller.rings()
    for _ in range(MOST_DROPS):
        if not caller.resumes.left or caller.dice.chance(20):
            break
        waits(caller)
        match caller.dice.one_of(("ussd", "last", "last", "sms")):
            case "ussd":
                CumulativeDialogue(caller).runs()
            case "last":
                LastDialogue(caller).runs()
            case "sms":
                caller.texts()
                LastDialogue(caller).dials()  # what went on by SMS goes on there alone


def waits(caller: Caller) -> None:
    """Before he dials again. Not beyond the afternoon: what is closed then is shown otherwise."""
    caller.passes(caller.dice.one_of((30, 30, 30, 300, 580, 700, 1900)))


@dataclass
class Dialogue:
    """What somebody dials: `key` names it, and the gateway's session."""

    caller: Caller
    key: str = ""
    code: str = ""

    def begins(self, kind: str) -> None:
        caller, codes = self.caller, list(self.caller.program.ussd)
        caller.events += 1
        self.key = f"{kind}{caller.events}"
        left = caller.resumes.left
        self.code = left.code if left and caller.dice.chance(80) else caller.dice.one_of(codes)

    def check(self, thought: Thought, before: Session | None, typed: str, keys: str = "") -> None:
        """What must hold after an answer, or at the first. `keys` are those of a shortcut."""
        caller, resumes = self.caller, self.caller.resumes
        left = resumes.offered(caller.now, self.code) if before is None and not keys else None
        if before is not None:
            resumes.check_done_already(self.key, thought)
        if left:
            caller.check_shown(thought.session)
            resumes.check_offer(thought, left)
        elif before is None and keys:
            self.check_prefilled(thought)
        elif before is None:
            self.check_begun(thought)
        elif before.offers:
            caller.check_shown(thought.session)
            if resumes.check_decision(thought, before, typed):
                self.check_begun(thought)
        else:
            caller.check(thought, before, typed)

    def check_begun(self, thought: Thought) -> None:
        caller = self.caller
        assert not thought.session.offers
        caller.check(thought, None, "")
        home = caller.program.ussd[self.code].screen
        assert thought.session.screen in caller.ways.arrivals({home})

    def check_prefilled(self, thought: Thought) -> None:
        """A shortcut, or what was typed before the session was lost: it only walks."""
        caller, session = self.caller, thought.session
        caller.check_shown(session)
        entry = caller.program.ussd[self.code].screen
        assert thought.effects == ()
        assert not session.offers
        walk = [crumb.screen for crumb in session.path] + [session.screen]
        onward = caller.ways.arrivals({entry})
        is_there = walk[0] in onward or walk[0] in caller.ways.onward(entry)
        assert is_there or caller.leads_nowhere(session), walk
        assert not thought.is_secret

    def keep(self, visit: Visit, thought: Thought, before: Session | None) -> None:
        self.caller.runner.keep(visit, thought)
        self.caller.check_stored(self.key, thought)
        self.caller.resumes.note(self.key, self.code, before, thought)

    def is_lost_unkept(self, thought: Thought, before: Session) -> bool:
        """What it does is done, and the session never hears of it: the line is cut."""
        caller = self.caller
        if not caller.resumes.left or not caller.dice.chance(10):
            return False
        note("cut off before the session is kept")
        caller.unkept.add(caller.resumes.note_unkept(self.key, before, thought))
        return True


@dataclass
class CumulativeDialogue(Dialogue):
    """USSD of a gateway that sends all that was typed so far, each time."""

    typed: list[str] = field(default_factory=list)

    def runs(self) -> None:
        caller, dice = self.caller, self.caller.dice
        self.begins("ussd")
        if dice.chance(25):
            self.typed = [dice.one_of(KEYS[:8]) for _ in range(1 + dice.below(4))]
        self.turn()
        for _ in range(dice.below(12)):
            session = caller.sessions.find(self.key)
            happens = dice.below(20)
            if happens >= 19 and session:
                self.forget()
            elif happens >= 18:
                self.comes_late()
            elif happens >= 15:
                self.redials()
            elif session and session.ended:
                self.turn(is_repeat=True)
                return
            else:
                self.typed.append(caller.answer_at(session))
                if not self.turn(dies=dice.chance(8)):
                    self.redials()

    @property
    def text(self) -> str:
        return "*".join(self.typed)

    def turn(self, *, is_repeat: bool = False, dies: bool = False) -> bool:
        """Whether the session heard of it."""
        caller, key, text = self.caller, self.key, self.text
        before = caller.sessions.find(key)
        caller.passes(0.2 if is_repeat else 15)
        is_repeat = is_repeat or bool(before and self.typed == [""])
        visit = caller.visit(key, Cumulative(text))
        thought = caller.runner.dial(visit, self.code)
        note(f"{key} {self.code} {text!r} -> {thought.session.screen} {thought.session.shown!r}")
        assert thought.is_repeat == is_repeat
        if is_repeat:
            assert before == thought.session
            assert thought.effects == ()
            if self.typed == [""]:  # it looks as the dial did, and so it is answered
                self.typed.clear()
            return True
        self.check(thought, before, self.typed[-1] if self.typed else "", keys=text)
        caller.commit(key, thought)
        if before and not dies and self.is_lost_unkept(thought, before):
            return False
        if dies:  # after the effects, before the session: the gateway brings the turn again
            again = caller.runner.dial(visit, self.code)
            assert again.session == thought.session or caller.services.asked
            assert again.effects == thought.effects or caller.services.asked
            thought = again
        self.keep(visit, thought, before)
        self.check_hearing(text)
        if caller.dice.chance(15):
            self.turn(is_repeat=True)
        return True

    def check_hearing(self, text: str) -> None:
        """The next answer is heard as it is typed, and this one is known again."""
        session = self.caller.sessions.find(self.key)
        assert session is not None
        if session.ended:
            return
        assert isinstance(hear(session, Cumulative(text), None, self.caller.now), Repeat)
        for answer in ("7", "", "*", "a*b"):
            grown = f"{text}*{answer}" if text or self.typed else answer
            if grown:
                heard = hear(session, Cumulative(grown), None, self.caller.now)
                assert heard == Heard(answer), (session.heard, session.hidden, grown, heard)

    def forget(self) -> None:
        """The session is lost; the phone knows nothing of it."""
        note("the session is lost")
        self.caller.sessions.stored.pop(self.key, None)
        self.typed.append(self.caller.answer_at(None))
        self.turn()

    def comes_late(self) -> None:
        """An older turn arrives once more: the screen of today, and nothing happens."""
        caller = self.caller
        before = caller.sessions.find(self.key)
        if before is None or len(self.typed) < 2:
            return
        older = "*".join(self.typed[: caller.dice.below(len(self.typed))])
        thought = caller.runner.dial(caller.visit(self.key, Cumulative(older)), self.code)
        note(f"late {older!r}")
        assert thought.is_repeat
        assert (thought.session, thought.effects) == (before, ())

    def redials(self) -> None:
        """A new dialogue of the same caller; the old one lies about unanswered."""
        waits(self.caller)
        self.begins("ussd")
        self.typed = [self.caller.dice.one_of(KEYS[:8])] if self.caller.dice.chance(10) else []
        self.turn()


@dataclass
class LastDialogue(Dialogue):
    """USSD of a gateway that sends only what was typed last; some number their turns."""

    has_sequence: bool = False

    def runs(self) -> None:
        caller, dice = self.caller, self.caller.dice
        self.dials()
        for _ in range(dice.below(12)):
            session = caller.sessions.find(self.key)
            if session is None or session.ended:
                return
            if dice.chance(15) or not self.turn(caller.answer_at(session)):
                waits(caller)
                self.dials()

    def dials(self) -> None:
        self.begins("last")
        self.number = 0
        self.turn("")

    def turn(self, typed: str) -> bool:
        """Whether the session heard of it."""
        caller, key = self.caller, self.key
        before = caller.sessions.find(key)
        self.number += 1
        caller.passes(15)
        visit = caller.visit(key, Last(typed), self.number if self.has_sequence else None)
        thought = caller.runner.dial(visit, self.code)
        note(f"{key} last {typed!r} -> {thought.session.screen} {thought.session.shown!r}")
        assert not thought.is_repeat
        self.check(thought, before, typed)
        caller.commit(key, thought)
        if before and self.is_lost_unkept(thought, before):
            return False
        self.keep(visit, thought, before)
        if caller.dice.chance(20):
            caller.passes(200 if self.has_sequence else 0.5)
            again = caller.runner.dial(replace(visit, now=caller.now), self.code)
            assert again.is_repeat
            assert (again.session, again.effects) == (thought.session, ())
        return True
