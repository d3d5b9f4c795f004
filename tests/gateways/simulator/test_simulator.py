"""The simulator takes every SMS and sends none."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from gateways.base import Gateway
from gateways.settings import GatewaySettings
from gateways.simulator.gateway import Simulator
from telecom.replies import Accepted, MtSms


def test_nothing_leaves_this_process(
    mt: Callable[..., MtSms], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_args: object) -> None:
        raise AssertionError("a simulator has no network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    simulator: Gateway = Simulator(GatewaySettings(name="simulator", vendor="simulator"))
    assert simulator.keeps_inbox
    assert simulator.sender is not None
    sent = mt("Hello")
    assert simulator.sender.send(sent) == Accepted(gateway_message_id="sim-ref-1")
    assert simulator.sender.send(sent) == simulator.sender.send(sent)
