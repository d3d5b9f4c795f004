"""A Twilio account beside Africa's Talking's, for the tests here that ask for `house` and it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FAKE = Path(__file__).parents[1] / "fakes" / "twilio.py"
ACCOUNT = """
  us:
    vendor: twilio
    country: IN
    account_sid: AC00000000000000000000000000000001
    auth_token: [a-newer-token, the-token-of-webhooks]
    sender_id: "+919718397183"
    base_url: {base_url}
"""


@pytest.fixture
def twilio() -> Iterator[Any]:
    """Twilio, on loopback."""
    spec = importlib.util.spec_from_file_location("by_path_twilio", FAKE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    with module.FakeTwilio(token="a-newer-token") as vendor:
        yield vendor


@pytest.fixture
def gateways_text(gateways_text: str, twilio: Any) -> str:
    return gateways_text + ACCOUNT.format(base_url=twilio.base_url)
