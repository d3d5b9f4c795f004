"""What STOP does to the messages of a number, in the transaction that stores it and ever after."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Connection, Select, Update, bindparam, case, select

from models.dialect import among
from models.mt_message import mt_message
from models.mt_moves import HAS_STOPPED, IS_UNWANTED, Claim, moving, put_back, suppress
from telecom.statuses import MessageClass, MtStatus

OPTED_OUT: Final = "opted_out"  # the last outcome of what was withheld
LISTED: Final = "do_not_disturb"

_T = mt_message.c
_IS_THIS: Final = _T.id == bindparam("mt_id", type_=_T.id.type)
_IS_THEIRS: Final = _T.to_hash.in_(bindparam("whose", type_=_T.to_hash.type, expanding=True))
_IS_NO_ANSWER: Final = _T.message_class != MessageClass.CONFIRMATION

_WHY: Final = case((HAS_STOPPED, OPTED_OUT), else_=LISTED)
_NEVER_TRIED: Final = (
    moving({MtStatus.QUEUED, MtStatus.CLAIMED}, MtStatus.SUPPRESSED)
    .where(_T.submissions == 0)
    .values(last_outcome=OPTED_OUT)
)
_DOUBTFUL: Final = (
    moving({MtStatus.QUEUED, MtStatus.UNKNOWN}, MtStatus.UNKNOWN_FINAL)
    .where(_T.submissions > 0)
    .values(last_outcome=OPTED_OUT)
)
_END_THIS: Final = _DOUBTFUL.where(_IS_THIS)
_ALL: Final = tuple(move.where(_IS_THEIRS) for move in (_NEVER_TRIED, _DOUBTFUL))
_ALL_BUT_ANSWERS: Final[tuple[Update, ...]] = tuple(move.where(_IS_NO_ANSWER) for move in _ALL)


@cache
def _unwanted(dialect: str) -> Select[str, str]:
    return select(_T.id, _WHY).where(among(dialect, _T.id, "mt_ids"), IS_UNWANTED)


def unwanted(conn: Connection, mt_ids: Collection[str]) -> dict[str, str]:
    """Those whose subscriber has said STOP by now, or whom a list forbids; and why: OPTED_OUT or
    LISTED. Answers to STOP, HELP and their like may go.
    """
    found = conn.execute(_unwanted(conn.dialect.name), {"mt_ids": list(mt_ids)})
    return {str(mt_id): str(why) for mt_id, why in found}


def withhold(conn: Connection, held: Claim, *, now: datetime) -> bool:
    """A claimed row whose subscriber has said STOP, or that a list forbids: suppressed; or, where
    a copy may be out already, unknown_final. False when it is wanted, or no longer held.
    """
    why = unwanted(conn, [held.id]).get(held.id)
    if why is None or not put_back(conn, held, now=now):
        return False
    given = {"mt_id": held.id, "at": now}
    ended = suppress(conn, held.id, why=why, now=now)
    return ended or conn.execute(_END_THIS, given).rowcount == 1


def withhold_all(
    conn: Connection, to_hashes: Collection[str], *, spares_answers: bool, now: datetime
) -> None:
    """Whatever waits for these numbers is not sent, and what is doubtful is not sent again.

    A claimed row of which a copy may be out is left to its worker, whose intent is refused.
    """
    if not to_hashes:
        return
    for move in _ALL_BUT_ANSWERS if spares_answers else _ALL:
        conn.execute(move, {"whose": sorted(to_hashes), "at": now})
