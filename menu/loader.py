"""Reads the YAML of a menu: the only place that does. Every scalar stays the text that was typed.

YAML's own types lie about menus (`no` is not Norway, 0123 becomes 83, 12:30 becomes 750), so none
are resolved. Bombs are refused at the level of parser events, before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

import yaml

from menu.decoding import INVISIBLE, decode, invisible_in
from menu.diagnostics import Diagnostic, Place, error
from menu.document import Document, KeyPath, Marks, Plain
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
# After these no tree is built. References count here, because a tree would multiply them.
FATAL: Final = frozenset({SYNTAX, TAB, ALIAS, TOO_DEEP, TOO_MANY, DOCUMENTS})


def load(file: str, content: str | bytes) -> tuple[Document | None, list[Diagnostic]]:
    """The document, or everything that keeps it from being one. Never raises."""
    text, found = decode(file, content)
    if found:
        return None, found
    found = list(_screen(file, text))
    if any(fault.rule in FATAL for fault in found):
        return None, found
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    builder = _Builder(file, found)
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        builder.refuse(Place(file, 1, 1), EMPTY, "The file is empty.", _FIRST_LINE)
    elif not isinstance(root, yaml.MappingNode):
        reason = 'A menu is made of "name: value" lines; this is something else.'
        builder.refuse(_place(file, root.start_mark), NOT_A_MENU, reason, _FIRST_LINE)
    else:
        document = Document(builder.build(root, (), None), builder.marks)
        if not found:
            return document, []
    return None, found


_FIRST_LINE: Final = "Begin with the line: version: 1"


def _screen(file: str, text: str) -> Iterator[Diagnostic]:
    """What YAML itself refuses, and what we refuse of YAML, up to where no tree can be built."""
    try:
        yield from _screen_events(file, text)
    except yaml.MarkedYAMLError as fault:
        yield _syntax_error(file, text, fault)


def _screen_events(file: str, text: str) -> Iterator[Diagnostic]:
    """What must be known before a tree is built: depth, size, and what YAML hides in a node."""
    depth = values = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        place = _place(file, event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                reason = 'A second document begins here with "---".'
                yield error(place, DOCUMENTS, reason, "Remove this line; a file is one menu.")
                return
        elif isinstance(event, yaml.NodeEvent):
            yield from _screen_node(event, place)
            values += 1
            if values > MAX_VALUES:
                reason = f"The file has more than {MAX_VALUES} names and values."
                yield error(place, TOO_MANY, reason, "Remove what is no longer used.")
                return
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            reason = f"More than {MAX_DEPTH} levels stand inside each other here."
            yield error(place, TOO_DEEP, reason, "Look for a bracket that is not closed.")
            return


def _screen_node(event: yaml.NodeEvent, place: Place) -> Iterator[Diagnostic]:
    if event.anchor is not None:
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
        reason = f'"{sign}{event.anchor}" is a YAML reference; menus have none.'
        hint = f"Put a text that begins with {sign} in quotes."
        yield error(place, ALIAS, reason, hint)
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        written = event.tag.replace("tag:yaml.org,2002:", "!!")
        hint = "Put a text that begins with ! in quotes."
        yield error(place, TAG, f'"{written}" is a YAML tag; menus have none.', hint)
    # "\0" in double quotes is two harmless characters in the file, and one bad one in the text.
    if isinstance(event, yaml.ScalarEvent) and (name := invisible_in(event.value)):
        reason = f"This text holds an invisible character ({name})."
        yield error(place, INVISIBLE, reason, "Remove what begins with a backslash.")


@dataclass(slots=True)
class _Builder:
    """Turns nodes into plain values, and remembers where each of them stands."""

    file: str
    found: list[Diagnostic]
    marks: dict[KeyPath, Marks] = field(default_factory=dict)

    def build(self, node: yaml.Node, path: KeyPath, key: Place | None) -> Plain:
        value = _place(self.file, node.start_mark)
        self.marks[path] = Marks(key or value, value)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, at), None) for at, item in enumerate(node.value)]
        return str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Plain]:
        plain: dict[str, Plain] = {}
        for key, value in node.value:
            place = _place(self.file, key.start_mark)
            if not isinstance(key, yaml.ScalarNode) or not key.value.strip():
                reason = "A name must be a text, and not empty."
                self.refuse(place, BAD_NAME, reason, "Put quotes around a name that is unusual.")
            elif key.value == "<<" and not key.style:
                self.refuse(place, MERGE, '"<<" (merge) is not allowed.', "Write the lines out.")
            elif key.value in plain:
                first = self.marks[*path, key.value].key
                reason = f'"{key.value}" is here a second time; the first is in line {first.line}.'
                self.refuse(place, TWICE, reason, "Rename or remove one of them.")
            else:
                plain[key.value] = self.build(value, (*path, key.value), place)
        return plain

    def refuse(self, place: Place, rule: str, reason: str, hint: str) -> None:
        self.found.append(error(place, rule, reason, hint))


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


def _place(file: str, mark: _Mark | None) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
