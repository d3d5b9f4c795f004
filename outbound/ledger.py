"""What was spent, for people to read, and the breaker, for people to re-arm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models import spend
from models.database import Database
from models.shared_clock import SharedClock
from models.spend import EVERYWHERE, Trip
from outbound.limits import Limits
from outbound.wishes import World
from telecom.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    gateway: str
    country: str
    service: str
    sms: int
    spent: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A UTC day: every line of it, what may be spent, and the breakers that are open now.

    `budgets` are by gateway; those of all gateways together are under the empty name.
    """

    day: str
    lines: tuple[Line, ...]
    budgets: tuple[tuple[str, Money], ...]
    open: tuple[Trip, ...]
    latest: tuple[Trip, ...]


class Ledger:
    def __init__(
        self,
        database: Database,
        clock: SharedClock,
        limits: Limits,
        world: Callable[[], World],
    ) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._world = world

    def show(self, day: str | None = None) -> Statement:
        """`day` as 2026-11-23; without it today. Raises DatabaseDown."""
        with self._database.read() as conn:
            day = day or f"{self._clock.now(conn):%Y-%m-%d}"
            lines = tuple(
                Line(
                    gateway=counter.gateway,
                    country=counter.country,
                    service=counter.subject,
                    sms=found.sms,
                    spent=Money(found.micros, counter.currency),
                )
                for counter, found in spend.spent(conn, day)
                if found.sms
            )
            return Statement(
                day=day,
                lines=lines,
                budgets=self._budgets(),
                open=tuple(spend.open_trips(conn)),
                latest=tuple(spend.trips(conn)),
            )

    def count_stopped(self) -> int:
        """How many breakers are open. Raises DatabaseDown."""
        with self._database.read() as conn:
            return len(spend.open_trips(conn))

    def rearm(self, gateway: str | None, *, by: str, note: str) -> list[str]:
        """Closes the breaker of a gateway, or every one; which were open. Raises DatabaseDown."""
        with self._database.write() as conn:
            return spend.rearm(conn, gateway, by=by, note=note, now=self._clock.now(conn))

    def _budgets(self) -> tuple[tuple[str, Money], ...]:
        tariffs = self._world().tariffs.items()
        own = [(name, one.day_budget) for name, one in tariffs if one.day_budget is not None]
        return (*((EVERYWHERE, each) for each in self._limits.day_budgets.values()), *own)
