"""`flask phone`: options, exit codes, and no traceback whatever comes from a pipe."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from simulator.command import commands


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is taken, but on which nobody answers."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield unheard.getsockname()[1]


def run(*options: str, typed: str | bytes = "", **environ: str) -> Result:
    return CliRunner().invoke(commands(), options, input=typed, env={"PORT": None, **environ})


def test_the_help_shows_how() -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert commands().name == "phone"
    for shown in ("--url", "--msisdn", "--service-code", "--shortcode", "--script"):
        assert shown in result.output
    assert '  flask phone --script "dial *384*97183#; 1"\n' in result.output
    assert "a SAMPLE number, +919812345678" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("options", "typed"),
    [
        (("--script", "ring 97183-97183; inbox"), ""),
        ((), "\n\nring 97183-97183\ninbox\n"),
        ((), b"ring 97183-97183\n\xff\xfe\n"),
    ],
)
def test_a_script_fails_without_a_bridge(
    port: int, options: tuple[str, ...], typed: str | bytes
) -> None:
    result = run(*options, typed=typed, PORT=str(port))

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "phone> ring 97183-97183",
        "  +919718397183: No network. Is the bridge running? make run",
        f"   bridge fault: nobody listens at http://127.0.0.1:{port}",
    ]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (("--script", "help; quit"), "  ring 97183-97183 "),
        (("--script", "as 98765-43210"), "  SIM: +919876543210"),
        (("--script", ""), ""),
    ],
)
def test_a_script_that_needs_no_bridge(options: tuple[str, ...], shown: str) -> None:
    result = run(*options)

    assert result.exit_code == 0
    assert shown in result.output


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--url", "localhost:8000"), "--url: the bridge's address looks like http://127.0.0.1"),
        (("--msisdn", "12"), "--msisdn: That is no full number."),
        (("--nothing",), "No such option"),
    ],
)
def test_wrong_options(options: tuple[str, ...], why: str) -> None:
    result = run(*options)

    assert result.exit_code == 2
    assert why in result.output


def test_a_wrong_port_is_a_wrong_address() -> None:
    assert run(PORT="eight thousand").exit_code == 2


def test_broken_bytes_are_a_command_that_nobody_knows() -> None:
    result = run(typed=b"\xff\xfe\n")

    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert result.output.endswith("  No such command. What the phone can do: help\n")
