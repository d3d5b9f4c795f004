"""What STOP and START do to the outbox, in the transaction of whoever heard of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from models import consent, mt_message, mt_withheld
from models.consent import Change, ConsentCause, ConsentState


def settle(conn: Connection, change: Change) -> bool:
    """Keeps the change; a STOP takes back all that waits. True when it changed something.

    An answer to an earlier command is taken back only by a STOP that is news: the confirmation of
    the first STOP must not be lost to the second.
    """
    return bool(settle_all(conn, [change]))


def settle_all(conn: Connection, changes: Sequence[Change]) -> set[str]:
    """The same for many in a few statements, for whoever waits for one of them waits for all.

    No two of one number, and all of one time. Whose change changed something.
    """
    news = consent.record_all(conn, changes)
    stops = {one.msisdn_hash for one in changes if one.state is ConsentState.OPTED_OUT}
    if stops:
        at = changes[0].at
        mt_withheld.withhold_all(conn, stops & news, spares_answers=False, now=at)
        mt_withheld.withhold_all(conn, stops - news, spares_answers=True, now=at)
    return news


def learn(conn: Connection, mt_id: str, gateway: str, now: datetime) -> bool:
    """The gateway refused this message for an opt-out that was said to it alone: nothing more is
    sent by any. True when that is news.
    """
    to_hash = mt_message.find_recipient(conn, mt_id)
    return to_hash is not None and learn_of(conn, to_hash, gateway, now)


def learn_of(conn: Connection, msisdn_hash: str, gateway: str, now: datetime) -> bool:
    """The gateway knows that this number wants no more SMS. True when we did not."""
    change = Change(
        msisdn_hash=msisdn_hash,
        state=ConsentState.OPTED_OUT,
        at=now,
        cause=ConsentCause.GATEWAY,
        gateway=gateway,
    )
    return settle(conn, change)
