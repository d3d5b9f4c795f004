"""Bad input at every webhook: a clear answer, never a 5xx, and nothing stored."""

from __future__ import annotations

from typing import Any

import pytest

from models.inbound_event import inbound_event
from models.mt_message import mt_message

FORM = "application/x-www-form-urlencoded"
USSD = "sessionId=s1&serviceCode=*384*97183%23&phoneNumber=%2B919812345678&networkCode=1&text="
SMS = "id=m1&from=%2B919812345678&to=56161&text=UMANG&date=2026-11-23+09:00:00"
CALL = (
    "isActive=1&sessionId=c1&direction=Inbound"
    "&callerNumber=%2B919812345678&destinationNumber=%2B919718397183"
)
GOOD = {"ussd": USSD, "sms": SMS, "missed-call": CALL}


def without(form: str, name: str) -> str:
    return "&".join(pair for pair in form.split("&") if not pair.startswith(name + "="))


FAULTS: list[tuple[str, str, bytes, int]] = [
    # what is wrong, channel, body, status (USSD: a polite END instead)
    ("no session id", "ussd", without(USSD, "sessionId").encode(), 400),
    ("no caller", "ussd", without(USSD, "phoneNumber").encode(), 400),
    ("no service code", "ussd", without(USSD, "serviceCode").encode(), 400),
    ("no sender", "sms", without(SMS, "from").encode(), 400),
    ("no id", "sms", without(SMS, "id").encode(), 400),
    ("no text", "sms", without(SMS, "text").encode(), 400),
    ("no call id", "missed-call", without(CALL, "sessionId").encode(), 400),
    ("no called number", "missed-call", without(CALL, "destinationNumber").encode(), 400),
    *[("a doubled field", channel, f"{form}&{form.split('=')[0]}=2".encode(), 400)
      for channel, form in GOOD.items()],
    *[("over 64 KB", channel, f"{form}&pad={'x' * 70_000}".encode(), 413)
      for channel, form in GOOD.items()],
    *[("over 100 fields", channel, (form + "&a=1" * 101).encode(), 400)
      for channel, form in GOOD.items()],
    *[("no UTF-8", channel, form.encode() + b"&x=\xff\xfe", 400) for channel, form in GOOD.items()],
    *[("escaped, no UTF-8", channel, form.encode() + b"&x=%ff", 400)
      for channel, form in GOOD.items()],
    *[("a NUL byte", channel, form.encode() + b"&x=a%00b", 400) for channel, form in GOOD.items()],
    *[("an empty body", channel, b"", 400) for channel in GOOD],
]  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "body", "status"),
    [pytest.param(channel, body, status, id=f"{channel}: {what}")
     for what, channel, body, status in FAULTS],
)  # fmt: skip
def test_a_fault_is_said_and_nothing_is_stored(
    house: Any, channel: str, body: bytes, status: int
) -> None:
    answer = house.client.post(f"/{channel}/india/{house.secret}", data=body, content_type=FORM)
    if channel == "ussd":
        assert (answer.status_code, answer.text[:4]) == (200, "END ")
    else:
        assert answer.status_code == status
    assert house.count(inbound_event) == house.count(mt_message) == 0


STRANGERS = [
    ("/{channel}/india", 403),
    ("/{channel}/india/wrong-secret", 403),
    ("/{channel}/india/{secret}x", 403),
    ("/{channel}/nobody", 404),
    ("/{channel}/nobody/{secret}", 404),
    ("/{channel}/simulator/{secret}", 403),
]


@pytest.mark.parametrize("channel", GOOD)
@pytest.mark.parametrize(("path", "status"), STRANGERS)
def test_a_stranger_is_refused_and_nothing_is_stored(
    house: Any, channel: str, path: str, status: int
) -> None:
    address = path.format(channel=channel, secret=house.secret)
    answer = house.client.post(address, data=GOOD[channel], content_type=FORM)
    assert answer.status_code == status
    assert house.count(inbound_event) == house.count(mt_message) == 0


@pytest.mark.parametrize("channel", GOOD)
def test_the_simulator_is_for_this_machine_only(house: Any, channel: str) -> None:
    answer = house.client.post(
        f"/{channel}/simulator", data=GOOD[channel], content_type=FORM,
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )  # fmt: skip
    assert answer.status_code == 403


@pytest.mark.parametrize("channel", GOOD)
def test_the_same_webhooks_are_taken_when_nothing_is_wrong(house: Any, channel: str) -> None:
    """Without this, the tests above could pass for the wrong reason."""
    answer = house.client.post(
        f"/{channel}/india/{house.secret}", data=GOOD[channel], content_type=FORM
    )
    assert answer.status_code == 200
    assert "busy" not in answer.text


@pytest.mark.parametrize("path", ["/sms/india/inbox", "/sms/kenya/inbox?msisdn=%2B254711000111"])
def test_no_inbox_but_the_simulators_is_readable(house: Any, path: str) -> None:
    assert house.client.get(path).status_code == 403


@pytest.mark.parametrize("channel", GOOD)
def test_a_database_that_is_gone_is_no_trouble_for_a_phone(house: Any, channel: str) -> None:
    """The home screen still comes; texts and calls wait in the spool, and nobody is billed."""
    house.bridge.library.live()
    house.lose_database()
    answer = house.client.post(
        f"/{channel}/india/{house.secret}", data=GOOD[channel], content_type=FORM
    )
    if channel == "ussd":
        assert (answer.status_code, answer.text[:4]) == (200, "CON ")
        return
    assert answer.status_code == 200
    assert house.bridge.replayer.replay() == 0  # still gone: nothing is dropped
    house.find_database()
    assert house.bridge.replayer.replay() == 1
    assert house.bridge.replayer.replay() == 0
    assert house.count(inbound_event) == 1
    assert len(house.send()) == 1
