"""No number and no text of a person in logs or files; Redis keys and values name nobody."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from cli import logs

MSISDN = "+919812345678"
DIGITS = MSISDN.removeprefix("+91")
CANARY = "mycanarytext"


def test_numbers_and_texts_stay_sealed(
    house: Any, redis: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug")
    house.dial()
    house.dial("3")
    house.dial("3*2")
    house.text(CANARY)
    house.text(CANARY, msisdn="09812345678")
    house.ring()
    house.ring(caller="not a number " + DIGITS)
    house.client.post(f"/sms/india/{house.secret}", data={"from": DIGITS, "text": CANARY})
    house.client.post("/sms/india/wrong", data={"from": DIGITS, "text": CANARY})
    assert len(house.send()) == 3
    log = "".join(capsys.readouterr())
    structlog.reset_defaults()
    assert "malformed" in log  # the log was written, so the next lines mean something
    files = house.at_rest()
    assert b"inbound_event" in files
    kept = b"".join(key + (redis.get(key) or b"") for key in redis.keys("*"))
    assert kept
    for secret in (DIGITS, CANARY, house.secret):
        assert secret not in log
        assert secret.encode() not in files
        assert secret.encode() not in kept
