"""What stands around the runner: sessions as the bytes that Redis holds, services, a menu."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from menu.language import Language
from menu.ports import LeftOff, Loaded
from menu.program import Program
from menu.services import Inquiry, Reply
from menu.session import Session


@dataclass
class Sessions:
    """What Redis does, in the bytes that it would hold."""

    stored: dict[str, bytes] = field(default_factory=dict)
    languages: dict[str, Language] = field(default_factory=dict)

    def load(self, session_key: str, caller_key: str) -> Loaded:
        known = self.languages.get(caller_key)
        return Loaded(self.find(session_key), known, language_is_cached=known is not None)

    def find(self, session_key: str) -> Session | None:
        stored = self.stored.get(session_key)
        return msgspec.msgpack.decode(stored, type=Session) if stored else None

    def save(
        self,
        session_key: str,
        session: Session,
        *,
        expected_turn: int,
        ttl_seconds: int,
        left_off: LeftOff | None = None,  # nobody is offered to go on (tests/ussd/test_resuming.py)
        turn: bytes | None = None,
    ) -> Session | None:
        there = self.find(session_key)
        if there and there.turn != expected_turn:
            return there
        self.stored[session_key] = msgspec.msgpack.encode(session)
        return None

    def cache_language(self, caller_key: str, language: Language | None) -> None:
        if language:
            self.languages[caller_key] = language

    def find_language(self, caller_key: str) -> Language | None:
        return self.languages.get(caller_key)


@dataclass
class Services:
    """Answers now and then, and long."""

    asked: int = 0

    def ask(self, inquiry: Inquiry) -> Reply:
        self.asked += 1
        if self.asked % 3 == 0:
            return Reply(outcome="down")
        if inquiry.service == "balance":
            return Reply(parts={"amount": "125000.5", "not asked for": "x"})
        heat = ("41", "hot", "")[self.asked % 3]
        return Reply(parts={"sky": "clear " * 40, "heat": heat})


@dataclass
class Library:
    program: Program

    def live(self) -> tuple[int, Program]:
        return 1, self.program

    def get(self, menu_version: int) -> Program | None:
        return self.program if menu_version == 1 else None
