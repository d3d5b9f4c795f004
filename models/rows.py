"""A row that is to be written, as the columns that it fills."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def columns_of(row: DataclassInstance) -> dict[str, object]:
    """Its fields by name, as they are: `dataclasses.asdict` would copy each value deeply."""
    return {name: getattr(row, name) for name in _names(type(row))}


@cache
def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
