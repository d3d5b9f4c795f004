"""Where a screen leads: to one other, to one of several by conditions, into a sub-menu, or out of
one. Pure values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from menu.conditions import Condition


@dataclass(frozen=True, slots=True)
class Target:
    """A screen. `then` follows when the sub-menu that begins there ends; a target without a screen
    is that end."""

    screen: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """The first branch whose condition holds, else `otherwise`."""

    otherwise: Target
    branches: tuple[tuple[Condition, Target], ...] = ()

    def targets(self) -> Iterator[Target]:
        yield from (target for _, target in self.branches)
        yield self.otherwise

    def chosen(self, holds: Callable[[Condition], bool]) -> Target:
        return next((to for when, to in self.branches if holds(when)), self.otherwise)


Go = str | Way  # most lead to one screen, and that is all there is to it


def target_of(go: Go, holds: Callable[[Condition], bool]) -> Target:
    return Target(go) if isinstance(go, str) else go.chosen(holds)


def screens_of(go: Go) -> Iterator[str]:
    """Every screen that may follow at once."""
    if isinstance(go, str):
        yield go
    else:
        yield from (target.screen for target in go.targets() if target.screen)
