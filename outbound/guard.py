"""The spend guard: asked in the transaction that records an event, before anything is queued.

A caller's number can be forged, so every webhook is a stranger's request to spend our money on
somebody else's phone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection

from models import spend, tally
from models.dialect import alone_in_all
from models.spend import EVERYWHERE, Counter, Counts, Sum, Trip
from models.tally import Picture
from outbound.limits import Limits, Withheld, is_choice, is_loop, judge_answers, judge_calls
from outbound.words import hash_of_words
from telecom.encoding import segments_of
from telecom.keyed_hash import KeyedHash
from telecom.money import Money
from telecom.msisdn import Msisdn
from telecom.prices import PriceList

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

NEIGHBOURS: Final = 3  # last digits that may differ within one prefix: a thousand numbers
SERVICE_LENGTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What a gateway's SMS cost, and how much of that a day may bring."""

    prices: PriceList
    day_budget: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What gateways.yaml tells the guard. `own` are numbers of ours: answering them never ends."""

    tariffs: Mapping[str, Tariff]
    countries: frozenset[str]
    own: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """All that one event would have us send. `said` is the text that it answers, if it was one.

    `service` is what the money is for, `link` the link and its language.

    `is_stop`: the confirmation of STOP, which goes out when money is up, too, to whom we write to.
    """

    gateway: str
    channel: str
    to: Msisdn
    texts: tuple[str, ...] = field(repr=False)
    service: str
    link: str = ""
    said: str | None = field(default=None, repr=False)
    is_stop: bool = False
    is_answer_to_command: bool = False
    own: Collection[str] = ()  # numbers that are called to reach us


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What speaks against it, and what was seen; nothing was, where it is out of the question."""

    withheld: Withheld | None
    picture: Picture | None = None


