"""One signature, one reading: a signed form that is cut anew, anywhere, is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from gateways.twilio.gateway import Twilio
from gateways.twilio.settings import TwilioSettings
from gateways.webhook import WebhookRequest
from telecom.clock import SystemClock
from telecom.errors import Forbidden, Malformed

ACCOUNT = "AC00000000000000000000000000000001"
SID = "00000000000000000000000000000a01"
URL = "https://sanket.example.in"
GATEWAY = Twilio(
    TwilioSettings.model_validate(
        {"name": "us", "account_sid": ACCOUNT, "auth_token": "the-token", "sender_id": "UMANG"}
    ),
    SystemClock(),
    URL,
)
PLACE = {"City": "NAIROBI", "State": "", "Zip": "00100", "Country": "KE"}
_FORMS: Mapping[str, Mapping[str, str]] = {
    "/sms/us": {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "Body": "Dear Friend, From Cairo To Delhi +254711000111 HELP",
        "From": "+254711000111",
        "MessageSid": f"SM{SID}",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": f"SM{SID}",
        "SmsSid": f"SM{SID}",
        "SmsStatus": "received",
        "To": "+12028831111",
        **{f"From{part}": value for part, value in PLACE.items()},
        **{f"To{part}": value for part, value in PLACE.items()},
    },
    "/sms/us/dlr": {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "ErrorCode": "30005",
        "From": "UMANG",
        "MessageSid": f"SM{SID}",
        "MessageStatus": "undelivered",
        "SmsSid": f"SM{SID}",
        "SmsStatus": "undelivered",
        "To": "+254711000111",
    },
    "/missed-call/us": {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": f"CA{SID}",
        "CallStatus": "no-answer",
        "CallDuration": "0",
        "Called": "+12028831111",
        "Caller": "+254711000111",
        "Direction": "inbound",
        "From": "+254711000111",
        "SequenceNumber": "0",
        "Timestamp": "Fri, 02 Jan 2026 03:04:05 +0000",
        "To": "+12028831111",
        **{f"From{part}": value for part, value in PLACE.items()},
        **{f"To{part}": value for part, value in PLACE.items()},
    },
}
Pairs = tuple[tuple[str, str], ...]
FORMS = {path: tuple(sorted(form.items())) for path, form in _FORMS.items()}


def _signature(path: str, pairs: Pairs) -> str:
    return str(RequestValidator("the-token").compute_signature(URL + path, dict(pairs)))


def _is_taken(path: str, pairs: Pairs, signature: str) -> bool:
    request = WebhookRequest(
        method="POST",
        path=path,
        query="",
        headers={"x-twilio-signature": signature},
        body=urlencode(pairs).encode(),
        client="192.0.2.7",
    )
    doors: dict[str, Any] = {
        "/sms/us": GATEWAY.sms,
        "/sms/us/dlr": GATEWAY.dlr,
        "/missed-call/us": GATEWAY.voice,
    }
    try:
        GATEWAY.authenticate(request, None)
        doors[path].parse(request)
    except (Forbidden, Malformed):
        return False
    return True


def _text(pairs: Pairs) -> str:
    return "".join(name + value for name, value in pairs)


def _cut(text: str, places: list[int]) -> Pairs:
    """The text as pairs that end at `places`, name and value in turn."""
    parts = [text[start:end] for start, end in pairwise([0, *places, len(text)])]
    parts += [""] * (len(parts) % 2)
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def _places(pairs: Pairs) -> list[int]:
    """Where names and values of a form end in its text, the last one excepted."""
    found, at = [], 0
    for name, value in pairs:
        found += [at + len(name), at + len(name) + len(value)]
        at = found[-1]
    return found[:-1]


def _is_signed_alike(pairs: Pairs) -> bool:
    """The vendor's code puts names into order, and one name has one pair here."""
    names = [name for name, _ in pairs]
    return "" not in names and all(a < b for a, b in pairwise(names))


def _near_cuts(pairs: Pairs) -> Iterator[Pairs]:
    """Every form of the same signature by moving, removing or adding one or two ends."""
    text, places = _text(pairs), _places(pairs)
    for index in range(0, len(places) - 1):  # two ends away: a pair becomes part of its neighbour
        yield _cut(text, places[:index] + places[index + 2 :])
    for index in range(len(places)):  # one end moved
        before = places[index - 1] if index else 0
        after = places[index + 1] if index + 1 < len(places) else len(text)
        for at in range(before, after + 1):
            yield _cut(text, [*places[:index], at, *places[index + 1 :]])
    for start in range(len(text)):  # a new pair within a name or a value
        inside = next((p for p in places if p > start), len(text))
        for end in range(start, inside + 1):
            yield _cut(text, sorted([*places, start, end]))


@pytest.mark.parametrize("path", FORMS)
def test_the_form_itself_is_taken(path: str) -> None:
    assert _is_taken(path, FORMS[path], _signature(path, FORMS[path]))
    more = tuple(sorted([*FORMS[path], ("AddedLater", "x"), ("Latitude", "1.0"), ("WaId", "")]))
    assert _is_taken(path, more, _signature(path, more)), "the vendor adds fields without notice"


@pytest.mark.parametrize("path", FORMS)
def test_every_other_cut_near_it_is_refused(path: str) -> None:
    pairs = FORMS[path]
    signature = _signature(path, pairs)
    others = {cut for cut in _near_cuts(pairs) if cut != pairs and _is_signed_alike(cut)}
    assert len(others) > 50
    assert {_signature(path, cut) for cut in others} == {signature}, "all of them are signed alike"
    assert [cut for cut in others if _is_taken(path, cut, signature)] == []


@pytest.mark.parametrize("path", FORMS)
def test_a_field_without_a_name_is_refused(path: str) -> None:
    """It may stand anywhere: nothing of it is signed."""
    assert not _is_taken(path, (("", ""), *FORMS[path]), _signature(path, FORMS[path]))


@given(cuts=st.data(), path=st.sampled_from(sorted(FORMS)))
def test_any_other_cut_is_refused(cuts: st.DataObject, path: str) -> None:
    pairs = FORMS[path]
    text, places = _text(pairs), _places(pairs)
    gone = cuts.draw(st.sets(st.sampled_from(places), max_size=6))
    new = cuts.draw(st.lists(st.integers(0, len(text)), max_size=6))
    other = _cut(text, sorted([*(set(places) - gone), *new]))
    assume(other != pairs)
    assert not _is_taken(path, other, _signature(path, pairs))


def test_a_text_that_looks_like_a_form_makes_no_other_sender() -> None:
    """The worst text: whoever wrote it knows the signature, and wants another's name on it."""
    forged = f"hi|From+919812345678|MessageSidSM{SID}|NumMedia0|To+12028831111|ToCity"
    form = {name: value for name, value in FORMS["/sms/us"] if not name.startswith("To")}
    form |= {"Body": forged.replace("|", ""), "To": "+12028831111"}  # no field behind it to hide
    pairs = tuple(sorted(form.items()))
    signature = _signature("/sms/us", pairs)
    text = _text(pairs)
    start = text.index("Body")
    tail = text[start + len("Body" + forged.replace("|", "")) :]
    other: Pairs = (
        *(pair for pair in pairs if pair[0] < "Body"),
        ("Body", "hi"),
        ("From", "+919812345678"),
        ("MessageSid", f"SM{SID}"),
        ("NumMedia", "0"),
        ("To", "+12028831111"),
        ("ToCity", tail),
    )
    assert _signature("/sms/us", other) == signature
    assert not _is_taken("/sms/us", other, signature)
