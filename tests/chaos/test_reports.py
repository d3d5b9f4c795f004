"""G33: delivery reports early, late, twice, backwards and of strangers, against an oracle."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.mt_message import mt_message
from outbound.outbox import NewMt
from outbound.receipts import Receipts
from telecom.errors import Reason, SendError, Verdict
from telecom.events import DeliveryReport
from telecom.msisdn import Msisdn
from telecom.replies import Accepted
from telecom.statuses import DlrStatus, MessageClass

if TYPE_CHECKING:
    from tests.conftest import House

pytestmark = pytest.mark.chaos
SEND = "the call ends"
WORDS = {DlrStatus.SENT: "sent", DlrStatus.DELIVERED: "delivered", DlrStatus.FAILED: "failed"}
REPORTS = st.sampled_from([*DlrStatus, DlrStatus.DELIVERED, DlrStatus.FAILED])
OWN, STRANGE = "own", "strange"
Act = tuple[str, DlrStatus]


@st.composite
def orders(draw: st.DrawFn) -> list[Act | str]:
    """Reports of this message and of others, some twice, and somewhere the end of its call."""
    acts: list[Any] = draw(st.lists(st.tuples(st.sampled_from([OWN, OWN, STRANGE]), REPORTS)))
    acts += draw(st.lists(st.sampled_from(acts))) if acts else []
    acts.append(SEND)
    return list(draw(st.permutations(acts)))


def oracle(acts: list[Act | str], is_answered: bool, has_ref: bool) -> str:
    """What docs/delivery.md says: delivered is the last word, failed the next, then sent."""
    counts = is_answered or has_ref
    said = {act[1] for act in acts if isinstance(act, tuple) and act[0] == OWN} if counts else set()
    if DlrStatus.DELIVERED in said:
        return "delivered"
    if DlrStatus.FAILED in said:
        return "failed"
    return "sent" if is_answered or DlrStatus.SENT in said else "unknown"


def test_g33_the_end_is_the_oracles(
    house: House, times: Callable[[int, int], int], tell: Callable[..., None]
) -> None:
    numbers, wrong = count(), count()
    bridge = house.bridge
    receipts = Receipts(bridge.database, bridge._shared_clock)

    @settings(
        max_examples=times(150, 20_000), deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(orders(), st.booleans(), st.booleans())
    # Chance makes few orders in which an early report alone decides, and in some runs none.
    @example(acts=[(OWN, DlrStatus.DELIVERED), SEND], is_answered=True, has_ref=False)
    @example(acts=[(OWN, DlrStatus.FAILED), SEND], is_answered=True, has_ref=False)
    @example(
        acts=[(OWN, DlrStatus.DELIVERED), SEND, (OWN, DlrStatus.FAILED)],
        is_answered=True,
        has_ref=False,
    )
    def one(acts: list[Act | str], is_answered: bool, has_ref: bool) -> None:
        number = next(numbers)
        mt_id, ref = enqueue(bridge, number)
        dispatcher = bridge.dispatcher()
        (claim,) = dispatcher.claim()
        intent = dispatcher.write_intent(claim)
        assert intent is not None
        dispatcher._caller._senders = {"india": Answering(f"own{number}" if is_answered else None)}
        for act in acts:
            if isinstance(act, str):
                dispatcher.record(intent, dispatcher.call(intent))
                continue
            whose, status = act
            report = DeliveryReport(
                gateway="india",
                gateway_message_id=f"{whose}{number}",
                status=status,
                vendor_status=WORDS.get(status, "odd"),
                reason=None,
            )
            receipts.take(report, ref if has_ref and whose == OWN else None)
        house.clock.pass_seconds(20)
        bridge.reaper().sweep()
        with bridge.database.read() as conn:
            query = select(mt_message.c.status).where(mt_message.c.id == mt_id)
            found = str(conn.execute(query).scalar_one())
        if found != oracle(acts, is_answered, has_ref):
            next(wrong)
        assert found == oracle(acts, is_answered, has_ref), (acts, is_answered, has_ref)
        house.clock.pass_seconds(3600)  # nobody takes it up again
        for _ in range(3):
            bridge.reaper().sweep()

    one()
    tell("G33", f"orders {next(numbers):,}, ends that are not the oracle's {next(wrong)}")


class Answering:
    """A vendor that took it; without an id its answer was lost."""

    def __init__(self, id_: str | None) -> None:
        self._id = id_

    def prepare(self) -> None: ...

    def send(self, _mt: object) -> Accepted:
        if self._id is None:
            raise SendError(Reason.NO_ANSWER, Verdict.AMBIGUOUS)
        return Accepted(gateway_message_id=self._id)


def enqueue(bridge: Any, number: int) -> tuple[str, str]:
    new = NewMt(
        gateway="india",
        to=Msisdn.parse(f"+91{9_200_000_000 + number}", "IN"),
        text="UMANG app",
        message_class=MessageClass.CONFIRMATION,
        dedupe_key=f"report:{number}",
    )
    with bridge.database.write() as conn:
        mt_id = bridge.outbox.enqueue(conn, new, now=bridge._shared_clock.now(conn))
        query = select(mt_message.c.ref).where(mt_message.c.id == mt_id)
        return str(mt_id), str(conn.execute(query).scalar_one())
