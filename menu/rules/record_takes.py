"""M828: a register is told what it cannot keep, or its status is asked for by what nobody has. What
callers wrote would be lost, or kept where it must not be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.data_schema import Kind
from menu.diagnostics import Diagnostic, error
from menu.question_schema import AskChoice, AskYesNo
from menu.record_parts import IN_CLEAR, REFERENCE, is_plain_word
from menu.service_parts import TakenKind
from menu.service_schema import ServiceShape
from menu.source import Source
from menu.templates import Blank, blanks_of, without_blanks

RULE: Final = "M828"


def check(source: Source) -> Iterator[Diagnostic]:
    for name, service in source.menu.services.items():
        if service.record is not None:
            yield from _record(source, name, service)
        if service.status_of is not None:
            yield from _status(source, name, service)
    yield from _told(source)


def _record(source: Source, name: str, service: ServiceShape) -> Iterator[Diagnostic]:
    if not service.takes:
        place = source.name_place("services", name)
        hint = "Write such as takes: { department: text, words: { max: 160 } }."
        yield error(place, RULE, "This register is told nothing, and would keep nothing.", hint)
    for told, take in service.takes.items():
        place = source.name_place("services", name, "takes", told)
        if take.secret:
            hint = "Remove it: nobody asks for a PIN to write it down."
            yield error(place, RULE, f'"{told}" is secret, and would be kept.', hint)
        elif take.type is TakenKind.CALLER:
            hint = "Remove it: the number of the caller is kept in any case."
            yield error(place, RULE, "Who writes is known.", hint)
        elif told in IN_CLEAR and take.type is not TakenKind.TEXT:
            yield error(place, RULE, f'"{told}" is a word of the menu.', "Write type: text.")


def _status(source: Source, name: str, service: ServiceShape) -> Iterator[Diagnostic]:
    for told, take in service.takes.items():
        if told != REFERENCE or take.secret or take.type is not TakenKind.TEXT:
            place = source.name_place("services", name, "takes", told)
            reason = "A status is asked for by the reference alone."
            hint = "Write takes: { reference: { max: 12, optional: true } }."
            yield error(place, RULE, reason, hint)


def _told(source: Source) -> Iterator[Diagnostic]:
    """What is stored in clear is no place for what somebody types."""
    for name, screen in source.menu.screens.items():
        service = source.menu.services.get(screen.call.service) if screen.call else None
        if screen.call is None or service is None or service.record is None:
            continue
        for told in IN_CLEAR:
            text = screen.call.with_.get(told, "").strip()
            blanks = blanks_of(text)
            place = source.value_place("screens", name, "call", "with", told)
            if text and not is_plain_word(without_blanks(text) or "a"):
                hint = "Use small letters a-z, digits, _ and -, 40 characters at most."
                yield error(place, RULE, f'"{text[:50]}" is no word of a menu.', hint)
            for blank in blanks:
                if not _is_word(source, blank):
                    written = f"{blank.saved_as}.{blank.column}".lstrip(".")
                    reason = f'"{told}" is kept in clear, and "{written}" may be anything.'
                    hint = 'Tell the key of a row, such as "{department.id}", or a fixed word.'
                    yield error(place, RULE, reason, hint)


def _is_word(source: Source, blank: Blank) -> bool:
    """The key of a row, an answer of a few, or what the author set himself."""
    if blank.saved_as:
        data_set = source.menu.data.get(source.saved_rows.get(blank.saved_as, ""))
        column = data_set.columns.get(blank.column) if data_set else None
        return column is not None and column.type is Kind.KEY
    return not any(
        ask.save_as == blank.column
        for _, ask in source.asks()
        if not isinstance(ask, AskChoice | AskYesNo)
    )
