"""What becomes of messages around a call to a gateway, in statements of many rows.

`ended` has the mt_id, fence, gateway and vendors_id of each call that was taken, `wanted` the
mt_id, fence, way and shows of each that is to be made.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, case, func, literal_column, not_
from sqlalchemy.sql.dml import ReturningUpdate

from models import outbox_pause
from models.mt_message import mt_message
from models.mt_moves import AT, IS_UNWANTED, LEASE, is_one_of, moving
from telecom.statuses import MtStatus, may_move

ACCEPTED: Final = "accepted"  # the outcome of what a gateway took
REPLY: Final = "reply"  # the evidence of that
LATE_REPLY: Final = "late_reply"

_T = mt_message.c
_MAY_BE_SENT: Final = [before for before in MtStatus if may_move(before, MtStatus.SENT)]


def word(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'")


def settling(ended: CTE) -> ReturningUpdate[Any]:
    """To sent, whoever holds it by now. RETURNING the evidence, which is REPLY where that was its
    caller, and the id.
    """
    is_ours = is_one_of(_T.status, [MtStatus.SUBMITTED]) & (_T.generation == ended.c.fence)
    vendors_id = ended.c.vendors_id
    return (
        moving(_MAY_BE_SENT, MtStatus.SENT)
        .where(_T.id == ended.c.mt_id)
        .values(
            last_outcome=case((is_ours, word(ACCEPTED)), else_=_T.last_outcome),
            gateway_message_id=case(
                (is_ours, func.coalesce(vendors_id, _T.gateway_message_id)),
                else_=func.coalesce(_T.gateway_message_id, vendors_id),
            ),
            sent_at=func.coalesce(_T.sent_at, AT),
            evidence=case((is_ours, word(REPLY)), else_=word(LATE_REPLY)),
        )
        .returning(_T.evidence, _T.id)
    )


def writing(wanted: CTE) -> ReturningUpdate[Any]:
    """To submitted, where the claim is good and nobody forbids it. RETURNING what `Written` and the
    row of the attempt need.
    """
    return (
        moving({MtStatus.CLAIMED}, MtStatus.SUBMITTED)
        .where(
            _T.id == wanted.c.mt_id,
            _T.generation == wanted.c.fence,
            _T.lease_until > AT,
            _T.expires_at > AT,
            not_(IS_UNWANTED),
            outbox_pause.allows(wanted.c.way),
        )
        .values(
            attempts=_T.attempts + 1,
            submissions=_T.submissions + 1,
            lease_until=LEASE,
            gateway=wanted.c.way,
            sender_id=wanted.c.shows,
        )
        .returning(_T.id, _T.generation, _T.gateway, _T.attempts, _T.ambiguous_before)
    )
