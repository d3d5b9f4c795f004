"""M806: a blank has a format that does not fit what stands in it, such as `{name:money}`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.blanks import Used, used_blanks
from menu.data_schema import Kind
from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.source import Source
from menu.value_types import FORMATS_OF

RULE: Final = "M806"
_OF_COLUMNS: Final = {Kind.NUMBER: ("number", "money"), Kind.DATE: ("date",)}


def check(source: Source) -> Iterator[Diagnostic]:
    for used in used_blanks(source):
        known = _formats(source, used)
        if used.blank.format and known is not None and used.blank.format not in known:
            name = used.value or f"{used.blank.saved_as}.{used.blank.column}".strip(".")
            reason = f'"{name}" cannot be written as {used.blank.format}.'
            hint = did_you_mean(used.blank.format, known) or f"Write {{{name}}}."
            yield error(source.value_place(*used.path), RULE, reason, hint)


def _formats(source: Source, used: Used) -> tuple[str, ...] | None:
    """None where nobody knows what it is; M702 and M703 tell of that."""
    if used.value is not None:
        its = source.values.get(used.value)
        return FORMATS_OF[its.kind] if its else None
    data = source.menu.data.get(used.data_set or "")
    column = data.columns.get(used.blank.column) if data else None
    if column is None:
        return None
    # A label of a row shows its cells as they are.
    return _OF_COLUMNS.get(column.type, ()) if used.blank.saved_as else ()
