"""Which texts are answered."""

from __future__ import annotations

import pytest

from sms.policy import Decision, decide
from telecom.msisdn import parse_party


@pytest.mark.parametrize(
    ("sender", "decision"),
    [
        ("+919812345678", Decision.ANSWERED),
        ("919812345678", Decision.ANSWERED),
        ("MTN", Decision.NOT_A_SUBSCRIBER),
        ("56161", Decision.NOT_A_SUBSCRIBER),
        ("+911122901406", Decision.CANNOT_TAKE_SMS),
        ("+919718397183", Decision.OWN_NUMBER),
    ],
)
def test_a_text_is_decided_by_its_sender(sender: str, decision: Decision) -> None:
    assert decide(parse_party(sender, "IN"), "919718397183") is decision
