"""What stands around a runner where there is no bridge: sessions, a caller, a menu, in memory.

For one caller, who has all the time of the world: nothing is forgotten by itself. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from menu.language import Language
from menu.last_answer import KeptAnswer
from menu.ports import LeftOff, Loaded
from menu.program import Program
from menu.session import Session
from menu.usual import Usual


@dataclass(slots=True)
class Sessions:
    """What Redis does, in the bytes that it would hold."""

    stored: dict[str, bytes] = field(default_factory=dict)
    left_off: Session | None = None
    kept_answer: KeptAnswer | None = None
    language: Language | None = None
    language_is_cached: bool = False

    def load(self, session_key: str, caller_key: str) -> Loaded:  # noqa: ARG002 - one caller
        return Loaded(
            session=self.find(session_key),
            language=self.language,
            language_is_cached=self.language_is_cached,
            left_off=self.left_off,
            last_answer=self.kept_answer.answer if self.kept_answer else None,
        )

    def find(self, session_key: str) -> Session | None:
        stored = self.stored.get(session_key)
        return msgspec.msgpack.decode(stored, type=Session) if stored else None

    def save(
        self,
        session_key: str,
        session: Session,
        *,
        expected_turn: int,
        ttl_seconds: int,  # noqa: ARG002 - no time passes
        left_off: LeftOff | None = None,
        turn: bytes | None = None,  # noqa: ARG002 - nobody records it
        last_answer: KeptAnswer | None = None,
    ) -> Session | None:
        there = self.find(session_key)
        if there and there.turn != expected_turn:
            return there
        self.stored[session_key] = msgspec.msgpack.encode(session)
        if left_off is not None:
            self.left_off = left_off.session
        if last_answer is not None:
            self.keep_answer(last_answer)
        return None

    def keep_answer(self, kept: KeptAnswer) -> None:
        """Unless there is something newer."""
        there = self.kept_answer
        if there is None or (there.asked_at, there.rank) <= (kept.asked_at, kept.rank):
            self.kept_answer = kept

    def cache_language(self, caller_key: str, language: Language | None) -> None:  # noqa: ARG002
        self.language, self.language_is_cached = language, True

    def forget(self) -> None:
        """All of it, as Redis may."""
        self.stored.clear()
        self.left_off, self.language, self.language_is_cached = None, None, False
        self.kept_answer = None


@dataclass(slots=True)
class Callers:
    """What the table of subscribers does."""

    language: Language | None = None

    def find_language(self, caller_key: str) -> Language | None:  # noqa: ARG002 - one caller
        return self.language


@dataclass(slots=True)
class Usuals:
    last: Usual | None = None

    def keep(self, caller_key: str, usual: Usual) -> None:  # noqa: ARG002 - one caller
        self.last = usual

    def find(self, caller_key: str) -> Usual | None:  # noqa: ARG002 - one caller
        return self.last


@dataclass(slots=True)
class Library:
    """One menu, in one version."""

    program: Program

    def live(self) -> tuple[int, Program]:
        return 1, self.program

    def live_for(self, caller_key: str) -> tuple[int, Program]:  # noqa: ARG002 - one menu for all
        return self.live()

    def get(self, menu_version: int) -> Program | None:
        return self.program if menu_version == 1 else None
