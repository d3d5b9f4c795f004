"""What kinds of values a menu knows, and what an author may do with each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from menu.language import Texts


class ValueKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """`currency` of money. `labels`: how values are read that are not shown as they are.

    `widest` is as many characters as one may have.
    """

    kind: ValueKind
    currency: str = ""
    labels: Mapping[str, Texts] = field(default_factory=dict)
    widest: int = 17
    is_sensitive: bool = False


NUMBER: Final = ValueType(kind=ValueKind.NUMBER)
DATE: Final = ValueType(kind=ValueKind.DATE, widest=10)
FORMATS_OF: Final[Mapping[ValueKind, tuple[str, ...]]] = {
    ValueKind.TEXT: (),
    ValueKind.NUMBER: ("number", "money"),
    ValueKind.MONEY: ("money", "number"),
    ValueKind.DATE: ("date",),
    ValueKind.YES_NO: (),
    ValueKind.CHOICE: (),
}
