"""The inbox is read strictly: what the bridge does not promise is named, not guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.inbox import Garbled, parse_inbox
from simulator.seen import Inbox, ReceivedSms

ENTRY = {"id": "a1", "at": "2026-01-02T08:34:05+05:30", "from": None, "text": "उमंग"}


def body(**changes: object) -> bytes:
    return json.dumps({"messages": [ENTRY | changes], "after": "7"}).encode()


def test_a_message_is_read() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    assert parse_inbox(body()) == Inbox((ReceivedSms("a1", at, None, "उमंग"),), "7")
    assert parse_inbox(body(**{"from": "UMANG"})).messages[0].sender_id == "UMANG"
    assert parse_inbox(b'{"messages": [], "after": ""}') == Inbox((), "")
    assert parse_inbox(b'{"messages": [], "after": null}') == Inbox((), "")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an object with messages and after"),
        (b'{"messages": []}', "not an object with messages and after"),
        (b'{"messages": {}, "after": ""}', "messages is not a list"),
        (b'{"messages": [], "after": 7}', "after is not a string"),
        (b'{"messages": [1], "after": ""}', r"messages\[0\] is not an object"),
        (body(id=1), r"messages\[0\]: id is not a string"),
        (body(text=None), "text is not a string"),
        (body(**{"from": 22384}), "from is not a string"),
        (body(at="yesterday"), "at is no ISO 8601 time"),
        (body(at="2026-01-02T03:04:05"), "at names no time zone"),
    ],
)
def test_a_garbled_inbox_is_refused(answer: bytes, why: str) -> None:
    with pytest.raises(Garbled, match=why):
        parse_inbox(answer)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries({"messages": json_values | st.lists(json_values), "after": json_values})
)
@settings(max_examples=150)
def test_any_json_is_read_or_refused(answer: object) -> None:
    try:
        inbox = parse_inbox(json.dumps(answer).encode())
    except Garbled:
        return
    assert isinstance(inbox.after, str)
