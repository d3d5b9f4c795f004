"""The menu engine: a program and an input go in, a step comes out.

Pure: no clock, no I/O, no chance: the time of a turn is handed in, in seconds since the epoch. It
never fails on what a caller types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from menu import walking
from menu.answer_forms import Wrong
from menu.arriving import arrive, go_on
from menu.choices import Choice, find_by_word, find_choice, rows_found
from menu.closing import closed_by
from menu.data_set import Row
from menu.effects import AnswerLater, Effect, RememberLanguage
from menu.inputs import beginning, pressed_key
from menu.known import Known
from menu.language import Language
from menu.limits_told import tell
from menu.moments import told_age
from menu.place import Place
from menu.program import (
    BACK_KEY,
    HOME_KEY,
    MORE_KEY,
    Ask,
    EntryPoint,
    Program,
    Question,
)  # fmt: skip
from menu.screens import Display
from menu.services import Reply
from menu.showing import Step as Step
from menu.showing import end_with, pages_of_place, show, show_again, shown_language, text_of
from menu.usual import Usual
from menu.walking import MAX_PATH as MAX_PATH
from menu.ways import Target, target_of

MAX_PREFILLED: Final = 20  # keys of a dialled shortcut that are followed
MAX_QUERY: Final = 40  # characters of a name that somebody looks for
MAX_QUERY_BYTES: Final = 120


def enter(
    program: Program,
    entry: EntryPoint,
    language: Language | None,
    display: Display,
    now: float = 0.0,
) -> Step:
    """The first turn. `language` is the caller's remembered one, None when none is known."""
    reads = entry.sets_language or _served(program, language)
    effects: tuple[Effect, ...] = ()
    if entry.sets_language:
        effects = (RememberLanguage(entry.sets_language),)
    place = Place(screen=entry.screen, language=reads or program.fallback_language)
    return arrive(_known(program, place, now), display, effects, reads=reads)


def enter_asking(
    program: Program,
    entry: EntryPoint,
    language: Language | None,
    typed: str,
    display: Display,
    now: float = 0.0,
) -> Step:
    """The first turn of somebody who brings the answer along: "HELPLINE fire"."""
    step = enter(program, entry, language, display, now)
    screen, known = program.screens[step.place.screen], _known(program, step.place, now)
    if step.is_closed:
        return step
    if screen.ask is not None and not step.needs:
        return _found(known, screen.ask, typed, display, step.effects)
    if screen.question is not None and not step.needs:
        answered = _answered(known, screen.question, typed, display)
        return replace(answered, effects=(*step.effects, *answered.effects))
    return step


def answer(
    program: Program, step: Step, name: str, typed: str, display: Display, now: float = 0.0
) -> Step | None:
    """The next turn of somebody who brings the answer to the question that saves as `name`; None
    where something else is asked, or nothing."""
    screen, known = program.screens[step.place.screen], _known(program, step.place, now)
    if step.needs or step.ends or step.is_closed:
        return None
    if screen.ask is not None and screen.ask.save_as == name:
        answered = _found(known, screen.ask, typed, display, step.effects)
    elif screen.question is not None and screen.question.save_as == name:
        answered = _answered(known, screen.question, typed, display)
        answered = replace(answered, effects=(*step.effects, *answered.effects))
    else:
        return None
    return replace(
        answered,
        is_secret=step.is_secret or answered.is_secret,
        has_failed=step.has_failed or answered.has_failed,
        has_answered=step.has_answered or answered.has_answered,
    )


def enter_again(
    program: Program, usual: Usual, language: Language | None, display: Display, now: float = 0.0
) -> Step | None:
    """What somebody asked for last, once more; None where the menu has it no longer."""
    if usual.screen not in program.repeatable:
        return None
    reads = _served(program, language) or _served(program, usual.language)
    place = Place(
        screen=usual.screen,
        language=reads or program.fallback_language,
        rows=usual.rows,
        values=usual.values,
    )
    known = _known(program, place, now)
    if any(known.row(saved_as) is None for saved_as in usual.rows):
        return None
    return arrive(known, display, reads=reads)


def enter_prefilled(
    program: Program,
    entry: EntryPoint,
    language: Language | None,
    keys: Sequence[str],
    display: Display,
    now: float = 0.0,
) -> Step:
    """The first turn of a dial that already carries input: a shortcut, or a session that was lost.

    Such input may only walk: it stops at the first thing that would have an effect, and at the
    first question, because nobody has seen the screen that asks for it.
    """
    reads = entry.sets_language or _served(program, language) or program.fallback_language
    step = enter(program, EntryPoint(screen=entry.screen), reads, display, now)
    if step.needs is None:
        step = replace(step, effects=())
    for walked, typed in enumerate(keys[:MAX_PREFILLED]):
        if step.needs or step.ends:
            break
        if typed != MORE_KEY:  # a choice is found on whichever page it stands
            onward = _walked_by(program, step.place, typed, display, now)
            if onward is None:
                break
            step = onward
        step = replace(step, walked=walked + 1)
    return step


