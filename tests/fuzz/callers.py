"""Random callers of random menus, and what must hold in each of their turns.

The runner and the engine are the real ones. Gateways repeat, come late, and lose; the bridge
forgets, and dies between two writes.
"""

from __future__ import annotations

from typing import Any, Final

from hypothesis import note

from menu.answers import sms_answer
from menu.data_words import words_of
from menu.effects import Effect, RememberLanguage, SendLink, SendSms
from menu.inputs import pressed_key
from menu.keywords import find_keyword
from menu.resuming import asks_to_go_on, effects_key
from menu.runner import NoSuchEntry, Runner
from menu.session import Session
from menu.stand_ins import Callers, Library, Sessions, Usuals
from menu.turns import Caller as MissedCaller
from menu.turns import Thought, Visit
from state.sessions import MAX_SESSION_BYTES
from telecom.events import Last, Said
from telecom.split import fit
from tests.fuzz.menus import Dice, Drawn
from tests.fuzz.resumes import Resumes
from tests.fuzz.small_bridge import Services
from tests.fuzz.typing_people import (
    ANSWERS,
    DISPLAYS,
    GARBAGE,
    GO_ON,
    KEYS,
    LARGE,
    SECRETS,
    TO_OFFERS,
)  # fmt: skip
from tests.fuzz.ways import Ways

THURSDAY_NOON: Final = 1_795_674_600.0


