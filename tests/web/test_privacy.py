"""No number and no text of a person in logs or files; Redis keys and values name nobody."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from redis.exceptions import ConnectionError as RedisConnectionError

from cli import logs

MSISDN = "+919812345678"
DIGITS = MSISDN.removeprefix("+91")
CANARY = "mycanarytext"


def all_of(redis: Any, key: bytes) -> bytes:
    if redis.type(key) == b"stream":
        return b"".join(
            cell for _, row in redis.xrange(key) for pair in row.items() for cell in pair
        )
    return redis.get(key) or b""


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
    assert len(house.send()) == 2  # the second unknown text of a number is not answered
    log = "".join(capsys.readouterr())
    structlog.reset_defaults()
    assert "malformed" in log  # the log was written, so the next lines mean something
    files = house.at_rest()
    assert b"inbound_event" in files
    kept = b"".join(key + all_of(redis, key) for key in redis.keys("*"))
    assert b"turns" in kept  # the stream is looked through, too
    assert kept
    for secret in (DIGITS, CANARY, house.secret):
        assert secret not in log
        assert secret.encode() not in files
        assert secret.encode() not in kept


PIN = "471100"
CANARIES = (DIGITS, DIGITS[:5] + " " + DIGITS[5:], CANARY, PIN)


def test_nothing_of_a_person_is_told_whatever_fails(
    house: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every channel, well and ill: the log, /metrics and /readyz name nobody."""
    logs.configure("debug")
    said = f"{CANARY} {PIN} {DIGITS}"

    def breaks(*_: object, **__: object) -> None:
        raise ValueError(f"{MSISDN} wrote {said}") from KeyError(said)

    def loses(*_: object, **__: object) -> None:
        raise RedisConnectionError(said)

    def everything() -> None:
        house.dial()
        house.dial(PIN)
        house.dial(f"{PIN}*{DIGITS}*{CANARY}")
        house.text(said)
        house.text(f"UMANG {said}", msisdn="09812345678")
        house.text("STOP " + said)
        house.ring()
        house.ring(caller=said)
        house.ring(called=MSISDN)
        for channel in ("ussd", "sms", "missed-call"):
            for secret in (house.secret, CANARY):
                path = f"/{channel}/india/{secret}"
                house.client.post(path, data={"phoneNumber": said, "from": said, "text": said})
                house.client.post(path, data=said.encode() + b"\xff\0", query_string={"x": said})
            house.client.get(f"/{channel}/{CANARY}/{PIN}?msisdn={DIGITS}")
        dlr = {"id": f"ATXid_{CANARY}", "status": said, "phoneNumber": MSISDN}
        house.client.post(f"/sms/india/{house.secret}/dlr", data=dlr)
        house.client.get(f"/l/{CANARY}")
        house.client.get(f"/{CANARY}?msisdn={DIGITS}")
        house.client.get("/metrics")

    everything()
    with monkeypatch.context() as redis_down:
        for command in ("mget", "set"):
            redis_down.setattr(house.bridge.sessions._redis, command, loses)
        everything()
    with monkeypatch.context() as bug:
        for method in ("dial", "text", "ring"):
            bug.setattr(house.bridge._runner, method, breaks)
        bug.setattr(type(house.bridge.short_links), "open", breaks)
        everything()
    with monkeypatch.context() as bug:
        for gateway in house.bridge.gateways.values():
            if gateway.sender is not None:
                bug.setattr(type(gateway.sender), "send", breaks)
        house.send()
    house.lose_database()
    everything()
    ready = house.client.get("/readyz").text
    house.find_database()
    house.bridge.replayer.replay()
    ready += house.client.get("/readyz").text
    metrics = house.client.get("/metrics").text

    log = "".join(capsys.readouterr())
    structlog.reset_defaults()
    for word in ("malformed", "out of service", "failed", "spooled", "sender broke", "page failed"):
        assert word in log, "what was to be broken was not"
    assert "sanket_webhooks_total" in metrics
    assert '"database"' in ready
    for secret in (*CANARIES, house.secret):
        assert secret not in log
        assert secret not in metrics
        assert secret not in ready
    assert '"unlisted"' not in log
