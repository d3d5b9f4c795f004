"""The sender over the real SDK: what goes out is what the SDK sends, and nothing leaks back."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from africastalking.SMS import SMSService
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.africastalking.gateway import AfricasTalking
from gateways.africastalking.outbound import AfricasTalkingSender
from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.poster import Patience
from telecom.clock import SystemClock
from telecom.errors import Reason, SendError, Verdict
from telecom.replies import Accepted, MtSms

if TYPE_CHECKING:
    from tests.fakes.africastalking import FakeAfricasTalking
    from tests.gateways.conftest import FixedClock

MakeMt = Callable[..., MtSms]
# What belongs to one's transport, and no vendor looks at.
OF_THE_TRANSPORT = {"accept-encoding", "connection", "content-length"}


def _gateway(base_url: str | None, **more: Any) -> AfricasTalking:
    settings_ = AfricasTalkingSettings.model_validate(
        {
            "name": "kenya",
            "username": "bridge",
            "api_key": "the-key",
            "webhook_secret": "secret-0123456789",
            "base_url": base_url,
            **more,
        }
    )
    return AfricasTalking(settings_, SystemClock(), Patience(connect_seconds=5, read_seconds=20))


@pytest.mark.parametrize("sender_id", [None, "22384", "SANKET"])
@pytest.mark.parametrize("text", ["Hello & welcome = 100% +1", "नमस्ते ☺\n2", ""])
def test_a_request_is_what_the_untouched_sdk_sends(
    vendor: FakeAfricasTalking, mt: MakeMt, sender_id: str | None, text: str
) -> None:
    sdk = SMSService("bridge", "the-key")
    sdk._baseUrl = f"{vendor.base_url}/version1"
    sdk.send(text, ["+254711000111"], sender_id=sender_id)
    _gateway(vendor.base_url, sender_id=sender_id).sender.send(mt(text))

    theirs, ours = vendor.heard
    assert ours.path == theirs.path == "/version1/messaging"
    assert ours.form == theirs.form
    assert dict(ours.form)["message"] == text
    assert _headers(ours.headers) == _headers(theirs.headers)
    assert ours.headers["apikey"] == "the-key"
    assert [taken.sender for taken in vendor.ledger] == [sender_id, sender_id]


def _headers(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OF_THE_TRANSPORT}


@pytest.mark.parametrize(
    ("of_gateway", "of_message", "shown"),
    [
        (None, None, None),
        ("22384", None, "22384"),
        ("22384", "INFO", "INFO"),
        (None, "INFO", "INFO"),
    ],
)
def test_the_sender_id_of_a_message_goes_before_that_of_its_gateway(
    vendor: FakeAfricasTalking,
    mt: MakeMt,
    of_gateway: str | None,
    of_message: str | None,
    shown: str | None,
) -> None:
    _gateway(vendor.base_url, sender_id=of_gateway).sender.send(mt(sender_id=of_message))
    assert vendor.ledger[0].sender == shown


@pytest.mark.parametrize(
    ("username", "base_url", "host"),
    [
        ("bridge", None, "https://api.africastalking.com/version1"),
        ("sandbox", None, "https://api.sandbox.africastalking.com/version1"),
        ("bridge", "http://127.0.0.1:4020", "http://127.0.0.1:4020/version1"),
        ("sandbox", "http://127.0.0.1:4020", "http://127.0.0.1:4020/version1"),
    ],
)
def test_where_requests_go(username: str, base_url: str | None, host: str) -> None:
    assert _gateway(base_url, username=username).sender._service._baseUrl == host


def test_an_accepted_message(vendor: FakeAfricasTalking, mt: MakeMt) -> None:
    accepted = _gateway(vendor.base_url).sender.send(mt("Hello"))
    assert accepted == Accepted(gateway_message_id=vendor.ledger[0].id, cost="KES 0.8000")
    assert (vendor.ledger[0].to, vendor.ledger[0].text) == ("+254711000111", "Hello")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ATXid_1", "ATXid_1"),
        ("None", None),
        ("", None),
        (None, None),
        (7, None),
        ("x" * 999, None),
    ],
)
def test_an_accepted_message_is_accepted_whatever_its_id(
    vendor: FakeAfricasTalking, mt: MakeMt, written: object, read: str | None
) -> None:
    recipient = {"statusCode": 101, "number": "+254711000111", "messageId": written}
    vendor.script(body=json.dumps({"SMSMessageData": {"Recipients": [recipient]}}).encode())
    assert _gateway(vendor.base_url).sender.send(mt()).gateway_message_id == read


def test_our_recipient_is_found_by_its_number(vendor: FakeAfricasTalking, mt: MakeMt) -> None:
    others = [
        {"statusCode": 403, "number": f"+25471100011{n}", "messageId": "None"} for n in (2, 3)
    ]
    ours = {"statusCode": 101, "number": "+254711000111", "messageId": "ATXid_1"}
    answer = {"SMSMessageData": {"Message": None, "Recipients": [others[0], ours, others[1]]}}
    vendor.script(body=json.dumps(answer).encode())
    assert _gateway(vendor.base_url).sender.send(mt()).gateway_message_id == "ATXid_1"


def test_two_answers_about_one_number_are_no_answer(vendor: FakeAfricasTalking, mt: MakeMt) -> None:
    recipients = [{"statusCode": code, "number": "+254711000111"} for code in (101, 403)]
    vendor.script(body=json.dumps({"SMSMessageData": {"Recipients": recipients}}).encode())
    with pytest.raises(SendError) as refused:
        _gateway(vendor.base_url).sender.send(mt())
    assert refused.value.verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0), ("99999", 300.0), ("soon", None)],
)
def test_how_long_a_throttling_vendor_asks_to_wait(
    vendor: FakeAfricasTalking, mt: MakeMt, clock: FixedClock, header: str, seconds: float | None
) -> None:
    vendor.script(code=429, body=b"slow down", headers={"Retry-After": header})
    settings_ = _gateway(vendor.base_url).settings
    with pytest.raises(SendError) as refused:
        AfricasTalking(settings_, clock, Patience()).sender.send(mt())
    assert refused.value.reason is Reason.THROTTLED
    assert refused.value.retry_after_seconds == seconds
    assert refused.value.http_code == 429


def test_a_wrong_key(vendor: FakeAfricasTalking, mt: MakeMt) -> None:
    with pytest.raises(SendError) as refused:
        _gateway(vendor.base_url, api_key="wrong").sender.send(mt())
    assert refused.value.reason is Reason.BAD_CREDENTIALS
    assert "wrong" not in str(refused.value)


def test_a_text_that_cannot_be_written_never_leaves(vendor: FakeAfricasTalking, mt: MakeMt) -> None:
    with pytest.raises(SendError) as refused:
        _gateway(vendor.base_url).sender.send(mt("half \ud83d"))
    assert refused.value.verdict is Verdict.GIVE_UP
    assert vendor.heard == []


def test_one_connection_carries_many_messages(vendor: FakeAfricasTalking, mt: MakeMt) -> None:
    sender = _gateway(vendor.base_url).sender
    for number in range(5):
        sender.send(mt(f"text {number}"))
    assert [taken.text for taken in vendor.ledger] == [f"text {number}" for number in range(5)]
    assert vendor.connections == 1


def test_a_connection_that_the_vendor_closed_is_not_used_again(
    vendor: FakeAfricasTalking, mt: MakeMt
) -> None:
    sender = _gateway(vendor.base_url).sender
    vendor.script(ends="hangup")
    sender.send(mt())
    assert vendor.hung_up.wait(10)
    sender.send(mt())
    assert (len(vendor.ledger), vendor.connections) == (2, 2)


def test_threads_share_a_sender(vendor: FakeAfricasTalking, mt: MakeMt) -> None:
    sender = _gateway(vendor.base_url).sender
    messages = [mt(f"text {number}") for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        ids = [accepted.gateway_message_id for accepted in threads.map(sender.send, messages)]
    by_id = {taken.id: taken.text for taken in vendor.ledger}
    assert [by_id[str(id_)] for id_ in ids] == [message.text for message in messages]
    assert len(by_id) == 40
    assert 1 <= vendor.connections <= 8


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
ODD = JSON | st.sampled_from([100, 101, 102, 403, 500, "+254711000111", "254711000111", "None"])
RECIPIENT = st.fixed_dictionaries(
    {}, optional={"number": ODD, "statusCode": ODD, "messageId": ODD, "cost": ODD, "status": ODD}
)
ALMOST = st.fixed_dictionaries(
    {},
    optional={
        "SMSMessageData": JSON
        | st.fixed_dictionaries(
            {}, optional={"Message": ODD, "Recipients": JSON | st.lists(RECIPIENT, max_size=3)}
        )
    },
)
BODIES = st.binary(max_size=200) | (ALMOST | JSON).map(lambda value: json.dumps(value).encode())


def test_whatever_the_vendor_answers_it_is_accepted_or_a_send_error(
    fakes: type[FakeAfricasTalking], mt: MakeMt
) -> None:
    message = mt("Hello")
    seen: set[Verdict] = set()

    with fakes() as vendor:
        sender = _gateway(vendor.base_url).sender

        @settings(max_examples=200, deadline=None)
        @given(
            body=BODIES,
            code=st.sampled_from([200, 201, 201, 201, 202, 301, 400, 429, 500]),
            content_type=st.sampled_from(["application/json", "text/html", ""]),
        )
        def check(body: bytes, code: int, content_type: str) -> None:
            vendor.script(code=code, body=body, content_type=content_type)
            outcome = _outcome(sender, message)
            if isinstance(outcome, Accepted):
                assert code < 300
                assert b"254711000111" in body
                assert outcome.gateway_message_id != "None"
                return
            seen.add(outcome.verdict)
            assert "254711000111" not in str(outcome)
            if code in {301, 500}:
                assert outcome.verdict is Verdict.AMBIGUOUS, "a definite no without evidence"

        check()
    assert seen == set(Verdict)


def _outcome(sender: AfricasTalkingSender, message: MtSms) -> Accepted | SendError:
    try:
        return sender.send(message)
    except SendError as refused:
        return refused
