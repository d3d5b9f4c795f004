"""The sender over the real SDK: what goes out is what the SDK sends, and nothing leaks back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from gateways.poster import Patience
from gateways.twilio.gateway import Twilio
from gateways.twilio.outbound import TwilioSender
from gateways.twilio.settings import TwilioSettings
from telecom.clock import SystemClock
from telecom.errors import Reason, SendError, Verdict
from telecom.replies import Accepted, MtSms

if TYPE_CHECKING:
    from tests.fakes.twilio import FakeTwilio
    from tests.gateways.conftest import FixedClock

MakeMt = Callable[..., MtSms]
ACCOUNT = "AC00000000000000000000000000000001"
SERVICE = "MG00000000000000000000000000000001"
URL = "https://sanket.example.in"
# What belongs to one's transport, and no vendor looks at.
OF_THE_TRANSPORT = {"accept-encoding", "connection", "content-length", "host"}


@pytest.fixture
def twilio(fake_twilios: type[FakeTwilio]) -> Iterator[FakeTwilio]:
    """Running, and content at the end: nothing came that the real SDK would not send."""
    with fake_twilios() as running:
        yield running
        assert running.complaints == []


def _gateway(base_url: str | None, clock: Any = None, public_url: str = URL, **more: Any) -> Twilio:
    values = {
        "name": "us",
        "account_sid": ACCOUNT,
        "auth_token": ["the-token", "the-old-token"],
        "sender_id": "+12028831111",
        "base_url": base_url,
        **more,
    }
    patience = Patience(connect_seconds=5, read_seconds=20)
    return Twilio(
        TwilioSettings.model_validate(values), clock or SystemClock(), public_url, patience
    )


class _Untouched(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's own client; only the host is the stand-in's."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=20)
        self._base_url = base_url

    def request(self, method: str, url: str, **more: Any) -> Any:
        return super().request(method, self._base_url + urlsplit(url).path, **more)


@pytest.mark.parametrize(
    ("sender_id", "as_field"),
    [
        ("+12028831111", "from_"),
        ("22384", "from_"),
        ("UMANG", "from_"),
        (SERVICE, "messaging_service_sid"),
    ],
)
@pytest.mark.parametrize("text", ["Hello & welcome = 100% +1", "नमस्ते ☺\n2"])
def test_a_request_is_what_the_untouched_sdk_sends(
    twilio: FakeTwilio, mt: MakeMt, clock: FixedClock, sender_id: str, as_field: str, text: str
) -> None:
    sdk = Client(ACCOUNT, "the-token", http_client=_Untouched(twilio.base_url))
    callback = f"{URL}/sms/us/dlr?ref=ref-1"
    sdk.messages.create(
        "+254711000111",
        body=text,
        validity_period=600,
        status_callback=callback,
        **{as_field: sender_id},
    )
    message = replace(mt(text), expires_at=clock.now() + timedelta(seconds=600))
    _gateway(twilio.base_url, clock, sender_id=sender_id).sender.send(message)

    theirs, ours = twilio.heard
    assert ours.path == theirs.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert sorted(ours.form) == sorted(theirs.form)
    assert _headers(ours.headers) == _headers(theirs.headers)
    first, second = twilio.ledger
    assert replace(first, id=second.id) == second
    assert (second.text, second.sender, second.callback) == (text, sender_id, callback)


def _headers(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OF_THE_TRANSPORT}


@pytest.mark.parametrize(("of_message", "shown"), [(None, "UMANG"), (SERVICE, SERVICE)])
def test_the_sender_id_of_a_message_goes_before_that_of_its_gateway(
    twilio: FakeTwilio, mt: MakeMt, of_message: str | None, shown: str
) -> None:
    _gateway(twilio.base_url, sender_id="UMANG").sender.send(mt(sender_id=of_message))
    assert twilio.ledger[0].sender == shown


@pytest.mark.parametrize(
    ("left", "validity"),
    [(-60, 1), (0.5, 1), (299.9, 299), (1800, 1800), (24 * 3600, 36_000)],
)
def test_an_sms_waits_at_the_vendor_no_longer_than_it_lives(
    twilio: FakeTwilio, mt: MakeMt, clock: FixedClock, left: float, validity: int
) -> None:
    message = replace(mt(), expires_at=clock.now() + timedelta(seconds=left))
    _gateway(twilio.base_url, clock).sender.send(message)
    assert twilio.ledger[0].validity_seconds == validity


STAND_IN = "http://127.0.0.1:4010"


@pytest.mark.parametrize(
    ("public_url", "base_url", "callback"),
    [
        (URL, None, f"{URL}/sms/us/dlr"),
        (f"{URL}/bridge", None, f"{URL}/bridge/sms/us/dlr"),
        ("http://127.0.0.1:8000", None, None),  # the vendor refuses an SMS with such an address
        ("https://localhost", None, None),
        ("https://under_score.example.in", None, None),
        ("http://127.0.0.1:8000", STAND_IN, "http://127.0.0.1:8000/sms/us/dlr"),
        ("http://127.0.0.1:8000", "https://proxy.example.in", None),
    ],
)
def test_where_reports_go(public_url: str, base_url: str | None, callback: str | None) -> None:
    assert _gateway(base_url, public_url=public_url).sender._callback == callback


def test_the_environment_has_no_say(
    twilio: FakeTwilio, mt: MakeMt, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACCOUNT_SID", "AUTH_TOKEN", "EDGE", "REGION"):
        monkeypatch.setenv(f"TWILIO_{name}", "canary")
    _gateway(twilio.base_url).sender.send(mt())
    assert len(twilio.ledger) == 1
    client = _gateway(None).sender._client
    assert client.get_hostname("https://api.twilio.com/x") == "https://api.twilio.com/x"


def test_a_wrong_token(twilio: FakeTwilio, mt: MakeMt) -> None:
    with pytest.raises(SendError) as refused:
        _gateway(twilio.base_url, auth_token="wrong").sender.send(mt())
    assert (refused.value.reason, refused.value.verdict) == (Reason.BAD_CREDENTIALS, Verdict.RETRY)
    assert "wrong" not in str(refused.value)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("99999", 300.0), ("soon", None)])
def test_how_long_a_throttling_vendor_asks_to_wait(
    twilio: FakeTwilio, mt: MakeMt, header: str, seconds: float | None
) -> None:
    twilio.script(code=429, error=20429, headers={"Retry-After": header})
    with pytest.raises(SendError) as refused:
        _gateway(twilio.base_url).sender.send(mt())
    assert refused.value.retry_after_seconds == seconds
    assert refused.value.http_code == 429


def test_a_text_that_cannot_be_written_never_leaves(twilio: FakeTwilio, mt: MakeMt) -> None:
    with pytest.raises(SendError) as refused:
        _gateway(twilio.base_url).sender.send(mt("half \ud83d"))
    assert refused.value.verdict is Verdict.GIVE_UP
    assert twilio.heard == []


def test_threads_share_a_sender(twilio: FakeTwilio, mt: MakeMt) -> None:
    sender = _gateway(twilio.base_url).sender
    messages = [mt(f"text {number}") for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        ids = [accepted.gateway_message_id for accepted in threads.map(sender.send, messages)]
    by_id = {taken.id: taken.text for taken in twilio.ledger}
    assert [by_id[str(id_)] for id_ in ids] == [message.text for message in messages]
    assert len(by_id) == 40
    assert 1 <= twilio.connections <= 8


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
ODD = JSON | st.sampled_from(["SM" + "0" * 32, "queued", "failed", 21610, 20429, "21610"])
ALMOST = st.fixed_dictionaries(
    {}, optional={"sid": ODD, "status": ODD, "error_code": ODD, "code": ODD}
)
BODIES = st.binary(max_size=200) | (ALMOST | JSON).map(lambda value: json.dumps(value).encode())


def test_whatever_the_vendor_answers_it_is_accepted_or_a_send_error(
    fake_twilios: type[FakeTwilio], mt: MakeMt
) -> None:
    message = mt("Hello")
    seen: set[Verdict] = set()

    with fake_twilios() as vendor:
        sender = _gateway(vendor.base_url).sender

        @settings(max_examples=200, deadline=None)
        @given(body=BODIES, code=st.sampled_from([200, 201, 201, 202, 301, 400, 400, 429, 500]))
        def check(body: bytes, code: int) -> None:
            vendor.script(code=code, body=body)
            outcome = _outcome(sender, message)
            if isinstance(outcome, Accepted):
                assert code < 300
                assert outcome.gateway_message_id == "SM" + "0" * 32
                return
            seen.add(outcome.verdict)
            if code in {301, 500}:
                assert outcome.verdict is Verdict.AMBIGUOUS, "a definite no without evidence"

        check()
    assert seen == set(Verdict)


def _outcome(sender: TwilioSender, message: MtSms) -> Accepted | SendError:
    try:
        return sender.send(message)
    except SendError as refused:
        return refused
