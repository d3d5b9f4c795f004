"""A Twilio account beside Africa's Talking's for tests that ask for `house` and it; whole towns."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
FAKE = TESTS / "fakes" / "twilio.py"
TOWN, NURSERY = TESTS / "servers" / "town.py", TESTS / "servers" / "nursery.py"
ACCOUNT = """
  us:
    vendor: twilio
    tps: 1000
    country: IN
    account_sid: AC00000000000000000000000000000001
    auth_token: [a-newer-token, the-token-of-webhooks]
    sender_id: "+919718397183"
    base_url: {base_url}
"""


@pytest.fixture
def twilio() -> Iterator[Any]:
    """Twilio, on loopback."""
    module = load_by_path(FAKE)
    with module.FakeTwilio(token="a-newer-token") as vendor:
        yield vendor


@pytest.fixture
def gateways_text(gateways_text: str, twilio: Any) -> str:
    return gateways_text + ACCOUNT.format(base_url=twilio.base_url)


@pytest.fixture(scope="module")
def new_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """`new_town(settings, *arguments)`: opened, not waited for; closed at the end of the module."""
    towns: list[Any] = []

    def make(
        settings: dict[str, str] | None = None,
        *arguments: str,
        line: socket.socket | None = None,
    ) -> Any:
        town = load_by_path(TOWN).Town(
            tmp_path_factory.mktemp("town"), settings=settings or {}, arguments=arguments, line=line
        )
        towns.append(town)
        town.open()
        return town

    yield make
    for town in towns:
        town.close()


@pytest.fixture(scope="session")
def nursery_kit() -> ModuleType:
    return load_by_path(NURSERY)


def load_by_path(path: Path) -> ModuleType:
    """The tests are no package."""
    spec = importlib.util.spec_from_file_location(f"by_path_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