class Guard:
    """`world` is asked when it is first needed: gateways.yaml is read late."""

    def __init__(self, hasher: KeyedHash, limits: Limits, world: Callable[[], World]) -> None:
        self._hasher = hasher
        self._limits = limits
        self._world = world

    def hold(self, conn: Connection, numbers: Collection[Msisdn]) -> None:
        """From here to the end of its transaction nobody else decides about these numbers, or
        counts their neighbours.
        """
        held = {f"spend:{self._hasher.of(one.e164)}" for one in numbers}
        if self._limits.has_prefixes:
            held |= {f"spend:{self._prefix_of(one)}" for one in numbers}
        alone_in_all(conn, held)

    def look(
        self, conn: Connection, wish: Wish, now: datetime, *, unheard: Sequence[str] = ()
    ) -> Look:
        """Changes nothing. After `hold`, so that parallel calls see each other.

        `unheard`: events that are recorded already and were not before this wish: its own, and
        whatever comes behind it.
        """
        if (never := self._never(wish)) is not None:
            return Look(withheld=never)
        to_hash = self._hasher.of(wish.to.e164)
        picture = tally.look(
            conn,
            to_hash,
            gateway=wish.gateway,
            channel=wish.channel,
            link=wish.link,
            cooldown=self._limits.call_cooldown,
            moment=self._limits.same_link,
            now=now,
        )
        return Look(
            withheld=self._judge(conn, wish, to_hash, picture, now, unheard), picture=picture
        )

    def spend(
        self, conn: Connection, wish: Wish, look: Look, now: datetime, shard: int
    ) -> Withheld | None:
        """Books what the wish costs, or says why not, and books nothing.

        Opens the breaker where a budget is up. Comes last, when the event is known to be new.
        `shard`: from `models.spend.take_shard`, after `hold`, one for the whole transaction.
        """
        if look.picture is None:
            raise TypeError("what is out of the question costs nothing")
        tariff = self._world().tariffs[wish.gateway]
        segments = sum(segments_of(text) for text in wish.texts)
        cost = tariff.prices.of(wish.to).times(segments)
        added = Sum(len(wish.texts), cost.micros)
        watched = self._watched(wish, tariff, look.picture, now)
        spent = Counter(
            f"{now:%Y-%m-%d}",
            Counts.SPENT,
            wish.gateway,
            wish.to.region or "",
            wish.service[:SERVICE_LENGTH],
            cost.currency,
        )
        sums = spend.raise_by(conn, [spent, *watched], added, shard)
        self._forget(conn, sums, added, now)
        for counter, limit in watched.items():
            if limit.allows(sums[counter]) or _is_owed(wish, look.picture, limit.why):
                continue
            spend.raise_by(conn, [spent, *watched], Sum(-added.sms, -added.micros), shard)
            if limit.why is Withheld.OVER_BUDGET:
                _trip(conn, counter.gateway, limit, look.picture, now)
            return limit.why
        return None

    def _never(self, wish: Wish) -> Withheld | None:
        """Who gets no SMS, whatever he does."""
        to, world = wish.to, self._world()
        if to.e164 in world.own or to.e164 in wish.own:
            return Withheld.OWN_NUMBER
        if not to.takes_sms:
            return Withheld.CANNOT_TAKE_SMS
        return None if to.region in world.countries else Withheld.COUNTRY

    def _judge(
        self,
        conn: Connection,
        wish: Wish,
        to_hash: str,
        picture: Picture,
        now: datetime,
        unheard: Sequence[str],
    ) -> Withheld | None:
        limits, more = self._limits, len(wish.texts)
        if picture.has_opted_out and not wish.is_answer_to_command:
            return Withheld.OPTED_OUT
        if picture.is_stopped and not _is_owed(wish, picture, Withheld.OVER_BUDGET):
            return Withheld.STOPPED
        if wish.channel == tally.CALLS:
            return judge_calls(limits, picture, more)
        if self._is_loop(conn, wish, to_hash, now, unheard):
            return Withheld.LOOP
        if picture.same_link:
            return Withheld.SAME_LINK
        return judge_answers(limits, picture, more, is_stop=wish.is_stop)

    def _is_loop(
        self, conn: Connection, wish: Wish, to_hash: str, now: datetime, unheard: Sequence[str]
    ) -> bool:
        if wish.said is None or wish.is_stop or is_choice(wish.said):
            return False
        words = hash_of_words(self._hasher, wish.to, wish.said)
        said = tally.said(conn, to_hash, words, now - self._limits.loop_window, unheard)
        return is_loop(self._limits, said, wish.said)

    def _watched(
        self, wish: Wish, tariff: Tariff, picture: Picture, now: datetime
    ) -> dict[Counter, _Limit]:
        """The counters that have a limit, the cheapest reason first."""
        limits, day, hour = self._limits, f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H}"
        watched = {}
        if limits.has_prefixes:
            neighbours = Counter(hour, Counts.PREFIX, subject=self._prefix_of(wish.to))
            watched[neighbours] = _Limit(Withheld.PREFIX, most_sms=limits.prefix_per_hour)
        if not picture.is_known:
            newcomers = Counter(day, Counts.NEWCOMERS, subject=wish.service[:SERVICE_LENGTH])
            watched[newcomers] = _Limit(Withheld.NEWCOMERS, most_sms=limits.new_numbers_per_day)
        currency = tariff.prices.currency
        budgets = {EVERYWHERE: limits.day_budgets.get(currency), wish.gateway: tariff.day_budget}
        for scope, budget in budgets.items():
            if budget is None:
                continue
            since = f"#{_generation(picture, scope)}"  # re-arming begins a new count
            share = budget.micros * limits.hour_percent // 100
            for period, most, words in (
                (day, budget.micros, f"{budget} a day"),
                (hour, share, f"{limits.hour_percent} % of {budget} within an hour"),
            ):
                counter = Counter(period + since, Counts.BUDGET, gateway=scope, currency=currency)
                watched[counter] = _Limit(Withheld.OVER_BUDGET, most_micros=most, words=words)
        return watched

    def _prefix_of(self, msisdn: Msisdn) -> str:
        return self._hasher.of(f"prefix:{msisdn.e164[:-NEIGHBOURS]}")

    def _forget(
        self, conn: Connection, sums: Mapping[Counter, Sum], added: Sum, now: datetime
    ) -> None:
        """Whoever is the first of an hour sweeps: limits look back a day at most."""
        budgets = (counter for counter in sums if counter.counts is Counts.BUDGET)
        if any(sums[counter] == added and "T" in counter.period for counter in budgets):
            spend.forget_before(conn, f"{now - tally.DAY:%Y-%m-%d}")


@dataclass(frozen=True, slots=True)
class _Limit:
    why: Withheld
    most_sms: int | None = None
    most_micros: int | None = None
    words: str = ""

    def allows(self, reached: Sum) -> bool:
        return (self.most_sms is None or reached.sms <= self.most_sms) and (
            self.most_micros is None or reached.micros <= self.most_micros
        )


def _is_owed(wish: Wish, picture: Picture, why: Withheld) -> bool:
    """Whom we write to is answered, whatever strangers used up. A stranger's word is not enough:
    it would be a way around each limit.
    """
    if not wish.is_answer_to_command or not picture.is_known:
        return False
    return why is Withheld.PREFIX or (wish.is_stop and why is Withheld.OVER_BUDGET)


def _generation(picture: Picture, scope: str) -> int:
    return picture.generation_of_all if scope == EVERYWHERE else picture.generation


def _trip(conn: Connection, scope: str, limit: _Limit, picture: Picture, now: datetime) -> None:
    generation = _generation(picture, scope) + 1
    one = Trip(scope=scope, generation=generation, tripped_at=now, why=limit.words)
    if spend.trip(conn, one):
        log.error("spending stopped", gateway=scope or "all", why=limit.words)
