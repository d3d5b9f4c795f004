"""Answers that a turn could not wait for: what is kept of the question, and what is said when the
answer is there. Pure, but for the services that are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from menu import engine
from menu.effects import AnswerLater, Effect, SendLink, SendSms
from menu.engine import Step
from menu.language import Language
from menu.last_answer import LastAnswer
from menu.place import Crumb, Place
from menu.ports import ServicePort
from menu.program import Program
from menu.retelling import answer_at
from menu.screens import ANY_PHONE
from menu.service_parts import BAD_ANSWER, DOWN, SLOW
from menu.services import MOST_CALLS, Inquiry
from menu.showing import NeededCall

LEAST_SECONDS: Final = 1.0
_MAY_PASS: Final = frozenset({SLOW, DOWN, BAD_ANSWER})  # asked again, there may be an answer


class Question(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """An `AnswerLater` as it is kept, sealed. It is stored: only append, with defaults."""

    service: str
    key: str
    told: tuple[tuple[str, str], ...]
    screen: str
    language: str
    path: tuple[Crumb, ...] = ()
    rows: dict[str, str] = {}
    values: dict[str, str] = {}
    returns: tuple[str, ...] = ()
    is_told: bool = True
    link_id: str | None = None
    code: str = ""
    asked_at: float = 0.0
    kept_seconds: int = 0

    def __repr__(self) -> str:
        return f"Question({self.service})"

    @property
    def place(self) -> Place:
        return Place(
            screen=self.screen,
            language=self.language,
            path=self.path,
            rows=self.rows,
            values=self.values,
            returns=self.returns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent: what the menu sends by itself, and the text, if there is more to say.

    `screen` is where it came to. `is_sorry`: there was no answer in the end. `kept`: what who dials
    again may read of it.
    """

    screen: str
    effects: tuple[Effect, ...] = ()
    text: str | None = field(default=None, repr=False)
    is_sorry: bool = False
    kept: LastAnswer | None = None


_encode: Final = msgspec.json.Encoder().encode
_decoder: Final = msgspec.json.Decoder(Question)


def written(effect: AnswerLater, link_id: str | None = None) -> str:
    """`link_id`: what the gateway wants to hear again with the answer."""
    place = effect.place
    kept = Question(
        service=effect.service,
        key=effect.key,
        told=effect.told,
        screen=place.screen,
        language=place.language,
        path=place.path,
        rows=dict(place.rows),
        values=dict(place.values),
        returns=place.returns,
        is_told=effect.is_told,
        link_id=link_id,
        code=effect.code,
        asked_at=effect.asked_at,
        kept_seconds=effect.kept_seconds,
    )
    return _encode(kept).decode()


def read(text: str) -> Question | None:
    """None for one of another age of this program."""
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError:
        return None


def answer(
    program: Program,
    question: Question,
    services: ServicePort,
    *,
    caller_key: str,
    now: float,
    seconds_left: Callable[[], float],
    is_last_try: bool,
) -> Answer | None:
    """What the menu says to the answer. None: it may be there at the next try.

    All services together may take what `seconds_left` tells; each gets a second at least.
    """
    screen = program.screens.get(question.screen)
    if screen is None or screen.call is None or screen.call.service != question.service:
        return _sorry(program, question, now)
    is_sorry = False
    needs = NeededCall(call=screen.call, told=question.told)
    step = Step(shown="", ends=False, place=question.place, needs=needs)
    for count in range(MOST_CALLS):
        if step.needs is None:
            break
        service = step.needs.call.service
        reply = services.ask(
            Inquiry(
                service=service,
                told=dict(step.needs.told),
                declared=program.services.get(service),
                key=f"{question.key}:{count}" if count else question.key,
                caller_key=caller_key,
                patience_seconds=max(seconds_left(), LEAST_SECONDS),
            )
        )
        if reply.outcome in _MAY_PASS:
            if not is_last_try:
                return None
            is_sorry = True
        step = engine.resume(program, step, reply, ANY_PHONE, now)
    if step.needs is not None:
        return _sorry(program, question, now)
    kept = None
    if question.kept_seconds:
        kept = answer_at(program, step.place, step.effects, question.code, question.asked_at, now)
    return Answer(
        screen=step.place.screen,
        effects=step.effects,
        text=_text(program, question, step, now),
        is_sorry=is_sorry,
        kept=kept,
    )


def sorry(
    program: Program, question: Question | None, language: Language | None, now: float
) -> Answer:
    """Where the question cannot be asked any more: its menu is gone, or nobody can read it."""
    reads = language if program.speaks(language) and language else program.fallback_language
    text, kept = program.phrases["busy"][reads], None
    if question is not None and question.kept_seconds:
        kept = LastAnswer(
            code=question.code, language=reads, asked_at=question.asked_at, at=now, text=text
        )
    screen = question.screen if question else ""
    return Answer(screen=screen, text=text, is_sorry=True, kept=kept)


def _sorry(program: Program, question: Question, now: float) -> Answer:
    return sorry(program, question, question.language, now)


def _text(program: Program, question: Question, step: Step, now: float) -> str | None:
    """An SMS of the menu says all there is to say. Choices are no use: no dialogue is going on."""
    if not question.is_told or _sends(step.effects):
        return None
    return engine.told_at(program, step.place, now) or None


def _sends(effects: Sequence[Effect]) -> bool:
    return any(isinstance(effect, SendLink | SendSms) for effect in effects)
