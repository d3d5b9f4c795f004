"""The traps of Africa's Talking's own forms; what holds for every gateway is in the contract."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from gateways.africastalking.inbound import (
    AfricasTalkingSms,
    AfricasTalkingUssd,
    AfricasTalkingVoice,
)
from gateways.webhook import WebhookRequest
from telecom.errors import Malformed
from telecom.events import Cumulative, MissedCall, NotACall
from telecom.msisdn import Hidden, Msisdn

USSD = AfricasTalkingUssd("kenya", "KE")
SMS = AfricasTalkingSms("kenya", "KE")
VOICE = AfricasTalkingVoice("kenya", "KE")

STEP = {"sessionId": "ATUid_1", "serviceCode": "*384*123#", "phoneNumber": "+254711000111"}
END = {**STEP, "status": "Success"}
TEXT = {
    "id": "ATXid_1",
    "from": "+254711000111",
    "to": "22384",
    "text": "UMANG",
    "date": "2026-01-02 03:04:05",
}
CALL = {
    "isActive": "1",
    "sessionId": "ATVId_1",
    "direction": "Inbound",
    "callerNumber": "+254711000111",
    "destinationNumber": "+254711082000",
}


def _post(form: dict[str, str]) -> WebhookRequest:
    return WebhookRequest(
        method="POST",
        path="/",
        query="",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode(form).encode(),
        client="",
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),  # the first step may come without it
        ({"text": ""}, ""),
        ({"text": "1*2"}, "1*2"),  # a dialled shortcut
        ({"text": "1*"}, "1*"),  # an empty input
        ({"text": "1**2"}, "1**2"),  # a typed star, or an empty input: the runner knows
        ({"text": " 1 *2 "}, " 1 *2 "),
        ({"text": "1*हि"}, "1*हि"),
        ({"text": "1\t*2\x1b"}, "1*2"),
    ],
)
def test_what_was_said_stays_cumulative_and_raw(more: dict[str, str], said: str) -> None:
    assert USSD.parse(_post({**STEP, **more})).said == Cumulative(said)


@pytest.mark.parametrize("caller", ["", "anonymous", "22384", "MTN", "+254", "254711000111\n5"])
def test_a_dialogue_needs_a_number(caller: str) -> None:
    with pytest.raises(Malformed, match="phoneNumber"):
        USSD.parse(_post({**STEP, "phoneNumber": caller}))


@pytest.mark.parametrize("code", ["", "*384*abc#", "*384 123#", "*" * 65])
def test_no_service_codes(code: str) -> None:
    with pytest.raises(Malformed, match="serviceCode"):
        USSD.parse(_post({**STEP, "serviceCode": code}))


@pytest.mark.parametrize("status", ["Success", "Incomplete", "Failed", "Surprise"])
def test_how_a_session_ended(status: str) -> None:
    assert USSD.parse_end(_post({**END, "status": status})).status == status


@pytest.mark.parametrize(
    ("hops", "read"), [("3", 3), ("", None), ("null", None), ("-1", None), ("9" * 30, None)]
)
def test_hops_are_good_to_know_and_never_a_reason_to_refuse(hops: str, read: int | None) -> None:
    assert USSD.parse_end(_post({**END, "hopsCount": hops})).hops == read


@pytest.mark.parametrize(
    "date",
    ["2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "2026-01-02T06:04:05+03:00"],
)
def test_both_forms_of_a_date_are_utc(date: str) -> None:
    at = SMS.parse(_post({**TEXT, "date": date})).sent_at
    assert at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "yesterday", "02/01/2026", "0001-01-01T00:00:00+14:00"])
def test_no_dates(date: str) -> None:
    with pytest.raises(Malformed, match="date"):
        SMS.parse(_post({**TEXT, "date": date}))


def test_an_empty_text_is_not_lost() -> None:
    assert SMS.parse(_post({**TEXT, "text": ""})).text == ""


@pytest.mark.parametrize(
    ("more", "link_id"), [({}, None), ({"linkId": ""}, None), ({"linkId": "abc-1"}, "abc-1")]
)
def test_link_ids(more: dict[str, str], link_id: str | None) -> None:
    assert SMS.parse(_post({**TEXT, **more})).link_id == link_id


@pytest.mark.parametrize(("to", "read"), [("22384", "22384"), (" 254711082000", "+254711082000")])
def test_where_a_text_went(to: str, read: str) -> None:
    assert SMS.parse(_post({**TEXT, "to": to})).to == read


def test_control_characters_leave_a_text() -> None:
    assert SMS.parse(_post({**TEXT, "text": "UM\x07ANG\n1"})).text == "UMANG\n1"


@pytest.mark.parametrize("is_active", ["1", "0", "true", "false", "True", "FALSE"])
def test_every_webhook_of_a_call_is_the_same_call(is_active: str) -> None:
    final = {"durationInSeconds": "0", "hangupCause": "CALL_REJECTED", "amount": "0.0"}
    call = VOICE.parse(_post({**CALL, **final, "isActive": is_active}))
    assert call == VOICE.parse(_post(CALL))
    assert isinstance(call, MissedCall)


@pytest.mark.parametrize("direction", ["Outbound", "outbound"])
def test_our_own_call_is_no_missed_call(direction: str) -> None:
    call = VOICE.parse(_post({**CALL, "direction": direction}))
    assert call == NotACall(gateway="kenya", call_id="ATVId_1")


@pytest.mark.parametrize(
    ("name", "value"), [("isActive", "2"), ("isActive", ""), ("direction", "Sideways")]
)
def test_words_that_no_page_promises(name: str, value: str) -> None:
    with pytest.raises(Malformed, match=name):
        VOICE.parse(_post({**CALL, name: value}))


def test_a_hidden_caller_is_still_a_call() -> None:
    call = VOICE.parse(_post({**CALL, "callerNumber": "anonymous"}))
    assert isinstance(call, MissedCall)
    assert isinstance(call.caller, Hidden)
    assert isinstance(call.called, Msisdn)


@pytest.mark.parametrize("at", ["", "whenever"])
def test_a_call_without_a_time_is_still_a_call(at: str) -> None:
    call = VOICE.parse(_post({**CALL, "callStartTime": at}))
    assert isinstance(call, MissedCall)
    assert call.at is None
