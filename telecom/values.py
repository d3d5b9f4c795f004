"""Values that every webhook makes several of: frozen as our dataclasses, at a tenth of the cost.

A frozen dataclass is written by Python, field by field, 2 µs for eleven of them; a msgspec struct
is made in C. To change one is `msgspec.structs.replace`.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class Value(Struct, frozen=True):
    """`HIDDEN` names the fields that may be personal: whatever prints the value leaves them out."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        names = [name for name in self.__struct_fields__ if name not in self.HIDDEN]
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__name__}({shown})"
