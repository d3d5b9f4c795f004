"""`flask phone`: the handset as a command. It needs a running bridge and nothing else of it."""

from __future__ import annotations

import io
import os
import sys
import time
from contextlib import suppress

import click

from simulator.dialogue import run_keyboard, run_script
from simulator.display import ink_for
from simulator.phone import SERVICE_CODE, SHORTCODE, Phone, full_number
from simulator.recording import RecordedPhone
from simulator.seen import NotPossible
from simulator.terminal import Patience, Terminal
from simulator.wire import Line
from telecom.clock import SystemClock

SAMPLE_MSISDN = "+919812345678"

HELP = """A feature phone in the terminal, against a running bridge.

It speaks plain HTTP to the bridge's simulator gateway: dial a service code, text, ring, and read
the SMS that come back. From a pipe or with --script it prints the dialogue and ends with exit code
1 if a command failed.

\b
  flask phone
  flask phone --script "ring 97183-97183; inbox"
  flask phone --script "dial *384*97183#; 1"
  flask phone --record --script "dial *384*97183#; 1"
  echo "text UMANG" | flask phone --url http://127.0.0.1:9000
"""


def commands() -> click.Command:
    """The command `phone`, for the application to mount."""

    @click.command("phone", help=HELP)
    @click.option("--url", help="The bridge; http://127.0.0.1:$PORT, port 8000, unless told.")
    @click.option(
        "--msisdn",
        default=SAMPLE_MSISDN,
        show_default="a SAMPLE number, " + SAMPLE_MSISDN,
        help="The number of the SIM.",
    )
    @click.option(
        "--service-code",
        default=SERVICE_CODE,
        show_default=True,
        help="What the network routes to the bridge; what is dialled behind it answers ahead.",
    )
    @click.option("--shortcode", default=SHORTCODE, show_default=True, help="Where texts go.")
    @click.option("--script", help='Commands to run, like "ring 97183-97183; inbox".')
    @click.option(
        "--record", is_flag=True, help="At the end, print what was done as a test for menus.yaml."
    )
    @click.pass_context
    def phone(
        context: click.Context,
        url: str | None,
        msisdn: str,
        service_code: str,
        shortcode: str,
        script: str | None,
        record: bool,
    ) -> None:
        address = url or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
        handset = _handset(address, msisdn, service_code, record)
        _accept_any_bytes()
        is_attended = script is None and sys.stdin.isatty()
        terminal = Terminal(
            handset,
            write=click.echo,
            # Somebody at the keyboard is shown late SMS at the next prompt; a script is not.
            patience=Patience(wait=time.sleep, looks=4 if is_attended else 12),
            ink=ink_for(sys.stdout.isatty(), os.environ),
            scrolls=is_attended,
            shortcode=shortcode,
        )
        if is_attended:
            _remember_lines()
            code = run_keyboard(terminal, input, click.echo)
        else:
            lines = sys.stdin if script is None else script.split(";")
            code = run_script(terminal, lines, click.echo)
        if isinstance(handset, RecordedPhone):
            handset.write_down()
        context.exit(code)

    return phone


def _handset(url: str, msisdn: str, service_code: str, record: bool) -> Phone:
    try:
        line = Line(url, full_number(msisdn), clock=SystemClock())
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--url") from fault
    except NotPossible as why:
        raise click.BadParameter(str(why), param_hint="--msisdn") from why
    if record:
        return RecordedPhone(line, service_code=service_code, write=click.echo)
    return Phone(line, service_code=service_code)


def _accept_any_bytes() -> None:
    """A pipe of broken UTF-8, or a terminal without our letters, must not end in a traceback."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _remember_lines() -> None:
    """Arrow keys bring back earlier lines, of this run only: a file would keep personal texts."""
    with suppress(ImportError):  # not every Python has it
        import readline  # noqa: F401
