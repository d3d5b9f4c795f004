"""A bridge in a thimble: one caller, one menu, no gateway, no database, no clock.

The real runner and engine do the thinking; this plays the channels around them as the handlers of
ussd/, sms/ and missed_call/ do, and keeps in dictionaries what they keep in Redis and SQL.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from menu import late, link_text
from menu.answers import call_answer, sms_answer, sms_text
from menu.effects import AnswerLater, Effect, RememberLanguage, SendLink, SendSms
from menu.inputs import fold, pressed_key
from menu.keywords import find_keyword
from menu.language import Language
from menu.last_answer import KeptAnswer
from menu.ports import NoServices, ServicePort
from menu.program import Option, Program
from menu.resuming import effects_key
from menu.runner import NoSuchEntry, Runner
from menu.screens import Display
from menu.service_codes import split_dialled
from menu.session import Session
from menu.stand_ins import Callers, Library, Sessions, Usuals
from menu.turns import Caller, Thought, Visit
from menu.walked import Branch, Walked, is_last_try, watched
from menu.ways import Go, screens_of
from telecom.dlt_book import COUNTRY, DltBook
from telecom.events import Cumulative, Last, Said
from telecom.msisdn import Msisdn
from telecom.replies import UssdReply
from telecom.split import fit

_SHORT: Final = "https://bridge.example/l/"
ADDRESS: Final = f"{_SHORT}Ab3dE6gH9jK"  # what {link} becomes
CALLER: Final = "the caller"
_BY_DAY: Final = datetime(2026, 11, 26, 9, tzinfo=UTC)  # promotion may go out
SMS_SESSION: Final = "sms"
SECONDS_A_TURN: Final = 10.0  # a person reads; and no turn is taken for a repeat of another
TTL_SECONDS: Final = 180
QUIET_SECONDS: Final = 3600  # as a bridge is set unless its operator says otherwise


class Refused(Exception):
    """What was asked for cannot be done now, or broke a promise. The text is a whole sentence."""


class Rehearsal:
    """What one caller does, and what comes of it. `language` is remembered from before.

    `began_at` is in seconds since the epoch.
    """

    def __init__(
        self,
        program: Program,
        caller: Msisdn,
        language: Language | None,
        services: ServicePort | None = None,
        began_at: float = 0.0,
    ) -> None:
        self._began_at = began_at
        self._program = program
        self._dlt = _rehearsed(program.dlt)
        self._caller = caller
        self._sessions = Sessions()
        self._callers = Callers(language)
        self._services = services or NoServices()
        self._branches: list[Branch] = []  # taken since the caller did something
        library = Library(watched(program, self._branches.append))
        self._runner = Runner(library, self._sessions, self._callers, services, Usuals())
        self._unknown_at: float | None = None
        self._taken: set[str] = set()
        self._events = 0
        self._dialogue: _Dialogue | None = None
        self._last: Callable[[], None] | None = None
        self.walked = Walked()
        self.reply: UssdReply | None = None
        self.unread: deque[str] = deque()

    @property
    def language(self) -> Language | None:
        return self._callers.language

    def dial(self, dialled: str) -> None:
        split = split_dialled(dialled, self._program.ussd)
        if split is None:
            raise Refused(f'"{dialled}" is not a service code of this menu.')
        self._do(self._hop, _Dialogue(self._new_id("ussd"), *split))

    def press(self, typed: str) -> None:
        if self._dialogue is None or self.reply is None:
            raise Refused("Nothing was dialled before.")
        if self.reply.ends:
            raise Refused("The dialogue was over already.")
        self._do(self._hop, replace(self._dialogue, typed=(*self._dialogue.typed, typed)))

    def text(self, body: str) -> None:
        self._do(self._receive, self._new_id("sms"), body)

    def ring(self, called: str) -> None:
        self._do(self._reject, self._new_id("call"), called)

    def repeat(self) -> None:
        """The last webhook once more: the same bytes, and no second effect."""
        if self._last is None:
            raise Refused("Nothing was done before.")
        before = (self.reply, list(self.unread), self.language)
        self._last()
        if (self.reply, list(self.unread), self.language) != before:
            raise Refused("The repeat was not answered as the first time.")

    def drop(self) -> None:
        """Every session is lost, as Redis may lose them; the phone knows nothing of it."""
        self._sessions.forget()

    def _do(self, webhook: Callable[..., None], *args: object) -> None:
        self._last = partial(webhook, *args)
        self._branches.clear()
        self._last()

    def _new_id(self, kind: str) -> str:
        self._events += 1
        return f"{kind}{self._events}"

    def _hop(self, dialogue: _Dialogue) -> None:
        """One USSD turn, as ussd/handler.py takes it."""
        self._dialogue = dialogue
        visit = self._visit(dialogue.session_key, Cumulative("*".join(dialogue.typed)))
        before = self._sessions.find(dialogue.session_key)
        thought = self._runner.dial(visit, dialogue.service_code)
        if thought.effects:
            event_id = effects_key(dialogue.session_key, thought.session)
            self._commit(event_id, thought.program, thought.effects)
        session = self._runner.keep(visit, thought)
        self.reply = UssdReply(fit(session.shown, visit.display.limit), ends=session.ended)
        if before is None and dialogue.typed:
            self._branches.clear()  # a shortcut looks ahead further than it goes
        if not thought.is_repeat:
            self._note(before, dialogue.typed[-1] if dialogue.typed else "", thought)

    def _receive(self, event_id: str, body: str) -> None:
        """One MO SMS, as sms/handler.py takes it."""
        visit = replace(self._visit(SMS_SESSION, Last(body)), keeps_input=False, event=event_id)
        before = self._sessions.find(SMS_SESSION)
        try:
            thought = self._runner.text(visit)
        except NoSuchEntry:
            return
        if thought.is_unknown and event_id not in self._taken:
            if self._unknown_at is not None and self._now - self._unknown_at < QUIET_SECONDS:
                self._taken.add(event_id)
                return
            self._unknown_at = self._now
        if self._commit(event_id, thought.program, thought.effects, sms_answer(thought)):
            self._runner.keep(visit, thought)
            starts = find_keyword(self._program, body) or (before and before.ended)
            self._note(None if starts else before, body, thought)

    def _reject(self, event_id: str, called: str) -> None:
        """One missed call, as missed_call/handler.py takes it."""
        caller = Caller(CALLER, self._caller.region)
        thought = self._runner.ring(called, self._callers.language, self._now, caller)
        if self._commit(event_id, thought.program, thought.effects, call_answer(thought)):
            self._note(None, "", thought)

    @property
    def _now(self) -> float:
        return self._began_at + self._events * SECONDS_A_TURN

    def _visit(self, session_key: str, said: Said) -> Visit:
        return Visit(
            session_key=session_key,
            caller_key=CALLER,
            said=said,
            display=Display(region=self._caller.region or ""),
            ttl_seconds=TTL_SECONDS,
            now=self._now,
        )

    def _commit(
        self, event_id: str, program: Program, effects: Sequence[Effect], answer: str | None = None
    ) -> bool:
        """As outbound/commitments.py: all once, and nothing the second time."""
        if event_id in self._taken:
            return False
        self._taken.add(event_id)
        for effect in effects:
            match effect:
                case RememberLanguage(language):
                    self._callers.language = language
                    self._sessions.cache_language(CALLER, language)
                case SendLink():
                    sms = link_text.write(program, effect, self._caller.region, ADDRESS)
                    self._send(sms_text(program, sms.text))
                case SendSms(text):
                    self._send(sms_text(program, text))
                case AnswerLater():
                    self._answer_late(event_id, program, effect)
        if answer:
            self._send(sms_text(program, answer))
        return True

    def _answer_late(self, event_id: str, program: Program, effect: AnswerLater) -> None:
        """As a worker does, at once: the service is asked for the last time."""
        question = late.read(late.written(effect))
        if question is None:
            return
        answer = late.answer(
            program,
            question,
            self._services,
            caller_key=CALLER,
            now=self._now,
            seconds_left=lambda: late.LEAST_SECONDS,
            is_last_try=True,
        )
        if answer is not None:
            if answer.kept is not None:
                self._sessions.keep_answer(
                    KeptAnswer(
                        caller_key=CALLER,
                        asked_at=question.asked_at,
                        seconds=question.kept_seconds,
                        answer=answer.kept,
                    )
                )
            self.walked.screens.add((answer.screen, question.language))
            self._commit(f"{event_id}:late", program, answer.effects, answer.text)

    def _send(self, text: str) -> None:
        """What India's operators would refuse reaches nobody there."""
        book = self._dlt
        if book is not None and self._caller.region == COUNTRY:
            judged = book.judge(text.replace(_SHORT, book.short_address or _SHORT), _BY_DAY)
            if judged.refusal is not None:
                near = f"; the nearest is {judged.template.name}" if judged.template else ""
                raise Refused(f'This SMS fits no DLT template{near}: "{text}".')
        self.unread.append(text)

    def _note(self, before: Session | None, typed: str, thought: Thought) -> None:
        """`before` is the session that was answered; None where a dialogue begins."""
        if thought.session.offers or thought.session.offers_answer:
            return
        self.walked.screens.add((thought.session.screen, thought.session.language))
        self.walked.branches.update(self._branches)
        if before is None or before.offers or before.offers_answer:
            return
        if is_last_try(self._program, before, typed, thought.session):
            self.walked.used_up.add(before.screen)
        screen, now = self._program.screens[before.screen], thought.session
        key = pressed_key(typed)
        key = screen.words.get(fold(typed), key)
        if screen.question is not None and now.screen != before.screen:
            self.walked.options.add((before.screen, screen.question.save_as))
        for item in (*screen.choices, *([screen.ask] if screen.ask else [])):
            if isinstance(item, Option):
                chosen = item.key if item.key == key else None
            else:
                chosen = item.save_as if now.screen in self._shown_behind(item.go) else None
            if chosen:
                self.walked.options.add((before.screen, chosen))

    def _shown_behind(self, go: Go) -> set[str]:
        """The screens that may be shown next: those that only lead on never are."""
        waiting, seen = list(screens_of(go)), set[str]()
        while waiting:
            name = waiting.pop()
            onward = self._program.screens[name].onward
            if name not in seen and onward is not None:
                waiting += screens_of(onward)
            seen.add(name)
        return seen


def _rehearsed(book: DltBook | None) -> DltBook | None:
    """Where the menu does not tell which short addresses its bridge has, those of here will do."""
    if book is None or book.short_address is not None:
        return book
    links = (*book.allowed.links, f"{_SHORT}*")
    return replace(book, allowed=replace(book.allowed, links=links))


@dataclass(frozen=True, slots=True)
class _Dialogue:
    session_key: str
    service_code: str
    typed: tuple[str, ...] = ()
