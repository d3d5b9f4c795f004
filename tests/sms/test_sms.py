"""SMS as a gateway and its sender see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from menu.ports import SessionsDown
from models.inbound_event import inbound_event
from models.mt_message import mt_message
from telecom.encoding import segments_of

KEYWORDS = [
    # text, begins with
    ("UMANG", "UMANG app: https://"),
    ("umang", "UMANG app: https://"),
    ("  Umang. ", "UMANG app: https://"),
    ("HIN", "उमंग ऐप: https://"),
    ("BEN", "উমঙ্গ অ্যাপ: https://"),
    ("उमंग", "उमंग ऐप: https://"),
    ("উমঙ্গ", "উমঙ্গ অ্যাপ: https://"),
    ("MENU", "UMANG services\n1 Get the app"),
    ("मेनू", "उमंग\n1 ऐप पाएं"),
    ("মেনু", "উমঙ্গ\n1 অ্যাপ নিন"),
    ("hello?", "UMANG services\n1 Get the app"),
    ("", "UMANG services\n1 Get the app"),
    ("1", "UMANG services\n1 Get the app"),  # an answer to nothing
]


@pytest.mark.parametrize(("text", "begins"), KEYWORDS)
def test_a_text_is_answered_by_one_sms(house: Any, text: str, begins: str) -> None:
    assert house.text(text).status_code == 200
    (answer,) = house.send()
    assert answer.startswith(begins)
    assert segments_of(answer) <= 2


def test_a_numbered_dialogue(house: Any) -> None:
    """MENU, then a number for each screen, as on USSD."""
    dialogue = []
    for text in ("MENU", "3", "2", "1"):
        house.text(text)
        dialogue += house.send()
    assert [text.splitlines()[0][:9] for text in dialogue] == [
        "UMANG ser", "Language", "उमंग", "उमंग ऐप: ",
    ]  # fmt: skip


def test_the_language_of_a_keyword_is_remembered(house: Any) -> None:
    house.text("BEN")
    house.ring()
    texts = house.send()
    assert len(texts) == 2
    assert all(text.startswith("উমঙ্গ অ্যাপ: ") for text in texts)


@pytest.mark.parametrize("copies", [2, 8])
def test_a_repeated_webhook_is_answered_once(house: Any, copies: int) -> None:
    with ThreadPoolExecutor(copies) as pool:
        answers = list(pool.map(lambda _: house.text("UMANG", event="m1"), range(copies)))
    assert {(answer.status_code, answer.data) for answer in answers} == {(200, answers[0].data)}
    assert (house.count(inbound_event), house.count(mt_message)) == (1, 1)
    assert len(house.send()) == 1


@pytest.mark.parametrize(
    ("sender", "decision"),
    [
        ("MTN", "not_a_subscriber"),
        ("56162", "not_a_subscriber"),
        ("+911122901406", "cannot_take_sms"),
    ],
)
def test_a_sender_who_cannot_be_answered_is_taken_and_recorded(
    house: Any, sender: str, decision: str
) -> None:
    assert house.text("UMANG", msisdn=sender).status_code == 200
    assert house.decisions() == [decision]
    assert house.send() == []


def test_without_redis_a_text_is_still_answered(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> None:
        raise SessionsDown("gone")

    monkeypatch.setattr(house.bridge.sessions, "load", down)
    monkeypatch.setattr(house.bridge.sessions, "save", down)
    assert house.text("UMANG").status_code == 200
    assert len(house.send()) == 1
