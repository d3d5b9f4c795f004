"""What one number has got from us, and said to us, of late: counted in rows that exist anyway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)

from models import consent
from models.inbound_event import inbound_event
from models.metadata import GATEWAY, HASH, ID, UtcDateTime
from models.mt_message import mt_message
from models.mt_moves import is_one_of
from models.spend import spend_trip
from telecom.statuses import MtStatus

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
# Nobody got it, or nobody will ever know: whoever asks again may have another.
LOST: Final = (MtStatus.UNKNOWN_FINAL, MtStatus.FAILED, MtStatus.EXPIRED, MtStatus.SUPPRESSED)
CALLS: Final = "missed_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """SMS promised to a number. `recent_calls` leaves out what was lost; the others do not."""

    recent_calls: int
    calls_today: int
    calls_this_week: int
    answers_today: int
    same_link: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Got):
    """All that is asked before an SMS is promised, in one trip to the database.

    `generation` counts how often the breaker of its gateway has opened, `generation_of_all` that of
    all gateways; `is_stopped` while one of them is open.
    """

    has_opted_out: bool
    is_known: bool  # was ever promised an SMS
    generation: int
    generation_of_all: int
    is_stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Texts of a number within the loop's minutes, without choices in menus: they have no hash.

    `answered`: of any words, by an SMS; `same`: of these words; `echoes`: our own words, come back.
    """

    answered: int
    same: int
    echoes: bool


_M = mt_message.c
_KNOWN = mt_message.alias("known").c
_B = spend_trip.c
_E = inbound_event.c
_TO: Final = _M.to_hash == bindparam("whose", type_=HASH)
_WAS_CALL: Final = _M.channel == CALLS
_CAME: Final = ~is_one_of(_M.status, LOST)


def _at(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=UtcDateTime())


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))


def _generation(scope: ColumnElement[str]) -> ColumnElement[int]:
    found = select(func.coalesce(func.max(_B.generation), 0)).where(_B.scope == scope)
    return found.scalar_subquery()


_GATEWAY: Final = bindparam("gateway_scope", type_=GATEWAY)
_ALL: Final = literal_column("''", GATEWAY)
_PICTURE: Final = select(
    _count(_WAS_CALL, _CAME, _M.created_at > _at("cooldown")).label("recent_calls"),
    _count(_WAS_CALL, _M.created_at > _at("day")).label("calls_today"),
    _count(_WAS_CALL).label("calls_this_week"),
    _count(_M.channel != CALLS, _M.created_at > _at("day")).label("answers_today"),
    _count(
        _M.channel == bindparam("by_channel"),
        _M.service == bindparam("by_link"),
        _CAME,
        _M.created_at > _at("moment"),
    ).label("same_link"),
    consent.forbids(bindparam("whose", type_=HASH)).label("has_opted_out"),
    exists(select(_KNOWN.id).where(_KNOWN.to_hash == bindparam("whose", type_=HASH))).label(
        "is_known"
    ),
    _generation(_GATEWAY).label("generation"),
    _generation(_ALL).label("generation_of_all"),
    exists()
    .where((_B.scope == _GATEWAY) | (_B.scope == _ALL), _B.armed_at.is_(None))
    .label("is_stopped"),
).where(_TO, _M.created_at > _at("week"), _M.channel.is_not(None))
_HEARD: Final = inbound_event.alias("heard").c
# From the side of what was sent: of that a day has a few, and of forged texts any number.
_ANSWERED: Final = select(func.count(_HEARD.id.distinct())).where(
    _TO,
    _M.created_at > _at("since"),
    _HEARD.id == _M.inbound_event_id,
    _HEARD.kind == "sms",
    _HEARD.said_hash.is_not(None),
)
_SAID: Final = select(
    _ANSWERED.scalar_subquery().label("answered"),
    func.count().label("same"),
    exists(
        select(_M.id).where(
            _TO, _M.created_at > _at("since"), _M.body_hash == bindparam("said", type_=HASH)
        )
    ).label("echoes"),
).where(
    _E.msisdn_hash == bindparam("whose", type_=HASH),
    _E.received_at > _at("since"),
    _E.kind == "sms",
    _E.said_hash == bindparam("said", type_=HASH),
    _E.id.not_in(bindparam("unheard", type_=ID, expanding=True)),
)


def look(
    conn: Connection,
    msisdn_hash: str,
    *,
    gateway: str,
    channel: str,
    link: str,
    cooldown: timedelta,
    moment: timedelta,
    now: datetime,
) -> Picture:
    """Windows are half open: what is exactly as old as one is outside of it."""
    given = {
        "whose": msisdn_hash,
        "gateway_scope": gateway,
        "by_channel": channel,
        "by_link": link,
        "cooldown": now - cooldown,
        "moment": now - moment,
        "day": now - DAY,
        "week": now - WEEK,
    }
    return Picture(**conn.execute(_PICTURE, given).mappings().one())


def said(
    conn: Connection, msisdn_hash: str, said_hash: str, since: datetime, unheard: Sequence[str] = ()
) -> Said:
    """`unheard`: ids of events that do not count."""
    given = {"whose": msisdn_hash, "said": said_hash, "since": since, "unheard": list(unheard)}
    return Said(**conn.execute(_SAID, given).mappings().one())
