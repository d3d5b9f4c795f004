"""The spend guard: asked in the transaction that records an event, before anything is queued.

A caller's number can be forged, so every webhook is a stranger's request to spend our money on
somebody else's phone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from menu.inputs import is_choice
from outbound.judgement import Case
from outbound.limits import Limits, Withheld
from outbound.wishes import SERVICE_LENGTH, Tariff, Wish, World
from outbound.words import hash_of_words
from telecom.encoding import segments_of
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn

__all__ = ["SERVICE_LENGTH", "Guard", "Tariff", "Wish", "World"]

NEIGHBOURS: Final = 3  # last digits that may differ within one prefix: a thousand numbers


class Guard:
    """`world` is asked when it is first needed: gateways.yaml is read late."""

    def __init__(self, hasher: KeyedHash, limits: Limits, world: Callable[[], World]) -> None:
        self.limits = limits
        self._hasher = hasher
        self._world = world

    def purposes(self, numbers: Collection[Msisdn]) -> Collection[str]:
        """What one must be alone in (SharedClock.now_alone) to decide about these numbers, and to
        count their neighbours.
        """
        held = {f"spend:{self._hasher.of(one.e164)}" for one in numbers}
        if self.limits.has_prefixes:
            held |= {f"spend:{self._prefix_of(one)}" for one in numbers}
        return held

    def find_bar(self, wish: Wish) -> Withheld | None:
        """Who gets no SMS, whatever he does."""
        to, world = wish.to, self._world()
        if to.e164 in world.own or to.e164 in wish.own:
            return Withheld.OWN_NUMBER
        if not to.takes_sms:
            return Withheld.CANNOT_TAKE_SMS
        return None if to.region in world.countries else Withheld.COUNTRY

    def case_of(self, wish: Wish) -> Case:
        """Of a wish that nothing bars."""
        tariff = self._world().tariffs[wish.gateway]
        segments = sum(segments_of(text) for text in wish.texts)
        return Case(
            wish=wish,
            to_hash=self._hasher.of(wish.to.e164),
            prefix=self._prefix_of(wish.to) if self.limits.has_prefixes else "",
            words=self._words_of(wish),
            cost=tariff.prices.of(wish.to).times(segments),
            budget=tariff.day_budget,
        )

    def _words_of(self, wish: Wish) -> str | None:
        if wish.said is None or wish.is_stop or is_choice(wish.said):
            return None
        return hash_of_words(self._hasher, wish.to, wish.said)

    def _prefix_of(self, msisdn: Msisdn) -> str:
        return self._hasher.of(f"prefix:{msisdn.e164[:-NEIGHBOURS]}")
