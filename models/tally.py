"""What one number has got from us, and said to us, of late: counted in rows that exist anyway."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
)

from models import consent
from models.dialect import among, handed_rows, handing, is_there
from models.inbound_event import inbound_event
from models.metadata import GATEWAY, HASH, WORD, UtcDateTime
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
class Ask:
    """Whose picture is asked for, by his keyed hash, and what he would get.

    `words`: keyed hash of the text that it answers, where such texts may be a loop.
    """

    whose: str
    gateway: str
    channel: str
    link: str
    words: str | None


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
    """All that is asked of a number before an SMS is promised.

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


_PARTS: Final = [part.name for part in fields(Picture)]
_M = mt_message.c
_KNOWN = mt_message.alias("known").c
_B = spend_trip.c
_E = inbound_event.c
_WAS_CALL: Final = _M.channel == CALLS
_CAME: Final = ~is_one_of(_M.status, LOST)


def _at(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=UtcDateTime())


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))


def _generation(scope: ColumnElement[str]) -> ColumnElement[int]:
    found = select(func.coalesce(func.max(_B.generation), 0)).where(_B.scope == scope)
    return found.scalar_subquery()


_ALL: Final = literal_column("''", GATEWAY)
_HEARD: Final = inbound_event.alias("heard").c
_S: Final = mt_message.alias("sent").c


def look_all(
    conn: Connection,
    asks: Sequence[Ask],
    *,
    cooldown: timedelta,
    moment: timedelta,
    loop: timedelta,
    now: datetime,
    unheard: Collection[str],
) -> list[tuple[Picture, Said]]:
    """One for each, in their order; nothing was said where no words are asked for.

    Windows are half open: what is exactly as old as one is outside of it. `unheard`: ids of events
    that do not count.
    """
    given = {
        "cooldown": now - cooldown,
        "moment": now - moment,
        "loop": now - loop,
        "day": now - DAY,
        "week": now - WEEK,
        "unheard": list(unheard),
        **handing({"place": place, **asdict(ask)} for place, ask in enumerate(asks)),
    }
    rows = conn.execute(_looking(conn.dialect.name), given).mappings()
    found = {row["place"]: (_picture(row), _said(row)) for row in rows}
    return [found[place] for place in range(len(asks))]


def _picture(row: RowMapping) -> Picture:
    return Picture(**{name: row[name] for name in _PARTS})


def _said(row: RowMapping) -> Said:
    return Said(answered=row["answered"], same=row["same"], echoes=bool(row["echoes"]))


@cache
def _looking(dialect: str) -> Select[Any]:
    """Each number is looked up by its index: on PostgreSQL one after the other, whatever the
    planner knew of the table when it made the plan; SQLite does so by itself.
    """
    handed = handed_rows(
        dialect,
        {
            "place": Integer(),
            "whose": HASH,
            "gateway": GATEWAY,
            "channel": WORD,
            "link": String(),
            "words": HASH,
        },
    )
    given = handed.c
    counts = (
        _count(_WAS_CALL, _CAME, _M.created_at > _at("cooldown")).label("recent_calls"),
        _count(_WAS_CALL, _M.created_at > _at("day")).label("calls_today"),
        _count(_WAS_CALL).label("calls_this_week"),
        _count(_M.channel != CALLS, _M.created_at > _at("day")).label("answers_today"),
        _count(
            _M.channel == given.channel,
            _M.service == given.link,
            _CAME,
            _M.created_at > _at("moment"),
        ).label("same_link"),
    )
    facts: Sequence[ColumnElement[Any]] = (
        consent.forbids(given.whose).label("has_opted_out"),
        is_there(select(_KNOWN.id).where(_KNOWN.to_hash == given.whose)).label("is_known"),
        _generation(given.gateway).label("generation"),
        _generation(_ALL).label("generation_of_all"),
        is_there(
            select(_B.scope).where(
                (_B.scope == given.gateway) | (_B.scope == _ALL), _B.armed_at.is_(None)
            )
        ).label("is_stopped"),
        *_heard(dialect, given.whose, given.words),
    )
    theirs = and_(_M.to_hash == given.whose, _M.created_at > _at("week"), _M.channel.is_not(None))
    if dialect == "postgresql":
        got = select(*counts).where(theirs).lateral("got")
        return select(given.place, *got.c, *facts).select_from(handed.join(got, true()))
    joined = handed.outerjoin(mt_message, theirs)
    return select(given.place, *counts, *facts).select_from(joined).group_by(given.place)


def _heard(
    dialect: str, whose: ColumnElement[str], words: ColumnElement[str]
) -> Sequence[ColumnElement[Any]]:
    """Looked for where there are words only: CASE leaves the rest alone."""
    sent = and_(_S.to_hash == whose, _S.created_at > _at("loop"))
    # From the side of what was sent: of that a day has a few, and of forged texts any number.
    answered = select(func.count(_HEARD.id.distinct())).where(
        sent,
        _HEARD.id == _S.inbound_event_id,
        _HEARD.kind == "sms",
        _HEARD.said_hash.is_not(None),
    )
    same = select(func.count(_E.id)).where(
        _E.msisdn_hash == whose,
        _E.received_at > _at("loop"),
        _E.kind == "sms",
        _E.said_hash == words,
        ~among(dialect, _E.id, "unheard"),
    )
    echoes = is_there(select(_S.id).where(sent, _S.body_hash == words))
    has_words = words.is_not(None)
    return (
        case((has_words, answered.scalar_subquery()), else_=0).label("answered"),
        case((has_words, same.scalar_subquery()), else_=0).label("same"),
        and_(has_words, echoes).label("echoes"),
    )
