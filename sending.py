"""What sends, and what a dispatcher does beside it. Building opens nothing."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cached_property, partial
from typing import Final

from channels import Channels
from gateways.base import Gateway, Sender
from gateways.findings import BadGateways
from menu.diagnostics import BadMenu
from models import kept_record, link_sweep, outbox_pause, send_attempt
from models.database import DatabaseDown
from models.library import NothingPublished
from outbound.dispatcher import Dispatcher
from outbound.dlt_gate import DltGate
from outbound.drainer import MOST_BESIDE, MOST_TOGETHER, Drainer
from outbound.outcomes import NotTaken
from outbound.reaper import Reaper
from outbound.standing import Standings
from outbound.sweeper import Sweeper
from outbound.traffic import Account, Traffic
from outbound.wake import Waiting
from outbound.worker import Worker
from sms import optouts, receipts
from state.pace import RedisPace
from state.turns import TurnStream
from telecom import faults
from telecom.dlt import DltIds
from telecom.dlt_book import DltBook
from telecom.replies import MtSms
from web.replaying import Replayer, Take

SEND_SECONDS: Final = 12.0  # connect 3 s, read 8 s, and slack
LEAST_BATCH: Final = 10


class Sending(Channels):
    """What keeps a state is made when it is first asked for, the rest anew for each who asks."""

    def warm_senders(self) -> None:
        """Loads what the first call would wait for, before an SMS is claimed: a death in those two
        seconds would leave it in doubt. A sender that cannot be loaded is told of.
        """
        with suppress(BadMenu, DatabaseDown):
            self._dlt_book()
        with suppress(BadGateways, OSError, UnicodeDecodeError):
            for name, gateway in self.gateways.items():
                try:
                    if gateway.sender:
                        gateway.sender.prepare()
                except Exception as error:
                    faults.report("sender not loaded", error, gateway=name)

    def worker(self, wake: Waiting | None = None, threads: int | None = None) -> Worker:
        return Worker(
            self.dispatcher(threads),
            self.reaper(),
            self.traffic,
            threads=threads or self.settings.worker_threads,
            wake=wake,
            beat=self.heartbeat.beat,
        )

    def dispatcher(self, threads: int | None = None) -> Dispatcher:
        senders: dict[str, Sender] = {
            name: gateway.sender for name, gateway in self.gateways.items() if gateway.sender
        }
        return Dispatcher(
            self.database,
            self.outbox,
            senders,
            clock=self._shared_clock,
            host_clock=self.clock,
            monotonic=time.monotonic,
            owner=_owner(),
            lease_seconds=self.settings.lease_seconds,
            send_seconds=min(SEND_SECONDS, self.settings.lease_seconds / 2),
            batch=max(LEAST_BATCH, threads or self.settings.worker_threads),
            meter=self.meter,
            may_move_on=self.traffic.may_move_on,
            heard=self.traffic.heard,
            dlt_of=self._dlt_of,
        )

    @cached_property
    def traffic(self) -> Traffic:
        return Traffic(
            {name: _account(gateway) for name, gateway in self.gateways.items() if gateway.sender},
            self.outbox,
            host_clock=self.clock,
            monotonic=time.monotonic,
            routes=self.shelf.routes,
            pace=RedisPace(self.redis),
            standings=Standings(self.tallies),
            tried=self._tried,
            paused=self._paused,
            meter=self.meter,
        )

    def _dlt_of(self, gateway: str, mt: MtSms) -> DltIds | NotTaken | None:
        dlt = self.gateways[gateway].settings.dlt
        account = dlt.ids_for(mt.message_class) if dlt else None
        return self._dlt_gate.look(account, mt)

    @cached_property
    def _dlt_gate(self) -> DltGate:
        return DltGate(self._dlt_book, self.clock)

    def _dlt_book(self) -> DltBook | None:
        """What the live menu registers. Raises DatabaseDown, BadMenu."""
        try:
            _, program = self.library.live()
        except NothingPublished:
            return None
        return program.dlt

    def _tried(self, mt_id: str) -> Sequence[str]:
        with self.database.read() as conn:
            return send_attempt.tried(conn, mt_id)

    def _paused(self) -> Collection[str]:
        with self.database.read() as conn:
            return [pause.gateway for pause in outbox_pause.pauses(conn)]

    def reaper(self) -> Reaper:
        return Reaper(
            self.database,
            self._shared_clock,
            settle_seconds=self.settings.settle_seconds,
            meter=self.meter,
        )

    @cached_property
    def replayer(self) -> Replayer:
        """Gives spooled webhooks to who takes them, by channel."""
        takers: Mapping[str, Take] = {
            "sms": lambda name, request: self.sms.take(self.gateways[name], request),
            receipts.SPOOLED_AS: lambda name, request: self.dlrs.take(self.gateways[name], request),
            optouts.SPOOLED_AS: lambda name, request: self.optouts.take(
                self.gateways[name], request
            ),
            "missed_call": lambda name, request: self.missed_call.take(
                self.gateways[name], request
            ),
        }
        return Replayer(self.spool, takers)

    def drainers(self) -> Sequence[Drainer]:
        """PostgreSQL writes for one of them while the other reads; SQLite writes for one at all."""
        count, most = (1, MOST_TOGETHER) if self.database.has_one_writer else (2, MOST_BESIDE)
        return [
            Drainer(
                TurnStream(self.redis, f"{number}:{_owner()}"),
                self.database,
                self._shared_clock,
                kept=timedelta(days=self.settings.turns_days),
                most_together=most,
            )
            for number in range(count)
        ]

    def sweepers(self) -> Sequence[Sweeper]:
        """Of links with their clicks, and of what callers wrote."""
        written = timedelta(days=self.settings.feedback_days)
        sweeper = partial(Sweeper, database=self.database, clock=self._shared_clock)
        return [
            sweeper("links", kept=self._links_kept, delete=link_sweep.delete_old),
            sweeper("feedback", kept=written, delete=kept_record.delete_old),
        ]

    @property
    def _links_kept(self) -> timedelta:
        return timedelta(days=self.settings.links_days)


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:64]


def _account(gateway: Gateway) -> Account:
    settings = gateway.settings
    return Account(
        sender_id=settings.sender_id,
        tps=settings.tps,
        sender_tps=settings.sender_tps,
        cost=settings.cost,
    )
