"""The traps of Twilio's own forms; what holds for every gateway is in the contract."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

import pytest
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from gateways.twilio.codes import STATUSES
from gateways.twilio.inbound import TwilioDlr, TwilioSms, TwilioVoice
from gateways.webhook import WebhookRequest
from telecom.errors import Malformed
from telecom.events import MissedCall, NotACall
from telecom.msisdn import Hidden, Withheld
from telecom.statuses import DlrStatus

ACCOUNT = "AC00000000000000000000000000000001"
SID = "00000000000000000000000000000a01"
SMS = TwilioSms("us", "US", ACCOUNT)
DLR = TwilioDlr("us", ACCOUNT)
VOICE = TwilioVoice("us", "US", ACCOUNT)

TEXT = {
    "AccountSid": ACCOUNT,
    "MessageSid": f"SM{SID}",
    "From": "+254711000111",
    "To": "+12028831111",
    "Body": "UMANG",
}
REPORT = {"AccountSid": ACCOUNT, "MessageSid": f"SM{SID}", "MessageStatus": "delivered"}
CALL = {
    "AccountSid": ACCOUNT,
    "CallSid": f"CA{SID}",
    "CallStatus": "ringing",
    "Direction": "inbound",
    "From": "+254711000111",
    "To": "+12028831111",
}


def _post(form: dict[str, str]) -> WebhookRequest:
    return WebhookRequest(
        method="POST",
        path="/",
        query="ref=ours",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode(form).encode(),
        client="",
    )


LONG = "A text of several parts, which the vendor joined: नमस्ते, and more."
WORD = "Wordswithoutblanks" * 4


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("", ""),
        ("UM\x07ANG\n1", "UMANG\n1"),
        ("  STOP ", "  STOP "),
        (base64.b64encode(LONG.encode()).decode(), LONG),
        (base64.b64encode(b"\xff" * 60).decode(), base64.b64encode(b"\xff" * 60).decode()),
        (WORD, WORD),
        (base64.b64encode(b"short").decode(), "c2hvcnQ="),
    ],
)
def test_texts(body: str, read: str) -> None:
    assert SMS.parse(_post({**TEXT, "Body": body})).text == read


def test_a_picture_without_a_text() -> None:
    picture = {key: TEXT[key] for key in TEXT if key != "Body"} | {"MessageSid": f"MM{SID}"}
    media = {
        "NumMedia": "1",
        "MediaUrl0": "https://api.example/x",
        "MediaContentType0": "image/png",
    }
    assert SMS.parse(_post(picture | media)).text == ""


@pytest.mark.parametrize("status", ["received", "receiving"])
def test_incoming_texts(status: str) -> None:
    assert SMS.parse(_post({**TEXT, "SmsStatus": status})).text == "UMANG"


@pytest.mark.parametrize(
    "more", [{"SmsStatus": "delivered"}, {"MessageStatus": "sent"}, {"MessageStatus": "received"}]
)
def test_a_report_at_the_address_of_texts_is_no_text(more: dict[str, str]) -> None:
    with pytest.raises(Malformed, match="/dlr"):
        SMS.parse(_post({**TEXT, **more}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AccountSid", "AC00000000000000000000000000000002"),
        ("AccountSid", ""),
        ("MessageSid", f"CA{SID}"),
        ("MessageSid", f"SM{SID}0"),
        ("MessageSid", f"SM{SID}\n"),
        ("To", "us"),
        ("From", "+254711000111FromCity"),
    ],
)
def test_what_a_text_cannot_be(name: str, value: str) -> None:
    with pytest.raises(Malformed, match=name):
        SMS.parse(_post({**TEXT, name: value}))


KNOWN = {word for key, word in vars(MessageInstance.Status).items() if key.isupper()}


def test_every_status_of_the_sdk_has_a_meaning() -> None:
    assert set(STATUSES) == KNOWN - {"received", "receiving"}  # those are of texts to us


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("queued", DlrStatus.SENT),
        ("sent", DlrStatus.SENT),
        ("delivered", DlrStatus.DELIVERED),
        ("read", DlrStatus.DELIVERED),
        ("undelivered", DlrStatus.FAILED),
        ("failed", DlrStatus.FAILED),
        ("canceled", DlrStatus.FAILED),
        ("teleported", DlrStatus.UNKNOWN),
    ],
)
def test_statuses(word: str, means: DlrStatus) -> None:
    report = DLR.parse(_post({**REPORT, "MessageStatus": word}))
    assert (report.status, report.vendor_status, report.reason) == (means, word, None)


@pytest.mark.parametrize("written", ["Two Words", "Delivered2", "+919812345678", "x" * 33])
def test_a_status_that_is_no_word_is_taken_and_not_kept(written: str) -> None:
    report = DLR.parse(_post({**REPORT, "MessageStatus": written}))
    assert (report.status, report.vendor_status) == (DlrStatus.UNKNOWN, "(no word)")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("21610", "opted_out"),
        ("30005", "bad_msisdn"),
        ("30003", "30003"),  # a phone that is off: no word of ours is as exact
        ("99999", "99999"),
        ("", None),
        ("0", None),
    ],
)
def test_why_an_sms_failed(code: str, reason: str | None) -> None:
    failed = {**REPORT, "MessageStatus": "failed", "ErrorCode": code}
    assert DLR.parse(_post(failed)).reason == reason


@pytest.mark.parametrize(
    ("name", "value"),
    [("MessageStatus", ""), ("MessageStatus", " "), ("ErrorCode", "x")],
)
def test_what_a_report_cannot_be(name: str, value: str) -> None:
    with pytest.raises(Malformed, match=name):
        DLR.parse(_post({**REPORT, name: value}))


ENDED = {
    "CallDuration": "0",
    "Timestamp": "Fri, 02 Jan 2026 03:04:05 +0000",
    "SequenceNumber": "0",
    "CallbackSource": "call-progress-events",
}


@pytest.mark.parametrize(
    "more",
    [
        *({"CallStatus": word, **ENDED} for word in ("completed", "busy", "no-answer", "canceled")),
        {"ErrorCode": "11200", "ErrorUrl": "https://sanket.example.in/missed-call/us"},
        {"Caller": "+254711000111", "Called": "+12028831111", "ForwardedFrom": "+12028831112"},
    ],
)
def test_every_webhook_of_a_call_is_the_same_call(more: dict[str, str]) -> None:
    call = VOICE.parse(_post({**CALL, **more}))
    assert call == VOICE.parse(_post(CALL))
    assert isinstance(call, MissedCall)


def test_a_call_may_come_by_get() -> None:
    request = WebhookRequest(
        method="GET", path="/", query=urlencode(CALL), headers={}, body=b"", client=""
    )
    assert VOICE.parse(request) == VOICE.parse(_post(CALL))


@pytest.mark.parametrize("direction", ["outbound-api", "outbound-dial"])
def test_our_own_call_is_no_missed_call(direction: str) -> None:
    call = VOICE.parse(_post({**CALL, "Direction": direction}))
    assert call == NotACall(gateway="us", call_id=f"CA{SID}")


@pytest.mark.parametrize(
    ("caller", "why"),
    [
        ("+266696687", Withheld.ANONYMOUS),
        ("+7378742833", Withheld.RESTRICTED),
        ("+2562533", Withheld.BLOCKED),
        ("+8656696", Withheld.UNKNOWN),
        ("+86282452253", Withheld.UNAVAILABLE),
        ("Anonymous", Withheld.ANONYMOUS),
        ("client:alice", Withheld.INTERNET),
        ("sip:alice@example.com", Withheld.INTERNET),
        ("", Withheld.EMPTY),
        ("+1", Withheld.UNKNOWN),  # no network gave it out; refused, the call would be answered
    ],
)
def test_callers_who_cannot_be_answered(caller: str, why: Withheld) -> None:
    call = VOICE.parse(_post({**CALL, "From": caller}))
    assert isinstance(call, MissedCall)
    assert call.caller == Hidden(why)


@pytest.mark.parametrize(
    ("name", "value"), [("Direction", "sideways"), ("CallSid", f"SM{SID}"), ("AccountSid", "AC")]
)
def test_what_a_call_cannot_be(name: str, value: str) -> None:
    with pytest.raises(Malformed, match=name):
        VOICE.parse(_post({**CALL, name: value}))


def test_the_answers_are_the_sdks_twiml() -> None:
    reject = VoiceResponse()
    reject.reject(reason="busy")
    for ours, theirs in (
        (VOICE.reject(), reject),
        (SMS.render(), MessagingResponse()),
        (DLR.render(), MessagingResponse()),
    ):
        assert ours.body == str(theirs).replace(" />", "/>")
        assert (ours.status, ours.content_type) == (200, "text/xml")