class Caller:
    """Somebody with a phone, and everything between him and the engine."""

    def __init__(self, dice: Dice, drawn: Drawn) -> None:
        self.dice, self.program, self.ways = dice, drawn.program, Ways(drawn.menu)
        self.sessions, self.services = Sessions(), Services()
        self.callers, self.usuals = Callers(), Usuals()
        self.usual = self.usuals.last  # as it was when it was looked at last
        self.runner = Runner(
            Library(drawn.program), self.sessions, self.callers, self.services, self.usuals
        )
        self.resumes = Resumes(drawn.program)
        self.display = dice.one_of(DISPLAYS)
        self.now = THURSDAY_NOON
        self.events = 0
        self.taken: dict[str, tuple[Effect, ...]] = {}
        self.unkept: set[str] = set()
        self.secrets: set[str] = set()

    def visit(self, key: str, said: Said, sequence: int | None = None, **more: Any) -> Visit:
        return Visit(
            session_key=key, caller_key="caller", said=said, sequence=sequence,
            display=self.display, ttl_seconds=180, now=self.now, **more,
        )  # fmt: skip

    def passes(self, seconds: float) -> None:
        self.now += seconds

    def answer_at(self, session: Session | None) -> str:
        """What somebody types who sees this screen: mostly something that has a meaning."""
        dice = self.dice
        if session and session.offers:
            phrases = [*self.program.phrases["go_on"].values()]
            phrases += self.program.phrases["start_again"].values()
            return dice.one_of((*TO_OFFERS, *phrases, *GARBAGE))
        name = self.ways.save_as(session.screen) if session else ""
        if name[:1] == "x":
            return dice.one_of(SECRETS if dice.chance(85) else ("0", "00", "98", ""))
        kind = dice.below(10)
        if kind < 5 and name:
            return dice.one_of(ANSWERS[name[0]])
        if kind < 7 or session is None:
            return dice.one_of(KEYS)
        if kind < 8:
            words = list(self.program.screens[session.screen].words)
            return dice.one_of(words) if words else "1"
        return dice.one_of(GARBAGE) if kind < 9 else "1"

    # SMS and missed calls

    def texts(self) -> None:
        key, fresh = f"sms{self.events}", True
        for _ in range(1 + self.dice.below(8)):
            before = self.sessions.find(key)
            if self.dice.chance(70 if self.resumes.left else 3):
                body = self.dice.one_of((*GO_ON, *self.program.phrases["go_on"].values()))
            elif fresh or self.dice.chance(10):
                body = self.dice.one_of(("MENU", "menu 1", "मेनू", "hello", "मेनू 7"))
            else:
                body = self.answer_at(before)
            fresh = False
            self.events += 1
            self.passes(20)
            visit = self.visit(key, Last(body), keeps_input=False)
            try:
                thought = self.runner.text(visit)
            except NoSuchEntry:
                assert find_keyword(self.program, body) is None
                continue
            note(f"{self.events}: SMS {body!r} -> {thought.session.screen}")
            left = self.resumes.offered(self.now) if asks_to_go_on(self.program, body) else None
            if left:
                self.check_shown(thought.session)
                self.resumes.check_taken_up(thought, left)
            else:
                assert not thought.takes_up
                goes_on = before and not before.ended and not find_keyword(self.program, body)
                self.check(thought, before if goes_on else None, body, answers=" " in body)
            assert not thought.session.heard
            assert not thought.session.hidden
            answer = sms_answer(thought)
            assert answer is None or answer
            self.commit(f"event {self.events}", thought)
            self.runner.keep(visit, thought)
            self.check_stored(key, thought)
            if self.dice.chance(8):
                self.sessions.stored.pop(key, None)

    def rings(self) -> None:
        for called, entry in self.program.missed_call.items():
            who = MissedCaller("caller", self.dice.one_of(("IN", "IN", "US", None)))
            thought = self.runner.ring(called, self.callers.language, self.now, who)
            note(f"rings -> {thought.session.screen}")
            goes, usual = entry.screen, None
            if entry.foreign and who.region != "IN":
                goes = entry.foreign.screen
            elif entry.is_usual and (usual := self.usuals.last):
                goes = usual.screen
            assert thought.session.screen in self.ways.arrivals({goes})
            self.check_no_secrets(thought.session)
            self.check_effects(thought, {goes})
            if usual:  # with all that he had chosen
                assert usual.rows.items() <= thought.session.rows.items()
                assert usual.values.keys() <= thought.session.values.keys()
                assert not any(secret in repr(usual) for secret in self.secrets)

    # What must hold

    def check(
        self, thought: Thought, before: Session | None, typed: str, *, answers: bool = False
    ) -> None:
        session = thought.session
        self.check_shown(session)
        if before is None:
            starts = self.ways.starts
            shown = self.ways.arrivals(starts)
            if answers:
                shown = shown | {each for name in shown for each in self.ways.onward(name)}
            is_nowhere = answers and self.leads_nowhere(session)
            assert session.screen in shown or is_nowhere, (session.screen, shown)
            return
        if self.ways.is_secret(before.screen) and thought.is_secret:
            # What we say ourselves is no secret, though somebody may type it where one is asked.
            is_ours = len(typed) <= 5 or asks_to_go_on(self.program, typed)
            self.secrets |= set() if is_ours else {typed}
        self.check_transition(thought, before, typed)

    def leads_nowhere(self, session: Session) -> bool:
        """A sub-menu ends where none began and nothing was shown: there is no home to go to."""
        is_busy = session.shown in self.program.phrases["busy"].values()
        return session.ended and is_busy and self.ways.may_return(session.screen)

    def check_shown(self, session: Session) -> None:
        limit = self.display.limit
        reply = fit(session.shown, limit)
        assert limit.fits(reply), (reply, limit)
        assert reply
        if limit.septets >= LARGE[0]:
            assert limit.fits(session.shown), (session.shown, limit)
        self.check_no_secrets(session)

    def check_no_secrets(self, session: Session) -> None:
        for text in (session.shown, repr(session)):
            assert not any(secret in text for secret in self.secrets), text

    def check_transition(self, thought: Thought, before: Session, typed: str) -> None:
        """Back, home and more are what they say; all else leads where the author said, or stays."""
        session, key = thought.session, pressed_key(typed)
        is_answer = key == "0" and self.ways.takes_zero(before.screen)
        if key == "0" and not is_answer:
            assert thought.effects == ()
            if before.page or before.query or not before.path:
                assert session.screen == before.screen
                assert session.ended == (not (before.page or before.query))
            else:
                assert session.screen == before.path[-1].screen
                assert session.path == before.path[:-1]
            return
        if key == "00":
            assert thought.effects == ()
            assert session.screen == (before.path[0].screen if before.path else before.screen)
            assert (session.path, session.page, session.returns) == ((), 0, ())
            return
        if session.screen == before.screen and session.path == before.path and not thought.effects:
            return  # another page, finds, or the same once more
        onward = self.ways.onward(before.screen)
        if self.ways.may_return(before.screen):  # outside of a sub-menu that is home
            home = before.path[0].screen if before.path else before.screen
            onward |= self.ways.arrivals({home})
        if not session.ended or self.program.screens[session.screen].ends:
            is_there = session.screen in onward or self.leads_nowhere(session)
            assert is_there, (before.screen, typed, session.screen)
        assert len(session.path) <= len(before.path) + 1
        known = {crumb.screen for crumb in before.path} | {before.screen}
        assert {crumb.screen for crumb in session.path} <= known
        is_found = self.ways.finds(before.screen) and session.rows != before.rows
        is_chosen = bool(before.query) and key.isdecimal()
        guess = typed if is_found and not is_chosen else None
        self.check_effects(thought, self.ways.targets(before.screen), guess)

    def check_effects(self, thought: Thought, targets: set[str], guess: str | None = None) -> None:
        """`guess` is the name by which a row was looked for."""
        sent = [each for each in thought.effects if isinstance(each, SendLink | SendSms)]
        assert not sent or self.ways.may_send(targets), (targets, sent)
        if sent and guess is not None:
            row = self.program.data_sets["things"].find(thought.session.rows["r1"])
            assert row
            called = {*row.labels["name"].values(), *row.cells["also"].split(";")}
            assert words_of(guess) in map(words_of, called), f"{guess} was guessed, and it acts"
        for each in sent:
            told = each.text if isinstance(each, SendSms) else each.link
            assert told
            assert not any(secret in told for secret in self.secrets)

    def commit(self, key: str, thought: Thought) -> None:
        """As the outbox does: once for each turn."""
        if not thought.effects:
            return
        which = effects_key(key, thought.session)
        if which in self.unkept:
            return
        assert which not in self.taken, "effects twice for one turn"
        self.taken[which] = thought.effects
        for effect in thought.effects:
            if isinstance(effect, RememberLanguage):
                self.callers.language = effect.language

    def check_stored(self, key: str, thought: Thought) -> None:
        stored = self.sessions.stored[key]
        assert len(stored) <= MAX_SESSION_BYTES, len(stored)
        assert self.sessions.find(key) == thought.session
        if self.usuals.last is not self.usual:
            self.usual = usual = self.usuals.last
            assert usual, "a query that was kept is gone"
            assert usual.rows == thought.session.rows
            assert usual.values == thought.session.values
        for secret in self.secrets:
            assert secret.encode() not in stored
