"""The pages beside the webhooks."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/ussd/india/x", 405), ("POST", "/l/abc", 405)],
)
def test_other_pages_answer_in_plain_words(house: Any, method: str, path: str, status: int) -> None:
    answer = house.client.open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type.startswith("text/plain")
    assert "<" not in answer.text
