"""Runs the tests that stand in a menu file: what a caller does there, and what must be seen then.

Pure: each case gets a rehearsal of its own, with the real runner and engine and nothing around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from menu.compiler import compile_published
from menu.diagnostics import BadMenu, Diagnostic, Place, error, warning
from menu.linter import Files, examine
from menu.not_taken import not_taken
from menu.ports import NoServices, ServicePort
from menu.program import Program
from menu.rehearsal import Refused, Rehearsal
from menu.schema import Ask, Case, Step
from menu.services import NO_SERVICES, Inquiry, Reply, Services
from menu.source import Source
from menu.walked import Walked
from telecom.msisdn import Msisdn

FAILED: Final = "T001"
SCREEN_NOT_SHOWN: Final = "T002"
OPTION_NOT_CHOSEN: Final = "T003"

SAMPLE_CALLER: Final = "+919812345678"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went. `failure` is None when all was as its author said."""

    name: str
    place: Place
    failure: Diagnostic | None
    walked: Walked

    @property
    def has_passed(self) -> bool:
        return self.failure is None


class Transcripts:
    """The tests of one menu."""

    def __init__(
        self, source: Source, program: Program, services: ServicePort | None = None
    ) -> None:
        self._source = source
        self._program = program
        self._services = services

    def names(self) -> list[str]:
        return [case.name for case in self._source.menu.tests]

    def run(self, words: str = "") -> Iterator[Outcome]:
        """Case by case, those whose name holds each of the words (in any case of letters)."""
        for position, case in enumerate(self._source.menu.tests):
            name = case.name.casefold()
            if all(word in name for word in words.casefold().split()):
                yield self._run(position, case)

    def not_walked(self, outcomes: Iterable[Outcome]) -> list[Diagnostic]:
        """The screens, by language, the options and the conditional ways that none of these cases
        came by, and the tries that none used up."""
        walked = Walked()
        for outcome in outcomes:
            walked.add(outcome.walked)
        by_screen = (*self._screens_but(walked), *self._options_but(walked))
        return [*by_screen, *not_taken(self._source, walked)]

    def _run(self, position: int, case: Case) -> Outcome:
        caller = Msisdn.parse(case.caller or SAMPLE_CALLER, "IN")
        began_at = _began_at(self._program, case)
        answers = _Answers(case, self._services or NoServices(), began_at)
        rehearsal = Rehearsal(self._program, caller, case.language, answers, began_at)
        place = self._source.value_place("tests", position)
        failure = None
        for path, step in case.numbered_steps():
            try:
                _STEPS[step.verb](rehearsal, step)
            except Refused as why:
                place_of_step = self._source.value_place("tests", position, *path)
                failure = error(place_of_step, FAILED, f'"{case.name}": {why}', _seen(rehearsal))
                break
        return Outcome(case.name, place, failure, rehearsal.walked)

    def _screens_but(self, walked: Walked) -> Iterator[Diagnostic]:
        for name, screen in self._program.screens.items():
            if screen.onward is not None:  # nobody ever sees it
                continue
            languages = self._program.languages
            missing = [each for each in languages if (name, each) not in walked.screens]
            if missing:
                some = f" in {', '.join(missing)}" if len(missing) < len(languages) else ""
                reason = f'No test shows the screen "{name}"{some}.'
                place = self._source.name_place(*self._source.flat[name].path)
                yield warning(place, SCREEN_NOT_SHOWN, reason)

    def _options_but(self, walked: Walked) -> Iterator[Diagnostic]:
        for path, key, _ in self._source.options():
            if (str(path[1]), key) not in walked.options:
                reason = f'No test chooses {key} on the screen "{path[1]}".'
                yield warning(self._source.value_place(*path), OPTION_NOT_CHOSEN, reason)
        for name, flat in self._source.flat.items():
            for position, _ in flat.screen.language_options():
                if not any(
                    (name, key) in walked.options for key in self._program.screens[name].speaks
                ):
                    reason = f'No test chooses a language on the screen "{name}".'
                    place = self._source.value_place(*flat.path, "options", position)
                    yield warning(place, OPTION_NOT_CHOSEN, reason)
            ask = flat.screen.ask
            is_typed = ask is not None and not isinstance(ask, Ask)
            if ask is not None and is_typed and (name, ask.save_as) not in walked.options:
                reason = f'No test answers the question of the screen "{name}".'
                yield warning(self._source.value_place(*flat.path), OPTION_NOT_CHOSEN, reason)
            for key in ("1", "2") if flat.screen.confirm else ():
                if (name, key) not in walked.options:
                    reason = f'No test chooses {key} on the screen "{name}".'
                    yield warning(self._source.value_place(*flat.path), OPTION_NOT_CHOSEN, reason)
        for path, lookup in self._source.lookups():
            if (str(path[1]), lookup.save_as) not in walked.options:
                reason = f'No test chooses a row of "{lookup.data_set}" on the screen "{path[1]}".'
                yield warning(self._source.value_place(*path), OPTION_NOT_CHOSEN, reason)


