"""The stand-in vendor itself: what tests of a killed bridge read must outlive it, too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.fakes.africastalking import FakeAfricasTalking

PROGRAM = Path(__file__).parents[2] / "fakes" / "africastalking.py"
HEADERS = {"Accept": "application/json", "apiKey": "the-key"}
FORM = {"username": "u", "to": "+254711000111", "message": "नमस्ते\n☺", "bulkSMSMode": "1"}


@contextmanager
def _running(ledger: Path) -> Iterator[str]:
    command = [sys.executable, str(PROGRAM), "--ledger", str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        yield program.stdout.readline().removeprefix("ready ").strip()
        program.kill()


def test_what_was_accepted_outlives_a_kill_and_a_restart(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    for _ in range(2):
        with _running(ledger) as base_url:
            url = f"{base_url}/version1/messaging"
            assert requests.post(url, FORM, headers=HEADERS, timeout=20).status_code == 201
    taken = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    assert [(row["to"], row["text"], row["sender"]) for row in taken] == [
        ("+254711000111", "नमस्ते\n☺", None)
    ] * 2
    assert taken[0]["id"] != taken[1]["id"]


@pytest.mark.parametrize(
    ("path", "headers", "form"),
    [
        ("/version1/messaging/bulk", HEADERS, FORM),
        ("/version1/messaging", {"apiKey": "the-key"}, FORM),
        ("/version1/messaging", {"Accept": "application/json"}, FORM),
        ("/version1/messaging", HEADERS, {**FORM, "To": "+254711000111"}),
        ("/version1/messaging", HEADERS, {**FORM, "to": ["+254711000111", "+254711000112"]}),
        ("/version1/messaging", HEADERS, {**FORM, "to": "254711000111"}),
        ("/version1/messaging", HEADERS, {"username": "u"}),
    ],
)
def test_it_is_strict(
    fakes: type[FakeAfricasTalking],
    path: str,
    headers: dict[str, str],
    form: dict[str, str | list[str]],
) -> None:
    with fakes() as vendor:
        answer = requests.post(vendor.base_url + path, form, headers=headers, timeout=20)
        assert answer.status_code == 400
        assert len(vendor.complaints) == 1
        assert vendor.ledger == []
