"""Two doors to one edge: whatever comes, both answer alike, to the byte."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import Client, EnvironBuilder

from app import mount
from web.wsgi_door import NO_SECRETS, WsgiDoor

FORM = "application/x-www-form-urlencoded"
USSD = {"sessionId": "s1", "serviceCode": "*384*97183#", "phoneNumber": "+919812345678", "text": ""}
SMS = {
    "from": "+919812345678",
    "to": "56161",
    "text": "LINK",
    "id": "1",
    "date": "2026-11-23 09:00",
}
CALL = {
    "isActive": "1", "sessionId": "c1", "direction": "Inbound", "callerNumber": "+919812345678",
    "destinationNumber": "+919718397183",
}  # fmt: skip
DLR = {"id": "ATXid_1", "status": "Success"}
FORMS = {"ussd": USSD, "sms": SMS, "missed-call": CALL}
WORDS = {**dict.fromkeys(FORMS, ""), "sms/dlr": "/dlr"}  # what stands behind the secret


@pytest.fixture
def doors(house: Any) -> tuple[Client, Client]:
    """In front of Flask, and Flask's own."""
    flask_app = Flask("sanket")
    mount(flask_app, house.bridge)
    in_front = flask_app.wsgi_app
    assert isinstance(in_front, WsgiDoor)
    return Client(in_front), Client(in_front._behind)


def ask(client: Client, path: str, **asked: Any) -> tuple[Any, ...]:
    builder = EnvironBuilder(path=path, method=asked.pop("method", "POST"), **asked)
    answer = client.open(builder)
    return answer.status, answer.get_data(), sorted(answer.headers.items())


@pytest.mark.parametrize("word", list(WORDS))
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"data": b""},
        {"data": b"\xff\xfe=1"},
        {"data": b"a=1&" * 200},
        {"data": b"x" * 70_000},
        {"content_type": "text/plain"},
        {"content_type": None},
        {"headers": {"Content-Length": "nonsense"}},
        {"headers": {"X-Forwarded-For": "10.0.0.1, 10.0.0.2"}},
        {"method": "GET"},
        {"method": "PUT"},
        {"method": "HEAD"},
        {"method": "OPTIONS"},
        {"query_string": "a=1&a=2"},
        {"query_string": "ref=" + "0" * 32},
    ],
    ids=lambda change: str(change)[:30],
)
def test_both_doors_answer_alike(
    doors: tuple[Client, Client], house: Any, word: str, change: dict[str, Any]
) -> None:
    form = FORMS.get(word, DLR)
    whole = {"data": urlencode(form), "content_type": FORM, **change}
    path = f"/{word.partition('/')[0]}/india/{house.secret}{WORDS[word]}"
    first, second = (ask(door, path, **whole) for door in doors)
    assert first == second


@pytest.mark.parametrize("channel", list(FORMS))
@pytest.mark.parametrize(
    "rest",
    ["india", "india/", "india/wrong", "nobody/x", "", "//india", "india//x", "india/a/b",
     "india/%E2%82%AC", "india/a%2Fb", "simulator",
     "india/wrong/dlr", "nobody/dlr", "nobody/x/dlr", "dlr", "dlr/dlr", "india//dlr", "/dlr",
     "india/dlr/dlr", "india/a/b/dlr", "india/dlr/", "india/end/dlr", "simulator/dlr",
     *(f"india/{word}" for word in sorted(NO_SECRETS))],
)  # fmt: skip
def test_any_address(doors: tuple[Client, Client], channel: str, rest: str) -> None:
    form = urlencode(FORMS[channel])
    first, second = (
        ask(door, f"/{channel}/{rest}", data=form, content_type=FORM) for door in doors
    )
    assert first == second


def test_other_pages_are_flasks(doors: tuple[Client, Client]) -> None:
    for path in ("/healthz", "/l/none", "/", "/sms", "/nowhere/at/all"):
        first, second = (ask(door, path, method="GET") for door in doors)
        assert first == second


def test_the_busiest_webhooks_never_reach_flask(house: Any) -> None:
    def flask_app(_: Any, __: Any) -> Any:
        raise AssertionError("reached")

    in_front: Any = house.app.wsgi_app
    in_front._behind = flask_app
    for channel, form in FORMS.items():
        assert house.post(f"/{channel}/india/{house.secret}", **form).status_code == 200
    assert house.post(f"/sms/india/{house.secret}/dlr", **DLR).status_code == 200