@dataclass
class _Answers:
    """Says for services what the author of a test says; of the others, what `beside` says."""

    case: Case
    beside: ServicePort
    now: float = 0.0

    def ask(self, inquiry: Inquiry) -> Reply:
        sample = self.case.answers.get(inquiry.service)
        if sample is None:
            return self.beside.ask(inquiry)
        at = self.now - 60 * sample.minutes_old if sample.minutes_old else None
        if inquiry.patience_seconds and sample.gives:
            return Reply(parts=sample.gives, at=at)  # slow, and answered later
        return Reply(parts=sample.gives, outcome=sample.outcome or "", at=at)


def read(
    files: Files, services: Services = NO_SERVICES, port: ServicePort | None = None
) -> Transcripts:
    """The tests of a menu without errors. Raises BadMenu.

    `services` are those that it may call, and `port` answers for them; without it each call fails.
    """
    examined = examine(files, services=services)
    if examined.source is None:
        raise BadMenu(examined.diagnostics)
    return Transcripts(examined.source, compile_published(files, services), port)


def _began_at(program: Program, case: Case) -> float:
    if case.at is None:
        return 0.0
    return datetime.fromisoformat(case.at).replace(tzinfo=program.zone).timestamp()


def _sees(rehearsal: Rehearsal, step: Step) -> None:
    if (step.sees or "") not in _screen(rehearsal):
        raise Refused(f'The screen should say "{step.sees}".')


def _sees_not(rehearsal: Rehearsal, step: Step) -> None:
    if (step.sees_not or "") in _screen(rehearsal):
        raise Refused(f'The screen should not say "{step.sees_not}".')


def _ends(rehearsal: Rehearsal, step: Step) -> None:
    ends = rehearsal.reply is not None and rehearsal.reply.ends
    if ends != step.ends:
        raise Refused(f"The dialogue should {'be over' if step.ends else 'go on'} here.")


def _sms(rehearsal: Rehearsal, step: Step) -> None:
    if not rehearsal.unread:
        raise Refused(f'An SMS should say "{step.sms}", and none came.')
    if (step.sms or "") not in rehearsal.unread[0]:
        raise Refused(f'The next SMS should say "{step.sms}".')
    rehearsal.unread.popleft()


def _no_sms(rehearsal: Rehearsal, step: Step) -> None:  # noqa: ARG001 - it can only be true
    if rehearsal.unread:
        raise Refused("No SMS should have come.")


def _language(rehearsal: Rehearsal, step: Step) -> None:
    if rehearsal.language != step.language:
        known = rehearsal.language or "none"
        raise Refused(f'The remembered language should be "{step.language}"; it is {known}.')


def _screen(rehearsal: Rehearsal) -> str:
    return rehearsal.reply.text if rehearsal.reply else ""


_STEPS: Final[Mapping[str, Callable[[Rehearsal, Step], None]]] = MappingProxyType(
    {
        "dial": lambda rehearsal, step: rehearsal.dial(step.dial or ""),
        "press": lambda rehearsal, step: rehearsal.press(step.press or ""),
        "type": lambda rehearsal, step: rehearsal.press(step.type or ""),
        "text": lambda rehearsal, step: rehearsal.text(step.text or ""),
        "ring": lambda rehearsal, step: rehearsal.ring(step.ring or ""),
        "repeat": lambda rehearsal, _: rehearsal.repeat(),
        "drop": lambda rehearsal, _: rehearsal.drop(),
        "sees": _sees,
        "sees_not": _sees_not,
        "ends": _ends,
        "sms": _sms,
        "no_sms": _no_sms,
        "language": _language,
    }
)


def _seen(rehearsal: Rehearsal) -> str:
    """Everything that lay before the caller when a step failed."""
    parts = []
    if rehearsal.reply:
        state = "and the dialogue is over" if rehearsal.reply.ends else "and an answer is awaited"
        parts.append(f"The screen says, {state}:\n{_indented(rehearsal.reply.text)}")
    parts += [f"This SMS came:\n{_indented(text)}" for text in rehearsal.unread]
    return "\n" + "\n".join(parts) if parts else "Nothing was shown."


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
