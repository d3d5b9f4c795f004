"""M802: two things are kept under one name: answers of two kinds, an answer and a row; or a name
means something else in conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.condition_reader import KIND_OF, RESERVED, BadExpression, Is, read_expression
from menu.diagnostics import Diagnostic, Place, error
from menu.document import KeyPath
from menu.source import Source
from menu.value_types import ValueKind

RULE: Final = "M802"
_NUMBERS: Final = frozenset({ValueKind.NUMBER, ValueKind.MONEY})
_TEXTS: Final = frozenset({ValueKind.TEXT, ValueKind.CHOICE})


def check(source: Source) -> Iterator[Diagnostic]:
    for path, name, kind in _kept(source):
        if name in RESERVED:
            reason = f'"{name}" means something else in conditions.'
            yield error(_place(source, path), RULE, reason, "Use another name.")
        elif name in source.saved_rows:
            reason = f'"{name}" is the name of a row of "{source.saved_rows[name]}" elsewhere.'
            yield error(_place(source, path), RULE, reason, "Use another name.")
        elif kind is not None and not _alike(kind, source.values[name].kind):
            reason = f'"{name}" is kept as {source.values[name].kind} elsewhere, here as {kind}.'
            yield error(_place(source, path), RULE, reason, "Use two names.")


def _kept(source: Source) -> Iterator[tuple[KeyPath, str, ValueKind | None]]:
    """Of what cannot be read no kind is known; M801 tells of it."""
    for path, name, its in source.asked_values():
        yield (*path, "save_as"), name, its.kind
    for path, name, text in source.set_lines():
        try:
            _, comes_to = read_expression(text, source.scope)
        except BadExpression:
            comes_to = Is.UNKNOWN
        is_known = comes_to is not Is.UNKNOWN and name in source.values
        yield path, name, KIND_OF[comes_to] if is_known else None


def _alike(one: ValueKind, other: ValueKind) -> bool:
    return one is other or any({one, other} <= kinds for kinds in (_NUMBERS, _TEXTS))


def _place(source: Source, path: KeyPath) -> Place:
    return source.name_place(*path) if "set" in path else source.value_place(*path)
