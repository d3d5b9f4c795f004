"""An opt-out that was said to the gateway, not to us: it is learnt, whatever way it is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from models.consent import consent_change
from models.delivery_report import delivery_report
from models.mt_message import mt_message

SOMEBODY, ANOTHER = "+919812345678", "+919812345679"


def tell(house: Any, msisdn: str = SOMEBODY, secret: str | None = None) -> int:
    """Africa's Talking's bulk opt-out."""
    path = f"/sms/india/{secret or house.secret}/optout"
    return int(house.post(path, senderId="UMANG", phoneNumber=msisdn).status_code)


def report(house: Any, message_id: str, reason: str, word: str = "Failed") -> int:
    path = f"/sms/india/{house.secret}/dlr"
    form = {"id": message_id, "status": word, "failureReason": reason}
    return int(house.post(path, **form).status_code)


def sent(house: Any) -> str:
    house.ring()
    assert len(house.send()) == 1
    return str(house.vendor.ledger[-1].id)


def changes(house: Any) -> list[tuple[str, str, str, str | None]]:
    with house.bridge.database.read() as conn:
        rows = conn.execute(select(consent_change).order_by(consent_change.c.id))
        return [(row.state, row.cause, row.gateway, row.inbound_event_id) for row in rows]


def statuses(house: Any) -> list[str]:
    with house.bridge.database.read() as conn:
        query = select(mt_message.c.status).order_by(mt_message.c.created_at, mt_message.c.id)
        return [str(status) for status in conn.execute(query).scalars()]


def wait(house: Any) -> None:
    """Messages that wait: two for the one who opted out, one for somebody else."""
    for caller in (SOMEBODY, SOMEBODY, ANOTHER):
        house.clock.pass_seconds(601)  # a number gets one SMS in ten minutes by ringing
        house.ring(caller=caller)
        house.answer_calls()


def by_webhook(house: Any, _message_id: str) -> None:
    assert tell(house) == 200


def by_report(house: Any, message_id: str) -> None:
    assert report(house, message_id, "UserInBlackList") == 200


def by_the_other_spelling(house: Any, message_id: str) -> None:
    assert report(house, message_id, "UserInBlacklist", "Rejected") == 200


@pytest.mark.parametrize("told", [by_webhook, by_report, by_the_other_spelling])
def test_what_waits_is_withheld_and_nothing_follows(
    house: Any, told: Callable[[Any, str], None]
) -> None:
    message_id = sent(house)
    wait(house)
    for _ in range(3):  # everything arrives more than once
        told(house, message_id)
    assert statuses(house)[1:] == ["suppressed", "suppressed", "queued"]
    assert changes(house) == [("opted_out", "gateway", "india", None)]
    house.clock.pass_seconds(1)
    house.text("UMANG")
    assert house.decisions()[-1] == "opted_out"
    assert len(house.send()) == 1
    assert house.vendor.ledger[-1].to == ANOTHER


@pytest.mark.parametrize("reason", ["DeliveryFailure", "UserIsInactive", "SomethingNew", ""])
def test_any_other_reason_is_no_opt_out(house: Any, reason: str) -> None:
    report(house, sent(house), reason)
    assert changes(house) == []


def test_success_is_no_opt_out_whatever_stands_beside_it(house: Any) -> None:
    report(house, sent(house), "UserInBlackList", word="Success")
    assert changes(house) == []


def test_start_is_not_undone_by_a_repeated_report(house: Any) -> None:
    message_id = sent(house)
    report(house, message_id, "UserInBlackList")
    house.text("START")
    report(house, message_id, "UserInBlackList")
    report(house, message_id, "DeliveryFailure", word="Expired")
    assert [state for state, *_ in changes(house)] == ["opted_out", "opted_in"]
    assert tell(house) == 200  # this one has no id: it may be news, so it is obeyed
    assert [state for state, *_ in changes(house)] == ["opted_out", "opted_in", "opted_out"]


def test_a_report_before_the_end_of_its_send_is_learnt_with_it(house: Any) -> None:
    wait(house)
    dispatcher = house.bridge.dispatcher()
    claim, *_ = dispatcher.claim()
    intent = dispatcher.write_intent(claim)
    outcome = dispatcher.call(intent)
    assert report(house, house.vendor.ledger[-1].id, "UserInBlackList") == 200
    assert changes(house) == []  # nobody knows yet whose it is
    dispatcher.record(intent, outcome)
    assert statuses(house) == ["failed", "suppressed", "claimed"]
    assert len(changes(house)) == 1


def test_a_report_that_missed_its_message_is_learnt_by_the_reaper(house: Any) -> None:
    message_id = sent(house)
    report(house, message_id, "DeliveryFailure")
    with house.bridge.database.write() as conn:  # as if both transactions had missed each other
        lost = {"mt_id": None, "look_at": house.clock.now(), "reason": "opted_out"}
        conn.execute(delivery_report.update().values(**lost))
    house.bridge.reaper().sweep()
    assert [state for state, *_ in changes(house)] == ["opted_out"]


def test_eight_at_once_are_one_change(house: Any) -> None:
    message_id = sent(house)
    acts = [lambda: tell(house), lambda: report(house, message_id, "UserInBlackList")] * 4
    with ThreadPoolExecutor(8) as pool:
        codes = {done.result() for done in [pool.submit(act) for act in acts]}
    assert codes == {200}
    assert len(changes(house)) == 1


def test_while_the_database_is_down_it_is_spooled(house: Any) -> None:
    house.lose_database()
    assert tell(house) == 200
    house.find_database()
    assert changes(house) == []
    assert house.bridge.replayer.replay() == 1
    assert len(changes(house)) == 1


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("/sms/india/optout", {"phoneNumber": SOMEBODY}, 403),
        ("/sms/india/wrong-secret/optout", {"phoneNumber": SOMEBODY}, 403),
        ("/sms/nobody/optout", {"phoneNumber": SOMEBODY}, 404),
        ("/sms/simulator/optout", {"phoneNumber": SOMEBODY}, 404),
        ("/sms/india/{secret}/optout", {"senderId": "UMANG"}, 400),
        ("/sms/india/{secret}/optout", {"phoneNumber": ""}, 400),
        ("/sms/india/{secret}/optout", {"phoneNumber": "UMANG"}, 400),
    ],
)
def test_a_bad_one_is_refused_and_changes_nothing(
    house: Any, path: str, form: dict[str, str], code: int
) -> None:
    assert house.post(path.format(secret=house.secret), **form).status_code == code
    assert changes(house) == []