def press(program: Program, place: Place, typed: str, display: Display, now: float = 0.0) -> Step:
    """One later turn: back, home, more, a choice, an answer, or a choice that does not exist."""
    known, key = _known(program, place, now), pressed_key(typed)
    screen = program.screens[place.screen]
    question = screen.question
    if closed_by(known) is not None:
        return _pressed_at_closed(known, key, display)
    if key == BACK_KEY and not (question and question.takes_zero):
        return _back(known, display)
    if key == HOME_KEY:
        # Home was seen before: what happens on arrival there has happened.
        return show(known.at(walking.home(place)), display)
    if key == MORE_KEY and place.page + 1 < len(pages_of_place(known, display)):
        return show(known.at(replace(place, page=place.page + 1)), display)
    if question is not None:
        return _answered(known, question, typed, display)
    choice = find_choice(known, key) or find_by_word(known, typed)
    if choice is not None:
        return _chosen(known, choice, display)
    if screen.ask is not None:
        return _found(known, screen.ask, typed, display)
    return show_again(known, _phrase(known, "wrong_choice", display), display)


def look(program: Program, place: Place, display: Display, now: float = 0.0) -> Step:
    """What is shown at a place where the caller is already: nothing happens there once more."""
    return show(_known(program, place, now), display)


def leave(program: Program, place: Place, display: Display, now: float = 0.0) -> Step:
    """The end that the caller chose."""
    return end_with(_known(program, place, now), "goodbye", display)


def resume(
    program: Program,
    step: Step,
    reply: Reply,
    display: Display,
    now: float = 0.0,
) -> Step:
    """The rest of a turn that needed a service."""
    if step.needs is None:
        return step
    call = step.needs.call
    known = _known(program, step.place, now)
    reads = step.place.language
    if reply.outcome:
        after = Target(call.screen_after(reply.outcome))
        onward = walking.went(step.place, after, was_seen=False)
        done = arrive(known.at(onward), display, step.effects, reads=reads)
    else:
        answer = {**reply.parts, **told_age(program.zone, reply.at, now)}
        parts = {f"{call.save_as}.{part}": text[:160] for part, text in answer.items()}
        kept = {name: text for name, text in parts.items() if name in program.values}
        place = walking.with_values(step.place, kept)
        done = go_on(known.at(place), display, step.effects, reads)
    return replace(done, walked=step.walked, is_secret=step.is_secret, start=step.start)


def give_up(program: Program, step: Step, display: Display, now: float = 0.0) -> Step:
    """A polite end, and nothing of what was on the way: a turn that needs too many services."""
    done = end_with(_known(program, step.place, now), "busy", display)
    return replace(done, is_secret=step.is_secret)


def put_off(program: Program, step: Step, key: str, display: Display, now: float = 0.0) -> Step:
    """A polite end to a turn that needs a service for longer than anybody can wait: it is asked
    later. `key` names what it does."""
    if step.needs is None:
        return step
    later = AnswerLater(
        service=step.needs.call.service, told=step.needs.told, place=step.place, key=key
    )
    done = end_with(_known(program, step.place, now), "answer_later", display)
    return replace(done, effects=(*step.effects, later), walked=step.walked, start=step.start)


def told_at(program: Program, place: Place, now: float = 0.0) -> str:
    """The text of where a caller stands, without its choices and pages; why it is off, if it is."""
    known = _known(program, place, now)
    off = closed_by(known)
    if off is not None:
        return off.told.in_language(place.language)
    return text_of(known, program.screens[place.screen], place.language)


def pages_at(program: Program, place: Place, display: Display, now: float = 0.0) -> tuple[str, ...]:
    """All that is shown where a caller stands, page by page."""
    return pages_of_place(_known(program, place, now), display)


def _known(program: Program, place: Place, now: float) -> Known:
    return Known(program, place, now)


def _served(program: Program, language: Language | None) -> Language | None:
    """A remembered language counts only while the menu still speaks it."""
    return language if program.speaks(language) else None


