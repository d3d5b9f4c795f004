"""docs/adding-a-service.md, as it is told: the sample provider, its menu, a phone."""

from __future__ import annotations

import threading
from collections.abc import Callable

from menu.compiler import compile_menu
from menu.ports import ServicePort
from menu.rehearsal import Rehearsal
from models.menu_files import MenuFiles
from services.table import ServiceDesk
from telecom.clock import SystemClock
from telecom.msisdn import Msisdn
from tests.conftest import ROOT, StandingClock, load_by_path
from tests.services.conftest import Desk

FOLDER = ROOT / "examples" / "services"


def phone(port: ServicePort, origin: str, clock: StandingClock) -> Rehearsal:
    files = MenuFiles(FOLDER / "menus.yaml", SystemClock()).read()
    services = files["services.yaml"].replace(b"http://127.0.0.1:8090", origin.encode())
    program = compile_menu({**files, "services.yaml": services})
    caller = Msisdn.parse("+919812345678", "IN")
    return Rehearsal(program, caller, None, port, clock.now().timestamp())


def said(played: Rehearsal, crop: str) -> str:
    played.dial("*384*7#")
    played.press(crop)
    assert played.reply
    return played.reply.text


def test_the_sample_provider_answers_a_phone_and_is_missed(
    new_desk: Callable[..., Desk], clock: StandingClock
) -> None:
    desk = new_desk(clock=clock)
    port = ServiceDesk(clock, caller=desk.caller)
    server = load_by_path(FOLDER / "sample_provider.py").server(0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    played = phone(port, f"http://127.0.0.1:{server.server_address[1]}", clock)
    assert "SAMPLE onion: Rs 2,400, as of 14:30" in said(played, "onion")
    assert "Nobody sells" in said(played, "gold")
    server.shutdown()
    server.server_close()
    desk.http.close()
    clock.pass_seconds(600)
    assert "Rs 2,400, as of 14:30" in said(played, "onion")
    assert "try again" in said(played, "potato")
    clock.pass_seconds(86_400)
    assert "try again" in said(played, "onion")
