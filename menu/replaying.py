"""Runs recorded dialogues through another menu: does everybody still get what he got? Pure.

The real runner and engine do it, with the time, the language and the screen size of each turn. It
stops at the first turn that comes to something else: what was said after it was said to another
screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from menu.compiler import compile_published
from menu.diagnostics import BadMenu, Place
from menu.inputs import fold
from menu.language import Language
from menu.last_answer import KeptAnswer
from menu.linter import Files, examine
from menu.ports import LeftOff, Loaded
from menu.program import Program
from menu.recorded import Dialogue
from menu.runner import NoSuchEntry, Runner
from menu.screens import Display
from menu.service_parts import DOWN
from menu.services import NO_SERVICES, Inquiry, Reply, Services
from menu.session import Session
from menu.source import Source
from menu.turn_record import (
    ASKED,
    COMPLETED,
    ENDED,
    ERROR,
    OPEN,
    TOLD_AGAIN,
    WITHHELD,
    TurnRecord,
    kinds_of,
    outcome_of,
)
from menu.turns import Thought, Visit
from telecom.encoding import Limit
from telecom.events import Last

ONLY_VERSION: Final = 1
TTL_SECONDS: Final = 180
LANGUAGE: Final = "language "
USSD: Final = "ussd"
OVER: Final = frozenset({COMPLETED, ENDED, ERROR})


class Verdict(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    BROKEN = "broken"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a dialogue, and where in the menu that is; nowhere for what is the same."""

    verdict: Verdict
    what: str = ""
    place: Place | None = None
    screen: str = ""


SAME: Final = Finding(Verdict.SAME)


class Replay:
    """Of one menu."""

    def __init__(self, source: Source, program: Program) -> None:
        self._places = _Places(source)
        self._program = program

    def run(self, dialogues: Iterable[Dialogue]) -> Iterator[Finding]:
        """One for each."""
        return map(self.run_one, dialogues)

    def run_one(self, dialogue: Dialogue) -> Finding:
        world = _World(self._program, dialogue.language)
        runner = Runner(world, world, world, world)
        turns: dict[str, int] = {}
        for place, turn in enumerate(dialogue.turns):
            if turn.is_withheld:
                return Finding(Verdict.CANNOT_TELL, "what was said is not kept: it was sensitive")
            if not turn.begins and turn.turn != turns.get(turn.session, 0) + 1:
                return Finding(Verdict.CANNOT_TELL, "a turn is missing in the record")
            if turn.outcome == TOLD_AGAIN:
                return Finding(Verdict.CANNOT_TELL, "he read his last answer, which is not kept")
            turns[turn.session] = turn.turn
            before = None if turn.begins else world.by_key.get(turn.session)
            is_last = place + 1 == len(dialogue.turns)
            found = self._run_turn(runner, world, before, turn, is_last=is_last)
            if found is not None:
                return found
        return SAME

    def _run_turn(
        self,
        runner: Runner,
        world: _World,
        before: Session | None,
        turn: TurnRecord,
        *,
        is_last: bool,
    ) -> Finding | None:
        """None where it comes to what it came to."""
        if turn.begins:
            world.by_key.pop(turn.session, None)
        visit = _visit_of(turn)
        try:
            if turn.channel == USSD:
                thought = runner.dial(visit, _dialled(turn))
            else:
                thought = runner.text(visit)
            runner.keep(visit, thought)
        except NoSuchEntry:
            return self._broken(before, turn, f"{_said(turn)} has no entry point any more")
        except Exception as fault:  # a draft is on trial here: whatever it does is the finding
            return self._broken(before, turn, f"the menu fails with {type(fault).__name__}")
        if world.was_asked:
            return Finding(Verdict.CANNOT_TELL, "a service answers, which was not recorded")
        return self._compared(before, turn, thought, is_last=is_last)

    def _compared(
        self, before: Session | None, turn: TurnRecord, thought: Thought, *, is_last: bool
    ) -> Finding | None:
        now, outcome, effects = thought.session, outcome_of(thought), kinds_of(thought.effects)
        if thought.is_repeat:
            return self._broken(before, turn, "the dialogue was over already")
        if thought.is_unknown:
            return self._broken(before, turn, f"{_said(turn)} is no keyword any more")
        has_stayed = before is not None and _spot(now) == _spot(before)
        if now.screen != turn.screen:
            there = f'"{turn.screen}"'
            if has_stayed and outcome == OPEN and not effects:
                return self._broken(before, turn, f"{_said(turn)} is no answer; it led to {there}")
            led = f'{_said(turn)} leads to "{now.screen}"; it led to {there}'
            is_over = outcome in OVER and not is_last
            if is_over or outcome == ERROR or _lost(turn, effects):
                return self._broken(before, turn, led)
            return self._found(Verdict.CHANGED, before, turn, led)
        return self._same_screen(turn, outcome, effects, is_last=is_last)

    def _same_screen(
        self, turn: TurnRecord, outcome: str, effects: tuple[str, ...], *, is_last: bool
    ) -> Finding | None:
        place, screen = self._places.screen(turn.screen), turn.screen
        if lost := _lost(turn, effects):
            what = f'"{screen}" no longer does: {lost}'
            return Finding(Verdict.BROKEN, what, place, screen)
        if outcome != turn.outcome and turn.outcome != WITHHELD:
            is_over = outcome in OVER and not is_last
            verdict = Verdict.BROKEN if is_over or outcome == ERROR else Verdict.CHANGED
            what = f'"{screen}" {_ENDING[outcome]} after {_said(turn)}; it {_ENDED[turn.outcome]}'
            return Finding(verdict, what, place, screen)
        if new := [each for each in effects if each not in turn.effects]:
            what = f'"{screen}" does what it did not: {", ".join(new)}'
            return Finding(Verdict.CHANGED, what, place, screen)
        return None

    def _broken(self, before: Session | None, turn: TurnRecord, what: str) -> Finding:
        return self._found(Verdict.BROKEN, before, turn, what)

    def _found(
        self, verdict: Verdict, before: Session | None, turn: TurnRecord, what: str
    ) -> Finding:
        if before is None:
            return Finding(verdict, what, self._places.entry(turn.entry), turn.screen)
        place = self._places.option(before.screen, turn.said.strip())
        return Finding(verdict, f'"{before.screen}": {what}', place, before.screen)