def _walked_by(
    program: Program, place: Place, typed: str, display: Display, now: float
) -> Step | None:
    """The step of one key of a shortcut; None where it would do more than walk."""
    known = _known(program, place, now)
    screen = program.screens[place.screen]
    if screen.question is not None or screen.confirms or closed_by(known) is not None:
        return None
    choice = find_choice(known, pressed_key(typed))
    if choice is None or choice.sets_language:
        return None
    step = _chosen(known, choice, display)
    return None if step.effects or step.needs else step


def _chosen(
    known: Known, choice: Choice, display: Display, before: tuple[Effect, ...] = ()
) -> Step:
    place = known.place
    if choice.sets:
        place = walking.with_sets(known, choice.sets)
    if isinstance(choice.go, str):
        target = Target(choice.go)
    else:
        target = target_of(choice.go, known.at(_with_row(place, choice)).holds)
    onward = walking.went(place, target, choice)
    effects = (RememberLanguage(choice.sets_language),) if choice.sets_language else ()
    there = known.at(onward)
    return arrive(there, display, (*before, *effects), reads=onward.language)


def _with_row(place: Place, choice: Choice) -> Place:
    """Conditions on the way look at the row that was just chosen."""
    if choice.saves is None:
        return place
    return replace(place, rows={**place.rows, choice.saves[0]: choice.saves[1]})


def _answered(known: Known, question: Question, typed: str, display: Display) -> Step:
    answer = question.form.read(typed, known.moment)
    if isinstance(answer, Wrong):
        texts = question.errors[answer.rule]
        language = shown_language(known.program, known.place, display)
        told = tell(known.program, texts[language], answer, language)
        step = _wrong(known, told, question, display)
    else:
        secrets = {question.save_as: answer} if question.is_sensitive else {}
        place = replace(known.place, page=0, tries=0)
        if not question.is_sensitive:
            place = walking.with_values(place, {question.save_as: answer})
        known = known.at(place)
        target = target_of(question.go, known.holds)
        there = known.at(walking.went(place, target))
        step = arrive(there, display, reads=place.language, secrets=secrets)
    return replace(step, is_secret=question.is_sensitive)


def _wrong(known: Known, told: str, question: Question | Ask, display: Display) -> Step:
    """The same question once more, or what follows the last try."""
    tries = known.place.tries + 1
    if question.tries is None or tries < question.tries:
        place = replace(known.place, tries=tries if question.tries else 0)
        return show_again(known.at(place), told, display)
    if question.after_last_try is None:
        return end_with(known, "too_many_tries", display)
    onward = walking.went(known.place, Target(question.after_last_try), was_seen=False)
    return arrive(known.at(onward), display, reads=onward.language)


def _found(
    known: Known, ask: Ask, typed: str, display: Display, before: tuple[Effect, ...] = ()
) -> Step:
    """The only row that fits is chosen at once, if it was named, or nothing happens by that; of
    others the caller chooses."""
    query = beginning(typed.strip(), MAX_QUERY, MAX_QUERY_BYTES)
    found = rows_found(known.program, ask, query)
    asking = known.at(replace(known.place, page=0, query=""))
    if not found:
        told = _phrase(asking, "not_found", display)
        step = _wrong(asking, told, ask, display)
        return replace(step, effects=(*before, *step.effects))
    if len(found) == 1 and not (ask.offers_guess and not _is_named(known, ask, found[0], typed)):
        choice = Choice("", ask.go, saves=(ask.save_as, found[0].key))
        return _chosen(asking, choice, display, before)
    finds = replace(asking.place, query=query, tries=0)
    return show(asking.at(finds), display, before)


def _is_named(known: Known, ask: Ask, row: Row, typed: str) -> bool:
    return known.program.data_sets[ask.data_set].names(row, typed)


def _back(known: Known, display: Display) -> Step:
    place = known.place
    if place.page:
        return show(known.at(replace(place, page=place.page - 1)), display)
    if place.query:
        return show(known.at(replace(place, query="")), display)
    if not place.path:
        return end_with(known, "goodbye", display)
    return show(known.at(walking.back(place)), display)


def _pressed_at_closed(known: Known, key: str, display: Display) -> Step:
    """Back, home and more lead on; whatever else is typed there is read by nobody."""
    place = replace(known.place, query="")
    if key == HOME_KEY:
        return show(known.at(walking.home(place)), display)
    if key == BACK_KEY:
        return _back(known.at(replace(place, page=0)), display)
    onward = replace(place, page=place.page + 1 if key == MORE_KEY else 0)
    return show(known.at(onward), display)


def _phrase(known: Known, name: str, display: Display) -> str:
    language = shown_language(known.program, known.place, display)
    return known.program.phrases[name][language]
