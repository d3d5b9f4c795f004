"""What callers asked for last, as it lies in Redis: sealed, each under its caller's key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from menu.last_answer import KeptAnswer, LastAnswer, Rank

_RANK_AT: Final = 13  # behind the digits of the time
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(tuple[str, LastAnswer])


class AnswerSeal:
    """Writes and reads the values. Whose an answer is stands inside as well: one that lies under
    another's key is nobody's."""

    def __init__(self, seal: Callable[[str], bytes], opened: Callable[[bytes], str | None]) -> None:
        """`opened`: what was sealed; None where it cannot be opened."""
        self._seal = seal
        self._opened = opened

    def written(self, kept: KeptAnswer) -> bytes:
        head = f"{int(kept.asked_at * 1000):0{_RANK_AT}d}{kept.rank:d}".encode()
        if kept.answer is None:
            return head
        return head + self._seal(_encoder.encode((kept.caller_key, kept.answer)).decode())

    def read(self, stored: bytes | None, caller_key: str) -> LastAnswer | None:
        if not stored or stored[_RANK_AT : _RANK_AT + 1] == str(Rank.DROPPED.value).encode():
            return None
        text = self._opened(stored[_RANK_AT + 1 :])
        try:
            whose, answer = _decoder.decode(text) if text else ("", None)
        except msgspec.MsgspecError:
            return None  # of another age of this program
        return answer if whose == caller_key else None
