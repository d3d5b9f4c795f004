"""What the channels are made of: settings in, their handlers out. Building opens nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property

from gateways import loader as gateways_loader
from gateways.base import Gateway
from gateways.loader import Shelf
from missed_call.answering import CallAnswers
from missed_call.handler import MissedCallHandler
from outbound.answering import Answering
from outbound.commitments import MOST_TOGETHER, Commitments
from outbound.guard import Guard, Tariff, World
from outbound.late_answering import LateAnswers
from outbound.ledger import Ledger
from outbound.limits import Limits
from outbound.receipts import Receipts
from outbound.register import Register
from services.app_links import AppLinks
from services.click_notes import ClickNotes
from services.guesses import Guesses
from services.short_links import ShortLinks
from settings import Settings
from sms.handler import SmsHandler
from sms.inbox import Inbox
from sms.optouts import OptOutHandler
from sms.receipts import DlrHandler
from telecom.errors import Malformed
from telecom.msisdn import Msisdn
from telecom.prices import PriceList
from thinking import Thinking
from ussd.handler import UssdHandler
from web.spool import Spool


class Channels(Thinking):
    """Each part is made when it is first asked for."""

    @cached_property
    def shelf(self) -> Shelf:
        """Raises BadGateways."""
        path = self.settings.gateways
        return gateways_loader.load(
            path.read_text(encoding="utf-8"),
            path.name,
            self._environ,
            development=self.settings.dev,
            public_url=self.settings.public_url,
            clock=self.clock,
        )

    @property
    def gateways(self) -> Mapping[str, Gateway]:
        return self.shelf.gateways

    @cached_property
    def ussd(self) -> UssdHandler:
        return UssdHandler(self._runner, self._commitments, self._keys, self.clock, self.meter)

    @cached_property
    def sms(self) -> SmsHandler:
        return SmsHandler(
            self._runner,
            self._commitments,
            self._keys,
            self.clock,
            self.spool,
            quiet=timedelta(seconds=self.settings.unknown_text_seconds),
        )

    @cached_property
    def dlrs(self) -> DlrHandler:
        return DlrHandler(Receipts(self.database, self._shared_clock, self.meter), self.spool)

    @cached_property
    def optouts(self) -> OptOutHandler:
        return OptOutHandler(self._commitments, self.spool)

    @cached_property
    def missed_call(self) -> MissedCallHandler:
        return MissedCallHandler(self._commitments, self._keys, self.clock, self.spool)

    @cached_property
    def call_answers(self) -> CallAnswers:
        proposer, writer = self._commitments.proposer, self._commitments.writer
        answering = Answering(self.database, writer, at_most=MOST_TOGETHER, meter=self.meter)
        return CallAnswers(self.library, self._runner, proposer, answering, self._keys, self.clock)

    @cached_property
    def late_answers(self) -> LateAnswers:
        return LateAnswers(
            self.database,
            self._commitments.proposer,
            self._commitments.writer,
            self.library,
            self._services,
            self._shared_clock,
            self._keys.caller,
            patience_seconds=self.settings.late_answer_seconds,
            at_most=self.settings.late_answer_threads,
            meter=self.meter,
            keep=self.sessions.keep_answer,
        )

    @cached_property
    def spool(self) -> Spool:
        return Spool(self.settings.var / "spool", self._sealer, self.clock)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.database, self.outbox)

    @cached_property
    def short_links(self) -> ShortLinks:
        return ShortLinks(
            self.database,
            self.library,
            self.clock,
            self.click_notes,
            Guesses(time.monotonic),
            self.meter,
        )

    @cached_property
    def click_notes(self) -> ClickNotes:
        return ClickNotes(self.settings.var / "clicks")

    @cached_property
    def guard(self) -> Guard:
        return Guard(self._hasher, _limits(self.settings), lambda: self.spend_world)

    @cached_property
    def spending(self) -> Ledger:
        limits = _limits(self.settings)
        return Ledger(self.database, self._shared_clock, limits, lambda: self.spend_world)

    @cached_property
    def do_not_disturb(self) -> Register:
        return Register(self.database, self._hasher, self._shared_clock)

    @cached_property
    def spend_world(self) -> World:
        """What the spend guard must know of gateways.yaml. Raises BadGateways."""
        each = [gateway.settings for gateway in self.gateways.values()]
        own = (_find_own(one.sender_id, one.country) for one in each)
        return World(
            tariffs={
                one.name: Tariff(
                    prices=one.prices or PriceList.flat(self.settings.sms_price),
                    day_budget=one.day_budget,
                )
                for one in each
            },
            countries=self.settings.sms_countries | {one.country for one in each},
            own=frozenset(number for number in own if number),
        )

    @cached_property
    def _commitments(self) -> Commitments:
        return Commitments(
            self.database,
            self.outbox,
            AppLinks(self.settings.public_url),
            self._sealer,
            self._hasher,
            self._shared_clock,
            self.guard,
            lambda name: self.gateways[name].settings.sender_id,
            self.meter,
        )


def _limits(settings: Settings) -> Limits:
    return Limits(
        call_cooldown=timedelta(seconds=settings.call_cooldown_seconds),
        calls_per_day=settings.calls_per_day,
        calls_per_week=settings.calls_per_week,
        answers_per_day=settings.answers_per_day,
        same_link=timedelta(seconds=settings.same_link_seconds),
        loop_texts=settings.loop_texts,
        loop_window=timedelta(minutes=settings.loop_minutes),
        loop_same_texts=settings.loop_same_texts,
        prefix_per_hour=settings.prefix_per_hour,
        new_numbers_per_day=settings.new_numbers_per_day,
        day_budgets={budget.currency: budget for budget in settings.day_budget},
        service_budgets={budget.currency: budget for budget in settings.service_day_budget},
        hour_percent=settings.hour_percent,
    )


def _find_own(sender_id: str | None, country: str) -> str | None:
    """The number that our SMS come from, where it is one."""
    try:
        return Msisdn.parse(sender_id or "", country).e164
    except Malformed:
        return None
