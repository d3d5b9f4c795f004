"""Runs turns: loads the session, lets the engine think, and keeps the outcome.

Between `think` and `keep` the caller commits the effects, so that a crash in between is healed by
the gateway's repeat: the session still asks the same, and the effects' keys are taken.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

import msgspec

from menu import engine
from menu.effects import Effect, RememberLanguage
from menu.engine import Step
from menu.hearing import MOST_KEPT, MOST_KEPT_BYTES, Repeat, hear, kept
from menu.inputs import beginning
from menu.keywords import find_keyword
from menu.language import Language
from menu.ports import (
    Callers,
    CallersDown,
    Library,
    Loaded,
    NoServices,
    ServicePort,
    SessionsDown,
    SessionStore,
)  # fmt: skip
from menu.program import EntryPoint, Program
from menu.screens import ANY_PHONE, Display
from menu.session import Session
from telecom.events import Cumulative, Said

MOST_CALLS: Final = 3  # of services in one turn: somebody waits with the phone in his hand
NO_SESSION: Final = Loaded(session=None, language=None, language_is_cached=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One turn as the runner needs it. Keys carry no personal value; `now` is epoch seconds.

    `keeps_input` only where repeats are told by it: what people write is nobody's to keep.
    """

    session_key: str
    caller_key: str
    said: Said
    sequence: int | None = None
    display: Display = ANY_PHONE
    ttl_seconds: int
    now: float
    keeps_input: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a turn comes to. A repeat has no effects, and nothing to keep.

    `is_secret`: nobody may keep what was typed.
    """

    program: Program
    session: Session
    effects: tuple[Effect, ...] = ()
    is_repeat: bool = False
    is_secret: bool = False


class NoSuchEntry(LookupError):
    """No entry point of the live menu matches."""


class Runner:
    def __init__(
        self,
        library: Library,
        sessions: SessionStore,
        callers: Callers,
        services: ServicePort | None = None,
    ) -> None:
        self._library = library
        self._sessions = sessions
        self._callers = callers
        self._services = services or NoServices()

    def dial(self, visit: Visit, service_code: str) -> Thought:
        """A USSD turn. Raises SessionsDown, NoSuchEntry."""
        loaded = self._sessions.load(visit.session_key, visit.caller_key)
        if loaded.session is None:
            version, live = self._library.live()
            return self._begin(visit, loaded, version, live, live.ussd.get(service_code))
        heard = hear(loaded.session, visit.said, visit.sequence, visit.now)
        program = self._library.get(loaded.session.menu_version)
        if isinstance(heard, Repeat) or program is None:
            # A menu that is gone cannot be walked on; its last screen is still the honest answer.
            return Thought(
                program=program or self._library.live()[1], session=loaded.session, is_repeat=True
            )
        return self._go_on(program, visit, loaded.session, heard.typed)

    def text(self, visit: Visit) -> Thought:
        """An MO SMS: a keyword starts, perhaps with an answer behind it; an answer goes on;
        anything else meets the default screen.

        Repeats are told apart by the message's id, before this. Without sessions a text still
        works as a keyword. Raises NoSuchEntry.
        """
        try:
            loaded = self._sessions.load(visit.session_key, visit.caller_key)
        except SessionsDown:
            loaded = NO_SESSION
        session = loaded.session
        version, live = self._library.live()
        keyword = find_keyword(live, visit.said.text)
        if keyword is None and session and not session.ended:
            program = self._library.get(session.menu_version)
            if program is not None:
                return self._go_on(program, visit, session, visit.said.text)
        entry, answer = keyword or (live.sms_default, "")
        return self._begin(visit, loaded, version, live, entry, answer)

    def ring(self, called: str, language: Language | None, now: float) -> Thought:
        """A missed call of somebody for whom `language` is remembered. No session: it starts things
        and never answers. Raises NoSuchEntry.
        """
        version, program = self._library.live()
        entry = program.missed_call.get(called)
        if entry is None:
            raise NoSuchEntry(called)
        step = engine.enter(program, entry, language, ANY_PHONE, now)
        step = self._served(program, step, ANY_PHONE, now)
        return _thought(program, version, step, turn=1, visit=None, now=now)

    def hearer(self, caller_key: str) -> tuple[Program, Language | None]:
        """Whom a text is written for that no menu brings: the live menu, and what he reads."""
        _, program = self._library.live()
        return program, self._find_language(caller_key)

    def speak(self, visit: Visit, language: Language) -> None:
        """From now on in this language, a dialogue that is going on included. Never raises."""
        self._sessions.cache_language(visit.caller_key, language)
        try:
            session = self._sessions.load(visit.session_key, visit.caller_key).session
            program = self._library.get(session.menu_version) if session else None
            if session is None or program is None or language not in program.languages:
                return
            self._sessions.save(
                visit.session_key,
                msgspec.structs.replace(session, language=language, turn=session.turn + 1),
                expected_turn=session.turn,
                ttl_seconds=visit.ttl_seconds,
            )
        except SessionsDown:
            return  # the next text starts anew, in the language that is remembered

    def keep(self, visit: Visit, thought: Thought) -> Session:
        """Saves the turn; a parallel turn that was faster has the say. Raises SessionsDown."""
        if thought.is_repeat:
            return thought.session
        there = self._sessions.save(
            visit.session_key,
            thought.session,
            expected_turn=thought.session.turn - 1,
            ttl_seconds=visit.ttl_seconds,
        )
        for effect in thought.effects:
            if isinstance(effect, RememberLanguage):
                self._sessions.cache_language(visit.caller_key, effect.language)
        return there or thought.session

    def _begin(
        self,
        visit: Visit,
        loaded: Loaded,
        version: int,
        program: Program,
        entry: EntryPoint | None,
        answer: str = "",
    ) -> Thought:
        if entry is None:
            raise NoSuchEntry(program.name)
        language = self._language_of(visit.caller_key, loaded)
        display, now, heard = visit.display, visit.now, None
        turn = loaded.session.turn + 1 if loaded.session else 1
        if isinstance(visit.said, Cumulative) and visit.said.text:
            keys = visit.said.text.split("*")
            # Turns are what effects are told apart by: those of a session that was lost count on.
            turn += len(keys)
            step = engine.enter_prefilled(program, entry, language, keys, display, now)
            # What nobody asked for may be the answer to a question of a session that was lost.
            followed = "*".join(keys[: step.walked])
            clear = beginning(followed, MOST_KEPT, MOST_KEPT_BYTES)
            heard = clear, len(visit.said.text) - len(clear)
        elif answer:
            step = engine.enter_asking(program, entry, language, answer, display, now)
        else:
            step = engine.enter(program, entry, language, display, now)
        step = self._served(program, step, display, now)
        if heard is not None:
            # Nor does what a service leads to happen before somebody has seen its screen.
            step = dataclasses.replace(step, effects=())
        heard = heard or kept(None, visit.said, is_secret=step.is_secret)
        return _thought(program, version, step, turn=turn, visit=visit, now=now, heard=heard)

    def _go_on(self, program: Program, visit: Visit, session: Session, typed: str) -> Thought:
        step = engine.press(program, session.place, typed, visit.display, visit.now)
        step = self._served(program, step, visit.display, visit.now)
        return _thought(
            program,
            session.menu_version,
            step,
            turn=session.turn + 1,
            visit=visit,
            now=visit.now,
            heard=kept(session, visit.said, is_secret=step.is_secret),
        )

    def _served(self, program: Program, step: Step, display: Display, now: float) -> Step:
        """The step after what it needs of services. A call that fails leads where the menu says."""
        for _ in range(MOST_CALLS):
            if step.needs is None:
                return step
            answer = self._services.ask(step.needs.call.service, dict(step.needs.told))
            step = engine.resume(program, step, answer, display, now)
        return step if step.needs is None else engine.give_up(program, step, display, now)

    def _language_of(self, caller_key: str, loaded: Loaded) -> Language | None:
        if loaded.language_is_cached:
            return loaded.language
        try:
            language = self._callers.find_language(caller_key)
        except CallersDown:
            return None  # not cached: the next dial asks again
        self._sessions.cache_language(caller_key, language)
        return language

    def _find_language(self, caller_key: str) -> Language | None:
        try:
            return self._callers.find_language(caller_key)
        except CallersDown:
            return None


def _thought(
    program: Program,
    version: int,
    step: Step,
    *,
    turn: int,
    visit: Visit | None,
    now: float,
    heard: tuple[str, int] = ("", 0),
) -> Thought:
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
    )
    return Thought(program=program, session=session, effects=step.effects, is_secret=step.is_secret)
