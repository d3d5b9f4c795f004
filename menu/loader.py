"""Reads the YAML of a menu: the only place that does. Every scalar stays the text that was typed.

YAML's own types lie about menus (`no` is not Norway, 0123 becomes 83, 12:30 becomes 750), so none
are resolved. One pass over the parser's events builds everything; a reference is never followed, so
a bomb is refused before it goes off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Protocol

import yaml

from menu.decoding import INVISIBLE, decode, invisible_in
from menu.diagnostics import Diagnostic, Place, error
from menu.document import Branch, Document, Mark, Marks, Plain
from menu.yaml_faults import SYNTAX, TAB, explain

ALIAS: Final = "M006"
TAG: Final = "M007"
TWICE: Final = "M008"
MERGE: Final = "M009"
TOO_DEEP: Final = "M010"
TOO_MANY: Final = "M011"
DOCUMENTS: Final = "M012"
EMPTY: Final = "M013"
NOT_A_MENU: Final = "M014"
BAD_NAME: Final = "M015"

MAX_DEPTH: Final = 20
MAX_VALUES: Final = 40_000
# After these what was built is worth nothing, and neither is what was found of its names.
FATAL: Final = frozenset({SYNTAX, TAB, ALIAS, TOO_DEEP, TOO_MANY, DOCUMENTS})
ROOT_BEGINS: Final = "Begin with the line: version: 1"


def load(
    file: str, content: str | bytes, begin: str = ROOT_BEGINS
) -> tuple[Document | None, list[Diagnostic]]:
    """The document, or everything that keeps it from being one. Never raises.

    `begin` tells the author of a file that holds no menu how it should begin.
    """
    text, found = decode(file, content)
    if found:
        return None, found
    builder = _Builder(file, text, begin)
    document = builder.document()
    found = builder.in_yaml
    if not any(fault.rule in FATAL for fault in found):
        found += builder.in_names
    return (None if found else document), found


_Event = Any  # of libyaml: the stubs do not know what each kind of event has


class _Stop(Exception):
    """Nothing behind this place is looked at."""


class _Builder:
    """Turns events into plain values, and remembers where each of them stands."""

    def __init__(self, file: str, text: str, begin: str) -> None:
        self.in_yaml: list[Diagnostic] = []
        self.in_names: list[Diagnostic] = []
        self._file = file
        self._text = text
        self._begin = begin
        self._events: Iterator[_Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._values = 0

    def document(self) -> Document | None:
        try:
            return self._document()
        except _Stop:
            return None
        except yaml.MarkedYAMLError as fault:
            self.in_yaml.append(_syntax_error(self._file, self._text, fault))
            return None

    def _document(self) -> Document | None:
        built: tuple[Plain, Marks] | None = None
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.SequenceStartEvent) or (
                    isinstance(event, yaml.ScalarEvent) and event.value
                ):
                    reason = 'A menu is made of "name: value" lines; this is something else.'
                    self._refuse_name(event, NOT_A_MENU, reason, self._begin)
                built = self._value(event, None, 0)
            elif isinstance(event, yaml.DocumentStartEvent) and built is not None:
                reason = 'A second document begins here with "---".'
                self._refuse(event, DOCUMENTS, reason, "Remove this line; a file is one menu.")
                raise _Stop
        if built is None or built[0] == "":
            place = Place(self._file, 1, 1)
            self.in_names.append(error(place, EMPTY, "The file is empty.", self._begin))
            return None
        return Document(*built)

    def _value(self, event: _Event, key: _Mark | None, depth: int) -> tuple[Plain, Marks]:
        """What begins with this event, to its end. `key` is where its name stands."""
        kind = type(event)
        self._values += 1
        if self._values > MAX_VALUES:
            reason = f"The file has more than {MAX_VALUES} names and values."
            self._refuse(event, TOO_MANY, reason, "Remove what is no longer used.")
            raise _Stop
        value = event.start_mark
        key = key or value
        mark = (self._file, key.line + 1, key.column + 1, value.line + 1, value.column + 1)
        if kind is yaml.ScalarEvent:
            text: str = event.value
            if event.anchor is not None or event.tag is not None or not text.isprintable():
                self._screen(event)
            return text, mark
        self._screen(event)
        if kind is yaml.AliasEvent:
            return "", mark
        if depth == MAX_DEPTH:
            reason = f"More than {MAX_DEPTH} levels stand inside each other here."
            self._refuse(event, TOO_DEEP, reason, "Look for a bracket that is not closed.")
            raise _Stop
        if kind is yaml.MappingStartEvent:
            return self._mapping(mark, depth + 1)
        return self._sequence(mark, depth + 1)

    def _sequence(self, mark: Mark, depth: int) -> tuple[Plain, Marks]:
        plain: list[Plain] = []
        parts: dict[str | int, Marks] = {}
        while type(event := next(self._events)) is not yaml.SequenceEndEvent:
            item, parts[len(plain)] = self._value(event, None, depth)
            plain.append(item)
        return plain, Branch(mark, parts)

    def _mapping(self, mark: Mark, depth: int) -> tuple[Plain, Marks]:
        plain: dict[str, Plain] = {}
        parts: dict[str | int, Marks] = {}
        while type(event := next(self._events)) is not yaml.MappingEndEvent:
            name, _ = self._value(event, None, depth)
            value, marks = self._value(next(self._events), event.start_mark, depth)
            if not isinstance(name, str) or not name.strip():
                reason = "A name must be a text, and not empty."
                hint = "Put quotes around a name that is unusual."
                self._refuse_name(event, BAD_NAME, reason, hint)
            elif name == "<<" and not event.style:
                reason = '"<<" (merge) is not allowed.'
                self._refuse_name(event, MERGE, reason, "Write the lines out.")
            elif name in plain:
                first = Document(plain, Branch(mark, parts)).key_place((name,))
                reason = f'"{name}" is here a second time; the first is in line {first.line}.'
                self._refuse_name(event, TWICE, reason, "Rename or remove one of them.")
            else:
                plain[name], parts[name] = value, marks
        return plain, Branch(mark, parts)

    def _screen(self, event: _Event) -> None:
        """What YAML hides in a node."""
        if event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            reason = f'"{sign}{event.anchor}" is a YAML reference; menus have none.'
            self._refuse(event, ALIAS, reason, f"Put a text that begins with {sign} in quotes.")
        if (
            isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
            and event.tag is not None
        ):
            written = event.tag.replace("tag:yaml.org,2002:", "!!")
            hint = "Put a text that begins with ! in quotes."
            self._refuse(event, TAG, f'"{written}" is a YAML tag; menus have none.', hint)
        # "\0" in double quotes is two harmless characters in the file, and one bad one in the text.
        if isinstance(event, yaml.ScalarEvent) and (name := invisible_in(event.value)):
            reason = f"This text holds an invisible character ({name})."
            self._refuse(event, INVISIBLE, reason, "Remove what begins with a backslash.")

    def _refuse(self, event: _Event, rule: str, reason: str, hint: str) -> None:
        self.in_yaml.append(error(self._place(event), rule, reason, hint))

    def _refuse_name(self, event: _Event, rule: str, reason: str, hint: str) -> None:
        self.in_names.append(error(self._place(event), rule, reason, hint))

    def _place(self, event: _Event) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)


def _syntax_error(file: str, text: str, fault: yaml.MarkedYAMLError) -> Diagnostic:
    mark = fault.problem_mark or fault.context_mark
    lines = text.splitlines()
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if fault.problem == "found unexpected end of stream" and fault.context_mark:
        line, column = fault.context_mark.line, fault.context_mark.column  # the opening quote
    char = lines[line][column : column + 1] if line < len(lines) else ""
    rule, reason, hint = explain(fault.problem or "", fault.context or "", char)
    return error(Place(file, line + 1, column + 1), rule, reason, hint)


class _Mark(Protocol):
    line: int
    column: int
