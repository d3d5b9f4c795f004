"""What is counted where: a table of what happens and of the samples that rise by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

import missed_call.policy
import sms.policy
from gateways.webhook import Result
from metrics import catalogue
from metrics.folder import Folder
from metrics.page import write_page
from models.consent import ConsentCause, ConsentState
from outbound import outcomes
from outbound.answering import FAILED
from outbound.late_answering import LATE, SORRY
from outbound.limits import Withheld
from outbound.receipts import Receipt
from telecom.msisdn import Msisdn


def counted(house: Any) -> dict[str, float]:
    """All that was counted so far, seconds and buckets left out."""
    text = write_page(Folder(house.bridge.settings.var / "metrics"), lambda: ())
    lines = [line for line in text.splitlines() if "_total" in line and line[0] != "#"]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def rises(house: Any, work: Callable[[], object]) -> dict[str, float]:
    before = counted(house)
    work()
    after = counted(house)
    return {name: n - before.get(name, 0) for name, n in after.items() if n != before.get(name, 0)}


def webhooks(door: str, result: str, gateway: str = "india") -> str:
    return f'sanket_webhooks_total{{door="{door}",gateway="{gateway}",result="{result}"}}'


def turns(outcome: str) -> str:
    return f'sanket_ussd_turns_total{{gateway="india",outcome="{outcome}"}}'


def events(channel: str, decision: str) -> str:
    return f'sanket_events_total{{channel="{channel}",decision="{decision}",gateway="india"}}'


def consents(state: str, cause: str) -> str:
    labels = f'cause="{cause}",gateway="india",state="{state}"'
    return f"sanket_consent_changes_total{{{labels}}}"


def moves(status: str) -> str:
    return f'sanket_mt_moves_total{{gateway="india",status="{status}"}}'


def sends(outcome: str, reason: str) -> str:
    return f'sanket_sends_total{{gateway="india",outcome="{outcome}",reason="{reason}"}}'


def reports(status: str, receipt: str) -> str:
    labels = f'gateway="india",receipt="{receipt}",status="{status}"'
    return f"sanket_delivery_reports_total{{{labels}}}"


def twice(work: Callable[[], object]) -> None:
    work()
    work()


@pytest.mark.parametrize(
    ("work", "rising"),
    [
        (lambda house: house.dial(), {webhooks("ussd", "accepted"): 1, turns("continues"): 1}),
        (
            lambda house: twice(house.dial),
            {webhooks("ussd", "accepted"): 1, webhooks("ussd", "repeat"): 1, turns("continues"): 2},
        ),
        (
            lambda house: house.dial(code="*99#"),
            {webhooks("ussd", "not_served"): 1, turns("ends"): 1},
        ),
        (
            lambda house: house.post(f"/ussd/india/{house.secret}", sessionId="x"),
            {webhooks("ussd", "malformed"): 1, turns("ends"): 1},
        ),
        (
            lambda house: (house.dial(), house.dial("1")),
            {
                webhooks("ussd", "accepted"): 2,
                turns("continues"): 1,
                turns("ends"): 1,
                events("ussd", "link_sent"): 1,
            },
        ),
        (
            lambda house: twice(lambda: house.text("UMANG", event="e1")),
            {
                webhooks("sms", "accepted"): 1,
                webhooks("sms", "repeat"): 1,
                events("sms", "answered"): 1,
            },
        ),
        (
            lambda house: twice(lambda: house.text("STOP")),
            {
                webhooks("sms", "accepted"): 2,
                events("sms", "stopped"): 2,
                consents("opted_out", "sms"): 1,
            },
        ),
        (
            lambda house: twice(lambda: (house.ring(event="e1"), house.answer_calls())),
            {
                webhooks("missed_call", "accepted"): 1,
                webhooks("missed_call", "repeat"): 1,
                events("missed_call", "answered"): 1,
            },
        ),
        (
            lambda house: house.ring(caller="anonymous"),
            {
                webhooks("missed_call", "accepted"): 1,
                events("missed_call", "hidden_caller"): 1,
            },
        ),
        (
            lambda house: house.client.post("/sms/india/wrong", data={"from": "1"}),
            {webhooks("sms", "forbidden"): 1},
        ),
        (
            lambda house: house.client.post("/sms/nobody-of-this-name/secret"),
            {webhooks("sms", "not_served", gateway="unknown"): 1},
        ),
        (
            lambda house: house.client.post(f"/sms/india/{house.secret}", data={"from": "1"}),
            {webhooks("sms", "malformed"): 1},
        ),
    ],
)
def test_what_comes_in_is_counted(
    house: Any, work: Callable[[Any], object], rising: Mapping[str, float]
) -> None:
    assert rises(house, lambda: work(house)) == rising


def test_what_is_spooled_is_counted_and_once_more_when_it_is_taken(house: Any) -> None:
    house.ring(caller="+919812345679")
    house.lose_database()
    assert rises(house, lambda: (house.ring(), house.text("UMANG"))) == {
        webhooks("missed_call", "spooled"): 1,
        webhooks("sms", "spooled"): 1,
    }
    house.find_database()
    house.answer_calls()
    rising = rises(house, lambda: (house.bridge.replayer.replay(), house.answer_calls()))
    assert rising == {
        events("missed_call", "answered"): 1,
        events("sms", "answered"): 1,
    }


def test_what_is_withheld_is_counted_by_its_reason(house: Any) -> None:
    house.ring()
    house.answer_calls()
    assert rises(house, lambda: (house.ring(), house.answer_calls())) == {
        webhooks("missed_call", "accepted"): 1,
        events("missed_call", "called_too_soon"): 1,
    }


def test_a_send_and_its_reports_are_counted(house: Any) -> None:
    house.ring()
    house.answer_calls()
    assert rises(house, house.send) == {sends("accepted", "accepted"): 1, moves("sent"): 1}
    message_id = house.vendor.ledger[-1].id
    path = f"/sms/india/{house.secret}/dlr"

    def report(word: str, of: str = message_id) -> dict[str, float]:
        risen = rises(house, lambda: house.post(path, id=of, status=word))
        return {name: n for name, n in risen.items() if not name.startswith("sanket_webhooks")}

    assert report("Success") == {reports("delivered", "taken"): 1, moves("delivered"): 1}
    assert report("Success") == {reports("delivered", "repeated"): 1}
    assert report("Buffered") == {reports("sent", "late"): 1}
    assert report("Success", of="ATXid_of_nobody") == {reports("delivered", "waits"): 1}
    assert report("Teleported") == {reports("unknown", "late"): 1}


def test_times_are_kept_in_buckets(house: Any) -> None:
    house.ring()
    house.send()
    text = write_page(Folder(house.bridge.settings.var / "metrics"), lambda: ())
    assert 'sanket_webhook_seconds_count{door="missed_call"} 1.0' in text
    assert 'sanket_send_seconds_count{gateway="india"} 1.0' in text


def test_redis_faults_are_counted(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise RedisTimeoutError("no answer")

    monkeypatch.setattr(house.bridge.sessions._redis, "mget", down)
    assert rises(house, house.dial) == {
        "sanket_session_store_faults_total": 1,
        webhooks("ussd", "unavailable"): 1,
        turns("ends"): 1,
    }


def test_no_word_of_the_code_is_missing_in_the_catalogue() -> None:
    policies = {*sms.policy.Decision, *missed_call.policy.Decision}
    others = {*Withheld, "link_sent", "language_chosen", "answers_later", LATE, SORRY, FAILED}
    assert set(catalogue.DECISIONS) == policies | others
    assert set(catalogue.RESULTS) == set(Result)
    assert set(catalogue.RECEIPTS) == set(Receipt)
    assert set(catalogue.CONSENT_CHANGES.labels["state"] or ()) == set(ConsentState)
    assert set(catalogue.CONSENT_CHANGES.labels["cause"] or ()) == set(ConsentCause)
    without_a_call = [one for one in vars(outcomes).values() if isinstance(one, outcomes.NotTaken)]
    assert without_a_call
    assert {one.why for one in without_a_call} <= set(catalogue.SEND_REASONS)


def test_nothing_of_a_person_is_on_the_page(house: Any) -> None:
    msisdn = Msisdn.parse("+919812345678", "IN")
    house.dial()
    house.text("mycanarytext")
    house.ring()
    house.send()
    house.post("/sms/mycanarygateway/mycanarysecret", text="mycanarytext")
    text = write_page(Folder(house.bridge.settings.var / "metrics"), lambda: ())
    for secret in (msisdn.e164.removeprefix("+91"), "canary", house.secret):
        assert secret not in text
