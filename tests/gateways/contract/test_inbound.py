"""Every gateway's doors: what is valid means what it says, all else is Malformed, at worst."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateways.base import Gateway
from gateways.form import TooManyFields
from gateways.poster import Patience
from gateways.webhook import WebhookRequest
from telecom.errors import Malformed
from telecom.events import MissedCall, MoSms, NotACall
from telecom.msisdn import Alphanumeric, Hidden, Msisdn, ShortCode

if TYPE_CHECKING:
    from tests.gateways.contract.conftest import Door, GatewayCase

Offline = Callable[["GatewayCase"], Gateway]
RequestOf = Callable[..., WebhookRequest]

CANARY = "canary-4711"
BAD_UTF_8 = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"%FF", b"%ED%A0%80", b"ok%C3"]


def test_what_is_valid_means_what_it_says(
    case: GatewayCase, door: Door, offline: Offline, request_of: RequestOf
) -> None:
    assert door.parse(offline(case), request_of(case, door)) == door.means


def test_a_repeat_is_the_same_event(
    case: GatewayCase, door: Door, offline: Offline, request_of: RequestOf
) -> None:
    first = door.parse(offline(case), request_of(case, door))
    assert door.parse(offline(case), request_of(case, door)) == first


def test_a_field_is_missing(
    case: GatewayCase, door: Door, needed: str, offline: Offline, request_of: RequestOf
) -> None:
    with pytest.raises(Malformed, match=needed):
        door.parse(offline(case), request_of(case, door, **{needed: None}))


def test_a_read_field_comes_twice(
    case: GatewayCase, door: Door, read: str, offline: Offline, request_of: RequestOf
) -> None:
    request = request_of(case, door)
    doubled = replace(request, body=request.body + f"&{read}={CANARY}".encode())
    with pytest.raises(Malformed, match=f"{read}: comes twice") as refused:
        door.parse(offline(case), doubled)
    assert CANARY not in str(refused.value)


def test_a_field_nobody_reads_comes_twice(
    case: GatewayCase, door: Door, offline: Offline, request_of: RequestOf
) -> None:
    request = request_of(case, door)
    more = replace(request, body=request.body + b"&surprise=1&surprise=2&&")
    assert door.parse(offline(case), more) == door.means


@pytest.mark.parametrize("nul", [b"\0", b"%00"])
def test_a_nul_byte(
    case: GatewayCase, door: Door, nul: bytes, offline: Offline, request_of: RequestOf
) -> None:
    request = request_of(case, door)
    for body in (request.body + nul, request.body + b"&surprise=" + nul, nul + request.body):
        with pytest.raises(Malformed, match="NUL"):
            door.parse(offline(case), replace(request, body=body))


@pytest.mark.parametrize("raw", BAD_UTF_8)
def test_bytes_that_are_no_utf_8(
    case: GatewayCase, door: Door, raw: bytes, offline: Offline, request_of: RequestOf
) -> None:
    request = request_of(case, door)
    for body in (request.body + raw, request.body + b"&surprise=" + raw, raw + request.body):
        with pytest.raises(Malformed, match="UTF-8"):
            door.parse(offline(case), replace(request, body=body))


def test_more_than_a_hundred_fields(
    case: GatewayCase, door: Door, offline: Offline, request_of: RequestOf
) -> None:
    request = request_of(case, door)
    room = 100 - len(door.form)
    just = replace(request, body=request.body + b"&a=1" * room)
    assert door.parse(offline(case), just) == door.means
    with pytest.raises(TooManyFields):
        door.parse(offline(case), replace(just, body=just.body + b"&a=1"))


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "multipart/form-data; boundary=x"]
)
def test_a_body_of_another_kind(
    case: GatewayCase, door: Door, kind: str, offline: Offline, request_of: RequestOf
) -> None:
    request = replace(request_of(case, door), headers={"content-type": kind})
    with pytest.raises(Malformed, match="content type"):
        door.parse(offline(case), request)


def test_the_query_is_not_mixed_into_the_body(
    case: GatewayCase, door: Door, offline: Offline, request_of: RequestOf
) -> None:
    request = request_of(case, door)
    beside = replace(request, query="&".join(f"{name}={CANARY}" for name in door.read))
    assert door.parse(offline(case), beside) == door.means
    with pytest.raises(Malformed):
        door.parse(offline(case), replace(request, query=request.body.decode(), body=b""))


@pytest.mark.parametrize(
    ("written", "is_a"),
    [
        ("+254711000111", Msisdn),
        (" 254711000111", Msisdn),  # a plus that was not encoded
        ("0711000111", Msisdn),
        ("22384", ShortCode),
        ("anonymous", Hidden),
        ("", Hidden),
    ],
)
def test_who_may_text_or_call(
    case: GatewayCase,
    door: Door,
    written: str,
    is_a: type,
    offline: Offline,
    request_of: RequestOf,
) -> None:
    if door.sender_field is None:
        if door.about_field is not None:
            with pytest.raises(Malformed):  # a dialogue needs somebody to talk to
                door.parse(offline(case), request_of(case, door, **{door.about_field: "anonymous"}))
        return
    event = door.parse(offline(case), request_of(case, door, **{door.sender_field: written}))
    assert isinstance(_party(event), is_a)


def test_a_name_may_text(case: GatewayCase, offline: Offline, request_of: RequestOf) -> None:
    door = case.doors["sms"]
    event = door.parse(offline(case), request_of(case, door, **{str(door.sender_field): "MTN"}))
    assert isinstance(_party(event), Alphanumeric)


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=300), kind=st.sampled_from(["", "application/x-www-form-urlencoded"])
)
def test_any_bytes_are_malformed_at_worst(
    case: GatewayCase, door: Door, body: bytes, kind: str
) -> None:
    gateway = case.open("http://127.0.0.1:9", Patience())
    request = WebhookRequest(
        method="POST", path="/", query="", headers={"content-type": kind}, body=body, client=""
    )
    with pytest.raises(Malformed):
        door.parse(gateway, request)


@settings(max_examples=150, deadline=None)
@given(values=st.data())
def test_any_values_are_malformed_at_worst(
    case: GatewayCase, door: Door, values: st.DataObject
) -> None:
    """Whatever one field holds: an event or Malformed, and Malformed never repeats the value."""
    gateway = case.open("http://127.0.0.1:9", Patience())
    name = values.draw(st.sampled_from(door.read))
    value = values.draw(st.text(max_size=40).map(lambda text: CANARY + text) | st.text(max_size=40))
    form = {**door.form, name: value}
    pairs = [(key.encode(), text.encode("utf-8", "replace")) for key, text in form.items()]
    try:
        said = door.parse(gateway, case.encode(pairs))
    except Malformed as refused:
        said = str(refused)
    assert isinstance(said, str | type(door.means) | NotACall)
    assert not (isinstance(said, str) and CANARY in said)


def _party(event: object) -> object:
    assert isinstance(event, MoSms | MissedCall)
    return event.sender if isinstance(event, MoSms) else event.caller
