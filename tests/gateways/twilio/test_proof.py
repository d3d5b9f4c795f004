"""The signature: what the vendor's own code signs is let in, and nothing else, without a crash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from twilio.request_validator import HMAC_SHA256, RequestValidator

from gateways.twilio.gateway import Twilio
from gateways.twilio.settings import TwilioSettings
from gateways.webhook import WebhookRequest
from telecom.clock import SystemClock
from telecom.errors import Forbidden

ACCOUNT = "AC00000000000000000000000000000001"
URL = "https://sanket.example.in"
FORM = {
    "AccountSid": ACCOUNT,
    "Body": "HELP हिंदी ☺ & = + %41",
    "From": "+254711000111",
    "FromCity": "",
    "MessageSid": "SM00000000000000000000000000000a01",
    "To": "+12028831111",
}


def _gateway(public_url: str = URL, tokens: Sequence[str] = ("new-token", "old-token")) -> Twilio:
    values: dict[str, Any] = {
        "name": "us",
        "account_sid": ACCOUNT,
        "auth_token": list(tokens),
        "sender_id": "UMANG",
    }
    return Twilio(TwilioSettings.model_validate(values), SystemClock(), public_url)


class Fields(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def _signature(
    url: str,
    form: Mapping[str, str | list[str]],
    token: str = "new-token",
    algorithm: str | None = None,
) -> str:
    """Made by the vendor's own code."""
    fields = Fields({name: [v] if isinstance(v, str) else v for name, v in form.items()})
    return str(RequestValidator(token).compute_signature(url, fields, algorithm))


def _post(
    signature: str | None,
    form: Mapping[str, str | list[str]] = FORM,
    *,
    path: str = "/sms/us",
    query: str = "",
) -> WebhookRequest:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if signature is not None:
        headers["x-twilio-signature"] = signature
    return WebhookRequest(
        method="POST",
        path=path,
        query=query,
        headers=headers,
        body=urlencode(form, doseq=True).encode(),
        client="192.0.2.7",
    )


def _is_let_in(request: WebhookRequest, gateway: Twilio | None = None) -> bool:
    try:
        (gateway or _gateway()).authenticate(request, None)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(
    "form",
    [
        FORM,
        {**FORM, "FromCity": "  not trimmed  ", "ToCity": ""},
        {**FORM, "AddedWithoutNotice": "x", "a": "", "B": "1"},
        {**FORM, "Repeated": ["b", "a", "b", ""]},
        {},
    ],
)
def test_what_the_vendor_signs_is_let_in(form: Mapping[str, str | list[str]]) -> None:
    assert _is_let_in(_post(_signature(f"{URL}/sms/us", form), form))


