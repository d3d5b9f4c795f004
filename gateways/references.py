"""`${NAME}` in gateways.yaml: secrets live in the environment, the file only points at them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateways.findings import BAD_REFERENCE, UNSET, Fault

_REFERENCE: Final = re.compile(r"\$\{([^{}]*)\}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_literal(text: str) -> bool:
    """Whether the file itself holds the whole value."""
    return "${" not in text


def find_faults(text: str, env: Mapping[str, str]) -> list[Fault]:
    """What keeps `text` from being resolved. An empty variable is as good as none."""
    faults = []
    for name in _REFERENCE.findall(text):
        if _NAME.fullmatch(name) is None:
            faults.append(_bad_reference())
        elif not env.get(name):
            how = "empty" if name in env else "not set"
            reason = f"The environment variable {name} is {how}."
            faults.append(Fault(UNSET, reason, f"Set {name}, or set enabled: false."))
    if "${" in _REFERENCE.sub("", text):
        faults.append(_bad_reference())
    return faults


def resolve(text: str, env: Mapping[str, str]) -> str:
    """`text` with every reference replaced; only for a text without faults."""
    return _REFERENCE.sub(lambda found: env[found[1]], text)


def _bad_reference() -> Fault:
    return Fault(
        BAD_REFERENCE, "This is no reference to an environment variable.", "Write ${NAME}."
    )
