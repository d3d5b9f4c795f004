"""Which missed calls are answered."""

from __future__ import annotations

import pytest

from missed_call.policy import Decision, decide
from telecom.msisdn import parse_party

OURS = parse_party("+919718397183", "IN")


@pytest.mark.parametrize(
    ("caller", "decision"),
    [
        ("+919812345678", Decision.ANSWERED),
        ("09812345678", Decision.ANSWERED),
        ("+12025550123", Decision.ANSWERED),  # cannot be told from a mobile there
        ("+911122901406", Decision.LANDLINE),
        ("01122901406", Decision.LANDLINE),
        ("+911800111111", Decision.CANNOT_TAKE_SMS),
        ("anonymous", Decision.HIDDEN_CALLER),
        ("+266696687", Decision.HIDDEN_CALLER),
        ("", Decision.HIDDEN_CALLER),
        ("VM-HDFCBK", Decision.NOT_A_SUBSCRIBER),
        ("56161", Decision.NOT_A_SUBSCRIBER),
        ("+919718397183", Decision.OWN_NUMBER),
    ],
)
def test_a_call_is_decided_by_its_caller(caller: str, decision: Decision) -> None:
    assert decide(parse_party(caller, "IN"), OURS) is decision
