"""Recorded turns put together again: dialogues, each from its beginning. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from menu.language import Language
from menu.turn_record import TurnRecord


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Its turns in their order; the first one begins it."""

    turns: Sequence[TurnRecord]

    @property
    def language(self) -> Language:
        """What its caller read when it began."""
        return self.turns[0].language


def dialogues_of(turns: Iterable[TurnRecord]) -> list[Dialogue]:
    """In the order of their beginnings, of turns in their order. Turns whose beginning is not
    there are left out. A session that goes on where another was cut off belongs to that one.
    """
    found: list[list[TurnRecord]] = []
    going_on: dict[str, list[TurnRecord]] = {}
    for turn in turns:
        key = turn.origin or turn.session
        if turn.begins:
            going_on[key] = []
            found.append(going_on[key])
        if key in going_on:
            going_on[key].append(turn)
    return [Dialogue(each) for each in found]


def opened(turn: TurnRecord, find_open: Callable[[bytes], str | None]) -> TurnRecord:
    """With what was written in clear; what cannot be opened is as good as not kept."""
    if not turn.sealed:
        return turn
    said = find_open(turn.sealed)
    replace = msgspec.structs.replace
    return replace(turn, said=said or "", is_withheld=said is None, sealed=b"")
