"""What a caller asked for last and was told, or is still to be told: kept for a redial. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import msgspec


class Rank(IntEnum):
    """Of what is kept of one question, a later word outweighs an earlier one, in whatever order
    they come: the worker may have the answer before the turn that asked is kept."""

    WAITS = 1
    ANSWERED = 2
    DROPPED = 3  # its caller wants it no more


class LastAnswer(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """It is stored: only append fields, with defaults. Times are in seconds since the epoch.

    `code` was dialled. `text` is the answer in `language`, empty while there is none; `latin` the
    same in Latin letters, empty where nobody wrote it so. Nothing sensitive led to it.
    """

    code: str
    language: str
    asked_at: float
    at: float
    text: str = ""
    latin: str = ""

    def __repr__(self) -> str:
        return f"LastAnswer({self.code})"

    @property
    def waits(self) -> bool:
        return not self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What is kept from now on, for so many seconds, unless there is something newer.

    `answer` None: nothing any more of what was asked at `asked_at`.
    """

    caller_key: str
    asked_at: float
    seconds: int
    answer: LastAnswer | None = field(default=None, repr=False)

    @property
    def rank(self) -> Rank:
        if self.answer is None:
            return Rank.DROPPED
        return Rank.WAITS if self.answer.waits else Rank.ANSWERED
