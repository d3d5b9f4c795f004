"""The two ends of a call to a gateway, of many messages at once: the intent before, what was taken
after.

A turn of a dispatcher is one statement on PostgreSQL, which commits itself: one trip, where a
transaction of all that is in it took five. SQLite, that changes one table at a time, has no trips.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    String,
    Text,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeEngine

from models import report_waits, send_attempt
from models.dialect import handed_once, handing
from models.mt_moves import Claim, Way
from models.turn_moves import ACCEPTED, REPLY, settling, word, writing

_SERVER: Final = "postgresql"
_ENDED: Final = "ended"
_WANTED: Final = "wanted"
_INTENT: Final = "intent"
_EARLY: Final = "early"
_ENDS: Final[Mapping[str, TypeEngine[Any]]] = MappingProxyType(
    {"mt_id": String(36), "fence": Integer(), "gateway": String(), "vendors_id": Text()}
)
_INTENTS: Final[Mapping[str, TypeEngine[Any]]] = MappingProxyType(
    {"mt_id": String(36), "fence": Integer(), "way": String(), "shows": String()}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the intent found: how many attempts there are now, and whether one was ambiguous."""

    attempts: int
    ambiguous_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """`settled`: the messages that had not moved on by themselves. `early`: those of which delivery
    reports came before this. `written`: the intents.
    """

    settled: frozenset[str]
    early: frozenset[str]
    written: Mapping[str, Written]


def turn(
    conn: Connection,
    taken: Mapping[Claim, str | None],
    ways: Mapping[Claim, Way],
    *,
    now: datetime,
    lease_until: datetime,
) -> Turned:
    """What gateways took, with the ids that they gave; and the intents of others.

    What was taken becomes sent, whoever holds it by now: it went out after all, and a resend that
    waits is cancelled. Its attempt ends.

    What is wanted becomes submitted, with a row for the attempt: from now on the call may have
    happened. A row is left out when its claim is no longer good (fenced, lease over, life over),
    when its subscriber has said STOP, or when the gateway that it would go by is paused. The
    counters rise here, before the call, so that a message that kills its worker is counted too.
    """
    ended = {claim.id for claim in taken}
    if len(ended) < len(taken) or any(claim.id in ended for claim in ways):
        return _apart(conn, taken, ways, now, lease_until)
    given = {
        **(_handing_ends(taken) if taken else {}),
        **(_handing_intents(ways) | {"lease": lease_until} if ways else {}),
        "at": now,
    }
    if conn.dialect.name == _SERVER:
        return _in_one(conn, given, has_ends=bool(taken), has_intents=bool(ways))
    return _one_by_one(conn, taken, ways, given, now)


def _apart(
    conn: Connection,
    taken: Mapping[Claim, str | None],
    ways: Mapping[Claim, Way],
    now: datetime,
    lease_until: datetime,
) -> Turned:
    """A statement changes a row once. Seldom do two claims of one message meet: whoever holds it
    now comes first.
    """
    ends = [
        turn(conn, {claim: taken[claim]}, {}, now=now, lease_until=lease_until)
        for claim in sorted(taken, key=lambda claim: -claim.generation)
    ]
    intents = turn(conn, {}, ways, now=now, lease_until=lease_until)
    return Turned(
        settled=frozenset[str]().union(*(one.settled for one in ends)),
        early=frozenset[str]().union(*(one.early for one in ends)),
        written=intents.written,
    )


def _handing_ends(taken: Mapping[Claim, str | None]) -> dict[str, str]:
    rows = (
        {
            "mt_id": held.id,
            "fence": held.generation,
            "gateway": held.gateway,
            "vendors_id": vendors_id,
        }
        for held, vendors_id in sorted(taken.items(), key=_mt_id)
    )
    return handing(rows, _ENDED)


def _handing_intents(ways: Mapping[Claim, Way]) -> dict[str, str]:
    rows = (
        {"mt_id": held.id, "fence": held.generation, "way": way.gateway, "shows": way.sender_id}
        for held, way in sorted(ways.items(), key=_mt_id)
    )
    return handing(rows, _WANTED)


def _mt_id(one: tuple[Claim, object]) -> str:
    """Rows are locked in the order in which they are handed over: all keep to one."""
    return one[0].id


# PostgreSQL: all of it at once