@pytest.mark.parametrize(
    ("public_url", "signed"),
    [
        (URL, f"{URL}/sms/us"),
        (URL, f"{URL}:443/sms/us"),  # the vendor is not consistent about the port
        (f"{URL}:8443", f"{URL}:8443/sms/us"),
        (f"{URL}:8443", f"{URL}/sms/us"),
        (f"{URL}/bridge", f"{URL}/bridge/sms/us"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/sms/us"),
    ],
)
def test_the_address_is_the_configured_one(public_url: str, signed: str) -> None:
    assert _is_let_in(_post(_signature(signed, FORM)), _gateway(public_url))


@pytest.mark.parametrize(
    "signed",
    [
        "http://sanket.example.in/sms/us",
        "https://www.sanket.example.in/sms/us",
        f"{URL}/sms/us/",
        f"{URL}/sms/us?",
        f"{URL}/sms/us/dlr",
        f"{URL}/missed-call/us",
    ],
)
def test_a_signature_for_another_address(signed: str) -> None:
    assert not _is_let_in(_post(_signature(signed, FORM)))


@pytest.mark.parametrize("query", ["ref=abc", "a=%7B%7D&b=%2F%E2%98%BA&c=a+b", "b=2&a=1&a=", "x"])
def test_the_query_counts_as_it_was_written(query: str) -> None:
    signature = _signature(f"{URL}/sms/us?{query}", FORM)
    assert _is_let_in(_post(signature, query=query))
    assert not _is_let_in(_post(signature, query=f"{query}&more=1"))
    assert not _is_let_in(_post(signature))
    assert not _is_let_in(_post(_signature(f"{URL}/sms/us", FORM), query=query))


def test_of_a_get_only_the_address_is_signed() -> None:
    query = urlencode(FORM)
    signature = _signature(f"{URL}/missed-call/us?{query}", {})
    request = replace(_post(signature, {}, path="/missed-call/us", query=query), method="GET")
    assert _is_let_in(request)
    assert not _is_let_in(replace(request, query=query.replace("254711", "254712")))


@pytest.mark.parametrize(
    ("token", "lets_in"), [("new-token", True), ("old-token", True), ("other-token", False)]
)
def test_both_tokens_of_a_rotation(token: str, lets_in: bool) -> None:
    assert _is_let_in(_post(_signature(f"{URL}/sms/us", FORM, token))) is lets_in


@pytest.mark.parametrize("name", FORM)
def test_no_field_may_change_or_go(name: str) -> None:
    signature = _signature(f"{URL}/sms/us", FORM)
    assert _is_let_in(_post(signature))
    assert not _is_let_in(_post(signature, {**FORM, name: FORM[name] + "1"}))
    assert not _is_let_in(_post(signature, {key: FORM[key] for key in FORM if key != name}))
    assert not _is_let_in(_post(signature, {**FORM, "AddedByAStranger": ""}))


def test_a_header_cannot_change_the_algorithm() -> None:
    settings = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=HMAC_SHA256"}
    longer = _post(_signature(f"{URL}/sms/us", FORM, algorithm=HMAC_SHA256))
    assert not _is_let_in(longer)
    assert not _is_let_in(replace(longer, headers={**longer.headers, **settings}))
    usual = _post(_signature(f"{URL}/sms/us", FORM))
    assert _is_let_in(replace(usual, headers={**usual.headers, **settings}))


JSON = '{"text": "हिंदी"}'.encode()


def _json(query: str, body: bytes = JSON, kind: str = "application/json") -> WebhookRequest:
    signature = _signature(f"{URL}/sms/us?{query}" if query else f"{URL}/sms/us", {})
    request = _post(signature, {}, query=query)
    headers = {**request.headers, "content-type": kind}
    return replace(request, body=body, headers=headers)


def test_a_json_body_is_proven_by_its_hash() -> None:
    query = f"bodySHA256={hashlib.sha256(JSON).hexdigest()}"
    assert _is_let_in(_json(query))
    assert _is_let_in(_json(f"a=1&{query}", kind="Application/JSON; charset=utf-8"))
    other = hashlib.sha256(b"other").hexdigest()
    for refused in (
        _json(query, b"{}"),
        _json(query, b"\xff"),
        _json(""),
        _json("bodySHA256="),
        _json("bodySHA256=1"),
        _json(query.upper()),
        _json(f"{query}&bodySHA256={other}"),
        _json(f"bodySHA256={other}&{query}"),
        _json("&".join(["a=1"] * 200) + f"&{query}"),
    ):
        assert not _is_let_in(refused)


GOOD = _signature(f"{URL}/sms/us", FORM)


@example(signature="")
@example(signature="\ud800" * 28)
@example(signature=GOOD + "\n")
@example(signature=" " + GOOD)
@example(signature=GOOD.lower())
@given(signature=st.none() | st.text(max_size=40) | st.from_regex(r"[A-Za-z0-9+/]{27}=\Z"))
def test_forged_missing_and_odd_signatures(signature: str | None) -> None:
    assert not _is_let_in(_post(signature))


@given(
    body=st.binary(max_size=80),
    query=st.text(max_size=30),
    kind=st.sampled_from(
        ["", "application/x-www-form-urlencoded", "application/json", "text/plain", "\udcff"]
    ),
    path=st.text(max_size=20),
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
)
def test_nothing_that_a_stranger_sends_is_more_than_forbidden(
    body: bytes, query: str, kind: str, path: str, method: str
) -> None:
    headers = {"content-type": kind, "x-twilio-signature": GOOD}
    request = WebhookRequest(
        method=method, path=path, query=query, headers=headers, body=body, client="192.0.2.7"
    )
    assert not _is_let_in(request)


def test_lone_surrogates_and_wrong_bytes_are_forbidden() -> None:
    for body in (b"Body=%ED%A0%80", b"Body=\xff", b"Body=%00", b"a=1&" * 101):
        assert not _is_let_in(replace(_post(GOOD), body=body))


def test_an_address_with_a_secret_is_not_this_vendors() -> None:
    with pytest.raises(Forbidden, match="secret"):
        _gateway().authenticate(_post(GOOD), "any-secret")
