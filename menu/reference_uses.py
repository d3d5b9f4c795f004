"""Which words of the language an example uses: so each word of the reference finds its example."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from menu import merging, shape_faults
from menu.expression_tree import tree_of
from menu.files import Files
from menu.question_schema import AskPattern, AskPinCode
from menu.reference_tables import BLANKS, COLUMNS, CONDITIONS, PATTERNS, Sign
from menu.reference_words import owner_of
from menu.schema import Menu
from menu.shapes import Shape
from menu.source import Source

Use = tuple[str, str]  # a shape or a table, and the word


def uses_in(files: Files) -> frozenset[Use]:
    """Raises ValueError for what is no menu."""
    source = _read(files)
    return frozenset((*_of_shapes(source.menu), *_of_tables(source)))


def _read(files: Files) -> Source:
    document, found = merging.load(files)
    menu, faults = shape_faults.parse(document) if document else (None, [])
    if document is None or menu is None:
        raise ValueError(str([*found, *faults]))
    return Source(menu, document)


def _of_shapes(value: object) -> Iterator[Use]:
    if isinstance(value, Shape):
        for field in value.model_fields_set:
            yield owner_of(type(value), field).__name__, field
            yield from _of_shapes(getattr(value, field))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _of_shapes(each)
    elif isinstance(value, list):
        for each in value:
            yield from _of_shapes(each)


def _of_tables(source: Source) -> Iterator[Use]:
    tables: Mapping[str, tuple[tuple[Sign, ...], Iterable[str]]] = {
        "Blanks": (BLANKS, _texts(source.menu)),
        "Conditions and sums": (CONDITIONS, _parts_of_conditions(source)),
        "Patterns": (PATTERNS, _patterns(source)),
        "Types of columns": (COLUMNS, _types(source.menu)),
    }
    for table, (signs, written) in tables.items():
        whole = table not in _IN_PARTS
        lines = list(written)
        for sign in signs:
            find: Callable[..., object] = re.fullmatch if whole else re.search
            if any(find(sign.found, line) for line in lines):
                yield table, sign.written


_IN_PARTS: Final = frozenset({"Blanks", "Patterns"})


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for field in value.model_fields_set:
            yield from _texts(getattr(value, field))
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _texts(each))


def _parts_of_conditions(source: Source) -> Iterator[str]:
    """The kinds of nodes, and names as they are written."""
    written = [when for _, when in source.conditions()]
    written += [line for _, _, line in source.set_lines()]
    for line in written:
        for node in ast.walk(tree_of(line)):
            match node:
                case ast.Constant(value=value):
                    yield "Text" if isinstance(value, str) else "Number"
                case ast.Name(id=name):
                    yield name if name in _OWN_NAMES else "Name"
                case ast.Attribute(value=ast.Name(id=owner), attr=name):
                    yield f"{owner}.{name}" if owner in ("now", "open") else "Attribute"
                case _:
                    yield type(node).__name__


_OWN_NAMES: Final = frozenset({"today", "language", "true", "yes", "false", "no", "now", "open"})


def _patterns(source: Source) -> Iterator[str]:
    for _, ask in source.asks():
        if isinstance(ask, AskPattern | AskPinCode) and ask.pattern:
            yield ask.pattern


def _types(menu: Menu) -> Iterator[str]:
    for data_set in menu.data.values():
        for column in data_set.columns.values():
            yield column.type.value
