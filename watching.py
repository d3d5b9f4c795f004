"""How a bridge fares: what is asked behind /readyz and /metrics. Beside wiring, and just as dry."""

from __future__ import annotations

from functools import cached_property

from health import checks, gauges
from health.gauges import Gauges
from health.readiness import Readiness
from menu.diagnostics import BadMenu
from metrics.kinds import Reading
from metrics.page import write_page
from models import migrate, mt_queue
from models.library import NothingPublished
from outbound.standing import health_of
from wiring import Bridge


class Watch:
    """Building asks nothing."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    @cached_property
    def readiness(self) -> Readiness:
        bridge = self._bridge
        return Readiness(
            {
                # Its version is there in every schema, so an old one is no database that is gone.
                "database": checks.database(lambda: migrate.find_revision(bridge.database)),
                "redis": checks.redis(bridge.heartbeat.find_age_seconds),
                "schema": checks.schema(
                    lambda: migrate.find_revision(bridge.database), migrate.known
                ),
                "key": checks.key(bridge.key_mark.is_of_another),
                "gateways": checks.gateways(lambda: bridge.shelf, bridge.check_gateways),
                "menus": checks.menus(bridge.library.refresh, bridge.menu_warnings),
                "services": checks.services(bridge.find_lacks),
                "spool": checks.spool(bridge.spool, str(bridge.settings.var / "spool")),
                "outbox": checks.outbox(bridge.desk.pauses),
                "dispatcher": checks.dispatcher(self._has_due, bridge.heartbeat.find_age_seconds),
            }
        )

    @cached_property
    def gauges(self) -> Gauges:
        bridge = self._bridge
        return Gauges(
            database=self._of_the_database,
            redis=self._of_redis,
            menus=lambda: gauges.of_the_menu_file(bridge.menu_warnings()),
            spool=lambda: gauges.of_the_spool(bridge.spool.waiting(), bridge.spool.unreadable()),
        )

    def write_metrics(self) -> str:
        """All that Prometheus may read here. Within two seconds, whoever hangs."""
        return write_page(self._bridge.counts, self.gauges.read)

    def _has_due(self) -> bool:
        queue = mt_queue.measure(self._bridge.database, self._bridge.clock.now())
        return queue.oldest_due is not None

    def _of_redis(self) -> list[Reading]:
        bridge = self._bridge
        senders = [name for name, gateway in bridge.gateways.items() if gateway.sender]
        tallies = bridge.tallies.read(senders)
        health = {name: health_of(tally) for name, tally in tallies.items()}
        return gauges.of_redis(bridge.heartbeat.find_age_seconds(), health)

    def _of_the_database(self) -> list[Reading]:
        bridge = self._bridge
        now = bridge.clock.now()
        queue = mt_queue.measure(bridge.database, now)
        try:
            version: int | None = bridge.library.refresh()[0]
        except (NothingPublished, BadMenu):
            version = None
        stopped = gauges.of_spending(bridge.spending.count_stopped())
        return [*gauges.of_the_database(queue, now, version), *stopped]
