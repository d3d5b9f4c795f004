"""Values that wait to be written: whoever logs one tells nobody's words and no sealed value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.inbound_event import NewEvent
from outbound.causes import Asked, Cause, Draft, Proposal
from telecom.msisdn import Msisdn
from telecom.values import Value

SECRET = "my daughter is ill"
CAUSE = Cause(
    gateway="india",
    kind="sms",
    event_id="m-1",
    party=Msisdn.parse("+919812345678", "IN"),
    decision="answered",
    content={"text": SECRET},
)
ASKED = Asked(menu_version=1, question_sealed=SECRET.encode())
PROPOSAL = Proposal(cause=CAUSE, whose="hash", content_sealed=SECRET.encode(), asked=ASKED)
EVENT = NewEvent(
    id="e-1",
    gateway="india",
    kind="sms",
    gateway_event_id="m-1",
    msisdn_hash="hash",
    content_sealed=SECRET.encode(),
    received_at=datetime(2026, 11, 23, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "value", [CAUSE, ASKED, PROPOSAL, EVENT, Draft(proposal=PROPOSAL, event=EVENT)]
)
def test_what_may_be_personal_is_not_printed(value: Value) -> None:
    printed = repr(value)
    assert printed.startswith(f"{type(value).__name__}(")
    assert "m-1" in printed or value is ASKED
    assert SECRET not in printed
    assert "9812345678" not in printed
