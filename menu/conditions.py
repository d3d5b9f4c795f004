"""Conditions and values of one line: `amount > 500 and open.office`, `count + 1`.

Read, checked and built when a menu is loaded (menu.condition_reader); working one out takes no time
to speak of and cannot fail: what is absent is false, counts as 0, and is like nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from menu.moments import Moment

Value = str | Decimal | date | bool | None  # None: absent


class Facts(Protocol):
    """What is known in a turn."""

    @property
    def values(self) -> Mapping[str, str]: ...

    @property
    def moment(self) -> Moment: ...

    @property
    def language(self) -> str: ...

    def cell(self, saved_as: str, column: str) -> str | None:
        """Of a row that was chosen."""
        ...

    def is_open(self, hours: str) -> bool:
        """Whether these opening hours hold now."""
        ...


Work = Callable[[Facts], Value]


@dataclass(frozen=True, slots=True)
class Expression:
    """Equal when the text is: within one menu it means the same."""

    text: str
    work: Work = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    work: Work = field(compare=False, repr=False)

    def holds(self, facts: Facts) -> bool:
        return bool(self.work(facts))


def written(value: Value) -> str | None:
    """As it is kept in a session; None where nothing is."""
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{round(value, 4).normalize():f}"
        case date():
            return value.isoformat()
        case str():
            return value
