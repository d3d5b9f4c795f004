"""How far it is, on a terminal; silence elsewhere."""

from __future__ import annotations

from typing import Final, TextIO

WIDTH: Final = 30


class Bar:
    def __init__(self, total: int, terminal: TextIO) -> None:
        self._total = total
        self._done = 0
        self._terminal = terminal if terminal.isatty() else None

    def step(self, name: str, steps: int = 1) -> None:
        """The next step begins; it is about this benchmark."""
        filled = WIDTH * self._done // self._total
        self._tell(f"[{'#' * filled:{WIDTH}}] {self._done}/{self._total} {name}")
        self._done += steps

    def end(self) -> None:
        self._tell("")

    def _tell(self, line: str) -> None:
        if self._terminal is not None:
            self._terminal.write(f"\r\x1b[K{line}")
            self._terminal.flush()
