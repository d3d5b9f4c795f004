"""Runs turns: loads the session, lets the engine think, and keeps the outcome.

Between `think` and `keep` the caller commits the effects, so that a crash in between is healed by
the gateway's repeat: the session still asks the same, and the effects' keys are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from menu import engine
from menu.effects import Effect, RememberLanguage
from menu.engine import Step
from menu.hearing import MOST_KEPT, Repeat, hear, kept
from menu.inputs import is_choice
from menu.keywords import Keyword, brings_secret, find_keyword
from menu.language import Language
from menu.near_misses import Near, find_near, is_yes
from menu.ports import (
    Callers,
    CallersDown,
    Library,
    Loaded,
    NoServices,
    NoUsuals,
    ServicePort,
    SessionsDown,
    SessionStore,
    Usuals,
)  # fmt: skip
from menu.program import EntryPoint, Program
from menu.screens import ANY_PHONE, Display
from menu.session import Session
from menu.usual import Usual
from telecom.events import Cumulative, Said

MOST_OFFERED: Final = 200  # characters of a text that "1" may stand for
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

    `is_secret`: nobody may keep what was typed. `is_unknown`: a text that was not understood, and
    is no choice either; a machine may have sent it. `start` is where the last screen was reached
    from in this turn. `is_told`: a missed call is answered with what is shown.
    """

    program: Program
    session: Session
    effects: tuple[Effect, ...] = ()
    is_repeat: bool = False
    is_secret: bool = False
    is_unknown: bool = False
    start: str = ""
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who gave a missed call: his pseudonym, and his country (ISO 3166)."""

    key: str = ""
    region: str | None = None


class NoSuchEntry(LookupError):
    """No entry point of the live menu matches."""


class Runner:
    def __init__(
        self,
        library: Library,
        sessions: SessionStore,
        callers: Callers,
        services: ServicePort | None = None,
        usuals: Usuals | None = None,
    ) -> None:
        self._library = library
        self._sessions = sessions
        self._callers = callers
        self._services = services or NoServices()
        self._usuals = usuals or NoUsuals()

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
        """An MO SMS: a keyword starts, perhaps with answers behind it; an answer goes on; what is
        nearly a keyword is asked about; anything else meets the default screen.

        Repeats are told apart by the message's id, before this. Without sessions a text still
        works as a keyword. Raises NoSuchEntry.
        """
        try:
            loaded = self._sessions.load(visit.session_key, visit.caller_key)
        except SessionsDown:
            loaded = NO_SESSION
        session = loaded.session
        version, live = self._library.live()
        said = visit.said.text
        keyword = find_keyword(live, said)
        if keyword is None and session and not session.ended:
            program = self._library.get(session.menu_version)
            if program is not None:
                return _lost_again(session, self._go_on(program, visit, session, said), said)
        if keyword is None and session and session.offer and is_yes(said):
            keyword = find_keyword(live, session.offer)
        if keyword is not None:
            return self._begin_with(visit, loaded, version, live, keyword)
        if near := find_near(live, said):
            return self._offer(visit, loaded, version, live, near)
        thought = self._begin(visit, loaded, version, live, live.sms_default)
        lost = msgspec.structs.replace(thought.session, is_lost=True)
        return replace(thought, session=lost, is_unknown=not is_choice(said))

    def ring(self, called: str, language: Language | None, now: float, caller: Caller) -> Thought:
        """A missed call of somebody for whom `language` is remembered. No session: it starts
        things, or repeats what was asked before, and never answers. Raises NoSuchEntry.
        """
        version, program = self._library.live()
        entry = program.missed_call.get(called)
        if entry is None:
            raise NoSuchEntry(called)
        step = None
        if entry.foreign and caller.region != program.country:
            entry = entry.foreign
        elif entry.is_usual and (usual := self._usuals.find(caller.key)):
            step = engine.enter_again(program, usual, language, ANY_PHONE, now)
        if step is None:
            step = engine.enter(program, entry, language, ANY_PHONE, now)
        step = self._served(program, step, ANY_PHONE, now)
        thought = _thought(program, version, step, turn=1, visit=None, now=now)
        return replace(thought, is_told=entry.is_usual and step.ends)

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
            if session is None or program is None or not program.speaks(language):
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
        if there is None and thought.session.ended and thought.program.keeps_usuals:
            self._keep_usual(visit.caller_key, thought)
        return there or thought.session

    def _keep_usual(self, caller_key: str, thought: Thought) -> None:
        session = thought.session
        screen = thought.start or session.screen
        if screen in thought.program.repeatable:
            usual = Usual(
                screen=screen, language=session.language, rows=session.rows, values=session.values
            )
            self._usuals.keep(caller_key, usual)

    def _begin_with(
        self, visit: Visit, loaded: Loaded, version: int, program: Program, keyword: Keyword
    ) -> Thought:
        """A keyword, and as many of its answers as are asked for one after the other."""
        entry, first = keyword.entry, "" if keyword.entry.args else keyword.answer
        thought = self._begin(visit, loaded, version, program, entry, first, keyword.answers)
        is_secret = thought.is_secret or brings_secret(program, keyword)
        return replace(thought, is_secret=is_secret)

    def _offer(
        self, visit: Visit, loaded: Loaded, version: int, program: Program, near: Near
    ) -> Thought:
        """Asks whether that keyword was meant; nothing has begun."""
        known = self._language_of(visit.caller_key, loaded)
        language = known if known and program.speaks(known) else program.fallback_language
        keyword = find_keyword(program, near.text)
        is_secret = keyword is not None and brings_secret(program, keyword)
        session = Session(
            menu_version=version,
            turn=loaded.session.turn + 1 if loaded.session else 1,
            screen=next(iter(program.screens)) if keyword is None else keyword.entry.screen,
            language=language,
            shown=program.phrases["did_you_mean"][language].replace("{keyword}", near.keyword),
            ended=True,
            at=visit.now,
            offer=near.keyword if is_secret else near.text[:MOST_OFFERED],
        )
        return Thought(program=program, session=session, is_secret=is_secret)

    def _begin(
        self,
        visit: Visit,
        loaded: Loaded,
        version: int,
        program: Program,
        entry: EntryPoint | None,
        answer: str = "",
        answers: Sequence[tuple[str, str]] = (),
    ) -> Thought:
        if entry is None:
            raise NoSuchEntry(program.name)
        language = self._language_of(visit.caller_key, loaded)
        display, now, heard = visit.display, visit.now, None
        if isinstance(visit.said, Cumulative) and visit.said.text:
            keys = visit.said.text.split("*")
            step = engine.enter_prefilled(program, entry, language, keys, display, now)
            # What nobody asked for may be the answer to a question of a session that was lost.
            followed = "*".join(keys[: step.walked])
            heard = followed[:MOST_KEPT], len(visit.said.text) - len(followed[:MOST_KEPT])
        elif answer:
            step = engine.enter_asking(program, entry, language, answer, display, now)
        else:
            step = engine.enter(program, entry, language, display, now)
        step = self._served(program, step, display, now)
        for name, typed in answers:
            onward = engine.answer(program, step, name, typed, display, now)
            if onward is None:
                break
            step = self._served(program, onward, display, now)
        turn = loaded.session.turn + 1 if loaded.session else 1
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
    return Thought(
        program=program,
        session=session,
        effects=step.effects,
        is_secret=step.is_secret,
        start=step.start,
    )


def _lost_again(before: Session, thought: Thought, said: str) -> Thought:
    """A dialogue that an unknown text began, and this one did not help: it led nowhere."""
    now = thought.session
    same = replace(before.place, tries=0) == replace(now.place, tries=0)
    if not before.is_lost or thought.effects or not same:
        return thought
    lost = msgspec.structs.replace(now, is_lost=True)
    return replace(thought, session=lost, is_unknown=not is_choice(said))
