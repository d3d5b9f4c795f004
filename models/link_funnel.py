"""How many asked for a link, got it and opened it: events -> SMS -> delivered -> opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from models.inbound_event import inbound_event
from models.link_click import link_click
from models.metadata import UtcDateTime
from models.mt_message import mt_message
from models.short_link import short_link
from telecom.statuses import MtStatus

_L, _M, _E, _C = short_link.c, mt_message.c, inbound_event.c, link_click.c
_SENT: Final = frozenset({MtStatus.SENT, MtStatus.DELIVERED})
_UNTIL: Final = bindparam("until", type_=UtcDateTime())
_SINCE: Final = bindparam("since", type_=UtcDateTime())
# Looked up for each link by its index: no list of all clicks is made.
_CLICKS: Final = select(func.count()).where(_C.code == _L.code).scalar_subquery()
_EVENTS: Final = (
    select(_E.kind, func.count())
    .where(_E.received_at >= _SINCE, _E.received_at < _UNTIL)
    .group_by(_E.kind)
)


@dataclass(slots=True)
class Counted:
    """`links` are the SMS that were promised with one; `opened` those that somebody opened, and
    `clicks` how often. An SMS that nobody reported as delivered may have been opened."""

    links: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    clicks: int = 0

    def add(self, status: str | None, clicks: int) -> None:
        self.links += 1
        self.sent += status in _SENT
        self.delivered += status == MtStatus.DELIVERED
        self.opened += clicks > 0
        self.clicks += clicks


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """`events` are all that came in, by channel, withheld ones too. `by` has, for "link", "day",
    "service" and "channel", what was counted under each of its words."""

    since: datetime
    until: datetime
    events: dict[str, int]
    by: dict[str, dict[str, Counted]]


PARTS: Final[Sequence[str]] = ("link", "day", "service", "channel")


def count(conn: Connection, since: datetime, until: datetime) -> Funnel:
    """Of the links that were made from `since` until before `until`."""
    period = {"since": since, "until": until}
    query = (
        select(
            _L.link_name,
            _L.created_at,
            _M.service,
            _M.channel,
            _M.status,
            _CLICKS.label("clicks"),
        )
        .join(mt_message, _M.id == _L.mt_id, isouter=True)
        .where(_L.created_at >= _SINCE, _L.created_at < _UNTIL)
        .execution_options(yield_per=2000)
    )
    by: dict[str, defaultdict[str, Counted]] = {part: defaultdict(Counted) for part in PARTS}
    for link, made_at, service, channel, status, clicks in conn.execute(query, period):
        day = f"{made_at:%Y-%m-%d}"
        words = (link, day, service or "-", channel or "-")
        for part, word in zip(PARTS, words, strict=True):
            by[part][word].add(status, clicks)
    events = {str(kind): int(number) for kind, number in conn.execute(_EVENTS, period)}
    return Funnel(
        since=since,
        until=until,
        events=dict(sorted(events.items())),
        by={part: dict(sorted(found.items())) for part, found in by.items()},
    )
