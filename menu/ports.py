"""What the runner needs from the world. Implementers import downwards: `state`, `models`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from menu.language import Language
from menu.program import Program
from menu.session import Session


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


class SessionStore(Protocol):
    def load(self, session_key: str, caller_key: str) -> Loaded:
        """One trip. Raises SessionsDown."""
        ...

    def save(
        self, session_key: str, session: Session, *, expected_turn: int, ttl_seconds: int
    ) -> Session | None:
        """Compare-and-set: None when saved, else the session that is already there.

        Saved only if the stored turn equals `expected_turn`, or nothing is stored.
        Raises SessionsDown.
        """
        ...

    def cache_language(self, caller_key: str, language: Language | None) -> None:
        """Remembers what the durable record says; None means "it knows none". Never raises."""
        ...


class ServicePort(Protocol):
    """What asks services for menus (menu.services tells which there are)."""

    def ask(self, service: str, told: Mapping[str, str]) -> Mapping[str, str] | None:
        """The parts of its answer; None where it failed. Never raises. What it is told may be a
        PIN: it is for the service alone."""
        ...


class NoServices:
    """Every call fails, so that the menu goes where it says for that."""

    def ask(self, service: str, told: Mapping[str, str]) -> Mapping[str, str] | None:  # noqa: ARG002
        return None


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

    def get(self, menu_version: int) -> Program | None:
        """A menu that was published once; None when it is gone."""
        ...
