"""Reads the settings from an environment.

A wrong or unknown variable refuses to start, with every fault named at once.
"""

from __future__ import annotations

import difflib
import os
import secrets
import tempfile
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from settings import FIELD_OF, PREFIX, VARIABLE_OF, Settings
from state import sentinel_url

MIN_SECRET_KEY: Final = 32
# A send may take 3 s to connect and 8 s to answer: a shorter claim could be taken over mid-send.
MIN_LEASE_SECONDS: Final = 15
MIN_SETTLE_SECONDS: Final = 30

# Secrets may also come from a file, as systemd credentials and container secrets do.
FROM_FILE: Final = frozenset({"secret_key", "database_url", "redis_url"})

# What pydantic says of a wrong value, in the words of somebody who edits an environment file.
WORDS: Final = {
    "value_error": "{error}",
    "bool_type": "must be 0 or 1",
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be one of {expected}",
    "ip_v4_network": "must be CIDR networks such as 10.0.0.0/8, between commas",
    "ip_v6_network": "must be CIDR networks such as 10.0.0.0/8, between commas",
}
SHAPES: Final = {
    "database_url": "must begin with sqlite:// or postgresql://",
    "redis_url": "must begin with redis://, rediss:// or unix://, or be"
    " redis+sentinel://host1,host2,host3/mymaster/0",
    "sms_countries": "must be countries such as IN, two capital letters each, between commas",
    "public_url": "must be http(s)://host[:port][/path], without user, query or fragment",
}


class BadSettings(Exception):
    """`faults` holds every fault in plain words, one line each, and never a secret's value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` describes. Raises BadSettings with every fault.

    In development a missing secret key is made once and kept in a file under `var`.
    """
    raw, faults = _collect(environ)
    draft, wrong = _validate(raw)
    faults |= wrong
    # A rule over several settings speaks only where each of them could be read.
    faults = _contradictions(draft, unread=faults.keys()) | faults
    if faults:
        raise BadSettings([f"{variable}: {fault}" for variable, fault in sorted(faults.items())])
    return _fill_in(draft)


def _collect(environ: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The text of every setting by field, and a fault for each variable that gives none."""
    raw: dict[str, str] = {}
    faults: dict[str, str] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) and variable != "PORT":
            continue
        plain = variable.removesuffix("_FILE")
        if not environ[variable].strip():
            faults[variable] = "is empty; give it a value or remove it"
        elif variable in FIELD_OF:
            raw[FIELD_OF[variable]] = environ[variable]
        elif FIELD_OF.get(plain) not in FROM_FILE:
            faults[variable] = _unknown(variable)
        elif plain in environ:
            faults[variable] = f"{plain} is set too; keep one of them"
        else:
            try:
                text = Path(environ[variable]).read_text(encoding="utf-8").strip()
                if not text:
                    faults[plain] = f"the file that {variable} names is empty"
                raw[FIELD_OF[plain]] = text
            except (OSError, UnicodeDecodeError) as fault:
                faults[plain] = f"cannot read the file that {variable} names ({_reason(fault)})"
    return raw, faults


def _validate(raw: dict[str, str]) -> tuple[Settings, dict[str, str]]:
    """A draft of the settings without the wrong values, and a fault for each of those."""
    try:
        return Settings.model_validate(raw), {}
    except ValidationError as errors:
        wrong: dict[str, str] = {}
        for error in errors.errors(include_input=False, include_url=False):
            name = str(error["loc"][0])
            words = SHAPES.get(name) or WORDS.get(error["type"], error["msg"])
            wrong[name] = words.format(**error.get("ctx", {}))
        good = {name: text for name, text in raw.items() if name not in wrong}
        draft = Settings.model_validate(good)
        return draft, {VARIABLE_OF[name]: words for name, words in wrong.items()}


def _contradictions(draft: Settings, *, unread: Collection[str]) -> dict[str, str]:
    """What no single value can tell."""
    found: dict[str, str] = {}
    key_length = len(draft.secret_key.get_secret_value())
    url = urlsplit(draft.public_url)
    if draft.public_url and url.scheme == "http" and not is_loopback(url.hostname or ""):
        found["BRIDGE_PUBLIC_URL"] = "must be https, except on a loopback address"
    if draft.redis_url and (fault := sentinel_url.find_fault(draft.redis_url)):
        found["BRIDGE_REDIS_URL"] = fault
    if key_length and key_length < MIN_SECRET_KEY:
        found["BRIDGE_SECRET_KEY"] = f"must have {MIN_SECRET_KEY} characters or more"
    if draft.sms_price.currency not in {budget.currency for budget in draft.day_budget}:
        found["BRIDGE_DAY_BUDGET"] = "must have an amount in the currency of BRIDGE_SMS_PRICE"
    if draft.dev or "BRIDGE_DEV" in unread:
        return found
    if not draft.public_url:
        found["BRIDGE_PUBLIC_URL"] = "is required; only BRIDGE_DEV=1 has a default"
    if not key_length:
        found["BRIDGE_SECRET_KEY"] = "is required; only BRIDGE_DEV=1 makes one"  # noqa: S105
    if draft.lease_seconds < MIN_LEASE_SECONDS:
        found["BRIDGE_LEASE_SECONDS"] = f"must be {MIN_LEASE_SECONDS} or more"
    least = max(MIN_SETTLE_SECONDS, draft.lease_seconds)
    if draft.settle_seconds < least:
        found["BRIDGE_SETTLE_SECONDS"] = f"must be {least} or more: not shorter than the lease"
    return found


def _fill_in(draft: Settings) -> Settings:
    """The defaults that depend on other settings. May write the development key under `var`."""
    update: dict[str, Any] = {}
    if not draft.database_url:
        update["database_url"] = f"sqlite:///{draft.var / 'bridge.db'}"
    if not draft.public_url:
        update["public_url"] = f"http://127.0.0.1:{draft.port}"
    if not draft.secret_key.get_secret_value():
        update["secret_key"] = SecretStr(_development_key(draft.var))
    return draft.model_copy(update=update)


def _development_key(var: Path) -> str:
    """The key kept in `var/secret_key`, made when missing. Two processes always agree on it.

    The key is written aside and linked into place: whoever comes second finds a whole file,
    never an empty one, and reads what the first one made.
    """
    path = var / "secret_key"
    try:
        if not path.exists():
            var.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=var, prefix=".secret_key.")  # mode 0600
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(secrets.token_urlsafe(48))
                    file.flush()
                    os.fsync(descriptor)
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                Path(draft).unlink()
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as fault:
        words = f"BRIDGE_VAR: cannot keep the secret key there ({_reason(fault)})"
        raise BadSettings([words]) from fault
    if len(key) < MIN_SECRET_KEY:
        raise BadSettings([f"BRIDGE_VAR: its secret_key file is under {MIN_SECRET_KEY} characters"])
    return key


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`, a name or an address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _unknown(variable: str) -> str:
    known = [*FIELD_OF, *(f"{VARIABLE_OF[name]}_FILE" for name in FROM_FILE)]
    close = difflib.get_close_matches(variable, known, n=1, cutoff=0.75)
    return "is not a setting" + (f". Did you mean {close[0]}?" if close else "")


def _reason(fault: Exception) -> str:
    return (fault.strerror if isinstance(fault, OSError) else None) or type(fault).__name__
