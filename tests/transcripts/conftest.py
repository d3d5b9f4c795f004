"""A bridge with both vendors, and no limits: those have tests of their own."""

from __future__ import annotations

import pytest

from tests.chaos.field import UNLIMITED
from tests.end_to_end.conftest import gateways_text as gateways_text
from tests.end_to_end.conftest import twilio as twilio


@pytest.fixture
def house_settings() -> dict[str, str]:
    return {**UNLIMITED, "BRIDGE_ANSWERS_PER_DAY": "1000000"}
