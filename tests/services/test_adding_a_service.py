"""What docs/adding-a-service.md tells an admin to do works as it is told, from an empty file on."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from cli import menus
from menu.compiler import compile_menu
from menu.linter import check, examine
from menu.rehearsal import Rehearsal
from menu.transcripts import read
from services.address_guard import AddressGuard
from services.surroundings import Surroundings
from services.table import ServiceDesk
from settings_reading import load_settings
from telecom.msisdn import Msisdn
from tests.conftest import ROOT, StandingClock
from tests.services.conftest import Desk
from wiring import Bridge, build

PAGE = (ROOT / "docs" / "adding-a-service.md").read_text(encoding="utf-8")
(MENU,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(ANSWER,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {"menus.yaml": MENU.encode()}


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        pass


@pytest.fixture
def buses(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    """The files of the page, served as `python3 -m http.server` does."""
    assert "mkdir -p buses/v1/stops/12 && cat > buses/v1/stops/12/next" in PAGE
    (tmp_path / "v1" / "stops" / "12").mkdir(parents=True)
    (tmp_path / "v1" / "stops" / "12" / "next").write_text(ANSWER, encoding="utf-8")
    handler = partial(Silent, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def same(bridge: Bridge) -> Bridge:
    return bridge


def test_the_menu_is_clean_and_its_tests_pass() -> None:
    assert check(FILES) == []
    outcomes = list(read(FILES).run())
    assert len(outcomes) == 3
    assert all(f"\npassed  {outcome.name}\n" in PAGE for outcome in outcomes if outcome.has_passed)
    assert all(outcome.has_passed for outcome in outcomes)


def test_the_commands_say_what_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "menus.yaml").write_text(MENU, encoding="utf-8")
    settings = {"BRIDGE_DEV": "1", "BRIDGE_VAR": str(tmp_path / "var")}
    settings["BRIDGE_MENUS"] = str(tmp_path / "menus.yaml")
    for environ in ({}, {"BUS_URL": "http://127.0.0.1:8091"}):
        bridge = build(load_settings({**settings}), environ)
        command = menus.commands(partial(same, bridge))
        run = CliRunner().invoke(command, ["check"])
        assert run.exit_code == 0
        assert f"menus check\n{run.output}" in PAGE
        run = CliRunner().invoke(command, ["test"])
        assert f"menus test\n{run.output}" in PAGE
        bridge.stop()


def test_a_phone_reads_what_the_page_says(
    buses: ThreadingHTTPServer, new_desk: Callable[..., Desk], clock: StandingClock
) -> None:
    origin = f"http://127.0.0.1:{buses.server_address[1]}"
    desk = new_desk(clock=clock, secrets={"BUS_URL": origin})
    port = ServiceDesk(clock, caller=desk.caller)
    played = Rehearsal(
        compile_menu(FILES),
        Msisdn.parse("+919812345678", "IN"),
        None,
        port,
        clock.now().timestamp(),
    )
    told = " ".join(PAGE.split())

    def said(stop: str) -> str:
        played.dial("*384*7#")
        played.press(stop)
        assert played.reply
        assert played.reply.ends
        return played.reply.text

    for stop, screen in (("12", "The bus to Market comes in 7 minutes."),
                         ("99", "There is no such stop.")):  # fmt: skip
        assert said(stop) == screen
        assert f'"{screen}"' in told
    buses.shutdown()
    buses.server_close()
    desk.http.close()
    assert "The bus to Market" in said("12")
    clock.pass_seconds(601)
    assert said("12") == "Nobody can say just now. Call 139."
    assert '"Nobody can say just now. Call 139."' in told


WHYS = [
    # the environment, what opens loopback, the beginning of `why`
    ({}, True, "BUS_URL is not set"),
    ({"BUS_URL": "https://b.example"}, True, "BUS_URL leads to a host that is not under hosts."),
    ({"BUS_URL": "http://127.0.0.1:9"}, False, "Forbidden:"),
    ({"BUS_URL": "http://127.0.0.1:9"}, True, "no connection"),
]


@pytest.mark.parametrize(("environ", "opens", "why"), WHYS)
def test_the_log_says_why_as_the_table_of_the_page_does(
    new_desk: Callable[..., Desk],
    clock: StandingClock,
    environ: dict[str, str],
    opens: bool,
    why: str,
) -> None:
    guard = AddressGuard(allows_loopback=opens)
    desk = new_desk(secrets=environ, guard=guard)
    with capture_logs() as logs:
        assert desk.ask(compile_menu(FILES).services["buses"], stop="12").outcome
    assert [line["why"].startswith(why) for line in logs] == [True]
    assert f"`{why}" in PAGE
    source = examine(FILES).source
    assert source is not None
    found = [str(each) for each in Surroundings(environ, guard).check(source)]
    assert bool(found) == why.startswith("BUS_URL")
