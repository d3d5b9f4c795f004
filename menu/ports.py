"""What the runner needs from the world. Implementers import downwards: `state`, `models`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from menu.language import Language
from menu.last_answer import KeptAnswer, LastAnswer
from menu.program import Program
from menu.service_parts import DOWN
from menu.services import Inquiry, Reply
from menu.session import Session
from menu.usual import Usual


class SessionsDown(Exception):
    """The session store did not answer in time."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one trip to the store brings.

    `language` is the caller's remembered one; `language_is_cached` False means that the store does
    not know whether there is one, so the durable record must be asked.
    """

    session: Session | None
    language: Language | None
    language_is_cached: bool
    left_off: Session | None = None  # where this caller was dropped of late
    last_answer: LastAnswer | None = None  # what he asked for, read where it may be offered


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOff:
    """What is kept of a dialogue, so that its caller may go on when he was dropped. `session` None:
    nothing any more."""

    caller_key: str
    session: Session | None
    seconds: int


class SessionStore(Protocol):
    def load(self, session_key: str, caller_key: str) -> Loaded:
        """One trip. Raises SessionsDown."""
        ...

    def save(
        self,
        session_key: str,
        session: Session,
        *,
        expected_turn: int,
        ttl_seconds: int,
        left_off: LeftOff | None = None,
        turn: bytes | None = None,
        last_answer: KeptAnswer | None = None,
    ) -> Session | None:
        """Compare-and-set: None when saved, else the session that is already there.

        Saved only if the stored turn equals `expected_turn`, or nothing is stored, and `left_off`
        with it, in the same trip; without it, what is kept there stays. So is the `last_answer`,
        and the record of the `turn`, as far as there is room for it: it may be lost.
        Raises SessionsDown.
        """
        ...

    def cache_language(self, caller_key: str, language: Language | None) -> None:
        """Remembers what the durable record says; None means "it knows none". Never raises."""
        ...


class Usuals(Protocol):
    """What callers asked for last, for those who ring "my usual". Its calls never raise: without it
    a call leads where it leads strangers."""

    def keep(self, caller_key: str, usual: Usual) -> None:
        """In the place of the one before."""
        ...

    def find(self, caller_key: str) -> Usual | None: ...


class NoUsuals:
    def keep(self, caller_key: str, usual: Usual) -> None:
        pass

    def find(self, caller_key: str) -> Usual | None:  # noqa: ARG002
        return None


class ServicePort(Protocol):
    """What asks services for menus (menu.services tells which there are)."""

    def ask(self, inquiry: Inquiry) -> Reply:
        """Its answer, or what happened instead, in time. Never raises."""
        ...


class NoServices:
    """Every call fails, so that the menu goes where it says for that."""

    def ask(self, inquiry: Inquiry) -> Reply:  # noqa: ARG002
        return Reply(outcome=DOWN)


class Tally(Protocol):
    """What counts dialogues by the version of their menu. Never raises, and waits for nothing."""

    def turn(
        self, version: int, began_at: float, *, begins: bool, completes: bool, fails: bool
    ) -> None:
        """One turn of a dialogue that began then (epoch seconds)."""
        ...


class NoTally:
    def turn(
        self, version: int, began_at: float, *, begins: bool, completes: bool, fails: bool
    ) -> None:
        pass


class CallersDown(Exception):
    """The durable record of callers did not answer."""


class Callers(Protocol):
    def find_language(self, caller_key: str) -> Language | None:
        """From the durable record. Raises CallersDown."""
        ...


class Library(Protocol):
    def live(self) -> tuple[int, Program]:
        """The published menu with its version."""
        ...

    def live_for(self, caller_key: str) -> tuple[int, Program]:
        """What this caller sees of it: a preview, a menu that is shared, or the live one. It takes
        no trip to anywhere."""
        ...

    def get(self, menu_version: int) -> Program | None:
        """A menu that was published once; None when it is gone."""
        ...
