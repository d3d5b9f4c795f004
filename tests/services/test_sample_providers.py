"""The SAMPLE providers of the shipped menu by themselves, and what they hear of who asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from menu.services import Inquiry
from tests.conftest import ROOT, load_by_path
from tests.services.conftest import Desk, declared

MODULE = load_by_path(ROOT / "examples" / "providers" / "sample_providers.py")


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    with MODULE.server(0, slow_seconds=0.2) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def ask(running: Any, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", running.server_address[1], timeout=5)
    try:
        written = None if body is None else json.dumps(body)
        connection.request("POST" if written else "GET", path, written, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "body", "parts"),
    [
        ("/v1/mandi?market=azadpur&crop=wheat", None, {"records"}),
        ("/v1/mandi?state=BR&crop=wheat", None, {"records"}),
        ("/v1/pf", {"uan": "100123456789", "caller": "c"}, {"member", "balance", "paid", "month"}),
        ("/v1/refills", {"company": "indane", "caller": "c"}, {"reference"}),
        ("/v1/pnr/2345678912", None, {"train", "date", "status", "seat"}),
        ("/v1/bills/12345678", None, {"due", "by", "account"}),
        (
            "/v1/results",
            {"roll": "1234567", "born": "2010-08-15"},
            {"roll", "result", "marks", "of"},
        ),
    ],
)
def test_each_answers_and_says_that_it_is_a_sample(
    running: Any, path: str, body: object, parts: set[str]
) -> None:
    status, written = ask(running, path, body)
    answer = json.loads(written)
    assert (status, answer.pop("sample"), set(answer)) == (200, True, parts)
    assert "100123456789" not in written.decode()


@pytest.mark.parametrize(
    ("path", "body", "status", "holds"),
    [
        ("/v1/pnr/2345678900", None, 404, "unknown"),
        ("/v1/pnr/2345678901", None, 200, "train"),  # late
        ("/v1/pnr/2345678902", None, 503, "down"),
        ("/v1/pnr/2345678903", None, 200, "<html>"),
        ("/v1/pnr/2345678904", None, 200, '"train": [{'),
        ("/v1/pnr/23", None, 404, "unknown"),
        ("/v1/pf", {"uan": "100123456705", "caller": "c"}, 403, "stranger"),
        ("/v1/pf", {"uan": "100123456789"}, 404, "unknown"),
        ("/v1/mandi?market=down&crop=wheat", None, 503, "down"),
        ("/v1/mandi?crop=wheat", None, 404, "unknown"),
        ("/v1/refills", {"company": "stranger", "caller": "c"}, 403, "stranger"),
        ("/v1/refills", {"company": "nobody", "caller": "c"}, 404, "unknown"),
        ("/v1/refills", ["indane"], 400, "no JSON object"),
        ("/v1/refills", {"company": "x" * 20_000}, 413, "no such body"),
        ("/v1/refills", None, 404, "unknown"),  # GET books nothing
        ("/admin", None, 404, "unknown"),
    ],
)
def test_each_fault_is_asked_for(
    running: Any, path: str, body: object, status: int, holds: str
) -> None:
    told, written = ask(running, path, body)
    assert (told, holds in written.decode()) == (status, True)


def test_a_key_books_once(running: Any) -> None:
    body, had = {"company": "indane", "caller": "c"}, len(running.bookings)
    first, again, other = (
        ask(running, "/v1/refills", body, **{"Idempotency-Key": key}) for key in ("a", "a", "b")
    )
    assert first == again != other
    assert len(running.bookings) == had + 2


PF = """
url: http://127.0.0.1:{port}/v1/{path}
safe: true
takes: {{ uan: text, caller: caller }}
json: {{ uan: '"{{uan}}"', caller: "{{caller}}" }}
gives: {{ who: {{ path: headers.who, optional: true }} }}
outcomes: {{ not_found: {{ status: 404 }} }}
"""


def test_a_service_hears_a_name_of_who_asks_and_no_number(
    desk: Desk, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def keep(told: dict[str, str]) -> dict[str, object]:
        heard.append(told["caller"])
        return {}

    monkeypatch.setattr(MODULE, "SAFE", {"pf": keep, "other": keep})
    port = running.server_address[1]
    for path, caller in (("pf", "key-1"), ("pf", "key-1"), ("pf", "key-2"), ("pf", "")):
        service = declared(PF.format(port=port, path=path))
        inquiry = Inquiry(
            service="it",
            told={"uan": "100123456789", "caller": "forged"},
            declared=service,
            caller_key=caller,
        )
        reply = desk.caller.ask(service, inquiry)
        assert reply.outcome == ("" if caller else "bad_input")
    first, again, other = heard
    assert first == again != other
    assert len(first) == 32
    assert "key" not in first
