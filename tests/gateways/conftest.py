"""Shared by the gateway tests: the stand-in vendor, loaded by its path, and small makers."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from telecom.msisdn import Msisdn
from telecom.replies import MtSms
from telecom.statuses import MessageClass

if TYPE_CHECKING:
    from tests.fakes import africastalking as fake

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_FAKE = Path(__file__).parents[1] / "fakes" / "africastalking.py"


class FixedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture(scope="session")
def fakes() -> type[fake.FakeAfricasTalking]:
    """The class of the stand-in; its `Outcome` is `fakes.outcome`."""
    name = "fake_africastalking"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _FAKE)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up there
        spec.loader.exec_module(module)
    return cast("type[fake.FakeAfricasTalking]", sys.modules[name].FakeAfricasTalking)


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
