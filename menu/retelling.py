"""The last answer once more: what is kept of a turn for it, the offer on redial, and its pages.

Pure. Who asked and hung up, or whose service was slow, dials again and reads what he asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from menu import engine
from menu.effects import AnswerLater, Effect, SendSms
from menu.engine import Step
from menu.inputs import beginning, pressed_key
from menu.language import Language
from menu.last_answer import KeptAnswer, LastAnswer
from menu.moments import told_age
from menu.paging import pages_of
from menu.place import Place
from menu.program import MORE_KEY, Program
from menu.resuming import AFRESH_KEY, GO_ON_KEY, Wish, is_phrase, wish_of
from menu.screens import Display, lines_of, told_above
from menu.session import Session
from menu.turns import Thought, Visit, changed, next_thought
from telecom.encoding import Encoding, encoding_of

READ_KEY: Final = GO_ON_KEY
MOST_KEPT: Final = 800  # characters of an answer
MOST_KEPT_BYTES: Final = 2000
LEAST_SECONDS: Final = 60


def with_answer(visit: Visit, thought: Thought) -> Thought:
    """The same turn, and what is kept of it for a redial: that an answer is on its way, or, where
    the dialogue ends with one, the answer. Nothing behind a sensitive question."""
    session = thought.session
    entry = thought.program.ussd.get(session.code)
    if entry is None or not entry.answer_seconds or thought.is_repeat:
        return thought
    if session.is_private or thought.is_secret or session.offers or session.offers_answer:
        return thought
    if any(isinstance(each, AnswerLater) for each in thought.effects):
        return _put_off(visit, thought, entry.answer_seconds)
    is_end = thought.program.screens[session.screen].ends
    if not (thought.has_answered and is_end) or thought.has_failed:
        return thought
    answer = answer_at(
        thought.program, session.place, thought.effects, session.code, visit.now, visit.now
    )
    return replace(thought, kept_answer=_kept(visit.caller_key, answer, entry.answer_seconds))


def answer_at(
    program: Program,
    place: Place,
    effects: Sequence[Effect],
    code: str,
    asked_at: float,
    now: float,
) -> LastAnswer:
    """What is told at a place; where the menu sends a text there, that is the answer."""
    sent = [effect.text for effect in effects if isinstance(effect, SendSms)]
    latin, language = "", program.romanised.get(place.language)
    if language is not None and not sent:
        latin = engine.told_at(program, replace(place, language=language), now)
    text = "\n".join(sent) or engine.told_at(program, place, now)
    return LastAnswer(
        code=code,
        language=place.language,
        asked_at=asked_at,
        at=now,
        text=beginning(text, MOST_KEPT, MOST_KEPT_BYTES),
        latin=beginning(latin, MOST_KEPT, MOST_KEPT_BYTES),
    )


def is_offered(
    answer: LastAnswer | None, live: Program, code: str, display: Display, now: float
) -> bool:
    """To whoever dials this code now. The author's limit of today counts."""
    if answer is None or answer.code != code:
        return False
    is_young = now - answer.at <= live.ussd[code].answer_seconds
    return is_young and (answer.waits or bool(_text(answer, display)))


def first_offer(
    program: Program,
    version: int,
    visit: Visit,
    answer: LastAnswer,
    language: Language | None,
) -> Thought:
    """The first turn of a redial. Perhaps the caller chose another `language` since."""
    reads = language if program.speaks(language) else answer.language
    if reads is None or not program.speaks(reads):
        reads = program.fallback_language
    asks = Session(
        menu_version=version,
        turn=0,
        screen=program.ussd[answer.code].screen,
        language=reads,
        code=answer.code,
        offers_answer=True,
        began_at=visit.now,
    )
    return _asked(program, visit, asks, answer)


def answered(
    program: Program, visit: Visit, session: Session, answer: LastAnswer, typed: str
) -> Thought | None:
    """What follows from an answer to the offer, or from a key on a page; None: he begins anew.

    `session.page` 0 is the offer, 1 the first page of the answer.
    """
    key, wish = pressed_key(typed), wish_of(program, typed)
    if wish is Wish.AFRESH:
        return None
    if wish is Wish.LEAVE and session.page <= 1:
        step = engine.leave(program, session.place, visit.display, visit.now)
        return next_thought(program, visit, session, step)
    if answer.waits:
        is_clear = key == READ_KEY or is_phrase(program, "read_it", typed)
        return _asked(program, visit, session, answer, is_unclear=not is_clear)
    pages, page = _pages(program, session.language, answer, visit), session.page
    if wish is Wish.LEAVE:
        return _read(program, visit, session, pages, page - 1)
    if page and key == MORE_KEY and page < len(pages):
        return _read(program, visit, session, pages, page + 1)
    if page:
        return _read(program, visit, session, pages, page, is_unclear=True)
    if key == READ_KEY or is_phrase(program, "read_it", typed):
        return _read(program, visit, session, pages, 1)
    return _asked(program, visit, session, answer, is_unclear=True)


