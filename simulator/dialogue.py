"""Two ways to hold the handset: a person at a keyboard, or a script that is read out loud."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from simulator.terminal import Terminal

PROMPT: Final = "phone> "


def run_script(terminal: Terminal, lines: Iterable[str], write: Callable[[str], None]) -> int:
    """Obeys line by line and echoes each, so that the output reads as a dialogue.

    Stops at the first failure. Returns the exit code: 1 if a command failed.
    """
    try:
        for line in filter(None, map(str.strip, lines)):
            write(f"{PROMPT}{line}")
            if not terminal.obey(line):
                return 1
            if terminal.leaves:
                break
        return 0
    finally:
        terminal.phone.switch_off()


def run_keyboard(
    terminal: Terminal, read: Callable[[str], str], write: Callable[[str], None]
) -> int:
    """Obeys until quit, Ctrl-C or Ctrl-D. `read` is given the prompt. Returns the exit code 0."""
    write(f"A phone with the SIM {terminal.phone.msisdn}. What it can do: help")
    try:
        while not terminal.leaves:
            terminal.show_arrivals()
            terminal.obey(read(PROMPT))
    except (EOFError, KeyboardInterrupt):
        write("")
    finally:
        terminal.phone.switch_off()
    return 0