def _in_one(
    conn: Connection, given: Mapping[str, object], *, has_ends: bool, has_intents: bool
) -> Turned:
    if not has_ends and not has_intents:
        return Turned(settled=frozenset(), early=frozenset(), written={})
    found = conn.execute(_turning(has_ends, has_intents), given).all()
    return Turned(
        settled=frozenset(mt_id for what, mt_id, *_ in found if what == REPLY),
        early=frozenset(mt_id for what, mt_id, *_ in found if what == _EARLY),
        written={
            mt_id: Written(attempts=attempts, ambiguous_before=ambiguous)
            for what, mt_id, attempts, ambiguous in found
            if what == _INTENT
        },
    )


@cache
def _turning(has_ends: bool, has_intents: bool) -> CompoundSelect[Any]:
    """Each message with what became of it. Whoever brings reports cannot see an end that is not
    committed, nor this what he has not committed: his look back finds both.
    """
    parts = [*(_ending() if has_ends else ()), *(_intending() if has_intents else ())]
    return union_all(*parts)


def _ending() -> tuple[Select[Any], ...]:
    ended = handed_once(_SERVER, _ENDS, _ENDED)
    settled = settling(ended).cte("settled")
    is_same = settled.c.id == ended.c.mt_id
    ours = select(settled.c.id).where(settled.c.evidence == word(REPLY), is_same)
    is_late = ours.limit(literal_column("1")).scalar_subquery().is_(None)
    attempts = send_attempt.taken_by(ended, ACCEPTED, is_late=is_late)
    moved = _told(settled.c.evidence, settled.c.id).add_cte(attempts)
    early = report_waits.is_early(ended)
    reported = [_told(word(_EARLY), ended.c.mt_id).where(one) for one in early]
    return (moved, *reported)


def _intending() -> tuple[Select[Any], ...]:
    written = writing(handed_once(_SERVER, _INTENTS, _WANTED)).cte("written")
    started = send_attempt.started_by(written)
    intents: Select[Any] = select(
        word(_INTENT), written.c.id, written.c.attempts, written.c.ambiguous_before
    )
    return (intents.add_cte(started),)


def _told(what: ColumnElement[str], mt_id: ColumnElement[str]) -> Select[Any]:
    nothing: ColumnElement[Any] = literal_column("0")
    nowhere: ColumnElement[Any] = literal_column("false")
    return select(what, mt_id, nothing, nowhere)


# SQLite: one after the other


def _one_by_one(
    conn: Connection,
    taken: Mapping[Claim, str | None],
    ways: Mapping[Claim, Way],
    given: Mapping[str, object],
    now: datetime,
) -> Turned:
    settled = _settle(conn, taken, given, now) if taken else frozenset[str]()
    return Turned(
        settled=settled,
        early=frozenset(conn.execute(_early_here(conn.dialect.name), given).scalars())
        if taken
        else frozenset(),
        written=_write(conn, ways, given, now) if ways else {},
    )


def _settle(
    conn: Connection, taken: Mapping[Claim, str | None], given: Mapping[str, object], now: datetime
) -> frozenset[str]:
    moved = conn.execute(_settling_here(conn.dialect.name), given)
    ours = frozenset(mt_id for evidence, mt_id in moved if evidence == REPLY)
    finished = [
        send_attempt.Finished(
            mt_id=held.id,
            generation=held.generation,
            outcome=ACCEPTED,
            reason=None,
            http_code=None,
            gateway_message_id=vendors_id,
            late=held.id not in ours,
        )
        for held, vendors_id in taken.items()
    ]
    send_attempt.finish(conn, finished, now)
    return ours


def _write(
    conn: Connection, ways: Mapping[Claim, Way], given: Mapping[str, object], now: datetime
) -> dict[str, Written]:
    found = conn.execute(_writing_here(conn.dialect.name), given)
    written = {
        row.id: Written(attempts=row.attempts, ambiguous_before=row.ambiguous_before)
        for row in found
    }
    started = [
        send_attempt.Started(mt_id=held.id, generation=held.generation, gateway=way.gateway)
        for held, way in ways.items()
        if held.id in written
    ]
    send_attempt.start(conn, started, now)
    return written


@cache
def _settling_here(dialect: str) -> ReturningUpdate[Any]:
    return settling(handed_once(dialect, _ENDS, _ENDED))


@cache
def _writing_here(dialect: str) -> ReturningUpdate[Any]:
    return writing(handed_once(dialect, _INTENTS, _WANTED))


@cache
def _early_here(dialect: str) -> CompoundSelect[str]:
    ended = handed_once(dialect, _ENDS, _ENDED)
    return union_all(*(select(ended.c.mt_id).where(one) for one in report_waits.is_early(ended)))
