"""The pages beside the webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from menu.ports import SessionsDown


def test_a_whole_bridge_is_alive_and_ready(house: Any) -> None:
    assert house.client.get("/healthz").json == {"alive": True}
    assert house.client.get("/readyz").json == {"ready": True, "faults": {}, "warnings": {}}


def test_what_is_missing_is_named(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise SessionsDown("ConnectionError")

    monkeypatch.setattr(house.bridge.sessions, "load", down)
    answer = house.client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        503,
        {"ready": False, "faults": {"redis": "ConnectionError"}, "warnings": {}},
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/ussd/india/x", 405), ("POST", "/l/abc", 405)],
)
def test_other_pages_answer_in_plain_words(house: Any, method: str, path: str, status: int) -> None:
    answer = house.client.open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type.startswith("text/plain")
    assert "<" not in answer.text
