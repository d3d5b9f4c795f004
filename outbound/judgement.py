"""Whether a wish is granted: a pure function of the wish, what was seen, the sums and the limits.

The events of a group are judged one after the other, and each has what is left by those before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from models.spend import EVERYWHERE, Counter, Counts, Sum, Trip
from models.tally import CALLS, Picture, Said
from outbound.limits import Limits, Withheld, is_loop, judge_answers, judge_calls
from outbound.wishes import SERVICE_LENGTH, Wish
from telecom.money import Money

NOTHING: Final = Sum(0, 0)
_MONEY: Final = (Withheld.SERVICE_BUDGET, Withheld.OVER_BUDGET)
_NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A wish, and what can be told of it without a database.

    `prefix`: keyed hash of its thousand of neighbours. `words`: keyed hash of the text that it
    answers, where such texts may be a loop. `budget` is that of its gateway.
    """

    wish: Wish
    to_hash: str
    prefix: str
    words: str | None
    cost: Money
    budget: Money | None

    @property
    def added(self) -> Sum:
        return Sum(len(self.wish.texts), self.cost.micros)

    def spent(self, now: datetime) -> Counter:
        """Where people read what it cost."""
        wish = self.wish
        return Counter(
            f"{now:%Y-%m-%d}",
            Counts.SPENT,
            wish.gateway,
            wish.to.region or "",
            wish.service[:SERVICE_LENGTH],
            self.cost.currency,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the tables say of a case's number. `said` is nothing where nobody looks for a loop."""

    picture: Picture
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What the same number was promised a moment ago, and the tables did not show yet.

    `services` and `bodies` (keyed hashes): one for each SMS. `answers_words`: it answered a text
    that is no choice.
    """

    channel: str
    services: Sequence[str | None]
    bodies: Collection[str | None]
    answers_words: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Granted, `counters` rise by the case's cost; else none does, and maybe a breaker opens."""

    withheld: Withheld | None
    counters: Collection[Counter] = ()
    trip: Trip | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    why: Withheld
    most_sms: int | None = None
    most_micros: int | None = None
    words: str = ""

    def allows(self, reached: Sum) -> bool:
        return (self.most_sms is None or reached.sms <= self.most_sms) and (
            self.most_micros is None or reached.micros <= self.most_micros
        )


def judge(
    case: Case, seen: Seen, sums: Mapping[Counter, Sum], limits: Limits, now: datetime
) -> Verdict:
    """`sums`: what each counter has come to; those that nobody has raised may lack."""
    wish, picture, added = case.wish, seen.picture, case.added
    if (withheld := _judge_number(case, seen, limits)) is not None:
        return Verdict(withheld=withheld)
    watched = watched_by(case, picture, limits, now)
    for counter, limit in watched.items():
        reached = sums.get(counter, NOTHING).plus(added)
        if limit.allows(reached) or _is_owed(wish, picture, limit.why):
            continue
        trip = None
        if limit.why is Withheld.OVER_BUDGET:
            trip = _trip(counter.gateway, limit, picture, now)
        return Verdict(withheld=limit.why, trip=trip)
    return Verdict(withheld=None, counters=[case.spent(now), *watched])


def carry_on(
    seen: Seen,
    case: Case,
    limits: Limits,
    *,
    granted: Sequence[Granted],
    heard: Sequence[str | None],
    opened: Mapping[str, Trip],
) -> Seen:
    """What the tables would say by now.

    `granted` to the number since they were asked. `heard`: hashes of the texts of the number that
    came just before. `opened`: breakers, by scope.
    """
    return Seen(
        picture=_with_breakers(_with_granted(seen.picture, case, limits, granted), case, opened),
        said=Said(
            answered=seen.said.answered + sum(one.answers_words for one in granted),
            same=seen.said.same + heard.count(case.words),
            echoes=seen.said.echoes or any(case.words in one.bodies for one in granted),
        )
        if case.words is not None
        else seen.said,
    )


def watched_by(case: Case, picture: Picture, limits: Limits, now: datetime) -> dict[Counter, Limit]:
    """The counters that have a limit, the cheapest reason first."""
    day, hour = f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H}"
    service, currency = case.wish.service[:SERVICE_LENGTH], case.cost.currency
    watched = {}
    if limits.has_prefixes:
        neighbours = Counter(hour, Counts.PREFIX, subject=case.prefix)
        watched[neighbours] = Limit(Withheld.PREFIX, most_sms=limits.prefix_per_hour)
    if not picture.is_known:
        newcomers = Counter(day, Counts.NEWCOMERS, subject=service)
        watched[newcomers] = Limit(Withheld.NEWCOMERS, most_sms=limits.new_numbers_per_day)
    if (most_of_one := limits.service_budgets.get(currency)) is not None:
        bringing = Counter(day, Counts.SERVICE, subject=service, currency=currency)
        watched[bringing] = Limit(Withheld.SERVICE_BUDGET, most_micros=most_of_one.micros)
    budgets = {EVERYWHERE: limits.day_budgets.get(currency), case.wish.gateway: case.budget}
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
            watched[counter] = Limit(Withheld.OVER_BUDGET, most_micros=most, words=words)
    return watched


