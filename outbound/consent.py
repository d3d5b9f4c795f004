"""What STOP and START do to the outbox, in the transaction of whoever heard of them."""

from __future__ import annotations

from sqlalchemy import Connection

from models import consent, mt_withheld
from models.consent import Change, ConsentState


def settle(conn: Connection, change: Change) -> bool:
    """Keeps the change; a STOP takes back all that waits. True when it changed something.

    An answer to an earlier command is taken back only by a STOP that is news: the confirmation of
    the first STOP must not be lost to the second.
    """
    is_news = consent.record(conn, change)
    if change.state is ConsentState.OPTED_OUT:
        mt_withheld.withhold_all(
            conn, change.msisdn_hash, spares_answers=not is_news, now=change.at
        )
    return is_news
