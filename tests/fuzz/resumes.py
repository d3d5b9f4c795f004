"""What must hold for whoever is dropped and dials again: what is offered to him, and what follows.

What is kept for him is worked out here once more, from what docs/menus.md says of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from menu.inputs import fold, pressed_key
from menu.program import Program
from menu.resuming import effects_key
from menu.session import Session
from menu.turns import Thought
from tests.fuzz.menus import ASKS


@dataclass(frozen=True)
class Left:
    """Where he was dropped, in the dialogue that he dialled by this code."""

    key: str
    code: str
    session: Session
    is_plain: bool  # it was shown as it is, and no word above it of what was wrong


def _went_on(before: Session, after: Session) -> bool:
    """An answer after which he stands elsewhere, on the next page or before other finds was not
    wrong."""
    is_elsewhere = (after.screen, after.path) != (before.screen, before.path)
    has_found = bool(after.query) and after.query != before.query
    return is_elsewhere or has_found or after.page > before.page


@dataclass
class Resumes:
    program: Program
    left: Left | None = None
    due: str = ""  # what was done last, and the session did not hear of it
    went_on: str = ""  # the dialogue that he was asked about, and went on in with his last answer

    def __post_init__(self) -> None:
        self._private: set[str] = set()

    def offered(self, now: float, code: str | None = None) -> Left | None:
        """What is offered to somebody who dials this code; None for the code: who sends an SMS."""
        left, seconds = self.left, self.program.resume_seconds
        if left is None or code not in (None, left.code):
            return None
        return left if seconds and now - left.session.at <= seconds else None

    def note(self, key: str, code: str, before: Session | None, thought: Thought) -> None:
        """A turn that he dialled was kept. An offer that he did not take stands."""
        session = thought.session
        if session.offers:
            return
        self.went_on = key if before is not None and before.offers else ""
        if not self.went_on:
            self.due = ""
        if before is None:
            self._private.discard(key)  # what was private is lost with the session before
        if thought.is_secret:
            self._private.add(key)
        if session.path and not session.ended and key not in self._private:
            is_plain = before is None or before.offers or _went_on(before, session)
            self.left = Left(key, code, session, is_plain)
        elif before is not None:
            self.left = None

    def note_unkept(self, key: str, before: Session, thought: Thought) -> str:
        """What the turn did is done, and its session was lost with whoever thought it."""
        which = effects_key(key, thought.session)
        if self.left and (self.left.key, self.left.session) == (key, before):
            self.due = which
        return which

    def check_done_already(self, key: str, thought: Thought) -> None:
        """The first answer after he went on has the name of the one that was done and not kept."""
        if self.due and self.went_on == key:
            assert effects_key(key, thought.session) == self.due, "it would be done twice"

    def check_offer(self, thought: Thought, left: Left) -> None:
        session = thought.session
        assert session.offers
        assert not session.ended
        self._check_there(thought, left)

    def check_decision(self, thought: Thought, before: Session, typed: str) -> bool:
        """Whether he begins again."""
        left, session, key = self.left, thought.session, pressed_key(typed)
        assert left, "offered, and nothing is kept"
        if key in ("2", "00") or self._says("start_again", typed):
            assert not session.offers
            assert session.path == ()
            assert not session.rows
            assert not session.values.keys() & ASKS.keys(), session.values
            self.due = ""
            return True
        self._check_there(thought, left)
        goes_on = key == "1" or self._says("go_on", typed)
        assert session.offers is not goes_on
        assert session.ended is (key == "0")
        assert session.language == before.language
        if goes_on:
            self._check_question(session, left)
        return False

    def check_taken_up(self, thought: Thought, left: Left) -> None:
        """By SMS, without a question before."""
        assert thought.takes_up
        assert not thought.session.offers
        assert not thought.session.ended
        self._check_there(thought, left)
        self._check_question(thought.session, left)
        self.left, self.due = None, ""

    def _check_there(self, thought: Thought, left: Left) -> None:
        """At the very place, with all that was answered, and nothing happens."""
        assert thought.effects == ()
        place = thought.session.place
        assert place == replace(left.session.place, language=place.language), (place, left)

    def _check_question(self, session: Session, left: Left) -> None:
        if left.is_plain and session.language == left.session.language:
            assert session.shown == left.session.shown, (session.shown, left.session.shown)

    def _says(self, name: str, typed: str) -> bool:
        return fold(typed) in {fold(phrase) for phrase in self.program.phrases[name].values()}