def _judge_number(case: Case, seen: Seen, limits: Limits) -> Withheld | None:
    """Whether the number has had its share already."""
    wish, picture, more = case.wish, seen.picture, len(case.wish.texts)
    if picture.has_opted_out and not wish.is_answer_to_command:
        return Withheld.OPTED_OUT
    if picture.is_stopped and not _is_owed(wish, picture, Withheld.OVER_BUDGET):
        return Withheld.STOPPED
    if wish.channel == CALLS:
        return judge_calls(limits, picture, more)
    if case.words is not None and is_loop(limits, seen.said, wish.said or ""):
        return Withheld.LOOP
    if picture.same_link:
        return Withheld.SAME_LINK
    return judge_answers(limits, picture, more, is_stop=wish.is_stop)


def _with_granted(
    picture: Picture, case: Case, limits: Limits, granted: Sequence[Granted]
) -> Picture:
    if not granted:
        return picture
    wish = case.wish
    calls = sum(len(one.services) for one in granted if one.channel == CALLS)
    answers = sum(len(one.services) for one in granted if one.channel != CALLS)
    same = sum(one.services.count(wish.link) for one in granted if one.channel == wish.channel)
    return replace(
        picture,
        # A window of no time has nothing in it, not even what is of now.
        recent_calls=picture.recent_calls + (calls if limits.call_cooldown > _NO_TIME else 0),
        calls_today=picture.calls_today + calls,
        calls_this_week=picture.calls_this_week + calls,
        answers_today=picture.answers_today + answers,
        same_link=picture.same_link + (same if limits.same_link > _NO_TIME else 0),
        is_known=True,
    )


def _with_breakers(picture: Picture, case: Case, opened: Mapping[str, Trip]) -> Picture:
    ours, of_all = opened.get(case.wish.gateway), opened.get(EVERYWHERE)
    if ours is None and of_all is None:
        return picture
    return replace(
        picture,
        generation=max(picture.generation, ours.generation if ours else 0),
        generation_of_all=max(picture.generation_of_all, of_all.generation if of_all else 0),
        is_stopped=True,
    )


def _is_owed(wish: Wish, picture: Picture, why: Withheld) -> bool:
    """Whom we write to is answered, whatever strangers used up. A stranger's word is not enough:
    it would be a way around each limit.
    """
    if not wish.is_answer_to_command or not picture.is_known:
        return False
    return why is Withheld.PREFIX or (wish.is_stop and why in _MONEY)


def _generation(picture: Picture, scope: str) -> int:
    return picture.generation_of_all if scope == EVERYWHERE else picture.generation


def _trip(scope: str, limit: Limit, picture: Picture, now: datetime) -> Trip:
    generation = _generation(picture, scope) + 1
    return Trip(scope=scope, generation=generation, tripped_at=now, why=limit.words)
