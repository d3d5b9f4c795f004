"""M801: a condition or a line under `set` cannot be read, names what is not there, or compares what
cannot be compared. While somebody dials it would be too late to say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.condition_reader import BadExpression, read_expression
from menu.diagnostics import Diagnostic, error
from menu.source import Source

RULE: Final = "M801"


def check(source: Source) -> Iterator[Diagnostic]:
    lines = [(path, text) for path, text in source.conditions()]
    lines += [(path, text) for path, _, text in source.set_lines()]
    for path, text in lines:
        try:
            read_expression(text, source.scope)
        except BadExpression as fault:
            yield error(source.value_place(*path), RULE, fault.why, fault.hint)
