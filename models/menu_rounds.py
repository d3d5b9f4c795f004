"""What the workers do about menus by themselves: plans that are due go live, and a shared menu that
does worse than the live one is taken back. Any number of workers may; each thing is done once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection

from menu.compiler import compile_published
from menu.diagnostics import BadMenu
from menu.services import NO_SERVICES, Services
from menu.shares import Counted, Limits, find_harm
from metrics.catalogue import SHARES_ROLLED_BACK
from metrics.meter import SILENT, Meter
from models import audit, menu_plan, menu_publication, menu_share, menu_version
from models.audit import What
from models.database import Database, DatabaseDown
from models.menu_plan import Plan, PlanState
from models.menu_trials import publish_plan
from models.shared_clock import SharedClock

ROUND_SECONDS: Final = 1.0
WORKER: Final = "worker"  # who ended a share that nobody ended

log = structlog.get_logger(__name__)


class MenuRounds:
    """`counted` tells how the dialogues of a share and of the others go; None: nobody knows."""

    def __init__(
        self,
        database: Database,
        clock: SharedClock,
        limits: Limits,
        counted: Callable[[int], Counted | None],
        services: Services = NO_SERVICES,
        meter: Meter = SILENT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._counted = counted
        self._services = services
        self._meter = meter
        self._is_well = True

    def run(self, stop: threading.Event, every_seconds: float = ROUND_SECONDS) -> None:
        """Whatever goes wrong, it goes on."""
        while not stop.wait(every_seconds):
            try:
                self.go_round()
            except DatabaseDown as fault:
                if self._is_well:
                    log.warning("menu rounds wait", why=str(fault))
                self._is_well = False
            except Exception as fault:
                log.error("menu rounds go on", why=type(fault).__name__)  # noqa: TRY400
            else:
                self._is_well = True

    def go_round(self) -> None:
        """Raises DatabaseDown."""
        with self._database.read() as conn:
            now = self._clock.now(conn)
            due = [plan for plan in menu_plan.waiting(conn) if plan.due_at <= now]
            share = menu_share.find_running(conn)
        for plan in due:
            self._take_live(plan)
        if share is not None and not due:  # a plan that went live has ended it
            self._judge(share)

    def _take_live(self, plan: Plan) -> None:
        with self._database.write() as conn:
            menu_publication.be_publisher(conn)
            now, stored = self._clock.now(conn), menu_version.get(conn, plan.menu_version)
            why = self._fault_of(stored)
            state = PlanState.FAILED if why else PlanState.LIVE
            if not menu_plan.settle(conn, plan.id, state):
                return  # another worker was faster, or somebody cancelled it
            if why or stored is None:
                told = f"plan {plan.id}: {why}"
                _record(conn, now, What.NOT_PUBLISHED, plan.menu_version, told)
            else:
                publish_plan(conn, plan, stored, now)
        if why:
            log.error("menu not published", menu_version=plan.menu_version, why=why)
        else:
            log.info("menu published", menu_version=plan.menu_version, by=plan.planned_by)

    def _fault_of(self, stored: menu_version.MenuVersion | None) -> str:
        """Why it cannot go live: it was clean when it was planned, perhaps by another release."""
        if stored is None:
            return "the version is gone"
        try:
            compile_published(json.loads(stored.source), self._services)
        except BadMenu as fault:
            return f"this bridge no longer reads it: {fault.diagnostics[0]}"
        return ""

    def _judge(self, share: menu_share.Share) -> None:
        counted = self._counted(share.id)
        why = find_harm(counted, self._limits) if counted else None
        if why is None:
            return
        with self._database.write() as conn:
            menu_publication.be_publisher(conn)
            now = self._clock.now(conn)
            if not menu_share.end(conn, now, why, share.id):
                return
            _record(conn, now, What.SHARE_ROLLED_BACK, share.menu_version, why)
        log.error("menu share rolled back", menu_version=share.menu_version, why=why)
        self._meter.count(SHARES_ROLLED_BACK)


def _record(conn: Connection, now: datetime, what: What, version: int, note: str) -> None:
    done = audit.Entry(at=now, who=WORKER, what=what, menu_version=version, note=note)
    audit.record(conn, done)
