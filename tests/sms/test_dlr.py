"""Delivery reports as a gateway sends them: early, late, twice, in any order, and forged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from models.delivery_report import delivery_report
from models.mt_message import mt_message

STATUSES = [
    # the vendor's word, what becomes of a message that was sent
    ("Sent", "sent"),
    ("Submitted", "sent"),
    ("Buffered", "sent"),
    ("Success", "delivered"),
    ("Rejected", "failed"),
    ("Failed", "failed"),
    ("AbsentSubscriber", "failed"),
    ("Expired", "failed"),
    ("NobodyHasSeenThis", "sent"),
]


def report(house: Any, message_id: str, word: str, **more: str) -> int:
    path = f"/sms/india/{house.secret}/dlr"
    return int(house.post(path, id=message_id, status=word, **more).status_code)


def sent(house: Any) -> str:
    """Rings, sends, and returns the vendor's id of the SMS."""
    house.ring()
    assert len(house.send()) == 1
    return str(house.vendor.ledger[-1].id)


def statuses(house: Any) -> list[str]:
    with house.bridge.database.read() as conn:
        return [str(row) for row in conn.execute(select(mt_message.c.status)).scalars()]


@pytest.mark.parametrize(("word", "status"), STATUSES)
def test_a_report_says_what_became_of_an_sms(house: Any, word: str, status: str) -> None:
    message_id = sent(house)
    assert report(house, message_id, word, failureReason="DeliveryFailure") == 200
    assert statuses(house) == [status]
    assert house.count(delivery_report) == 1


@pytest.mark.parametrize("order", list(permutations(["Sent", "Buffered", "Success", "Failed"])))
def test_in_any_order_a_phone_that_has_it_has_the_last_word(
    house: Any, order: tuple[str, ...]
) -> None:
    message_id = sent(house)
    for word in (*order, *order):
        assert report(house, message_id, word) == 200
    assert statuses(house) == ["delivered"]
    assert house.count(delivery_report) == 4


def test_a_final_status_never_goes_back(house: Any) -> None:
    message_id = sent(house)
    for word in ("Success", "Sent", "Failed", "Expired", "Buffered"):
        report(house, message_id, word)
        assert statuses(house) == ["delivered"]


def test_copies_in_parallel_are_one_report(house: Any) -> None:
    message_id = sent(house)
    with ThreadPoolExecutor(6) as pool:
        codes = set(pool.map(lambda _: report(house, message_id, "Success"), range(12)))
    assert codes == {200}
    assert house.count(delivery_report) == 1
    assert statuses(house) == ["delivered"]


def test_a_report_that_comes_before_the_send_has_ended_counts(house: Any) -> None:
    """The vendor's answer and its report may overtake each other."""
    house.ring()
    house.answer_calls()
    dispatcher = house.bridge.dispatcher()
    (claim,) = dispatcher.claim()
    intent = dispatcher.write_intent(claim)
    outcome = dispatcher.call(intent)
    assert report(house, house.vendor.ledger[-1].id, "Success") == 200
    assert statuses(house) == ["submitted"]
    dispatcher.record(intent, outcome)
    assert statuses(house) == ["delivered"]


def test_a_report_that_missed_its_message_is_joined_by_the_reaper(house: Any) -> None:
    message_id = sent(house)
    report(house, message_id, "Success")
    with house.bridge.database.write() as conn:  # as if both transactions had missed each other
        conn.execute(delivery_report.update().values(mt_id=None, look_at=house.clock.now()))
        conn.execute(mt_message.update().values(status="sent"))
    house.clock.pass_seconds(60)
    house.bridge.reaper().sweep()
    assert statuses(house) == ["delivered"]


def test_a_report_about_nothing_of_ours_is_taken_and_changes_nothing(house: Any) -> None:
    sent(house)
    assert report(house, "ATXid_somebody_elses", "Success") == 200
    assert statuses(house) == ["sent"]


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("", 200, "delivered"),
        ("?ref=not-of-our-form", 200, "delivered"),
        ("?ref=" + "0" * 32, 403, "sent"),  # well-formed, and nobody's
        ("?ref=" + "0" * 32 + "&ref=" + "1" * 32, 400, "sent"),
    ],
)
def test_a_token_of_ours_must_agree_with_the_id(
    house: Any, query: str, code: int, status: str
) -> None:
    message_id = sent(house)
    path = f"/sms/india/{house.secret}/dlr{query}"
    assert house.post(path, id=message_id, status="Success").status_code == code
    assert statuses(house) == [status]


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("/sms/india/dlr", {"id": "x", "status": "Success"}, 403),
        ("/sms/india/wrong-secret/dlr", {"id": "x", "status": "Success"}, 403),
        ("/sms/nobody/dlr", {"id": "x", "status": "Success"}, 404),
        ("/sms/simulator/dlr", {"id": "x", "status": "Success"}, 404),
        ("/sms/india/{secret}/dlr", {"status": "Success"}, 400),
        ("/sms/india/{secret}/dlr", {"id": "x"}, 400),
        ("/sms/india/{secret}/dlr", {"id": "x", "status": " "}, 400),
        ("/sms/india/{secret}/dlr", {"id": "x\0", "status": "Success"}, 400),
    ],
)
def test_a_bad_report_is_refused_and_nothing_is_stored(
    house: Any, path: str, form: dict[str, str], code: int
) -> None:
    assert house.post(path.format(secret=house.secret), **form).status_code == code
    assert house.count(delivery_report) == 0
