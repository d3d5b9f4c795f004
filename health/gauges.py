"""What the gauges of /metrics show, asked when somebody looks. Whoever hangs is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from health.probe import Probe, ask_all
from metrics import catalogue
from metrics.kinds import Reading
from models.mt_queue import Queue

PATIENCE_SECONDS: Final = 1.5

Ask = Callable[[], list[Reading]]


class Gauges:
    """One question a part of the house; none of them may hold up the others."""

    def __init__(self, *, database: Ask, redis: Ask, menus: Ask, spool: Ask) -> None:
        asks = {"database": database, "redis": redis, "menus": menus, "spool": spool}
        self._probes = {name: Probe(ask) for name, ask in asks.items()}

    def read(self) -> Iterable[Reading]:
        answers = ask_all(self._probes, PATIENCE_SECONDS)
        yield Reading(catalogue.DATABASE_UP, float(isinstance(answers["database"], list)))
        yield Reading(catalogue.REDIS_UP, float(isinstance(answers["redis"], list)))
        for answer in answers.values():
            if isinstance(answer, list):
                yield from answer


def of_the_database(queue: Queue, now: datetime, menu_version: int | None) -> list[Reading]:
    waits = (now - queue.oldest_due).total_seconds() if queue.oldest_due else 0.0
    return [
        *(Reading(catalogue.MT_OPEN, count, (status,)) for status, count in queue.open.items()),
        Reading(catalogue.MT_OLDEST_DUE, max(0.0, waits)),
        *([] if menu_version is None else [Reading(catalogue.MENU_VERSION, menu_version)]),
    ]


def of_spending(open_breakers: int) -> list[Reading]:
    return [Reading(catalogue.SPENDING_STOPPED, open_breakers)]


def of_redis(heartbeat_age: float | None, health: Mapping[str, float]) -> list[Reading]:
    """An age that nobody knows is no age: an alarm on its absence tells."""
    age = [] if heartbeat_age is None else [Reading(catalogue.HEARTBEAT_AGE, heartbeat_age)]
    return [
        *age,
        *(Reading(catalogue.GATEWAY_HEALTH, one, (gateway,)) for gateway, one in health.items()),
    ]


def of_the_menu_file(warnings: Sequence[str]) -> list[Reading]:
    return [Reading(catalogue.MENU_REFUSED, float(bool(warnings)))]


def of_the_spool(waiting: int, unreadable: int) -> list[Reading]:
    return [
        Reading(catalogue.SPOOL_FILES, waiting, ("waiting",)),
        Reading(catalogue.SPOOL_FILES, unreadable, ("unreadable",)),
    ]
