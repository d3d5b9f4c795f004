"""What was done with the handset, as a test for menus.yaml: see it once, hold it for ever."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from simulator.phone import SHORTCODE, Phone, full_number
from simulator.seen import ReceivedSms, Rung, Screen, Sent
from simulator.wire import Line

_KEYS: Final = re.compile(r"[0-9*#]+")
_ADDRESS: Final = re.compile(r"https?://\S*")  # another one in every SMS: a test cannot expect it


class RecordedPhone(Phone):
    """A phone that writes down what its owner does, and what he sees then."""

    def __init__(self, line: Line, *, service_code: str, write: Callable[[str], None]) -> None:
        super().__init__(line, service_code=service_code)
        self._write = write
        self._steps: list[tuple[str, str | bool]] = []

    def change_sim(self, msisdn: str) -> None:
        """Another caller is another test."""
        full_number(msisdn)
        self.write_down()
        super().change_sim(msisdn)

    def dial(self, code: str) -> Screen:
        self.read_inbox()  # what came before is nobody's doing
        return self._saw(super().dial(code), "dial", code)

    def press(self, keys: str) -> Screen:
        verb = "press" if _KEYS.fullmatch(keys) else "type"
        return self._saw(super().press(keys), verb, keys)

    def text(self, body: str, to: str = SHORTCODE) -> Sent:
        sent = super().text(body, to)
        self._steps.append(("text", body))
        return sent

    def ring(self, number: str) -> Rung:
        rung = super().ring(number)
        self._steps.append(("ring", rung.called))
        return rung

    def read_inbox(self) -> tuple[ReceivedSms, ...]:
        new = super().read_inbox()
        if self._steps:
            self._steps += [("sms", _without_address(sms.text)) for sms in new]
        return new

    def write_down(self) -> None:
        """Writes the test, and begins a new one."""
        if not self._steps:
            return
        lines = [f"  - name: recorded at {self._line.clock.now():%Y-%m-%d %H:%M:%S}"]
        if self.msisdn.startswith("+91"):
            lines.append("    # The caller may have chosen a language before: then add it here.")
        else:
            lines.append(f"    caller: {json.dumps(self.msisdn)}")
        lines.append("    steps:")
        lines += [f"      - {{ {verb}: {_yaml(value)} }}" for verb, value in self._steps]
        self._write("\n".join(["", "tests:", *lines]))
        self._steps = []

    def _saw(self, screen: Screen, verb: str, typed: str) -> Screen:
        self._steps.append((verb, typed))
        if not screen.is_own:
            self._steps += [("sees", screen.text), ("ends", screen.ends)]
        return screen


def _without_address(text: str) -> str:
    """The longest part of an SMS that will be the same in the next one."""
    return max(_ADDRESS.split(text), key=len)


def _yaml(value: str | bool) -> str:
    """JSON is YAML, and shows every letter as it is."""
    return json.dumps(value, ensure_ascii=False)
