"""Everything that commands do about menus besides publishing them, over one database."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime

from menu.compiler import compile_published
from menu.files import Files
from menu.program import Program
from menu.services import Services
from menu.shares import Counted
from models import audit, menu_trials
from models.database import Database
from models.menu_plan import Plan
from models.menu_trials import Doing, Standing
from telecom.clock import Clock
from telecom.msisdn import Msisdn


class MenuDesk:
    """`key_of` makes the keyed hash of a number, `counted` tells how a share goes. Every call
    raises DatabaseDown; those with files BadMenu; and menu_trials.Unfit for what makes no sense."""

    def __init__(
        self,
        database: Database,
        services: Services,
        clock: Clock,
        key_of: Callable[[Msisdn], str],
        counted: Callable[[int], Counted | None],
    ) -> None:
        self._database = database
        self._services = services
        self._clock = clock
        self._key_of = key_of
        self._counted = counted

    def standing(self) -> Standing:
        return menu_trials.standing(self._database)

    def counted(self, share: int) -> Counted | None:
        """None while Redis does not answer."""
        return self._counted(share)

    def entries(self, limit: int) -> list[audit.Entry]:
        """The audit, the newest first."""
        return menu_trials.entries(self._database, limit)

    def program(self, version: int) -> Program:
        """Raises publishing.NoSuchVersion too, and BadMenu."""
        source = menu_trials.get_source(self._database, version)
        return compile_published(json.loads(source), self._services)

    def program_of(self, files: Files) -> Program:
        return compile_published(files, self._services)

    def preview(self, files: Files, numbers: Collection[Msisdn], by: str, note: str) -> int:
        keys = [self._key_of(number) for number in numbers]
        return menu_trials.preview(
            self._database, files, keys, self._doing(by, note), self._services
        )

    def stop_preview(self, numbers: Collection[Msisdn], by: str, note: str) -> int:
        """Without numbers, of all."""
        keys = [self._key_of(number) for number in numbers]
        return menu_trials.stop_preview(self._database, keys or None, self._doing(by, note))

    def share(self, files: Files, percent: int, by: str, note: str) -> int:
        return menu_trials.share(
            self._database, files, percent, self._doing(by, note), self._services
        )

    def share_with_all(self, by: str, note: str) -> int:
        return menu_trials.share_with_all(self._database, self._doing(by, note))

    def plan(
        self, files: Files, due_at: datetime, zone: str, by: str, note: str
    ) -> tuple[int, int]:
        """The plan's number, and its version."""
        return menu_trials.plan(
            self._database, files, due_at, zone, self._doing(by, note), self._services
        )

    def cancel(self, plan: int | None, by: str, note: str) -> Plan:
        return menu_trials.cancel(self._database, plan, self._doing(by, note))

    def now(self) -> datetime:
        return self._clock.now()

    def _doing(self, by: str, note: str) -> Doing:
        return Doing(by=by, note=note, now=self._clock.now())
