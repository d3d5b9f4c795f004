"""Walks a parsed gateways.yaml: collects gateways and findings, and stops at no single fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Final, get_args
from urllib.parse import urlsplit

from pydantic import SecretStr, TypeAdapter, ValidationError

from gateways import findings
from gateways.all_gateways import VENDORS, Vendor
from gateways.base import Gateway
from gateways.findings import Fault
from gateways.references import find_faults, is_literal, resolve
from gateways.routes import Route
from menu.diagnostics import Diagnostic, Place, Severity, did_you_mean
from menu.document import Document, KeyPath, Plain
from telecom.clock import Clock

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_BOOLEAN: Final = TypeAdapter(bool)


class Reader:
    """`gateways` and `found` are complete after `read`."""

    def __init__(
        self,
        document: Document,
        env: Mapping[str, str],
        *,
        development: bool,
        public_url: str,
        clock: Clock,
    ) -> None:
        self.gateways: dict[str, Gateway] = {}
        self.routes: list[Route] = []
        self.found: list[Diagnostic] = []
        self._document = document
        self._env = env
        self._development = development
        self._public_url = public_url
        self._clock = clock

    def read(self) -> None:
        root = self._document.plain
        if not isinstance(root, dict):
            return  # the YAML loader has refused it
        self._check_keys((), root, {"gateways", "routes"})
        accounts = root.get("gateways")
        if not isinstance(accounts, dict):
            reason = '"gateways" must be a mapping of names to accounts.'
            self._refuse(self._value(("gateways",)), Fault(findings.MISSING_KEY, reason, ""))
            return
        for name, account in accounts.items():
            self._read_account(name, account)
        self._read_routes(root.get("routes", []), accounts)
        if not self.gateways and not any(found.is_error for found in self.found):
            fault = Fault(findings.NONE_ENABLED, "No gateway is enabled.", "Nobody can be reached.")
            self._warn(self._value(("gateways",)), fault)

    def _read_routes(self, routes: Plain, accounts: dict[str, Plain]) -> None:
        if not isinstance(routes, list):
            fault = Fault(findings.BAD_VALUE, '"routes" is a list.', "Begin each with a dash.")
            self._refuse(self._value(("routes",)), fault)
            return
        for place, written in enumerate(routes):
            path: KeyPath = ("routes", place)
            try:
                route = Route.model_validate(written)
            except ValidationError as faults:
                self._refuse_route(path, faults)
                continue
            for name in route.use:
                self._check_target(path, written, name, accounts)
            # What is disabled, or development only, takes nothing: the rest share its weight.
            use = {name: weight for name, weight in route.use.items() if name in self.gateways}
            if use:
                self.routes.append(route.model_copy(update={"use": use}))
            elif all(name in accounts for name in route.use):
                fault = Fault(findings.NO_TARGET, "No gateway of this route is enabled.", "")
                self._warn(self._value(path), fault)

    def _check_target(
        self, path: KeyPath, written: Plain, name: str, accounts: dict[str, Plain]
    ) -> None:
        use = written["use"] if isinstance(written, dict) else {}
        place = self._value((*path, "use"))
        if isinstance(use, dict):
            place = self._key((*path, "use", name))
        elif isinstance(use, list):
            place = self._value((*path, "use", use.index(name)))
        if name not in accounts:
            hint = did_you_mean(name, accounts)
            self._refuse(place, Fault(findings.NO_GATEWAY, "There is no such gateway.", hint))

    def _refuse_route(self, path: KeyPath, faults: ValidationError) -> None:
        fields = {field.alias or name: field for name, field in Route.model_fields.items()}
        for error in faults.errors(include_url=False, include_input=False):
            where = tuple(part for part in error["loc"] if part != "[key]")
            if error["type"] == "extra_forbidden":
                self._refuse_key((*path, *where), fields)
                continue
            key = str(where[0]) if where else "routes"
            description = fields[key].description if key in fields else ""
            is_missing = error["type"] == "missing" or not where
            place = self._value(path) if is_missing else self._value((*path, *where))
            self._refuse(place, findings.explain(error, key, description or ""))

    def _read_account(self, name: str, account: Plain) -> None:
        path: KeyPath = ("gateways", name)
        if _NAME.fullmatch(name) is None:
            reason = "A gateway's name is part of its webhook addresses."
            hint = "Use 1 to 32 letters, digits, _ or -."
            self._refuse(self._key(path), Fault(findings.BAD_NAME, reason, hint))
        if not isinstance(account, dict):
            reason = "A gateway is a mapping of keys to values."
            self._refuse(self._value(path), Fault(findings.BAD_VALUE, reason, ""))
            return
        vendor = self._vendor_of(path, account)
        is_enabled = self._is_enabled(path, account)
        if vendor is None:
            return
        self._check_keys(path, account, set(vendor.settings.model_fields) - {"name"})
        self._warn_of_literals(path, account, vendor)
        if is_enabled:
            self._open(path, name, account, vendor)

    def _vendor_of(self, path: KeyPath, account: dict[str, Plain]) -> Vendor | None:
        word = account.get("vendor")
        if word is None:
            fault = Fault(findings.MISSING_KEY, '"vendor" is missing.', did_you_mean("", VENDORS))
            self._refuse(self._key(path), fault)
            return None
        vendor = VENDORS.get(word) if isinstance(word, str) else None
        if vendor is None:
            hint = did_you_mean(str(word), VENDORS)
            fault = Fault(findings.UNKNOWN_VENDOR, "There is no such vendor.", hint)
            self._refuse(self._value((*path, "vendor")), fault)
        return vendor

    def _is_enabled(self, path: KeyPath, account: dict[str, Plain]) -> bool:
        """Read before anything is resolved: what is disabled needs no secrets."""
        try:
            return _BOOLEAN.validate_python(account.get("enabled", "true"))
        except ValidationError:
            fault = Fault(findings.BAD_VALUE, '"enabled" is neither true nor false.', "")
            self._refuse(self._value((*path, "enabled")), fault)
            return False

    def _open(self, path: KeyPath, name: str, account: dict[str, Plain], vendor: Vendor) -> None:
        if vendor.is_for_development and not self._development:
            reason = "This vendor is for development only."
            hint = "Set enabled: false, or start with BRIDGE_DEV=1 on this machine."
            self._refuse(self._key(path), Fault(findings.DEVELOPMENT_ONLY, reason, hint))
            return
        unresolved = set()
        for place, text in _texts(path, account):
            for fault in find_faults(text, self._env):
                self._refuse(self._value(place), fault)
                unresolved.add(place[len(path)])
        known = {
            key: value if key in unresolved else self._resolved(value)
            for key, value in account.items()
            if key in vendor.settings.model_fields
        }
        try:
            gateway = vendor.open({**known, "name": name}, self._clock, self._public_url)
        except ValidationError as fault:
            self._refuse_values(path, fault, vendor, unresolved)
            return
        self.gateways[name] = gateway
        self._warn_of_open_wire(path, gateway.settings.base_url)

    def _resolved(self, value: Plain) -> Plain:
        if isinstance(value, str):
            return resolve(value, self._env)
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        return {key: self._resolved(item) for key, item in value.items()}

    def _refuse_values(
        self,
        path: KeyPath,
        fault: ValidationError,
        vendor: Vendor,
        unresolved: set[str | int],
    ) -> None:
        for error in fault.errors(include_url=False, include_input=False):
            where = error["loc"]
            key = str(where[0])
            if key in unresolved or key == "name":  # said already
                continue
            full = (*path, *where)
            if error["type"] == "unexpected_keyword_argument":
                self._refuse_key(full, ())
                continue
            description = vendor.settings.model_fields[key].description or ""
            place = self._key(path) if error["type"] == "missing" else self._value(full)
            self._refuse(place, findings.explain(error, key, description))

    def _check_keys(self, path: KeyPath, mapping: dict[str, Plain], known: set[str]) -> None:
        for key in mapping.keys() - known:
            self._refuse_key((*path, key), known)

    def _refuse_key(self, path: KeyPath, known: Iterable[str]) -> None:
        key = str(path[-1])
        reason = f'"{key}" is no key that is known here.'
        self._refuse(self._key(path), Fault(findings.UNKNOWN_KEY, reason, did_you_mean(key, known)))

    def _warn_of_literals(self, path: KeyPath, account: dict[str, Plain], vendor: Vendor) -> None:
        for key, field in vendor.settings.model_fields.items():
            if key not in account or not _holds_secret(field.annotation):
                continue
            for place, text in _texts((*path, key), account[key]):
                if is_literal(text):
                    reason = f'The secret "{key}" is written into the file.'
                    hint = "Put it into the environment and write ${NAME} here."
                    self._warn(self._value(place), Fault(findings.WRITTEN_OUT, reason, hint))

    def _warn_of_open_wire(self, path: KeyPath, base_url: str | None) -> None:
        if base_url and base_url.startswith("http:") and not _is_loopback(base_url):
            reason = "Numbers, texts and the account's key travel to this address unencrypted."
            fault = Fault(findings.OPEN_WIRE, reason, "Use https.")
            self._warn(self._value((*path, "base_url")), fault)

    def _key(self, path: KeyPath) -> Place:
        return self._document.key_place(path)

    def _value(self, path: KeyPath) -> Place:
        return self._document.value_place(path)

    def _refuse(self, place: Place, fault: Fault) -> None:
        self._add(place, fault, Severity.ERROR)

    def _warn(self, place: Place, fault: Fault) -> None:
        self._add(place, fault, Severity.WARNING)

    def _add(self, place: Place, fault: Fault, severity: Severity) -> None:
        rule, reason, hint = fault
        self.found.append(
            Diagnostic(place=place, rule=rule, severity=severity, reason=reason, hint=hint)
        )


def _texts(path: KeyPath, value: Plain) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
        return
    items: Iterable[tuple[str | int, Plain]] = (
        value.items() if isinstance(value, dict) else enumerate(value)
    )
    for key, item in items:
        yield from _texts((*path, key), item)


def _holds_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
