"""The size line, at every edge of the two encodings."""

from __future__ import annotations

import pytest

from simulator.sizes import sms_size, ussd_size


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "0/160 GSM-7"),
        ("UMANG", "5/160 GSM-7"),
        ("[UMANG]", "9/160 GSM-7"),  # each bracket is two septets
        ("x" * 160, "160/160 GSM-7"),
        ("x" * 161, "161/160 GSM-7, 1 too long: a network may cut it"),
        ("उमंग सेवाएं", "11/70 UCS-2"),
        ("উমঙ্গ পরিষেবা", "13/70 UCS-2"),
        ("क" * 71, "71/70 UCS-2, 1 too long: a network may cut it"),
        ("🙂", "2/70 UCS-2"),
    ],
)
def test_ussd_size(text: str, line: str) -> None:
    assert ussd_size(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1 SMS, 0/160 GSM-7"),
        ("x" * 160, "1 SMS, 160/160 GSM-7"),
        ("x" * 161, "2 SMS, 161/306 GSM-7"),
        ("क" * 70, "1 SMS, 70/70 UCS-2"),
        ("क" * 71, "2 SMS, 71/134 UCS-2"),
        ("क" * 135, "3 SMS, 135/201 UCS-2"),
    ],
)
def test_sms_size(text: str, line: str) -> None:
    assert sms_size(text) == line
