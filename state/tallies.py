"""How gateways do lately, as all processes together saw it. It may be lost: then all begin anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from menu.ports import SessionsDown
from state.keys import tally_key

FADING_SECONDS: Final = 30.0  # after so long an observation counts a third of what it did
_TALLY: Final = (Path(__file__).parent / "lua" / "tally.lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums that fade: `sends` of which `faults` were the gateway's, and what they took."""

    sends: float = 0.0
    faults: float = 0.0
    seconds: float = 0.0


class RedisTallies:
    def __init__(self, redis: Redis) -> None:
        self._add = redis.register_script(_TALLY)

    def add(self, gateway: str, seen: Tally) -> Tally | None:
        """What all saw, with this in it. None where Redis does not answer."""
        arguments: list[float | str] = [seen.sends, seen.faults, seen.seconds, FADING_SECONDS, ""]
        with suppress(RedisError):
            sums = self._add(keys=[tally_key(gateway)], args=arguments)
            return Tally(*(float(one) for one in sums))
        return None

    def read(self, gateways: Iterable[str]) -> Mapping[str, Tally]:
        """Raises SessionsDown."""
        found = {name: self.add(name, Tally()) for name in gateways}
        if any(tally is None for tally in found.values()):
            raise SessionsDown("no tallies")
        return {name: tally for name, tally in found.items() if tally is not None}
