"""Holds SMS to India to the DLT templates of the live menu, right before the call: what an operator
would refuse is not sent. A menu without templates holds nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from menu.diagnostics import BadMenu
from models.database import DatabaseDown
from outbound.outcomes import DLT_UNKNOWN, DLT_VALUE, DLT_WORDS, NotTaken
from telecom.clock import Clock
from telecom.dlt import DltIds
from telecom.dlt_book import COUNTRY, DltBook, DltRefusal
from telecom.dlt_template import DltTemplate
from telecom.errors import Verdict
from telecom.replies import MtSms

_ENDS: Final = {DltRefusal.WORDS: DLT_WORDS, DltRefusal.VALUE: DLT_VALUE}


class DltGate:
    """`book`: what the live menu registers; raises DatabaseDown, BadMenu while nobody can tell."""

    def __init__(self, book: Callable[[], DltBook | None], clock: Clock) -> None:
        self._book = book
        self._clock = clock

    def look(self, account: DltIds | None, mt: MtSms) -> DltIds | NotTaken | None:
        """What travels with the SMS, or why it is not sent. `account`: what the gateway knows."""
        if mt.to.region != COUNTRY:
            return None
        try:
            book = self._book()
        except (BadMenu, DatabaseDown):
            return DLT_UNKNOWN
        if book is None:
            return account
        judged = book.judge(mt.text, self._clock.now())
        if judged.refusal is DltRefusal.HOURS:
            return NotTaken(
                verdict=Verdict.RETRY,
                why=DltRefusal.HOURS.value,
                retry_after_seconds=judged.opens_in_seconds,
            )
        if judged.refusal is not None:
            return _ENDS[judged.refusal]
        return _with_template(account, book, judged.template)


def _with_template(
    account: DltIds | None, book: DltBook, template: DltTemplate | None
) -> DltIds | None:
    if template is None:
        return account
    if account is None and book.entity_id is not None:
        account = DltIds(entity_id=book.entity_id)
    if account is None:
        return None
    header = template.header or account.header
    return replace(account, template_id=template.template_id, header=header)
