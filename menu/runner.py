"""Runs turns: loads the session, lets the engine think, and keeps the outcome.

Between `think` and `keep` the caller commits the effects, so that a crash in between is healed by
the gateway's repeat: the session still asks the same, and the effects' keys are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import msgspec

from menu import engine, offers, resuming, retelling
from menu.effects import AnswerLater, RememberLanguage
from menu.hearing import Repeat, hear, kept
from menu.inputs import is_choice, pressed_key
from menu.keywords import Keyword, brings_secret, find_keyword
from menu.language import Language
from menu.looking_ahead import asked_ahead
from menu.near_misses import Near, find_near, is_yes
from menu.ports import (
    Callers,
    CallersDown,
    Library,
    Loaded,
    NoServices,
    NoTally,
    NoUsuals,
    ServicePort,
    SessionsDown,
    SessionStore,
    Tally,
    Usuals,
)  # fmt: skip
from menu.program import EntryPoint, Program
from menu.resuming import Wish
from menu.screens import ANY_PHONE
from menu.service_codes import Dialled, read_dialled
from menu.services import Inquiry
from menu.serving import served
from menu.session import Session
from menu.turns import (
    Caller,
    Thought,
    Visit,
    changed,
    followed_input,
    left_off_by,
    next_thought,
    thought_of,
    turn_key,
)  # fmt: skip
from menu.usual import Usual

MOST_OFFERED: Final = 200  # characters of a text that "1" may stand for
NO_SESSION: Final = Loaded(session=None, language=None, language_is_cached=False)

NO_DIAL: Final = Dialled("")


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
        record: Callable[[Visit, Thought], bytes] | None = None,
        tally: Tally | None = None,
        prefetch: Callable[[Inquiry], None] | None = None,
    ) -> None:
        """`record` writes a turn for the stream of turns; without it none is kept. `prefetch` asks
        a service ahead, without a wait; without it none is."""
        self._library = library
        self._sessions = sessions
        self._callers = callers
        self._services = services or NoServices()
        self._usuals = usuals or NoUsuals()
        self._record = record
        self._tally = tally or NoTally()
        self._prefetch = prefetch

    def dial(self, visit: Visit, service_code: str) -> Thought:
        """A USSD turn. Raises SessionsDown, NoSuchEntry."""
        loaded = self._sessions.load(visit.session_key, visit.caller_key)
        with self._watched(visit, loaded):
            return retelling.with_answer(visit, self._hop(visit, loaded, service_code))

    def _hop(self, visit: Visit, loaded: Loaded, service_code: str) -> Thought:
        if loaded.session is None:
            return self._dialled(visit, loaded, service_code)
        heard = hear(loaded.session, visit.said, visit.sequence, visit.now)
        program = self._library.get(loaded.session.menu_version)
        if isinstance(heard, Repeat) or program is None:
            # A menu that is gone cannot be walked on; its last screen is still the honest answer.
            return Thought(
                program=program or self._library.live_for(visit.caller_key)[1],
                session=loaded.session,
                is_repeat=True,
            )
        if loaded.session.offers:
            return self._decide(program, visit, loaded, loaded.session, heard.typed)
        if loaded.session.offers_answer:
            return self._tell_again(program, visit, loaded, loaded.session, heard.typed)
        return self._go_on(program, visit, loaded.session, heard.typed)

    def text(self, visit: Visit) -> Thought:
        """An MO SMS: a keyword starts, perhaps with answers behind it; a word for it goes on with
        what was dropped on USSD; an answer goes on; what is nearly a keyword is asked about;
        anything else meets the default screen.

        Repeats are told apart by the message's id, before this. Without sessions a text still
        works as a keyword. Raises NoSuchEntry.
        """
        try:
            loaded = self._sessions.load(visit.session_key, visit.caller_key)
        except SessionsDown:
            loaded = NO_SESSION
        with self._watched(visit, loaded):
            return self._read(visit, loaded)

    def _read(self, visit: Visit, loaded: Loaded) -> Thought:
        session = loaded.session
        version, live = self._library.live_for(visit.caller_key)
        said = visit.said.text
        keyword = find_keyword(live, said)
        if keyword is None and resuming.asks_to_go_on(live, said):
            left_off, program = self._left_off(loaded, live, visit.now)
            if left_off is not None and program is not None:
                there = offers.take_up(program, visit, session, left_off)
                return replace(there, typed=said, begins=True)
        if keyword is None and session and not session.ended:
            program = self._library.get(session.menu_version)
            if program is not None:
                return _lost_again(session, self._go_on(program, visit, session, said), said)
        if keyword is None and session and session.offer and is_yes(said):
            keyword = find_keyword(live, session.offer)
            if keyword is not None:
                begun = self._begin_with(visit, loaded, version, live, keyword)
                return replace(begun, begins=False)
        if keyword is not None:
            return self._begin_with(visit, loaded, version, live, keyword)
        if near := find_near(live, said):
            return self._offer(visit, loaded, version, live, near)
        thought = self._begin(visit, loaded, version, live, live.sms_default)
        lost = msgspec.structs.replace(thought.session, is_lost=True)
        return replace(thought, session=lost, is_unknown=not is_choice(said))

    def ring(
        self,
        called: str,
        language: Language | None,
        now: float,
        caller: Caller,
    ) -> Thought:
        """A missed call of somebody for whom `language` is remembered. No session: it starts
        things, or repeats what was asked before, and never answers. Services are asked later: who
        rang has hung up, and waits for an SMS. Raises NoSuchEntry.
        """
        version, program = self._library.live_for(caller.key)
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
        needs, is_told = step.needs, entry.is_usual and (step.ends or step.needs is not None)
        step = engine.put_off(program, step, f"{caller.key}:{step.place.screen}", ANY_PHONE, now)
        effects = tuple(
            replace(each, is_told=is_told) if isinstance(each, AnswerLater) else each
            for each in step.effects
        )
        step = replace(step, effects=effects)
        thought = thought_of(program, version, step, turn=1, visit=None, now=now)
        is_answered = is_told and needs is None
        return replace(thought, is_told=is_answered or step.is_closed)

    def hearer(self, caller_key: str) -> tuple[Program, Language | None]:
        """Whom a text is written for that no menu brings: the live menu, and what he reads."""
        _, program = self._library.live_for(caller_key)
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
            left_off=left_off_by(visit, thought),
            turn=self._record(visit, thought) if self._record else None,
            last_answer=thought.kept_answer,
        )
        for effect in thought.effects:
            if isinstance(effect, RememberLanguage):
                self._sessions.cache_language(visit.caller_key, effect.language)
        if there is None:
            self._count(thought)
            self._look_ahead(visit, thought)
        if there is None and thought.session.ended and thought.program.keeps_usuals:
            self._keep_usual(visit.caller_key, thought)
        return there or thought.session

    def _look_ahead(self, visit: Visit, thought: Thought) -> None:
        if self._prefetch is not None:
            for inquiry in asked_ahead(
                thought.program, thought.session, visit.caller_key, visit.now
            ):
                self._prefetch(inquiry)

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
        thought = self._begin(
            visit, loaded, version, program, entry, first, answers=keyword.answers
        )
        is_secret = thought.is_secret or brings_secret(program, keyword)
        return replace(thought, is_secret=is_secret, entry=keyword.word)

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
        return Thought(
            program=program,
            session=session,
            is_secret=is_secret,
            typed=visit.said.text,
            begins=True,
        )

    def _begin(
        self,
        visit: Visit,
        loaded: Loaded,
        version: int,
        program: Program,
        entry: EntryPoint | None,
        answer: str = "",
        dialled: Dialled = NO_DIAL,
        answers: Sequence[tuple[str, str]] = (),
    ) -> Thought:
        if entry is None:
            raise NoSuchEntry(program.name)
        language = self._language_of(visit.caller_key, loaded)
        display, now, heard = visit.display, visit.now, None
        if dialled.keys:
            step = engine.enter_prefilled(program, entry, language, dialled.keys, display, now)
            heard = followed_input(visit.said, step.walked + dialled.ahead)
        elif answer:
            step = engine.enter_asking(program, entry, language, answer, display, now)
        else:
            step = engine.enter(program, entry, language, display, now)
        key = turn_key(visit, loaded.session, ahead=0 if loaded.session else len(dialled.keys))
        may_wait = heard is None  # nobody has seen what a shortcut leads to
        step = served(self._services, program, visit, step, key, may_wait=may_wait)
        if heard is not None:
            # Nor does what a service leads to happen before somebody has seen its screen.
            step = replace(step, effects=())
        for at, (name, typed) in enumerate(answers):
            onward = engine.answer(program, step, name, typed, display, now)
            if onward is None:
                break
            step = served(self._services, program, visit, onward, f"{key}:{at}")
        turn = loaded.session.turn + 1 if loaded.session else 1
        heard = heard or kept(loaded.session, visit.said, is_secret=step.is_secret)
        followed = map(pressed_key, dialled.keys[: step.walked])
        thought = thought_of(
            program,
            version,
            step,
            turn=turn,
            visit=visit,
            now=now,
            heard=heard,
            typed="*".join(followed) if dialled.code else visit.said.text,
            begins=True,
        )
        # Turns are what effects are told apart by: those of a session that was lost count on.
        ahead = 0 if loaded.session else len(dialled.keys)
        return changed(thought, code=dialled.code, ahead=ahead, is_private=step.is_secret)

    def _go_on(self, program: Program, visit: Visit, session: Session, typed: str) -> Thought:
        step = engine.press(program, session.place, typed, visit.display, visit.now)
        step = served(self._services, program, visit, step, turn_key(visit, session))
        return next_thought(program, visit, session, step, typed)

    def _dialled(self, visit: Visit, loaded: Loaded, service_code: str) -> Thought:
        """The first turn: what was dropped is offered, unless a shortcut says where to go."""
        version, live = self._library.live_for(visit.caller_key)
        dialled = read_dialled(service_code, visit.said, live.ussd)
        if dialled is None:
            raise NoSuchEntry(service_code)
        if not dialled.keys:
            left_off, program = self._left_off(loaded, live, visit.now)
            if left_off is not None and program is not None and left_off.code == dialled.code:
                return offers.first_offer(program, visit, left_off, loaded.language)
            last = loaded.last_answer
            if last and retelling.is_offered(last, live, dialled.code, visit.display, visit.now):
                return retelling.first_offer(live, version, visit, last, loaded.language)
        entry = live.ussd[dialled.code]
        return self._begin(visit, loaded, version, live, entry, dialled=dialled)

    def _left_off(
        self, loaded: Loaded, live: Program, now: float
    ) -> tuple[Session | None, Program | None]:
        """Where the caller was dropped, and the menu that it is in, while that is there."""
        left_off = loaded.left_off
        if left_off is None or not resuming.is_fresh(left_off, live, now):
            return None, None
        return left_off, self._library.get(left_off.menu_version)

    def _decide(
        self, program: Program, visit: Visit, loaded: Loaded, session: Session, typed: str
    ) -> Thought:
        """The answer to the offer. Who begins again does so in the menu of today."""
        wish = resuming.wish_of(program, typed)
        if wish is not Wish.AFRESH:
            return replace(offers.answered(program, visit, session, wish), typed=typed)
        return self._begin_again(visit, loaded, session)

    def _tell_again(
        self, program: Program, visit: Visit, loaded: Loaded, session: Session, typed: str
    ) -> Thought:
        """The answer to the offer of the last answer, which may be gone since."""
        last = loaded.last_answer
        if last is not None and last.code == session.code:
            thought = retelling.answered(program, visit, session, last, typed)
            if thought is not None:
                return replace(thought, typed=typed)
        return retelling.dropped(visit, self._begin_again(visit, loaded, session), last)

    def _begin_again(self, visit: Visit, loaded: Loaded, session: Session) -> Thought:
        version, live = self._library.live_for(visit.caller_key)
        entry, dialled = live.ussd.get(session.code), Dialled(session.code)
        return self._begin(visit, loaded, version, live, entry, dialled=dialled)

    def _count(self, thought: Thought) -> None:
        """A dialogue is completed where the menu ends it, not where its caller leaves."""
        session, has_failed = thought.session, thought.has_failed
        screen = thought.program.screens.get(session.screen)
        is_end = session.ended and not session.offer and screen is not None and screen.ends
        self._tally.turn(
            session.menu_version,
            session.began_at,
            begins=thought.begins and not thought.takes_up,
            completes=is_end and not has_failed,
            fails=has_failed,
        )

    @contextmanager
    def _watched(self, visit: Visit, loaded: Loaded) -> Iterator[None]:
        """A turn of which nothing came is counted, too: it may be the menu's fault."""
        try:
            yield
        except SessionsDown:
            raise
        except Exception:
            session = loaded.session
            at = session.began_at if session else visit.now
            version = session.menu_version if session else 0
            version = version or self._library.live_for(visit.caller_key)[0]
            self._tally.turn(version, at, begins=session is None, completes=False, fails=True)
            raise

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


def _lost_again(before: Session, thought: Thought, said: str) -> Thought:
    """A dialogue that an unknown text began, and this one did not help: it led nowhere."""
    now = thought.session
    same = replace(before.place, tries=0) == replace(now.place, tries=0)
    if not before.is_lost or thought.effects or not same:
        return thought
    lost = msgspec.structs.replace(now, is_lost=True)
    return replace(thought, session=lost, is_unknown=not is_choice(said))
