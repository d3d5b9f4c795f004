"""Which of the claimed messages may go now, and by which gateway: routes, health, tokens, hours.

Asked directly before the intent. Whoever may not go waits or rests; it costs no attempt.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Final, Protocol

import structlog

from gateways.routes import Route
from metrics.catalogue import MT_HELD, MT_ROUTED
from metrics.meter import SILENT, Meter
from models.mt_moves import Claim, Way
from models.sealing import Unsealable
from outbound.outbox import Outbox
from outbound.outcomes import NotTaken, Outcome
from outbound.quiet_hours import PROMOTIONAL, opening_of
from outbound.recording import Intent
from outbound.routing import Choice, Facts, Ways, may_move_on, order, ways_of
from outbound.standing import Standings
from state.pace import Grant
from telecom.clock import Clock
from telecom.errors import Reason
from telecom.msisdn import Msisdn

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

# A gateway that throttles and does not say for how long is left alone for so long, by everybody.
THROTTLED_SECONDS: Final = 1.0
# A message whose every gateway is paused is looked at again so much later.
PAUSED_SECONDS: Final = 2.0
# Who would wait longer for a token than this gives his claim back.
LONGEST_WAIT_SECONDS: Final = 5.0


class Pace(Protocol):
    def take(self, bucket: str, tps: float, wanted: int) -> Grant: ...
    def give_back(self, bucket: str, tps: float, tokens: int) -> None: ...
    def hold(self, bucket: str, tps: float, seconds: float) -> None: ...


class Unlimited:
    """For whoever measures or tests something else."""

    def take(self, bucket: str, tps: float, wanted: int) -> Grant:  # noqa: ARG002
        return Grant(wanted, 0.0)

    def give_back(self, bucket: str, tps: float, tokens: int) -> None: ...
    def hold(self, bucket: str, tps: float, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What sending needs to know of one gateway of gateways.yaml."""

    sender_id: str | None = None
    tps: float = 10.0
    sender_tps: float | None = None  # of each sender ID
    cost: float = 0.0


@dataclass(slots=True)
class Admission:
    """`ready` goes now, `rests` are given back for so many seconds, `waits` lack a token.

    Whatever is in none of them was not asked for: no thread was left.
    """

    ready: list[tuple[Claim, Way]] = field(default_factory=list)
    waits: set[Claim] = field(default_factory=set)
    rests: dict[Claim, tuple[float, str]] = field(default_factory=dict)
    wait_seconds: float = LONGEST_WAIT_SECONDS


@dataclass(frozen=True, slots=True)
class _Lookups:
    """Asked of the database only where a route or an earlier attempt makes it matter."""

    tried: Callable[[str], Sequence[str]]
    paused: Callable[[], Collection[str]]


