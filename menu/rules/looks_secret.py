"""M816 (warning): an answer is kept under the name of a secret, and its question is not
`sensitive`: a PIN would stand in sessions, and texts could show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu import question_schema as asked
from menu.diagnostics import Diagnostic, warning
from menu.source import Source

RULE: Final = "M816"
SECRETS: Final = frozenset(
    {"pin", "mpin", "upin", "otp", "password", "passwd", "passcode", "passphrase", "secret", "cvv"}
)


def check(source: Source) -> Iterator[Diagnostic]:
    for path, ask in source.asks():
        if isinstance(ask, asked.Ask | asked.AskPinCode) or ask.sensitive:
            continue
        if SECRETS & set(ask.save_as.split("_")):
            reason = f'"{ask.save_as}" sounds like a secret, and would be kept and shown.'
            hint = 'Add a line "sensitive: true", or use another name.'
            yield warning(source.value_place(*path, "save_as"), RULE, reason, hint)