def read(files: Files, services: Services = NO_SERVICES) -> Replay:
    """Of a menu without errors. Raises BadMenu."""
    examined = examine(files, services=services)
    if examined.source is None:
        raise BadMenu(examined.diagnostics)
    return Replay(examined.source, compile_published(files, services))


# What a screen does now, and what it did when it was recorded.
_ENDING: Final[Mapping[str, str]] = {
    OPEN: "goes on",
    ASKED: "is asked about first",
    COMPLETED: "ends the dialogue",
    ENDED: "is left",
    ERROR: "ends with an excuse",
}
_ENDED: Final[Mapping[str, str]] = {
    OPEN: "went on",
    ASKED: "was asked about first",
    COMPLETED: "ended it",
    ENDED: "left it",
    ERROR: "ended it with an excuse",
}


def _lost(turn: TurnRecord, effects: tuple[str, ...]) -> str:
    """What the caller got and would not get now; which language is remembered may change."""
    gone = [each for each in turn.effects if each not in effects and not each.startswith(LANGUAGE)]
    return ", ".join(gone)


def _spot(session: Session) -> tuple[str, int, str]:
    return session.screen, session.page, session.query


def _said(turn: TurnRecord) -> str:
    """Choices only: what people wrote is not for a report."""
    if turn.entry and (turn.begins or not turn.said):
        return f'"{_dialled(turn) if turn.channel == USSD else turn.entry}"'
    said = turn.said.strip()
    return said if len(said) <= 2 and said.isalnum() else "what was typed"


def _dialled(turn: TurnRecord) -> str:
    if not turn.begins or not turn.said:
        return turn.entry
    return f"{turn.entry.removesuffix('#')}*{turn.said}#"


def _visit_of(turn: TurnRecord) -> Visit:
    is_ussd = turn.channel == USSD
    return Visit(
        session_key=turn.session,
        caller_key="",
        said=Last("" if is_ussd and turn.begins else turn.said),
        sequence=turn.turn,
        display=Display(Limit(turn.septets, turn.ucs2), turn.is_latin, turn.region),
        ttl_seconds=TTL_SECONDS,
        now=turn.at,
        keeps_input=is_ussd,
    )


@dataclass(slots=True)
class _World:
    """All that a runner needs, for one caller: the menu, his sessions, his language, and services
    of which nobody knows what they said."""

    program: Program
    language: Language | None
    by_key: dict[str, Session] = field(default_factory=dict)
    left_off: Session | None = None
    was_asked: bool = False

    def live(self) -> tuple[int, Program]:
        return ONLY_VERSION, self.program

    def live_for(self, caller_key: str) -> tuple[int, Program]:  # noqa: ARG002 - one menu for all
        return self.live()

    def get(self, menu_version: int) -> Program | None:
        return self.program if menu_version == ONLY_VERSION else None

    def load(self, session_key: str, caller_key: str) -> Loaded:  # noqa: ARG002 - one caller
        return Loaded(
            session=self.by_key.get(session_key),
            language=self.language,
            language_is_cached=True,
            left_off=self.left_off,
        )

    def save(
        self,
        session_key: str,
        session: Session,
        *,
        expected_turn: int,  # noqa: ARG002 - one turn at a time
        ttl_seconds: int,  # noqa: ARG002 - what ran out then begins anew in the record
        left_off: LeftOff | None = None,
        turn: bytes | None = None,  # noqa: ARG002 - nobody records a replay
        last_answer: KeptAnswer | None = None,  # noqa: ARG002 - none is offered
    ) -> Session | None:
        self.by_key[session_key] = session
        if left_off is not None:
            self.left_off = left_off.session
        return None

    def cache_language(self, caller_key: str, language: Language | None) -> None:  # noqa: ARG002
        self.language = language

    def find_language(self, caller_key: str) -> Language | None:  # noqa: ARG002 - one caller
        return self.language

    def ask(self, inquiry: Inquiry) -> Reply:  # noqa: ARG002 - nobody knows what it would say
        self.was_asked = True
        return Reply(outcome=DOWN)


class _Places:
    """Where things stand in the menu's files."""

    def __init__(self, source: Source) -> None:
        self._source = source
        codes = {code: ("entry_points", "ussd", code) for code in source.menu.entry_points.ussd}
        self._entries = {code: source.name_place(*path) for code, path in codes.items()}
        self._entries |= {fold(word): place for place, word, _, _ in source.sms_words()}
        self._options = {
            (str(path[1]), key): source.value_place(*path) for path, key, _ in source.options()
        }

    def screen(self, name: str) -> Place:
        flat = self._source.flat.get(name)
        return self._source.name_place(*(flat.path if flat else ("screens",)))

    def option(self, screen: str, key: str) -> Place:
        return self._options.get((screen, key)) or self.screen(screen)

    def entry(self, name: str) -> Place:
        """Of a service code or a keyword; of one that is gone, where all of them stand."""
        return self._entries.get(name) or self._source.name_place("entry_points")