class Traffic:
    """`admit` is called by one thread at a time, the rest by any."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        outbox: Outbox,
        *,
        host_clock: Clock,
        monotonic: Callable[[], float],
        routes: Sequence[Route] = (),
        pace: Pace | None = None,
        standings: Standings | None = None,
        tried: Callable[[str], Sequence[str]] = lambda _mt_id: (),
        paused: Callable[[], Collection[str]] = lambda: (),
        draw: Callable[[], float] = random.random,
        meter: Meter = SILENT,
    ) -> None:
        self._accounts = accounts
        self._outbox = outbox
        self._host_clock = host_clock
        self._monotonic = monotonic
        self._routes = routes
        self._pace = pace or Unlimited()
        self._standings = standings or Standings(monotonic=monotonic)
        self._lookups = _Lookups(tried, paused)
        self._draw = draw
        self._meter = meter
        self._empty_until: defaultdict[str, float] = defaultdict(float)
        self._waiting: set[str] = set()
        self._paused: Collection[str] = ()

    def admit(self, claims: Sequence[Claim], free: int) -> Admission:
        """In this order, at most `free` of them. Raises DatabaseDown."""
        admission = Admission()
        purse = _Purse(self._accounts, self._pace, self._empty_until, self._monotonic)
        # Without routes a claim brings nothing of a gateway that is paused.
        self._paused = self._lookups.paused() if self._routes else ()
        try:
            for place, claim in enumerate(claims):
                if len(admission.ready) >= free:
                    break
                wanted = min(free - len(admission.ready), len(claims) - place)
                self._admit_one(claim, purse, wanted, admission)
        finally:
            purse.give_back()
        self._waiting &= {claim.id for claim in claims}
        return admission

    def heard(self, gateway: str, outcome: Outcome, seconds: float) -> None:
        """What a call brought. Throttling holds the whole gateway, for every process."""
        self._standings.hear(gateway, outcome, seconds)
        if not isinstance(outcome, NotTaken) or outcome.why != Reason.THROTTLED.value:
            return
        hold = max(outcome.retry_after_seconds or 0.0, THROTTLED_SECONDS)
        self._pace.hold(gateway, self._account(gateway).tps, hold)
        log.warning("gateway held", gateway=gateway, why=f"throttled, {hold:.0f} s")

    def may_move_on(self, intent: Intent, tried: Sequence[str]) -> bool:
        """Whether another gateway is there for a message that this one surely did not take."""
        if intent.mt is None or not self._routes:
            return False
        facts = self._facts(intent.claim, intent.mt.to)
        return may_move_on(self._routes, replace(facts, tried=tried))

    def room(self, gateway: str, batch: int) -> int:
        """How many messages of this gateway are worth holding here: a second's, at most."""
        return int(max(2, min(batch, self._account(gateway).tps)))

    def _admit_one(self, claim: Claim, purse: _Purse, wanted: int, into: Admission) -> None:
        to = self._open(claim)
        if (quiet := self._quiet_seconds(claim, to)) > 0:
            self._rest(claim, quiet, "quiet_hours", into)
            return
        ways = self._ways(claim, to)
        names = order(ways, self._standings.health, self._cost, self._draw)
        open_names = [name for name in names if name not in self._paused]
        if not open_names:
            self._rest(claim, PAUSED_SECONDS, "paused", into)
            return
        waits = []
        for name in open_names:
            sender_id = claim.sender_id
            if name != claim.gateway:  # a sender ID is registered with one gateway
                sender_id = self._account(name).sender_id
            wait = purse.pay(name, sender_id, wanted)
            if wait <= 0:
                into.ready.append((claim, Way(gateway=name, sender_id=sender_id)))
                self._meter.count(MT_ROUTED, name, ways.why)
                return
            waits.append(wait)
        self._hold(claim, min(waits), into)

    def _hold(self, claim: Claim, wait: float, into: Admission) -> None:
        if wait > LONGEST_WAIT_SECONDS:
            self._rest(claim, wait, "tps", into)
            return
        into.waits.add(claim)
        into.wait_seconds = min(into.wait_seconds, wait)
        if claim.id not in self._waiting:
            self._waiting.add(claim.id)
            self._meter.count(MT_HELD, claim.gateway, "tps")

    def _rest(self, claim: Claim, seconds: float, why: str, into: Admission) -> None:
        into.rests[claim] = (seconds, why)
        self._meter.count(MT_HELD, claim.gateway, why)

    def _ways(self, claim: Claim, to: Msisdn | None) -> Ways:
        if to is None or not self._routes:
            return Ways({claim.gateway: 1.0}, Choice.HOME)
        facts = self._facts(claim, to)
        if claim.attempts and not facts.may_be_out:
            facts = replace(facts, tried=self._lookups.tried(claim.id))
        return ways_of(self._routes, facts)

    def _facts(self, claim: Claim, to: Msisdn) -> Facts:
        return Facts(
            e164=to.e164,
            country=to.region,
            message_class=claim.message_class,
            gateway=claim.gateway,
            channel=claim.channel,
            may_be_out=claim.ambiguous_before,
        )

    def _open(self, claim: Claim) -> Msisdn | None:
        """None where nothing depends on it, and for a row that does not open: it fails later."""
        if not self._routes and claim.message_class not in PROMOTIONAL:
            return None
        try:
            return self._outbox.recipient(claim.to_sealed)
        except Unsealable:
            return None

    def _quiet_seconds(self, claim: Claim, to: Msisdn | None) -> float:
        if to is None:
            return 0.0
        now = self._host_clock.now().astimezone(UTC)
        return (opening_of(claim.message_class, to.region, now) - now).total_seconds()

    def _cost(self, gateway: str) -> float:
        return self._account(gateway).cost

    def _account(self, gateway: str) -> Account:
        return self._accounts.get(gateway) or Account()


class _Purse:
    """The tokens of one round: fetched for as many as may want them, and the rest given back."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        pace: Pace,
        empty_until: defaultdict[str, float],
        monotonic: Callable[[], float],
    ) -> None:
        self._accounts = accounts
        self._pace = pace
        self._empty_until = empty_until
        self._monotonic = monotonic
        self._tokens: defaultdict[str, int] = defaultdict(int)
        self._tps: dict[str, float] = {}

    def pay(self, gateway: str, sender_id: str | None, wanted: int) -> float:
        """0 when it is paid: one token of the gateway, one of the sender ID where that has a limit.
        Else the seconds until there may be one.
        """
        account = self._accounts.get(gateway)
        if account is None:  # the dispatcher knows what to do with it
            return 0.0
        buckets = {gateway: account.tps}
        if account.sender_tps is not None and sender_id is not None:
            buckets[f"{gateway}:{sender_id}"] = account.sender_tps
        wait = max(self._fetch(bucket, tps, wanted) for bucket, tps in buckets.items())
        if wait <= 0:
            for bucket in buckets:
                self._tokens[bucket] -= 1
        return wait

    def give_back(self) -> None:
        for bucket, tokens in self._tokens.items():
            if tokens > 0:
                self._pace.give_back(bucket, self._tps[bucket], tokens)

    def _fetch(self, bucket: str, tps: float, wanted: int) -> float:
        if self._tokens[bucket] > 0:
            return 0.0
        now = self._monotonic()
        if now < self._empty_until[bucket]:
            return self._empty_until[bucket] - now
        grant = self._pace.take(bucket, tps, wanted)
        self._tps[bucket] = tps
        self._tokens[bucket] += grant.tokens
        if grant.wait_seconds > 0:
            self._empty_until[bucket] = now + grant.wait_seconds
        return 0.0 if grant.tokens else max(grant.wait_seconds, 0.0001)
