"""`flask spending` and `flask consent`, on a real bridge."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from cli import consent, spending
from models.do_not_disturb import do_not_disturb
from models.mt_message import mt_message
from outbound.register import Imported
from telecom.statuses import MessageClass

NUMBER = "+919812345678"


def run(house: Any, *words: str) -> Result:
    noun = {"spending": spending, "consent": consent}[words[0]]
    return CliRunner().invoke(noun.commands(lambda: house.bridge), list(words[1:]))


@pytest.fixture
def house_settings() -> dict[str, str]:
    return {"BRIDGE_DAY_BUDGET": "2 INR", "BRIDGE_HOUR_PERCENT": "100"}


def test_what_was_spent_and_the_breaker(house: Any) -> None:
    assert "Nothing was spent." in run(house, "spending", "show").output
    refused = run(house, "spending", "rearm", "-m", "x")
    assert (refused.exit_code, "nothing is stopped" in refused.output) == (2, True)
    for last in range(4):
        house.ring(caller=f"+91981234567{last}")
        house.answer_calls()
    shown = run(house, "spending", "show")
    assert shown.exit_code == 1
    assert "india            IN  umang                     2 SMS  2.00 INR" in shown.output
    assert "STOPPED: all gateways, since 2026-11-23 09:00 UTC: 2.00 INR a day" in shown.output
    told = json.loads(run(house, "spending", "show", "--json").output)
    assert told["lines"] == [
        {"gateway": "india", "country": "IN", "service": "umang", "sms": 2, "spent": "2.00 INR"}
    ]
    assert told["stopped"][0]["armed_at"] is None
    assert run(house, "spending", "rearm").exit_code == 2  # without a note
    armed = run(house, "spending", "rearm", "-m", "a real rush", "--by", "asha")
    assert (armed.exit_code, armed.output) == (0, "Armed again: all gateways.\n")
    shown = run(house, "spending", "show", "--json")
    assert shown.exit_code == 0
    (trip,) = json.loads(shown.output)["latest"]
    assert (trip["armed_by"], trip["note"]) == ("asha", "a real rush")
    assert "Nothing" in run(house, "spending", "show", "--day", "2026-11-22").output
    assert run(house, "spending", "show", "--day", "today").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [("spending", "show"), ("spending", "rearm"), ("consent", "import"), ("consent", "show")],
)
def test_every_help_page_has_examples(house: Any, words: tuple[str, str]) -> None:
    answer = run(house, *words, "--help")
    assert "Examples:\n" in answer.output
    assert "\b" not in answer.output


def test_a_list_is_taken_in_once(house: Any, tmp_path: Path) -> None:
    file = tmp_path / "dnd.csv"
    file.write_text(
        "\ufeffmsisdn,scope\n+919812345678\n9812345679,promotional\n\nnobody\n"
        "+919812345670,all\n+919812345671,everyone\n+919812345678\n",
        encoding="utf-8",
    )
    first = run(house, "consent", "import", str(file))
    assert first.exit_code == 2
    assert "dnd.csv:5  msisdn: not a valid number" in first.output
    assert 'dnd.csv:7  the second column is neither "promotional" nor "all"' in first.output
    assert "2 listed, 1 opted out, 1 known before, 2 bad." in first.output
    assert (
        "0 listed, 0 opted out, 4 known before" in run(house, "consent", "import", str(file)).output
    )
    shown = run(house, "consent", "show").output
    assert "opted_out  list             1" in shown
    assert json.loads(run(house, "consent", "show", "--json").output) == {
        "consent": [{"state": "opted_out", "cause": "list", "numbers": 1}],
        "do_not_disturb": 2,
    }
    assert b"9812345678" not in house.at_rest()
    house.ring(caller="+919812345670")
    assert house.decisions() == ["opted_out"]


@pytest.mark.parametrize(
    ("message_class", "ends"),
    [
        (MessageClass.BULK, ("suppressed", "do_not_disturb")),
        (MessageClass.LINK, ("sent", "accepted")),
    ],
)
def test_a_list_forbids_promotion_only(
    house: Any, tmp_path: Path, message_class: MessageClass, ends: tuple[str, str]
) -> None:
    file = tmp_path / "dnd.csv"
    file.write_text(f"{NUMBER}\n")
    house.ring(caller=NUMBER)
    house.answer_calls()
    with house.bridge.database.write() as conn:
        conn.execute(update(mt_message).values(message_class=message_class))
    assert run(house, "consent", "import", str(file)).exit_code == 0
    house.send()
    with house.bridge.database.read() as conn:
        row = conn.execute(select(mt_message.c.status, mt_message.c.last_outcome)).one()
    assert (row.status, row.last_outcome) == ends


def test_long_lists_and_endless_lines_take_little_memory(house: Any) -> None:
    def lines() -> Iterator[str]:
        yield "x" * 1000
        for number in range(20_000):
            yield f"+9198{number:08d}\n"

    bad: list[int] = []
    take = house.bridge.do_not_disturb.take
    tracemalloc.start()
    done = take(lines(), country="IN", source="list", on_bad=lambda line, _: bad.append(line))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done == Imported(listed=20_000, bad=1)
    assert bad == [1]
    assert peak < 8_000_000
    assert house.count(do_not_disturb) == 20_000
