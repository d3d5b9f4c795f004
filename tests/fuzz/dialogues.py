"""Dialogues over USSD, as gateways bring them: repeated, late, cut off, begun again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import note

from menu.hearing import Heard, Repeat, hear
from menu.turns import Thought
from telecom.events import Cumulative, Last
from tests.fuzz.callers import Caller
from tests.fuzz.typing_people import KEYS


def live(caller: Caller) -> None:
    """One session, over one channel."""
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


@dataclass
class CumulativeDialogue:
    """USSD of a gateway that sends all that was typed so far, each time."""

    caller: Caller
    typed: list[str] = field(default_factory=list)

    def runs(self) -> None:
        caller, dice = self.caller, self.caller.dice
        caller.events += 1
        self.key = f"ussd{caller.events}"
        self.code = dice.one_of(list(caller.program.ussd))
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
            elif happens >= 17:
                self.redials()
            elif session and session.ended:
                self.turn(is_repeat=True)
                return
            else:
                self.typed.append(caller.answer_at(session))
                self.turn(dies=dice.chance(8))

    @property
    def text(self) -> str:
        return "*".join(self.typed)

    def turn(self, *, is_repeat: bool = False, dies: bool = False) -> None:
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
            return
        if before is None and text:
            self.check_prefilled(thought)
        elif before is None:
            caller.check(thought, None, "")
        else:
            caller.check(thought, before, self.typed[-1])
        caller.commit(key, thought)
        if dies:  # after the effects, before the session: the gateway brings the turn again
            again = caller.runner.dial(visit, self.code)
            assert again.session == thought.session or caller.services.asked
            assert again.effects == thought.effects or caller.services.asked
            thought = again
        caller.runner.keep(visit, thought)
        caller.check_stored(key, thought)
        self.check_hearing(text)
        if caller.dice.chance(15):
            self.turn(is_repeat=True)

    def check_prefilled(self, thought: Thought) -> None:
        """A shortcut, or what was typed before the session was lost: it only walks."""
        caller, session = self.caller, thought.session
        caller.check_shown(session)
        entry = caller.program.ussd[self.code].screen
        assert thought.effects == ()
        walk = [crumb.screen for crumb in session.path] + [session.screen]
        onward = caller.ways.arrivals({entry})
        is_there = walk[0] in onward or walk[0] in caller.ways.onward(entry)
        assert is_there or caller.leads_nowhere(session), walk
        assert not thought.is_secret

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
        self.caller.passes(30)
        self.caller.events += 1
        self.key, self.typed = f"ussd{self.caller.events}", []
        self.turn()


@dataclass
class LastDialogue:
    """USSD of a gateway that sends only what was typed last; some number their turns."""

    caller: Caller
    has_sequence: bool = False

    def runs(self) -> None:
        caller, dice = self.caller, self.caller.dice
        caller.events += 1
        self.key, self.number = f"last{caller.events}", 0
        self.code = dice.one_of(list(caller.program.ussd))
        self.turn("")
        for _ in range(dice.below(12)):
            session = caller.sessions.find(self.key)
            if session is None or session.ended:
                return
            self.turn(caller.answer_at(session))

    def turn(self, typed: str) -> None:
        caller, key = self.caller, self.key
        before = caller.sessions.find(key)
        self.number += 1
        caller.passes(15)
        visit = caller.visit(key, Last(typed), self.number if self.has_sequence else None)
        thought = caller.runner.dial(visit, self.code)
        note(f"{key} last {typed!r} -> {thought.session.screen} {thought.session.shown!r}")
        assert not thought.is_repeat
        caller.check(thought, before, typed)
        caller.commit(key, thought)
        caller.runner.keep(visit, thought)
        caller.check_stored(key, thought)
        if caller.dice.chance(20):
            caller.passes(200 if self.has_sequence else 0.5)
            again = caller.runner.dial(replace(visit, now=caller.now), self.code)
            assert again.is_repeat
            assert (again.session, again.effects) == (thought.session, ())