def dropped(visit: Visit, thought: Thought, answer: LastAnswer | None) -> Thought:
    """He begins anew: what was there for him is not offered any more. What is on its way is."""
    if answer is None or answer.waits or thought.kept_answer is not None:
        return thought
    entry = thought.program.ussd.get(answer.code)
    seconds = entry.answer_seconds if entry else 0
    gone = KeptAnswer(
        caller_key=visit.caller_key,
        asked_at=answer.asked_at,
        seconds=max(seconds, LEAST_SECONDS),
    )
    return replace(thought, kept_answer=gone)


def _put_off(visit: Visit, thought: Thought, seconds: int) -> Thought:
    session = thought.session
    effects = tuple(
        replace(each, code=session.code, asked_at=visit.now, kept_seconds=seconds)
        if isinstance(each, AnswerLater)
        else each
        for each in thought.effects
    )
    waits = LastAnswer(
        code=session.code, language=session.language, asked_at=visit.now, at=visit.now
    )
    return replace(thought, effects=effects, kept_answer=_kept(visit.caller_key, waits, seconds))


def _kept(caller_key: str, answer: LastAnswer, seconds: int) -> KeptAnswer:
    return KeptAnswer(
        caller_key=caller_key, asked_at=answer.asked_at, seconds=seconds, answer=answer
    )


def _asked(
    program: Program,
    visit: Visit,
    session: Session,
    answer: LastAnswer,
    *,
    is_unclear: bool = False,
) -> Thought:
    shown = _offer(program, session, answer, visit, is_unclear=is_unclear)
    return _turn(program, visit, session, shown, 0)


def _read(
    program: Program,
    visit: Visit,
    session: Session,
    pages: Sequence[str],
    page: int,
    *,
    is_unclear: bool = False,
) -> Thought:
    at = min(page, len(pages))
    shown = pages[at - 1]
    if is_unclear:
        language = _shown_in(program, session.language, visit.display)
        longer = told_above(program.phrases["wrong_choice"][language], shown)
        shown = longer if visit.display.limit.fits(longer) else shown
    return _turn(program, visit, session, shown, at)


def _turn(program: Program, visit: Visit, session: Session, shown: str, page: int) -> Thought:
    place = replace(session.place, page=page)
    thought = next_thought(program, visit, session, Step(shown=shown, ends=False, place=place))
    return changed(thought, offers_answer=True)


def _offer(
    program: Program, session: Session, answer: LastAnswer, visit: Visit, *, is_unclear: bool
) -> str:
    """Where there is no room for all of it, the ways are what counts."""
    display = visit.display
    language = _shown_in(program, session.language, display)
    phrases = {name: texts[language] for name, texts in program.phrases.items()}
    ways = [(AFRESH_KEY, phrases["start_again"])]
    if not answer.waits:
        ways.insert(0, (READ_KEY, phrases["read_it"]))
    asked = "\n".join((*lines_of(ways), program.ways_out[language].at_top.only))
    told = phrases["answer_waits"] if answer.waits else _title(program, language, answer, visit.now)
    for above in (told, *([phrases["wrong_choice"]] if is_unclear else [])):
        longer = told_above(above, asked)
        asked = longer if display.limit.fits(longer) else asked
    return asked


def _pages(program: Program, reads: Language, answer: LastAnswer, visit: Visit) -> tuple[str, ...]:
    language = _shown_in(program, reads, visit.display)
    title = _title(program, language, answer, visit.now)
    lines = lines_of([(AFRESH_KEY, program.phrases["start_again"][language])])
    text = told_above(title, _text(answer, visit.display))
    return pages_of(text, lines, program.ways_out[language].at_top, visit.display.limit)


def _title(program: Program, language: Language, answer: LastAnswer, now: float) -> str:
    told = program.phrases["last_answer"][language]
    return told.replace("{time}", told_age(program.zone, answer.at, now)["as_of"])


def _text(answer: LastAnswer, display: Display) -> str:
    """Empty where this network cannot carry it."""
    if not display.is_latin or encoding_of(answer.text) is Encoding.GSM7:
        return answer.text
    return answer.latin


def _shown_in(program: Program, language: Language, display: Display) -> Language:
    return program.shown_in(language, is_latin=display.is_latin)
