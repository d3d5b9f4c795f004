"""What a send needs is loaded before the first SMS is claimed: an intent must not wait for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from gateways.africastalking.outbound import AfricasTalkingSender
from gateways.twilio.outbound import TwilioSender
from models.database import DatabaseDown
from settings_reading import load_settings
from tests.servers.ports import free_port
from wiring import Bridge, build

ROOT: Final = Path(__file__).parents[2]
GATEWAYS: Final = """
gateways:
  us: {vendor: twilio, tps: 5, country: IN, account_sid: AC00000000000000000000000000000001,
       auth_token: the-token, sender_id: "+12028831111", base_url: "http://127.0.0.1:%(port)s"}
  ke: {vendor: africastalking, tps: 5, country: IN, username: shop, api_key: the-key,
       webhook_secret: a-secret-of-tests, sender_id: SHOP,
       base_url: "http://127.0.0.1:%(port)s"}
  sim: {vendor: simulator, tps: 5, country: IN, sender_id: SANKET}
"""
# In a process of its own, for a module that another test has loaded is loaded for good.
FIRST_SENDS: Final = """
import json, os, sys
from datetime import UTC, datetime, timedelta
from settings_reading import load_settings
from telecom.errors import SendError
from telecom.msisdn import Msisdn
from telecom.replies import MtSms
from telecom.statuses import MessageClass
from wiring import build

bridge = build(load_settings(os.environ), {})
assert "twilio.rest.api" not in sys.modules
bridge.warm_senders()
assert "twilio.rest.api" in sys.modules
loaded = {}
for name, gateway in bridge.gateways.items():
    mt = MtSms(
        to=Msisdn.parse("+919812345678", "IN"), text="नमस्ते", ref="ref-1", sender_id=None,
        message_class=MessageClass.LINK, expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    before = set(sys.modules)
    try:
        gateway.sender.send(mt)
    except SendError:
        pass  # nobody listens there
    loaded[name] = sorted(set(sys.modules) - before)
print(json.dumps(loaded))
"""


def test_the_first_send_of_a_dispatcher_loads_nothing(tmp_path: Path) -> None:
    gateways = tmp_path / "gateways.yaml"
    gateways.write_text(GATEWAYS % {"port": free_port()}, encoding="utf-8")
    places = {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path / "var"),
        "BRIDGE_GATEWAYS": str(gateways),
        "BRIDGE_PUBLIC_URL": "https://sanket.example.in",
        "PYTHONPATH": str(ROOT),
    }
    argv = [sys.executable, "-c", FIRST_SENDS]
    said = subprocess.run(argv, env=os.environ | places, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout.splitlines()[-1]) == {"us": [], "ke": [], "sim": []}


def test_nor_has_it_to_read_the_menu_that_registers_the_texts_for_india(tmp_path: Path) -> None:
    def made() -> Bridge:
        return build(load_settings({"BRIDGE_DEV": "1", "BRIDGE_VAR": str(tmp_path)}), {})

    first = made()
    first.migrate()
    first.publish_menu()
    first.stop()
    warm, cold = made(), made()
    warm.warm_senders()
    warm.stop()
    for file in tmp_path.glob("*.db*"):
        file.unlink()
    assert warm.library.live()
    with pytest.raises(DatabaseDown):
        cold.library.live()
    cold.stop()


def test_one_that_cannot_be_loaded_is_told_of_and_keeps_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dispatcher that does not start would send nothing by the others either."""
    loaded: list[str] = []

    def breaks(_sender: TwilioSender) -> None:
        raise ImportError("half installed")

    monkeypatch.setattr(TwilioSender, "prepare", breaks)
    monkeypatch.setattr(AfricasTalkingSender, "prepare", lambda _sender: loaded.append("ke"))
    gateways = tmp_path / "gateways.yaml"
    gateways.write_text(GATEWAYS % {"port": 1}, encoding="utf-8")
    places = {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path),
        "BRIDGE_GATEWAYS": str(gateways),
        "BRIDGE_PUBLIC_URL": "https://sanket.example.in",
    }
    bridge = build(load_settings(places), {})
    with capture_logs() as logs:
        bridge.warm_senders()
    bridge.stop()
    assert loaded == ["ke"]
    told = [line for line in logs if line["event"] == "sender not loaded"]
    assert [line["gateway"] for line in told] == ["us"]
    assert told[0]["why"].startswith("ImportError at ")
