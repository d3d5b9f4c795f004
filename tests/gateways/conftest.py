"""Shared by the gateway tests: the stand-in vendors, loaded by their paths, and small makers."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import pytest

from telecom.msisdn import Msisdn
from telecom.replies import MtSms
from telecom.statuses import MessageClass

if TYPE_CHECKING:
    from tests.fakes import africastalking as fake
    from tests.fakes import twilio as fake_twilio

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_FAKES = Path(__file__).parents[1] / "fakes"


class FixedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture(scope="session")
def fakes() -> type[fake.FakeAfricasTalking]:
    """The class of Africa's Talking's stand-in."""
    return cast("type[fake.FakeAfricasTalking]", _load("africastalking").FakeAfricasTalking)


@pytest.fixture(scope="session")
def fake_twilios() -> type[fake_twilio.FakeTwilio]:
    """The class of Twilio's stand-in."""
    return cast("type[fake_twilio.FakeTwilio]", _load("twilio").FakeTwilio)


@pytest.fixture(scope="session")
def stand_ins(
    fakes: type[fake.FakeAfricasTalking], fake_twilios: type[fake_twilio.FakeTwilio]
) -> Mapping[str, Any]:
    """The class of every vendor's stand-in."""
    return {"africastalking": fakes, "twilio": fake_twilios}


def _load(vendor: str) -> ModuleType:
    name = f"fake_{vendor}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _FAKES / f"{vendor}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up there
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def vendor(fakes: type[fake.FakeAfricasTalking]) -> Iterator[fake.FakeAfricasTalking]:
    """Running, and content at the end: nothing came that the real SDK would not send."""
    with fakes(api_key="the-key") as running:
        yield running
        assert running.complaints == []


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def mt() -> Callable[..., MtSms]:
    def make(text: str = "Hello", to: str = "+254711000111", sender_id: str | None = None) -> MtSms:
        return MtSms(
            ref="ref-1",
            to=Msisdn.parse(to, "KE"),
            text=text,
            sender_id=sender_id,
            message_class=MessageClass.LINK,
            expires_at=NOW,
        )

    return make
