"""A whole bridge with a Twilio account: signed webhooks in, and the link comes by its API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from metrics.folder import Folder
from metrics.page import write_page
from wiring import Bridge

URL = "https://sanket.example.in"
TOKEN = "the-token-of-webhooks"
ACCOUNT = "AC00000000000000000000000000000001"
REJECT = b'<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'
NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass
class Account:
    """The bridge, and Twilio around it."""

    bridge: Bridge
    app: Flask
    vendor: Any

    def post(self, path: str, form: dict[str, str], signature: str | None = None) -> TestResponse:
        validator = RequestValidator(TOKEN)
        proof = signature or validator.compute_signature(URL + path, form)
        return self.app.test_client().post(path, data=form, headers={"X-Twilio-Signature": proof})

    def text(self, body: str, sid: str | None = None, **more: str) -> TestResponse:
        return self.post("/sms/us", _text(body, sid, **more))

    def ring(
        self, sid: str, status: str = "ringing", caller: str = "+919812345678"
    ) -> TestResponse:
        form = {
            "AccountSid": ACCOUNT,
            "CallSid": sid,
            "CallStatus": status,
            "Direction": "inbound",
            "From": caller,
            "To": "+919718397183",
        }
        return self.post("/missed-call/us", form)

    def send(self) -> list[str]:
        before = len(self.vendor.ledger)
        self.bridge.call_answers.answer_all()
        dispatcher = self.bridge.dispatcher()
        for claim in dispatcher.claim():
            dispatcher.submit(claim)
        assert self.vendor.complaints == []
        return [taken.text for taken in self.vendor.ledger[before:]]


def _text(body: str, sid: str | None = None, **more: str) -> dict[str, str]:
    return {
        "AccountSid": ACCOUNT,
        "MessageSid": sid or f"SM{uuid4().hex}",
        "SmsStatus": "received",
        "From": "+919812345678",
        "FromCity": "",
        "To": "+919718397183",
        "Body": body,
        **more,
    }


@pytest.fixture
def account(house: Any, twilio: Any) -> Account:
    return Account(house.bridge, house.app, twilio)


@pytest.mark.parametrize(
    ("text", "begins"), [("UMANG", "UMANG app: https://"), ("उमंग", "उमंग ऐप: https://")]
)
def test_a_text_brings_the_link(account: Account, text: str, begins: str) -> None:
    sid = f"SM{uuid4().hex}"
    for _ in range(2):  # a repeat is the same text
        answer = account.text(text, sid, AddedWithoutNotice="")
        assert (answer.status_code, answer.data) == (200, NOTHING)
        assert answer.content_type == "text/xml"
    (link,) = account.send()
    assert link.startswith(begins)
    (taken,) = account.vendor.ledger
    assert (taken.to, taken.sender) == ("+919812345678", "+919718397183")
    assert taken.callback.startswith(f"{URL}/sms/us/dlr?ref=")
    assert 1 <= taken.validity_seconds <= 1800  # a link lives for half an hour


def test_a_call_brings_the_link_and_is_rejected_each_time(account: Account) -> None:
    sid = f"CA{uuid4().hex}"
    for status in ("ringing", "ringing", "busy"):
        answer = account.ring(sid, status)
        assert (answer.status_code, answer.data) == (200, REJECT)
        assert answer.content_type == "text/xml"
    (link,) = account.send()
    assert link.startswith("UMANG app: https://")


def test_a_withheld_caller_is_rejected_and_never_answered(account: Account) -> None:
    assert account.ring(f"CA{uuid4().hex}", caller="+266696687").data == REJECT
    assert account.send() == []


def test_a_stranger_brings_nothing(account: Account) -> None:
    form = _text("UMANG")
    signature = RequestValidator(TOKEN).compute_signature(f"{URL}/sms/us", form)
    other = {**form, "From": "+919812345679"}
    cut = {**form, "Body": "UMANGFrom+919812345678"}
    del cut["From"]
    assert account.post("/sms/us", form, "A" * 27 + "=").status_code == 403
    assert account.post("/sms/us", other, signature).status_code == 403
    assert account.post("/missed-call/us", form, signature).status_code == 403
    assert account.post("/sms/us/a-secret", form, signature).status_code == 403
    assert account.post("/sms/us", cut, signature).status_code == 400  # signed alike
    assert account.app.test_client().post("/sms/us", data=form).status_code == 403
    assert account.send() == []
    assert account.post("/sms/us", form, signature).status_code == 200
    assert len(account.send()) == 1


def test_an_opt_out_at_the_vendor_ends_the_message(account: Account) -> None:
    account.text("UMANG")
    account.vendor.script(code=400, error=21610)
    assert account.send() == []
    assert account.send() == []  # and is not tried again
    assert len(account.vendor.heard) == 1


@pytest.mark.parametrize("word", ["teleported", "Half-Delivered 2", "+919812345678"])
def test_a_status_that_nobody_has_seen_is_taken_and_counted(account: Account, word: str) -> None:
    account.ring(f"CA{uuid4().hex}")
    account.send()
    form = {"AccountSid": ACCOUNT, "MessageSid": account.vendor.ledger[-1].id}
    answer = account.post("/sms/us/dlr", {**form, "MessageStatus": word})
    assert (answer.status_code, answer.data) == (200, NOTHING)
    page = write_page(Folder(account.bridge.settings.var / "metrics"), lambda: ())
    labels = 'gateway="us",receipt="late",status="unknown"'
    assert f"sanket_delivery_reports_total{{{labels}}} 1.0" in page
    assert word not in page
