"""What can be wrong with gateways.yaml. Rules G001 to G015 are those of YAML itself, see `menu`.

A finding never quotes a value: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from pydantic_core import ErrorDetails

from menu.diagnostics import Diagnostic, in_file_order

UNKNOWN_KEY: Final = "G101"
MISSING_KEY: Final = "G102"
BAD_VALUE: Final = "G103"
UNKNOWN_VENDOR: Final = "G104"
BAD_NAME: Final = "G105"
UNSET: Final = "G106"
BAD_REFERENCE: Final = "G107"
DEVELOPMENT_ONLY: Final = "G108"
WEAK_PROOF: Final = "G109"
NO_GATEWAY: Final = "G110"
WRITTEN_OUT: Final = "G201"
OPEN_WIRE: Final = "G202"
NONE_ENABLED: Final = "G203"
NO_TARGET: Final = "G204"


class BadGateways(Exception):
    """A gateways.yaml with errors. `findings` holds all of them, warnings too, in file order."""

    def __init__(self, findings: Iterable[Diagnostic]) -> None:
        self.findings = tuple(in_file_order(findings))
        super().__init__("\n".join(map(str, self.findings)))


class Fault(NamedTuple):
    """A finding whose place is still to be found. Both texts are whole sentences."""

    rule: str
    reason: str
    hint: str


# By pydantic's error type, with what its context offers; the first word is the key.
_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bool_parsing": "is neither true nor false",
        "float_parsing": "is not a number",
        "finite_number": "is not a number",
        "int_parsing": "is not a whole number",
        "greater_than": "must be above {gt:g}",
        "greater_than_equal": "must be {ge:g} or more",
        "less_than_equal": "must be {le:g} or less",
        "value_error": "{error}",
        "string_type": "must be one value, not a list or a mapping",
    }
)


def explain(error: ErrorDetails, key: str, description: str) -> Fault:
    """One of pydantic's errors about `key` in words that an operator can act on."""
    if error["type"] == "missing":
        rule = WEAK_PROOF if key == "webhook_secret" else MISSING_KEY
        return Fault(rule, f'"{key}" is missing.', description)
    reason = _REASONS.get(error["type"], "does not have the right form").format_map(
        error.get("ctx", {})
    )
    rule = WEAK_PROOF if key == "webhook_secret" else BAD_VALUE
    return Fault(rule, f'"{key}" {reason}.', description)


# Where the menu's words would mislead, or quote what may be a secret.
_YAML_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "M006": ("YAML references (& and *) are not allowed.", "Put the value in quotes."),
        "M007": ("YAML tags (!) are not allowed.", "Put the value in quotes."),
        "M010": ("Too many levels inside each other.", "Look for a bracket that is not closed."),
        "M012": ('A second document begins here with "---".', "Remove this line."),
        "M013": ("The file is empty.", "Begin with the line: gateways:"),
        "M014": ("The file is no mapping.", "Begin with the line: gateways:"),
    }
)


def as_ours(found: Diagnostic) -> Diagnostic:
    """A finding about the YAML of a menu (M007), said of gateways.yaml (G007)."""
    reason, hint = _YAML_WORDS.get(found.rule, (found.reason, found.hint))
    return replace(found, rule=found.rule.replace("M", "G", 1), reason=reason, hint=hint)
